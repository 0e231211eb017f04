"""Every list and a sample of the pages of single things, as an administrator sees them: none may fail."""

import html
import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from random import Random

from tests.e2e.stand import Stand, ask
from tests.fuzz.pages import ADMIN, API, LISTS, viewer_asks
from tests.fuzz.people import declared_parameters, sign_in
from tests.fuzz.request import Shot
from tests.fuzz.sending import Sending
from webhooks.twins.chance import seeded

PAGES = 4
"""Of each list, from the first on."""
SAMPLE = 40
"""Things of each kind that are looked at."""
ASKED = 600
"""Mutated questions to the lists, now that there is something in them."""
_NEXT = re.compile(r'href="(\?[^"]*\bafter=[^"]*)"')
DETAILS = {
    "webhooks_delivery": ("/admin/webhooks/delivery/{}/change/",),
    "inventory_listing": ("/admin/inventory/listing/{}/change/", "/api/v1/listings/{}/"),
    "inventory_batch": ("/admin/inventory/batch/{}/change/", "/api/v1/batches/{}/", "/batches/{}/"),
    "inventory_location": ("/admin/inventory/location/{}/change/", "/api/v1/locations/{}/", "/locations/{}/"),
    "inventory_count": ("/admin/inventory/count/{}/change/", "/api/v1/counts/{}/", "/counts/{}/"),
    "inventory_stockevent": ("/admin/inventory/stockevent/{}/change/",),
    "inventory_product": ("/admin/inventory/product/{}/change/", "/api/v1/products/{}/", "/products/{}/"),
}
"""By the table of a thing, the addresses of its pages."""


@dataclass(slots=True)
class Walk:
    """What was seen."""

    statuses: Counter[tuple[str, int | str]] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)


def walk(stand: Stand, *, seed: int) -> Walk:
    """Look at everything, and ask the lists odd questions."""
    seen = Walk()
    session = sign_in(stand, "administrator")
    headers = {"cookie": f"sessionid={session}"}
    chance = seeded(seed, "walk")
    with closing(stand.connect()) as connection:
        for start in (*LISTS, *API, *ADMIN, "/admin/inventory/stockevent/", *_details(stand, chance)):
            path: str | None = start
            for _ in range(PAGES):
                if path is None:
                    break
                answer = ask(connection, "GET", path, headers=headers)
                seen.statuses["page of an administrator's", answer.status] += 1
                if answer.status != 200:
                    seen.problems.append(f"{path} was answered {answer.status}")
                path = _next(path, answer.body)
    asks = list(viewer_asks(session, declared_parameters(stand, session)).items())

    def aim(number: int) -> tuple[str, Shot]:
        dice = seeded(seed, "question", number)
        kind, question = dice.choice(asks)
        return kind, question(dice)

    outcome = Sending(aim, stand.port, ASKED).end()
    seen.statuses.update(outcome.statuses)
    seen.problems += outcome.problems
    return seen


def _details(stand: Stand, chance: Random) -> Iterator[str]:
    for table, addresses in DETAILS.items():
        numbers = [number for (number,) in stand.rows(f"SELECT id FROM {table} ORDER BY id")]  # noqa: S608  # our own
        for number in chance.sample(numbers, min(SAMPLE, len(numbers))):
            yield from (address.format(number) for address in addresses)


def _next(path: str, body: bytes) -> str | None:
    """Where the next page of a list is; None on its last, and where there are no pages."""
    if path.startswith("/api/"):
        onward = json.loads(body).get("next")
        return onward[onward.index("/api/") :] if onward else None
    found = _NEXT.search(body.decode())
    return path.partition("?")[0] + html.unescape(found[1]) if found else None
