"""`manage.py simulate`: a provider's twin posts to an endpoint, as fast and as badly as it is told to."""

import sys
import threading
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from inventory.models import Source
from webhooks.demo.progress import Progress
from webhooks.endpoints import newest_token, scheme_of
from webhooks.models import Endpoint
from webhooks.providers import PROVIDERS
from webhooks.twins import TWINS, Twin
from webhooks.twins.faults import Faults, UnknownFault, befall
from webhooks.twins.posting import NO_ANSWER, NotHere, Pace, Tally, Target, post_all
from webhooks.twins.signing import CannotForge, Signer
from webhooks.twins.wire import SECOND
from webhooks.verification import scheme_needs_secret, secret_problem

MOST_MESSAGES = 1_000_000
MOST_CONNECTIONS = 64
WORLD_SECONDS = 60
"""How much time passes in the twin's world from one message to the next: it all lies in the past when it is sent."""


class Command(BaseCommand):
    help = (
        "Have a provider's twin post to an endpoint over real HTTP, and tell what was answered. What it says is "
        "invented, and it posts to this machine only."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("provider", choices=sorted(TWINS))
        parser.add_argument("--endpoint", type=int, metavar="ID", help="its URL and newest secret are used")
        parser.add_argument("--url", help="where to post; without it, the endpoint's path at PUBLIC_BASE_URL")
        parser.add_argument("--secret", default="", help="where there is no --endpoint to take it from")
        parser.add_argument("--count", type=int, default=100, help="messages, before the faults (default: %(default)s)")
        parser.add_argument(
            "--rate", type=float, default=20.0, help="messages a second; 0: as fast as may be (default: %(default)s)"
        )
        parser.add_argument("--seed", type=int, default=1, help="another seed, another account (default: %(default)s)")
        parser.add_argument("--products", type=int, default=0, help="how many there are (default: about twenty)")
        parser.add_argument(
            "--faults", default="", metavar="NAME=SHARE,...", help=f"of {', '.join(Faults().rates())}; from 0 to 1"
        )
        parser.add_argument("--connections", type=int, default=1, help="kept open at a time (default: %(default)s)")
        parser.add_argument(
            "--retry-scale",
            type=float,
            default=0.01,
            help="times the pauses of the provider's retry schedule (default: %(default)s)",
        )
        parser.add_argument(
            "--within", type=float, default=600.0, help="seconds, after which it ends (default: %(default)s)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        _check_bounds(options)
        target, signer = self._where(options)
        try:
            faults = Faults.parse(options["faults"])
            for proof in faults.proofs():
                signer.check(proof)
        except (UnknownFault, CannotForge) as error:
            raise CommandError(f"--faults: {error}") from error
        began = time.time_ns() - options["count"] * WORLD_SECONDS * SECOND
        twin = TWINS[options["provider"]](seed=options["seed"], began=began, products=options["products"])
        self._play(twin, faults, signer, target, options)

    def _play(self, twin: Twin, faults: Faults, signer: Signer, target: Target, options: dict[str, Any]) -> None:
        moments = (twin.began + WORLD_SECONDS * SECOND * number for number in range(options["count"]))
        said = sorted(twin.play(moments), key=lambda message: message.sent_at)
        messages = befall(said, faults, options["seed"])
        pace = Pace(
            speed=options["rate"] * WORLD_SECONDS,
            retry_scale=options["retry_scale"],
            within=options["within"],
            connections=options["connections"],
        )
        progress = Progress(len(messages), self.stderr, bar=sys.stderr.isatty())
        lock = threading.Lock()

        def told(number: int) -> None:
            with lock:
                progress.advance(number)

        began = time.monotonic()
        tally = post_all(messages, signer, target, pace, told)
        self._tell(tally, len(messages), time.monotonic() - began)

    def _where(self, options: dict[str, Any]) -> tuple[Target, Signer]:
        url, secret = options["url"] or "", options["secret"]
        if options["endpoint"] is not None:
            endpoint = Endpoint.objects.select_related("source").filter(pk=options["endpoint"]).first()
            if endpoint is None:
                raise CommandError(f"there is no endpoint {options['endpoint']}")
            if endpoint.source.provider != options["provider"]:
                raise CommandError(f"endpoint {endpoint.pk} speaks {endpoint.source.provider}")
            self._note_settings(endpoint.source)
            token = newest_token(endpoint)
            scheme = scheme_of(endpoint, token)
            url = url or settings.PUBLIC_BASE_URL + token.path
            newest = endpoint.secrets.live().order_by("-pk").first()
            secret = secret or (newest.value if newest else "")
        elif url:
            provider = PROVIDERS[options["provider"]]
            scheme = provider.scheme(url, provider.settings_of({}))
        else:
            raise CommandError("say where to post: --endpoint ID, or --url URL (and --secret)")
        problem = secret_problem(scheme, secret) if scheme_needs_secret(scheme) else None
        if problem:
            raise CommandError(f"the secret cannot be used: {problem}")
        try:
            return Target.of(url), Signer(scheme=scheme, secret=secret)
        except NotHere as error:
            raise CommandError(str(error)) from error

    def _note_settings(self, source: Source) -> None:
        wanted = TWINS[source.provider].settings.items()
        missing = [f"{name}={value}" for name, value in wanted if source.settings.get(name) != value]
        if missing:
            self.stderr.write(f"not all that it says will be understood: the source has not {', '.join(missing)}")

    def _tell(self, tally: Tally, number: int, seconds: float) -> None:
        self.stdout.write(
            f"messages: {number}, in {seconds:.1f} s ({sum(tally.statuses.values()) / seconds:.0f} posts/s)"
        )
        for status, times in sorted(tally.statuses.items()):
            self.stdout.write(f"{'no answer' if status == NO_ANSWER else status}: {times}")
        self.stdout.write(f"tried again: {tally.retries}, given up: {tally.given_up}, not sent: {tally.unsent}")
        shares = {"median": 0.5, "95 %": 0.95, "99 %": 0.99, "longest": 1.0}
        waits = ", ".join(f"{name} {tally.percentile(share) * 1000:.1f} ms" for name, share in shares.items())
        self.stdout.write(f"answered within: {waits}")


def _check_bounds(options: dict[str, Any]) -> None:
    bounds = {
        "count": (1, MOST_MESSAGES),
        "rate": (0, MOST_MESSAGES),
        "connections": (1, MOST_CONNECTIONS),
        "products": (0, MOST_MESSAGES),
        "retry_scale": (0, 1),
        "within": (1, 86_400),
    }
    for name, (least, most) in bounds.items():
        if not least <= options[name] <= most:
            raise CommandError(f"--{name.replace('_', '-')} {options[name]}: it must be from {least} to {most}")
