"""Sites: who reports there, and what stands in their locations, a page of them at a time."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count as Number
from django.db.models import Exists, OuterRef, Q, QuerySet

from inventory.events import HIDDEN
from inventory.models import Count, Location, Site, Source
from inventory.quantity import from_millionths
from inventory.reports.newest import products_that_moved_last
from inventory.reports.totals import stock_of
from inventory.totals import ON_HAND, ProductStock, added, in_product_unit, is_comparable

COUNTS_OF_A_LOCATION = 200
"""How many counts of one location are added up."""
DEEPEST = 20
"""How many places around a location are named."""
LEVELS = 5

# One subquery for each location: each ends at its limit.
_COUNTS = (
    "SELECT * FROM (SELECT location_id, listing_id, bucket, quantity, quality FROM inventory_count "
    "WHERE location_id = %s ORDER BY bucket, id LIMIT %s) counts_there"
)
_WITH_UNITS = (
    "SELECT c.location_id, c.bucket, c.quantity, c.quality, l.unit, l.unit_factor, p.unit FROM ({}) c "
    "JOIN inventory_listing l ON l.id = c.listing_id JOIN inventory_product p ON p.id = l.product_id"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporter:
    """A source with locations at a site."""

    source: Source
    locations: int
    has_stock: bool
    """Whether it counts anything on hand here: a channel's sum alone makes nobody's total."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """What is on hand at a location in units of one name, whatever the products."""

    unit: str
    quantity: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One location of a page."""

    location: Location
    depth: int
    """How many locations of the same page it stands in."""
    around: str
    """The places around it up to the next one that is on the page, from the outermost on."""
    units: tuple[Units, ...]
    without_unit: int
    """How many counts on hand are in a unit that is not known."""
    cut_to: int | None
    """How many of its counts were added up, where it has more."""

    @property
    def level(self) -> int:
        """How far the page moves it to the right; the deepest ones stand together."""
        return min(self.depth, LEVELS)


def reporters(sites: Sequence[int]) -> dict[int, list[Reporter]]:
    """The sources with locations at each of these sites, by name."""
    found: dict[int, list[Reporter]] = defaultdict(list)
    rows = list(
        Location.objects.filter(site__in=sites, same_as__isnull=True)
        .order_by()
        .values_list("site", "source")
        .annotate(number=Number("pk"))
        .order_by("source__name")
    )
    with_stock = set(sited_with_stock().filter(site__in=sites).order_by().values_list("site", "source").distinct())
    sources = Source.objects.defer("settings").in_bulk({source_id for _, source_id, _ in rows})
    for site_id, source_id, number in rows:
        if site_id is not None:
            found[site_id].append(
                Reporter(source=sources[source_id], locations=number, has_stock=(site_id, source_id) in with_stock)
            )
    return found


def rivals(reporting: Iterable[Reporter]) -> int:
    """How many of these count stock that could enter a total."""
    return sum(
        reporter.has_stock and reporter.source.environment == Source.Environment.PRODUCTION for reporter in reporting
    )


def sited_with_stock() -> QuerySet[Location]:
    """The locations of sites at which anything on hand is counted."""
    on_hand = Count.objects.filter(location=OuterRef("pk"), bucket__in=[bucket.value for bucket in ON_HAND])
    return Location.objects.filter(Exists(on_hand), site__isnull=False, same_as__isnull=True)


def found_by(text: str) -> Q:
    """What a search for locations finds: an identifier that is `text`, a name that begins with it; all for ''."""
    if not text:
        return Q()
    return Q(external_id=text) | Q(own_name__istartswith=text) | Q(name__istartswith=text)


def stock_at(site: Site, number: int) -> list[ProductStock]:
    """The products that moved last at a site, with what they have there alone."""
    found = []
    for stock in stock_of(products_that_moved_last(number, site_id=site.pk)):
        here = [place for place in stock.places if place.site is not None and place.site.id == site.pk]
        found += [replace(stock, places=(place,), total=place.total, obstacles=place.obstacles) for place in here]
    return found


def tree(locations: Sequence[Location]) -> list[Place]:
    """These locations, each behind the one that it stands in, with what is on hand there."""
    shown = {location.pk for location in locations}
    known = _with_surroundings(locations)
    counts = _counts_at(locations)
    paths = {location.pk: _path(location, known) for location in locations}
    ordered = sorted(locations, key=lambda location: [(str(step), step.pk) for step in paths[location.pk]])
    return [_place(location, paths[location.pk], shown, counts[location.pk]) for location in ordered]


def _place(location: Location, path: Sequence[Location], shown: set[int], counts: Sequence[tuple[Any, ...]]) -> Place:
    above = path[:-1]
    next_shown = max((at for at, step in enumerate(above) if step.pk in shown), default=-1)
    sums: dict[str, list[Decimal]] = defaultdict(list)
    without_unit = 0
    for _, bucket, quantity, quality, listing_unit, factor, product_unit in counts[:COUNTS_OF_A_LOCATION]:
        if bucket not in ON_HAND or quality in HIDDEN or not quantity:
            continue
        amount = from_millionths(quantity)
        if is_comparable(listing_unit, product_unit, from_millionths(factor)):
            sums[product_unit].append(in_product_unit(amount, from_millionths(factor)))
        elif listing_unit:
            sums[listing_unit].append(amount)
        else:
            without_unit += 1
    return Place(
        location=location,
        depth=sum(step.pk in shown for step in above),
        around=" / ".join(map(str, above[next_shown + 1 :])),
        units=tuple(
            Units(unit=unit, quantity=total) for unit in sorted(sums) if (total := added(sums[unit])) is not None
        ),
        without_unit=without_unit,
        cut_to=COUNTS_OF_A_LOCATION if len(counts) > COUNTS_OF_A_LOCATION else None,
    )


def _with_surroundings(locations: Sequence[Location]) -> dict[int, Location]:
    """These locations and all that they stand in, read level by level."""
    known = {location.pk: location for location in locations}
    missing = {location.parent_id for location in locations if location.parent_id} - known.keys()
    for _ in range(DEEPEST):
        if not missing:
            break
        found = Location.objects.defer("description").in_bulk(missing)
        known |= found
        missing = {location.parent_id for location in found.values() if location.parent_id} - known.keys()
    return known


def _path(location: Location, known: dict[int, Location]) -> list[Location]:
    path = [location]
    while len(path) <= DEEPEST and (above := path[0].parent_id) in known and above is not None:
        path.insert(0, known[above])
    return path


def _counts_at(locations: Sequence[Location]) -> dict[int, list[tuple[Any, ...]]]:
    found: dict[int, list[tuple[Any, ...]]] = {location.pk: [] for location in locations}
    if not locations:
        return found
    with connection.cursor() as cursor:
        cursor.execute(
            _WITH_UNITS.format(" UNION ALL ".join([_COUNTS] * len(locations))),
            [value for pk in found for value in (pk, COUNTS_OF_A_LOCATION + 1)],
        )
        for row in cursor.fetchall():
            found[row[0]].append(row)
    return found
