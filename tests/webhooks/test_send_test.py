"""`manage.py send_test` posts a payload signed as the provider would; the answers come over real HTTP."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from tests.webhooks import square
from tests.webhooks.shop import SquareShop
from webhooks.endpoints import add_endpoint, add_token
from webhooks.models import Token


class Listener(HTTPServer):
    """Somebody else's server, which keeps what it was posted."""

    got: tuple[str, dict[str, str], bytes]


class Handler(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got = (self.path, {name.lower(): value for name, value in self.headers.items()}, body)
        self.send_response(418)
        self.end_headers()
        self.wfile.write(b"a teapot")

    def log_message(self, *_: Any) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def sent(*arguments: object) -> str:
    out = StringIO()
    call_command("send_test", *map(str, arguments), stdout=out)
    return out.getvalue()


def test_without_a_file_it_sends_what_the_provider_has_published(shop: SquareShop, listener: Listener) -> None:
    url = f"http://127.0.0.1:{listener.server_port}/anywhere"
    assert sent(shop.made.endpoint.pk, "--url", url) == "418\na teapot\n"
    path, headers, body = listener.got
    assert (path, body) == ("/anywhere", square.CAPTURED)
    assert headers["content-type"] == "application/json"
    # Whatever it is posted to, Square signs the URL that is registered.
    signature = square.signature(shop.made.token.public_url, square.CAPTURED)
    assert headers["x-square-hmacsha256-signature"] == signature


def test_a_given_file_is_sent_as_it_is(shop: SquareShop, listener: Listener, tmp_path: Path) -> None:
    file = tmp_path / "payload.json"
    file.write_bytes(b'{"odd":  "spacing"}\n')
    sent(shop.made.endpoint.pk, "--file", file, "--url", f"http://127.0.0.1:{listener.server_port}/")
    assert listener.got[2] == b'{"odd":  "spacing"}\n'


def test_it_goes_to_the_newest_url_that_is_live(shop: SquareShop, listener: Listener, settings: Any) -> None:
    settings.PUBLIC_BASE_URL = f"http://127.0.0.1:{listener.server_port}"
    retired = add_token(shop.made.endpoint)
    Token.objects.filter(pk=retired.pk).update(not_after=timezone.now() - timedelta(seconds=1))
    sent(shop.made.endpoint.pk)
    assert listener.got[0] == shop.made.token.path


def test_what_cannot_be_sent_is_said(shop: SquareShop, tmp_path: Path) -> None:
    without = add_endpoint("square", name="No secret yet").endpoint.pk
    for arguments, words in (
        ((987,), "there is no endpoint 987"),
        ((without,), "the endpoint needs a secret before anything can be signed"),
        ((shop.made.endpoint.pk, "--file", tmp_path / "none"), "cannot be read: No such file or directory"),
        ((shop.made.endpoint.pk, "--url", "ftp://127.0.0.1/"), "is not an HTTP URL"),
        ((shop.made.endpoint.pk, "--url", "http://127.0.0.1:9/"), "nothing answered there"),
    ):
        with pytest.raises(CommandError, match=words):
            sent(*arguments)
