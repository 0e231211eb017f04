"""A large ledger in which every law holds, in a database that is migrated and holds no stock.

From the command line: `manage.py shell -c "from tests.bench.million import fill_and_tell; fill_and_tell(1_000_000)"`.

Most of it is Square's counts; a twentieth each are the counts of Tracktile's lots and of Treez's packages. What every
statement does is worked out by the project's own fold; only the rows are written past the ORM. The same size gives the
same ledger.
"""

import random
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from django.db import connection, transaction

from inventory import ledger
from inventory.events import PlaceDescribed, PlacesNamed, Statement
from inventory.ledger import Why
from inventory.ledger.directory import Directory
from inventory.models import Cause, Location, Source, StockEvent
from tests.bench import accounts
from tests.bench.accounts import Account, Subject
from tests.bench.pen import Pen
from tests.bench.scribe import Scribe, Telling, Written
from tests.bench.size import COUNTS_OF_A_LOT, COUNTS_OF_A_PACKAGE, LOTS_AT_ONCE, Size

AT_ONCE = 10_000
"""How many counts are written in one transaction."""
SEED = 7


class NotEmpty(Exception):
    """The database holds stock already."""


def fill(size: Size, told: Callable[[Written], None] = lambda _: None) -> Written:
    """Write a ledger of this size; return how much there is of what `prove_ledger` counts.

    `told` is called after each of the transactions in which it is written. Raises NotEmpty, and ValueError for a size
    that has too few products and locations for its counts.
    """
    if StockEvent.objects.exists():
        raise NotEmpty("a ledger is made only where there is none")
    written = Written()
    with transaction.atomic():
        shops = Shops(size, written)
        shops.open()
    told(written)
    for part in shops.parts():
        with transaction.atomic(), shops.pen.writing():
            shops.scribe.tell(*part())
            shops.scribe.set_head()
        told(written)
    return written


Part = Callable[[], tuple[list[Telling], list[Subject]]]


class Shops:
    """Three accounts, and what each has to say."""

    def __init__(self, size: Size, written: Written) -> None:
        self.pen = Pen()
        directory, chance = Directory(), random.Random(SEED)  # noqa: S311  # the same each time is what is wanted
        self.scribe = Scribe(self.pen, directory, chance, written)
        self._size = size
        self._square, self._tracktile, self._treez = (
            Account(
                source_id=Source.objects.create(name=f"{provider} of the bench", provider=provider).pk,
                tenant=tenant,
                listings=[f"{tenant}-item-{number:05d}" for number in range(size.products * tenths // 10)],
                places=[f"{tenant}-place-{number:03d}" for number in range(size.locations * tenths // 10)],
                pen=self.pen,
                directory=directory,
                chance=chance,
            )
            for provider, tenant, tenths in (("square", "MBENCH", 8), ("tracktile", "bench", 1), ("treez", "store", 1))
        )
        room = len(self._square.listings) * len(self._square.places)
        if size.square > room:
            raise ValueError(f"so few products and locations have room for {room} of Square's counts only")

    def open(self) -> None:
        """Write the places, as the ledger does it, and the listings."""
        shops = (
            (self._square, "Goods", 40_000_000_000),
            (self._tracktile, "Bulk", None),
            (self._treez, "Flower", 41_000_000_000),
        )
        for shop, _, _ in shops:
            self._describe_places(shop)
        with self.pen.writing():
            for shop, names, first_code in shops:
                pairs = list(accounts.catalogue(shop, names, first_code))
                self.scribe.tell([telling for telling, _ in pairs], [listing for _, listing in pairs])
            self.scribe.set_head()

    def parts(self) -> Iterator[Part]:
        """The rest, some thousand counts at a time."""
        for first in range(0, self._size.square, AT_ONCE):
            yield partial(self._counts, first)
        lots_at_once, packages_at_once = AT_ONCE // COUNTS_OF_A_LOT, AT_ONCE // COUNTS_OF_A_PACKAGE
        for first in range(0, self._size.lots, lots_at_once):
            yield partial(self._lots, range(first, min(first + lots_at_once, self._size.lots)))
        for first in range(0, self._size.packages, packages_at_once):
            yield partial(self._packages, range(first, min(first + packages_at_once, self._size.packages)))

    def _describe_places(self, shop: Account) -> None:
        said: list[Statement] = [
            PlaceDescribed(**shop.clock(0), location=place, fields={"name": place.replace("-", " ")})
            for place in shop.places
        ]
        if shop is self._treez:
            # Treez speaks of its places by names, and elsewhere tells which lasting identifiers they stand for.
            said.append(PlacesNamed(**shop.clock(1), places={place: f"id-of-{place}" for place in shop.places}))
        with ledger.posting() as book:
            book.record(shop.source_id, said, Why(kind=Cause.Kind.IMPORT, reference="bench:places"))
        self.scribe.written.events += len(said)
        self.scribe.written.streams += len(said)
        rows = Location.objects.filter(source=shop.source_id).values_list("external_id", "pk")
        shop.directory.locations |= {shop.identifier(external_id): pk for external_id, pk in rows}

    def _counts(self, first: int) -> tuple[list[Telling], list[Subject]]:
        numbers = [self._size.changes_of(index) for index in range(first, min(first + AT_ONCE, self._size.square))]
        return list(accounts.counts(self._square, first, numbers)), []

    def _lots(self, numbers: range) -> tuple[list[Telling], list[Subject]]:
        return _joined(accounts.lots(self._tracktile, first) for first in numbers[::LOTS_AT_ONCE])

    def _packages(self, numbers: range) -> tuple[list[Telling], list[Subject]]:
        return _joined(accounts.package(self._treez, number) for number in numbers)


def _joined(pieces: Iterable[tuple[list[Telling], list[Subject]]]) -> tuple[list[Telling], list[Subject]]:
    tellings: list[Telling] = []
    subjects: list[Subject] = []
    for told, about in pieces:
        tellings += told
        subjects += about
    return tellings, subjects


def fill_and_tell(counts: int, movements: int = 0) -> None:
    """Fill a database from the command line, and print how far it is."""
    began = time.monotonic()

    def told(written: Written) -> None:
        print(f"{written.counts} counts after {time.monotonic() - began:.0f} s", flush=True)

    written = fill(Size.of(counts, movements=movements), told)
    if connection.vendor == "postgresql":
        # As its autovacuum does in time.
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE)")
    print(f"{written} after {time.monotonic() - began:.0f} s")
