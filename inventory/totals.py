"""What may be added up, and why not: pure arithmetic over the counts of a product.

A total adds only counts of production sources in equal units, and never two sources that report one product at one
site. Where several do, the counts of the one that staff named the site's authority make its total; until there is one,
every source has a subtotal of its own. Nothing that is not known is taken for 0.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple

from inventory.events import Bucket

ON_HAND = frozenset({Bucket.AVAILABLE, Bucket.HELD, Bucket.RESERVED, Bucket.PACKED, Bucket.RETURNED, Bucket.RECEIVED})
"""What is in the house. `incoming`, `in_transit`, `waste` and `other` are not; `channel` is somebody else's sum."""

# A factor times a sum of many quantities needs more digits than Python's default, which would round in silence.
_EXACT = Context(prec=100, traps=[Inexact, InvalidOperation, Overflow])


class Named(NamedTuple):
    """A row of ours: its number, and its name for people."""

    id: int
    name: str


class Obstacle(StrEnum):
    """Why there is no total."""

    NO_AUTHORITY = "no_authority"
    """Several sources report the product at one site, and nobody is its authority."""
    AUTHORITY_IS_SILENT = "authority_is_silent"
    """Several sources report the product at one site, and the site's authority is none of them."""
    UNITS = "units"
    """The units of its listings are not known to be equal."""
    NO_SITE = "no_site"
    """Some of it is at places without a site, where another source may count the same units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """The counts of one listing in one bucket at places of one site that are alike."""

    product: Named
    product_unit: str
    """'' where it is not known."""
    site: Named | None
    """None for places that belong to no site yet, and for counts without a place."""
    authority: Named | None
    """The source whose counts make the site's totals."""
    source: Named
    is_sandbox: bool
    listing: Named
    listing_unit: str
    factor: Decimal
    """How many of the product's unit are in one of the listing's."""
    bucket: Bucket
    is_sellable_place: bool
    quantity: Decimal
    """The sum of the counts whose number is known, in the listing's unit."""
    known: int
    """How many counts that is."""
    unknown: int
    """How many counts have no number: unknown, or not tracked."""
    unsure: int = 0
    """How many of the known ones are estimated or doubtful."""
    as_of: int | None = None
    """The newest moment that a count speaks of: nanoseconds since 1970-01-01 UTC."""

    @property
    def is_on_hand(self) -> bool:
        return self.bucket in ON_HAND


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """Numbers that were added up."""

    unit: str
    """'' where it is not known."""
    on_hand: Decimal | None
    """None where no number is known."""
    sellable: Decimal | None
    unknown: int
    """How many counts on hand have no number, and are left out."""
    unsure: int
    """How many counts on hand are estimated or doubtful, and are in."""
    as_of: int | None
    """The newest moment that a count speaks of: nanoseconds since 1970-01-01 UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subtotal:
    """What one source says about a product at one site; a line for each listing whose unit is not known to be equal."""

    source: Named
    listing: Named | None
    """Set where the numbers are in the listing's own unit, which cannot be compared with the product's."""
    sum: Sum
    channel: Decimal | None
    """What a sales channel shows: for comparison, in no total."""
    is_counted: bool
    """Whether it makes the site's total; the others are there for comparison."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteStock:
    """One product at one site, or one source's stock of it at places that belong to no site yet."""

    site: Named | None
    authority: Named | None
    subtotals: tuple[Subtotal, ...]
    total: Sum | None
    """None where it may not be had (see `obstacles`), and where nothing on hand is reported."""
    obstacles: tuple[Obstacle, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductStock:
    """One product everywhere."""

    product: Named
    unit: str
    places: tuple[SiteStock, ...]
    """By the sites' names; then what has no site yet, by the sources' names."""
    total: Sum | None
    """None where it may not be had (see `obstacles`), and where nothing on hand is reported."""
    obstacles: tuple[Obstacle, ...]

    @property
    def lines(self) -> int:
        """How many subtotals there are, everywhere."""
        return sum(len(place.subtotals) for place in self.places)

    @property
    def is_plain(self) -> bool:
        """Whether the one line that there is says it all."""
        return self.lines == 1 and self.total is not None


def is_comparable(listing_unit: str, product_unit: str, factor: Decimal) -> bool:
    """Whether a listing's quantities are known in the product's unit.

    A factor of 1 is what nobody has set: it is believed between equal units alone, and no other one is there.
    """
    if not listing_unit or not product_unit:
        return False
    return (listing_unit == product_unit) == (factor == 1)


def in_product_unit(quantity: Decimal, factor: Decimal) -> Decimal:
    """So many of a listing's units in the product's, to the last decimal."""
    return _EXACT.multiply(quantity, factor)


def added(quantities: Iterable[Decimal | None]) -> Decimal | None:
    """The exact sum of what is known; None where nothing is."""
    total = None
    for quantity in quantities:
        if quantity is not None:
            total = quantity if total is None else _EXACT.add(total, quantity)
    return total


def product_stock(product: Named, unit: str, portions: Iterable[Portion]) -> ProductStock:
    """Add up the portions of one product as far as they may be added."""
    real = sorted((portion for portion in portions if not portion.is_sandbox), key=_place)
    places = tuple(place for _, here in groupby(real, key=_place) if (place := _site_stock(list(here))).subtotals)
    obstacles = _unique(obstacle for place in places for obstacle in place.obstacles)
    counted = [(place, line) for place in places for line in place.subtotals if line.is_counted]
    if not obstacles:
        obstacles = _between_sites([place for place, _ in counted], [line for _, line in counted])
    lines = [line for _, line in counted]
    total = None if obstacles or not lines else _grand_total([line.sum for line in lines])
    return ProductStock(product=product, unit=unit, places=places, total=total, obstacles=obstacles)


def _place(portion: Portion) -> tuple[bool, str, int]:
    """Sites by name; each source's places without a site are a group of their own."""
    group = portion.site or portion.source
    return portion.site is None, group.name, group.id


def _site_stock(portions: Sequence[Portion]) -> SiteStock:
    site, authority = portions[0].site, portions[0].authority
    reporting = {portion.source for portion in portions if portion.is_on_hand}
    obstacles: tuple[Obstacle, ...] = ()
    # Who reports a product alone is contradicted by nobody, whoever the site's authority is.
    counted = reporting
    if len(reporting) > 1:
        counted = reporting & {authority}
        if not counted:
            obstacles = (Obstacle.NO_AUTHORITY if authority is None else Obstacle.AUTHORITY_IS_SILENT,)
    lines = [_subtotal(list(group), counted) for _, group in groupby(sorted(portions, key=_line), key=_line)]
    shown = tuple(line for line in lines if line is not None)
    totals = [line.sum for line in shown if line.is_counted]
    if len(totals) > 1:
        obstacles = (Obstacle.UNITS,)
    total = totals[0] if len(totals) == 1 else None
    return SiteStock(site=site, authority=authority, subtotals=shown, total=total, obstacles=obstacles)


def _line(portion: Portion) -> tuple[str, int, str, int]:
    """What is added together at one site: one source's counts in one unit."""
    own = None if _is_comparable(portion) else portion.listing
    return (*_by_name(portion.source), *(("", 0) if own is None else _by_name(own)))


def _by_name(named: Named) -> tuple[str, int]:
    return named.name, named.id


def _is_comparable(portion: Portion) -> bool:
    return is_comparable(portion.listing_unit, portion.product_unit, portion.factor)


def _subtotal(portions: Sequence[Portion], counted: set[Named]) -> Subtotal | None:
    """One line; None where its source reports neither stock on hand nor what a channel shows."""
    first = portions[0]
    on_hand = [portion for portion in portions if portion.is_on_hand]
    channel = [portion for portion in portions if portion.bucket == Bucket.CHANNEL]
    if not on_hand and not channel:
        return None
    comparable = _is_comparable(first)
    return Subtotal(
        source=first.source,
        listing=None if comparable else first.listing,
        sum=Sum(
            unit=first.product_unit if comparable else first.listing_unit,
            on_hand=added(_known(on_hand)),
            sellable=added(_sellable(on_hand)),
            unknown=sum(portion.unknown for portion in on_hand),
            unsure=sum(portion.unsure for portion in on_hand),
            as_of=_newest(portion.as_of for portion in on_hand or channel),
        ),
        channel=added(_known(channel)),
        is_counted=bool(on_hand) and first.source in counted,
    )


def _known(portions: Iterable[Portion]) -> list[Decimal]:
    return [_in_unit(portion) for portion in portions if portion.known]


def _sellable(on_hand: Iterable[Portion]) -> list[Decimal]:
    """What is known of the units that may be sold: none of those at a place where nothing is sold."""
    found = []
    for portion in on_hand:
        if not portion.is_sellable_place:
            found.append(Decimal(0))
        elif portion.bucket == Bucket.AVAILABLE and portion.known:
            found.append(_in_unit(portion))
    return found


def _in_unit(portion: Portion) -> Decimal:
    return in_product_unit(portion.quantity, portion.factor) if _is_comparable(portion) else portion.quantity


def _between_sites(places: Sequence[SiteStock], lines: Sequence[Subtotal]) -> tuple[Obstacle, ...]:
    """Why sites that have a total each may still have none together."""
    found = []
    if any(place.site is None for place in places) and len({line.source for line in lines}) > 1:
        found.append(Obstacle.NO_SITE)
    if len({line.listing for line in lines}) > 1:
        found.append(Obstacle.UNITS)
    return tuple(found)


def _grand_total(sums: Sequence[Sum]) -> Sum:
    return Sum(
        unit=sums[0].unit,
        on_hand=added(each.on_hand for each in sums),
        sellable=added(each.sellable for each in sums),
        unknown=sum(each.unknown for each in sums),
        unsure=sum(each.unsure for each in sums),
        as_of=_newest(each.as_of for each in sums),
    )


def _newest(moments: Iterable[int | None]) -> int | None:
    return max((moment for moment in moments if moment is not None), default=None)


def _unique(obstacles: Iterable[Obstacle]) -> tuple[Obstacle, ...]:
    return tuple(dict.fromkeys(obstacles))
