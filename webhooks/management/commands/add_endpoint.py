"""`manage.py add_endpoint`: a URL for a source to post to."""

import json
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from inventory.models import Source
from webhooks.endpoints import EndpointProblem, add_endpoint
from webhooks.providers import PROVIDERS


class Command(BaseCommand):
    help = "Find or make the source of a name, and give it an endpoint."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("provider", choices=sorted(PROVIDERS))
        parser.add_argument("--name", required=True, metavar="SOURCE", help="the upstream account's name")
        parser.add_argument("--secret", action="append", default=[], metavar="VALUE", help="repeat for several")
        parser.add_argument("--public-url", default="", metavar="URL", help="as registered with the sender")
        parser.add_argument("--environment", choices=Source.Environment.values)
        parser.add_argument("--tenant", action="append", default=[], metavar="ID", help="repeat for several")
        parser.add_argument(
            "--setting", action="append", default=[], metavar="NAME=VALUE", help="the source's; repeat for several"
        )
        parser.add_argument("--json", action="store_true", dest="as_json", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = add_endpoint(
                options["provider"],
                name=options["name"],
                secrets=options["secret"],
                public_url=options["public_url"],
                environment=options["environment"],
                tenants=options["tenant"],
                settings=_settings(options["setting"]),
            )
        except EndpointProblem as problem:
            raise CommandError(str(problem)) from problem
        if made.generated_secret:
            self.stderr.write(f"secret (shown only now): {made.generated_secret}")
        if made.needs_secret:
            self.stderr.write("it needs a secret: until it has one, every request is refused")
        facts = {
            "id": made.endpoint.pk,
            "provider": made.endpoint.source.provider,
            "source": made.endpoint.source.name,
            "path": made.token.path,
            "public_url": made.token.public_url,
        }
        if options["as_json"]:
            self.stdout.write(json.dumps(facts))
        else:
            for name, value in facts.items():
                self.stdout.write(f"{name}: {value}")


def _settings(given: Sequence[str]) -> dict[str, str]:
    """Each NAME=VALUE; the last of a name counts. Raises CommandError for a text without the sign."""
    settings = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not sign:
            raise CommandError(f"--setting {text}: write it as NAME=VALUE")
        settings[name] = value
    return settings
