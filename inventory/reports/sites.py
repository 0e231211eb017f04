"""Sites: who reports there, and what stands in their locations, a page of them at a time."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import Count as Number
from django.db.models import Exists, OuterRef, Q, QuerySet

from inventory.events import HIDDEN
from inventory.models import Count, Location, Site, Source
from inventory.reports.newest import products_that_moved_last
from inventory.reports.totals import stock_of
from inventory.totals import ON_HAND, ProductStock, added, in_product_unit, is_comparable

COUNTS_OF_A_LOCATION = 200
"""Of a location with more counts than these nothing is added up: it would be a part that looks like the whole."""
DEEPEST = 20
"""How many places around a location are named."""
LEVELS = 5


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
    more_than: int | None
    """How many counts it has more than, where those are too many to be added up here."""

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
    large = _with_many_counts(shown)
    units = _units_at(shown - large)
    paths = {location.pk: _path(location, known) for location in locations}
    ordered = sorted(locations, key=lambda location: [(str(step), step.pk) for step in paths[location.pk]])
    return [_place(location, paths[location.pk], shown, large, units.get(location.pk, {})) for location in ordered]


def _place(
    location: Location, path: Sequence[Location], shown: set[int], large: set[int], sums: Mapping[str, list[Decimal]]
) -> Place:
    above = path[:-1]
    next_shown = max((at for at, step in enumerate(above) if step.pk in shown), default=-1)
    return Place(
        location=location,
        depth=sum(step.pk in shown for step in above),
        around=" / ".join(map(str, above[next_shown + 1 :])),
        units=tuple(
            Units(unit=unit, quantity=total)
            for unit in sorted(sums)
            if unit and (total := added(sums[unit])) is not None
        ),
        without_unit=len(sums.get("", ())),
        more_than=COUNTS_OF_A_LOCATION if location.pk in large else None,
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


def _with_many_counts(ids: set[int]) -> set[int]:
    """Those of these locations that have more than COUNTS_OF_A_LOCATION counts."""
    one_more = Count.objects.filter(location=OuterRef("pk"))[COUNTS_OF_A_LOCATION : COUNTS_OF_A_LOCATION + 1]
    return set(Location.objects.filter(Exists(one_more), pk__in=ids).values_list("pk", flat=True))


def _units_at(ids: set[int]) -> Mapping[int, Mapping[str, list[Decimal]]]:
    """What is on hand at each of these locations, count by count, by its unit; by '' where that is not known."""
    found: dict[int, dict[str, list[Decimal]]] = defaultdict(lambda: defaultdict(list))
    on_hand = Count.objects.filter(location__in=ids, bucket__in=[bucket.value for bucket in ON_HAND])
    for location_id, quantity, unit, factor, product_unit in (
        on_hand.exclude(quality__in=HIDDEN)
        .exclude(quantity=Decimal())
        .order_by()
        .values_list("location", "quantity", "listing__unit", "listing__unit_factor", "listing__product__unit")
    ):
        if is_comparable(unit, product_unit, factor):
            found[location_id][product_unit].append(in_product_unit(quantity, factor))
        else:
            found[location_id][unit].append(quantity)
    return found
