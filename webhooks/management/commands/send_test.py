"""`manage.py send_test`: post a payload to an endpoint, signed as its provider would sign it."""

import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from webhooks import providers
from webhooks.endpoints import newest_token, scheme_of
from webhooks.models import Endpoint
from webhooks.verification import scheme_needs_secret, sign

CAPTURED = Path(providers.__file__).parent / "captured"
"""A whole request's body for each provider, as its maker published it."""

TIMEOUT_SECONDS = 30


class Command(BaseCommand):
    help = "Sign a payload as the provider would, post it over HTTP, and print the answer."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("endpoint", type=int, help="the endpoint's id")
        parser.add_argument("--file", type=Path, help="the body; without it, a payload that the provider has published")
        parser.add_argument("--url", help="where to post; without it, the endpoint's path at PUBLIC_BASE_URL")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            endpoint = Endpoint.objects.select_related("source").get(pk=options["endpoint"])
        except Endpoint.DoesNotExist as error:
            raise CommandError(f"there is no endpoint {options['endpoint']}") from error
        token = newest_token(endpoint)
        scheme = scheme_of(endpoint, token)
        secret = endpoint.secrets.live().order_by("-pk").first()
        if scheme_needs_secret(scheme) and secret is None:
            raise CommandError("the endpoint needs a secret before anything can be signed")
        body = self._body(options["file"] or CAPTURED / f"{endpoint.source.provider}.json")
        headers = sign(
            scheme, secret.value if secret else "", body, at=int(time.time()), message_id=f"msg_{uuid4().hex}"
        )
        status, answer = self._post(options["url"] or settings.PUBLIC_BASE_URL + token.path, body, headers)
        self.stdout.write(f"{status}\n{answer}")

    def _body(self, file: Path) -> bytes:
        try:
            return file.read_bytes()
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}") from error

    def _post(self, url: str, body: bytes, headers: tuple[tuple[str, bytes], ...]) -> tuple[int, str]:
        if not url.startswith(("http://", "https://")):
            raise CommandError("that is not an HTTP URL")
        request = urllib.request.Request(url, data=body, method="POST")  # noqa: S310  # the scheme is checked above
        request.add_header("Content-Type", "application/json")
        for name, value in headers:
            request.add_header(name, value.decode("latin-1"))
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310  # as above
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode("utf-8", "replace")
        except OSError as error:
            raise CommandError(f"nothing answered there: {error}") from error
