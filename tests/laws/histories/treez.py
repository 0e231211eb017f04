"""Treez: packages of several batches that come, move and are left out; products; and what staff say of them."""

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from inventory.events import Bucket, PackageAdjusted, PackageCounted, PackageStatement
from tests.laws.histories.base import Happening, History, instant, quantities, told
from tests.webhooks import treez

BATCHES = {"P1": ("B1", "B2"), "P2": ("B3",)}
SPOTS = {
    package: [(batch, place) for batch in batches for place in ("CASE", "VAULT")]
    for package, batches in BATCHES.items()
}

numbers = quantities.map(float)
parts = st.tuples(numbers, numbers | st.none() | st.just(treez.ABSENT), st.booleans() | st.just(treez.ABSENT))


def _readings(package: str) -> st.SearchStrategy[Any]:
    spots = st.lists(st.sampled_from(SPOTS[package]), unique=True, max_size=3)
    return st.tuples(
        st.just("read"),
        st.just(package),
        spots,
        st.lists(parts, min_size=3, max_size=3),
        st.sampled_from(["Mints", None]),
    )


def _hands(package: str) -> st.SearchStrategy[Any]:
    buckets = st.sampled_from([Bucket.AVAILABLE, Bucket.RESERVED])
    return st.tuples(
        st.just("hand"), st.just(package), st.sampled_from(SPOTS[package]), st.booleans(), buckets, quantities
    )


packages = st.sampled_from(["P1", "P1", "P1", "P2"])
products = st.tuples(st.just("product"), st.integers(0, 9), st.sampled_from(["ACTIVE", "DEACTIVATED"]), st.booleans())
tellings = st.one_of(packages.flatmap(_readings), packages.flatmap(_readings), packages.flatmap(_hands), products)


def histories(*, most: int = 7) -> st.SearchStrategy[History]:
    """Up to `most` happenings; what a row means that is left out is the same for all of them."""
    return st.tuples(told(tellings, most=most), st.sampled_from(["whole", "changed", "unsure"])).map(
        lambda drawn: History(
            "treez",
            [_happening(number, tick, *said) for number, (tick, said) in enumerate(drawn[0])],
            {"absent_rows": drawn[1]},
        )
    )


def _happening(number: int, tick: int, kind: str, *said: Any) -> Happening:
    if kind == "hand":
        return Happening(hand=_hand(number, tick, *said), tick=tick)
    return Happening(body=_read(*said) if kind == "read" else _product(*said), tick=tick)


def _read(package: str, spots: list[tuple[str, str]], stated: list[Any], name: str | None) -> bytes:
    rows = [
        treez.row(available, reserved, batch=batch, location=place, sellable=sellable)
        for (batch, place), (available, reserved, sellable) in zip(spots, stated, strict=False)
    ]
    return treez.inventory(*rows, package=package, productName=name)


def _product(minute: int, status: str, says_places: bool) -> bytes:
    changed = f"2024-01-14T12:{minute:02d}:00-07:00"
    detail = [{"location": "CASE", "location_id": "loc-1"}] if says_places else []
    return treez.product(last_updated_at=changed, product_status=status, sellable_quantity_detail=detail)


def _hand(
    number: int, tick: int, package: str, spot: tuple[str, str], adjusts: bool, bucket: Bucket, quantity: str
) -> PackageStatement:
    key = f"manual:{number}"
    said: dict[str, Any] = {
        "key": key,
        "occurred": instant(tick),
        "order_key": key.encode(),
        "tenant": treez.STORE,
        "listing": treez.LISTING,
        "package": package,
        "batch": spot[0],
        "location": spot[1],
        "bucket": bucket,
        "quantity": Decimal(quantity),
    }
    return PackageAdjusted(**said) if adjusts else PackageCounted(**said)
