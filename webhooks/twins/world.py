"""The shops that the twins speak for: invented goods with valid barcodes, and the hours at which they are sold."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from random import Random

from webhooks.twins.wire import DAY, SECOND

HOUR = 3_600 * SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """One thing that is made, bought or sold."""

    name: str
    brand: str
    category: str
    unit: str
    """What one of it is: each, kg, l."""
    gtin: str
    """Of 13 digits."""
    loose: bool = False
    """Whether it is sold by weight, so that its counts have decimals."""


def gtin(number: int) -> str:
    """A GTIN-13 with a valid check digit, from the range that GS1 leaves to each shop, so that it is nobody's."""
    return _checked(f"2{number:011d}")


def _checked(body: str) -> str:
    weighed = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
    return body + str(-weighed % 10)


def _goods(first: int, unit: str, *rows: tuple[str, str, str]) -> tuple[Goods, ...]:
    return tuple(
        Goods(name=name, brand=brand, category=category, unit=unit, gtin=gtin(first + index), loose=unit == "kg")
        for index, (name, brand, category) in enumerate(rows)
    )


DISPENSARY = _goods(
    1100,
    "each",
    ("Harvest Moon Gummies 10-pack", "Tidewater", "EDIBLE"),
    ("Salted Caramel Chews 20-pack", "Tidewater", "EDIBLE"),
    ("Dark Chocolate Bar 100 mg", "Fern & Pine", "EDIBLE"),
    ("Ginger Mints 40-pack", "Fern & Pine", "EDIBLE"),
    ("Blackberry Seltzer 355 ml", "Low Tide", "BEVERAGE"),
    ("Yuzu Seltzer 355 ml", "Low Tide", "BEVERAGE"),
    ("Cedar Point Flower 3.5 g", "Old Mill", "FLOWER"),
    ("Blue Heron Flower 3.5 g", "Old Mill", "FLOWER"),
    ("Lighthouse Flower 7 g", "Old Mill", "FLOWER"),
    ("Morning Fog Pre-Roll 1 g", "Old Mill", "PREROLL"),
    ("Sea Glass Pre-Roll 5-pack", "Old Mill", "PREROLL"),
    ("Driftwood Vape 0.5 g", "North Jetty", "CARTRIDGE"),
    ("Saltgrass Vape 1 g", "North Jetty", "CARTRIDGE"),
    ("Quiet Harbour Tincture 30 ml", "Fern & Pine", "TINCTURE"),
    ("Daylight Tincture 30 ml", "Fern & Pine", "TINCTURE"),
    ("Arnica Salve 50 ml", "Fern & Pine", "TOPICAL"),
    ("Peach Rings 10-pack", "Tidewater", "EDIBLE"),
    ("Honey Lozenges 20-pack", "Tidewater", "EDIBLE"),
    ("Kelp Garden Rosin 1 g", "North Jetty", "EXTRACT"),
    ("Sandbar Crumble 1 g", "North Jetty", "EXTRACT"),
    ("Gull Rock Hash 2 g", "Old Mill", "EXTRACT"),
    ("Evening Tea 12 bags", "Low Tide", "BEVERAGE"),
    ("Sunset Capsules 30-pack", "Fern & Pine", "PILL"),
    ("Bay Leaf Bath Soak 200 g", "Fern & Pine", "TOPICAL"),
)

BAKERY = _goods(
    1200,
    "each",
    ("Country Sourdough 800 g", "Harbour Kitchen", "Bread"),
    ("Seeded Rye 700 g", "Harbour Kitchen", "Bread"),
    ("Butter Croissant", "Harbour Kitchen", "Pastry"),
    ("Cardamom Knot", "Harbour Kitchen", "Pastry"),
    ("Cocoa Brownie", "Harbour Kitchen", "Pastry"),
    ("Oat Biscuits 250 g", "Harbour Kitchen", "Pastry"),
)

SHELF = _goods(
    1300,
    "each",
    ("Oat Milk 1 l", "Meadow Lane", "Grocery"),
    ("Wildflower Honey 340 g", "Meadow Lane", "Grocery"),
    ("Sea Salt Flakes 150 g", "Meadow Lane", "Grocery"),
    ("Stoneware Mug", "Kiln Street", "Homeware"),
    ("Linen Tea Towel", "Kiln Street", "Homeware"),
    ("Canvas Tote", "Kiln Street", "Homeware"),
    ("Enamel Pin", "Kiln Street", "Gifts"),
    ("Harbour Postcards 8-pack", "Kiln Street", "Gifts"),
) + _goods(
    1350,
    "kg",
    ("House Espresso Beans", "Slow Boat Coffee", "Coffee"),
    ("Single Origin Filter Beans", "Slow Boat Coffee", "Coffee"),
)

SOLD_IN_BOTH = tuple(kind for kind in DISPENSARY if kind.category == "TOPICAL")
"""What the dispensary has and the shop beside it, too."""

LARDER = _goods(
    1400,
    "kg",
    ("Bread Flour T65", "Weir Mill", "Ingredient"),
    ("Whole Rye Flour", "Weir Mill", "Ingredient"),
    ("Cultured Butter", "Meadow Lane", "Ingredient"),
    ("Cane Sugar", "Southgate", "Ingredient"),
    ("Cocoa Powder", "Southgate", "Ingredient"),
    ("Rolled Oats", "Weir Mill", "Ingredient"),
    ("Cardamom", "Southgate", "Ingredient"),
    ("Fresh Yeast", "Southgate", "Ingredient"),
)


def goods(table: Sequence[Goods], number: int) -> list[Goods]:
    """`number` goods: those of the table, and beyond them further numbers of each, with barcodes of their own."""
    found = []
    for index in range(number):
        kind, edition = table[index % len(table)], index // len(table)
        if edition:
            name, barcode = f"{kind.name}, No. {edition + 1}", gtin(edition * 10_000 + int(kind.gtin[:-1]) % 10_000)
            kind = Goods(
                name=name,
                brand=kind.brand,
                category=kind.category,
                unit=kind.unit,
                gtin=barcode,
                loose=kind.loose,
            )
        found.append(kind)
    return found


OPENS, CLOSES = 8, 20
"""Hours of the shop's own clock."""
BUSY = (3, 6, 5, 4, 9, 8, 4, 4, 6, 10, 7, 3)
"""How much is sold in each of the hours that the shop is open, in parts: a morning, a noon and an evening."""


def trading_moments(chance: Random, began: int, until: int, number: int, *, offset: int = 0) -> list[int]:
    """`number` instants between two, in order, as busy as each hour is; `offset` is the shop's clock less UTC, in
    hours. Raises ValueError when the shop is closed all the time between.
    """
    starts, weights = [], []
    start = began - (began + offset * HOUR) % HOUR
    while start < until:
        hour = (start + offset * HOUR) % DAY // HOUR
        if OPENS <= hour < CLOSES:
            share = min(start + HOUR, until) - max(start, began)
            starts.append(max(start, began))
            weights.append(BUSY[hour - OPENS] * share / HOUR)
        start += HOUR
    if not starts:
        raise ValueError("the shop is closed all the time between the two instants")
    chosen = chance.choices(starts, cum_weights=list(accumulate(weights)), k=number)
    return sorted(min(first + chance.randrange(HOUR), until - 1) for first in chosen)


def parcel(chance: Random, kind: Goods, low: int, high: int) -> Decimal:
    """Some of it: a whole number, or quarters of what is sold by weight."""
    whole = Decimal(chance.randint(low, high))
    return whole + Decimal(chance.randrange(4)) / 4 if kind.loose else whole
