"""The totals rule, by worked examples: what is added up, what is not, and the reason."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from inventory.events import Bucket
from inventory.quantity import quantity_text
from inventory.totals import Named, Obstacle, Portion, ProductStock, Subtotal, Sum, product_stock

COFFEE = Named(1, "Coffee")
MAIN, MILL = Named(1, "Main Street"), Named(2, "Mill")
TILL, BOOKS, TRACKER = Named(1, "Till"), Named(2, "Books"), Named(3, "Tracker")
BAG = Named(1, "Coffee bag")
CASE = Named(2, "Coffee case")


def portion(quantity: str | None, *, source: Named = TILL, site: Named | None = MAIN, **more: Any) -> Portion:
    """One count of bags at a place where they are sold; None where its number is not known."""
    return replace(
        Portion(
            product=COFFEE,
            product_unit="bag",
            site=site,
            authority=None,
            source=source,
            is_sandbox=False,
            listing=BAG,
            listing_unit="bag",
            factor=Decimal(1),
            bucket=Bucket.AVAILABLE,
            is_sellable_place=True,
            quantity=Decimal(quantity or 0),
            known=0 if quantity is None else 1,
            unknown=1 if quantity is None else 0,
        ),
        **more,
    )


def told(*portions: Portion) -> ProductStock:
    return product_stock(COFFEE, "bag", portions)


def numbers(total: Sum | None) -> tuple[str | None, str | None] | None:
    """(on hand, sellable); None where there is no total."""
    if total is None:
        return None
    return _text(total.on_hand), _text(total.sellable)


def _text(quantity: Decimal | None) -> str | None:
    return None if quantity is None else quantity_text(quantity)


def lines(stock: ProductStock) -> list[tuple[str, str, str | None, str | None, str]]:
    """(site, source or listing, on hand, sellable, how it counts) of every line."""
    return [
        (
            place.site.name if place.site else "",
            line.listing.name if line.listing else line.source.name,
            *(numbers(line.sum) or (None, None)),
            _role(line),
        )
        for place in stock.places
        for line in place.subtotals
    ]


def _role(line: Subtotal) -> str:
    return "counted" if line.is_counted else "compared"


@pytest.mark.parametrize(
    ("bucket", "on_hand", "sellable"),
    [
        (Bucket.AVAILABLE, "5", "5"),
        (Bucket.HELD, "5", None),
        (Bucket.RESERVED, "5", None),
        (Bucket.PACKED, "5", None),
        (Bucket.RETURNED, "5", None),
        (Bucket.RECEIVED, "5", None),
    ],
)
def test_six_buckets_are_on_hand_and_only_the_available_one_is_sold(
    bucket: Bucket, on_hand: str, sellable: str | None
) -> None:
    assert numbers(told(portion("5", bucket=bucket)).total) == (on_hand, sellable)


@pytest.mark.parametrize("bucket", [Bucket.INCOMING, Bucket.IN_TRANSIT, Bucket.WASTE, Bucket.OTHER])
def test_what_is_not_on_hand_makes_neither_a_line_nor_a_total_of_zero(bucket: Bucket) -> None:
    stock = told(portion("5", bucket=bucket))
    assert (stock.places, stock.total, stock.obstacles) == ((), None, ())


def test_the_buckets_of_one_source_add_up() -> None:
    stock = told(
        portion("7"),
        portion("2.5", bucket=Bucket.RESERVED),
        portion("4", is_sellable_place=False),
        portion("100", bucket=Bucket.INCOMING),
    )
    assert numbers(stock.total) == ("13.5", "7")


def test_nothing_may_be_sold_at_a_place_where_nothing_is_sold_whatever_is_counted_there() -> None:
    stock = told(portion("4", is_sellable_place=False), portion(None, is_sellable_place=False))
    assert numbers(stock.total) == ("4", "0")


def test_what_is_not_known_is_left_out_and_counted_and_is_never_zero() -> None:
    part = told(portion("4", as_of=10), portion(None, as_of=20))
    assert part.total == Sum(unit="bag", on_hand=Decimal(4), sellable=Decimal(4), unknown=1, unsure=0, as_of=20)
    nothing = told(portion(None))
    assert nothing.total == Sum(unit="bag", on_hand=None, sellable=None, unknown=1, unsure=0, as_of=None)


def test_doubtful_numbers_are_added_and_said_to_be_so() -> None:
    stock = told(portion("4", unsure=1), portion("-1.5"))
    assert stock.total == Sum(
        unit="bag", on_hand=Decimal("2.5"), sellable=Decimal("2.5"), unknown=0, unsure=1, as_of=None
    )


def test_a_sandbox_enters_nothing() -> None:
    stock = told(portion("4"), portion("9", source=BOOKS, is_sandbox=True))
    assert lines(stock) == [("Main Street", "Till", "4", "4", "counted")]
    assert numbers(stock.total) == ("4", "4")


def test_two_sources_at_one_site_have_a_subtotal_each_and_no_total() -> None:
    stock = told(portion("4"), portion("9", source=BOOKS))
    assert lines(stock) == [
        ("Main Street", "Books", "9", "9", "compared"),
        ("Main Street", "Till", "4", "4", "compared"),
    ]
    assert stock.places[0].total is None
    assert stock.places[0].obstacles == (Obstacle.NO_AUTHORITY,)
    assert (stock.total, stock.obstacles) == (None, (Obstacle.NO_AUTHORITY,))


def test_even_a_second_source_that_says_zero_or_nothing_needs_an_authority() -> None:
    assert told(portion("4"), portion("0", source=BOOKS)).obstacles == (Obstacle.NO_AUTHORITY,)
    assert told(portion("4"), portion(None, source=BOOKS)).obstacles == (Obstacle.NO_AUTHORITY,)


def test_the_authoritys_counts_alone_make_the_total() -> None:
    stock = told(portion("4", authority=TILL), portion("9", source=BOOKS, authority=TILL))
    assert lines(stock) == [
        ("Main Street", "Books", "9", "9", "compared"),
        ("Main Street", "Till", "4", "4", "counted"),
    ]
    assert numbers(stock.places[0].total) == ("4", "4")
    assert numbers(stock.total) == ("4", "4")


def test_a_source_that_reports_alone_is_contradicted_by_nobody_whoever_the_authority_is() -> None:
    stock = told(portion("9", source=BOOKS, authority=TILL))
    assert lines(stock) == [("Main Street", "Books", "9", "9", "counted")]
    assert (numbers(stock.total), stock.obstacles) == (("9", "9"), ())


def test_where_several_report_and_the_authority_is_silent_nobody_elses_number_takes_its_place() -> None:
    stock = told(portion("9", source=BOOKS, authority=TILL), portion("8", source=TRACKER, authority=TILL))
    assert lines(stock) == [
        ("Main Street", "Books", "9", "9", "compared"),
        ("Main Street", "Tracker", "8", "8", "compared"),
    ]
    assert (stock.total, stock.obstacles) == (None, (Obstacle.AUTHORITY_IS_SILENT,))


def test_a_sandbox_contradicts_nobody_even_as_the_authority() -> None:
    stock = told(portion("9", source=BOOKS, authority=TILL), portion("4", source=TILL, authority=TILL, is_sandbox=True))
    assert (numbers(stock.total), stock.obstacles) == (("9", "9"), ())


def test_a_channels_sum_is_compared_and_never_added_and_is_no_rival() -> None:
    stock = told(portion("4"), portion("6", source=BOOKS, bucket=Bucket.CHANNEL))
    assert [(line.source, line.sum.on_hand, line.channel, line.is_counted) for line in stock.places[0].subtotals] == [
        (BOOKS, None, Decimal(6), False),
        (TILL, Decimal(4), None, True),
    ]
    assert numbers(stock.total) == ("4", "4")


def test_a_channel_alone_makes_no_total_and_stands_in_no_ones_way() -> None:
    stock = told(portion("6", source=BOOKS, bucket=Bucket.CHANNEL, site=MILL), portion("4"))
    assert stock.places[1].total is None
    assert stock.places[1].obstacles == ()
    assert numbers(stock.total) == ("4", "4")


def test_different_sources_at_different_sites_add_up() -> None:
    stock = told(portion("4"), portion("9", source=BOOKS, site=MILL))
    assert numbers(stock.total) == ("13", "13")


def test_one_site_without_a_total_leaves_none_for_all_of_them() -> None:
    stock = told(portion("4"), portion("9", source=BOOKS), portion("2", site=MILL))
    assert [numbers(place.total) for place in stock.places] == [None, ("2", "2")]
    assert (stock.total, stock.obstacles) == (None, (Obstacle.NO_AUTHORITY,))


def test_the_same_places_of_one_source_add_up_with_and_without_a_site() -> None:
    stock = told(portion("4"), portion("2", site=None))
    assert [place.site for place in stock.places] == [MAIN, None]
    assert numbers(stock.total) == ("6", "6")


def test_places_without_a_site_are_a_group_for_each_source_and_may_not_be_added() -> None:
    stock = told(portion("4", site=None), portion("9", source=BOOKS, site=None))
    assert [(place.site, numbers(place.total)) for place in stock.places] == [
        (None, ("9", "9")),
        (None, ("4", "4")),
    ]
    assert (stock.total, stock.obstacles) == (None, (Obstacle.NO_SITE,))


def test_a_place_without_a_site_may_be_the_very_site_that_another_source_counts() -> None:
    stock = told(portion("4"), portion("9", source=BOOKS, site=None))
    assert [numbers(place.total) for place in stock.places] == [("4", "4"), ("9", "9")]
    assert (stock.total, stock.obstacles) == (None, (Obstacle.NO_SITE,))


def test_what_is_only_compared_at_a_site_does_not_hide_the_rest_of_its_source() -> None:
    """The Till counts Main Street and a place without a site; the Books are only compared at Main Street."""
    stock = told(
        portion("4", authority=TILL),
        portion("9", source=BOOKS, authority=TILL),
        portion("2", site=None),
    )
    assert numbers(stock.total) == ("6", "6")


def test_a_case_of_twelve_bags_counts_twelve_times() -> None:
    stock = told(portion("5"), portion("2.5", listing=CASE, listing_unit="case", factor=Decimal(12)))
    assert lines(stock) == [("Main Street", "Till", "35", "35", "counted")]
    assert stock.total == Sum(unit="bag", on_hand=Decimal(35), sellable=Decimal(35), unknown=0, unsure=0, as_of=None)


@pytest.mark.parametrize(
    ("unit", "factor"),
    [
        ("", "1"),
        ("", "12"),
        ("case", "1"),  # what nobody has set
        ("bag", "12"),  # a bag that is twelve bags
    ],
)
def test_units_that_are_not_known_to_be_equal_are_kept_apart(unit: str, factor: str) -> None:
    stock = told(portion("5"), portion("2", listing=CASE, listing_unit=unit, factor=Decimal(factor)))
    assert lines(stock) == [
        ("Main Street", "Till", "5", "5", "counted"),
        ("Main Street", "Coffee case", "2", "2", "counted"),
    ]
    assert [line.sum.unit for line in stock.places[0].subtotals] == ["bag", unit]
    assert stock.places[0].total is None
    assert (stock.total, stock.obstacles) == (None, (Obstacle.UNITS,))


def test_within_one_listing_everything_adds_whatever_its_unit() -> None:
    stock = told(
        portion("5", listing_unit="", product_unit=""),
        portion("2", listing_unit="", product_unit="", site=MILL),
        portion("1", listing_unit="", product_unit="", bucket=Bucket.HELD),
    )
    assert numbers(stock.total) == ("8", "7")
    assert stock.total is not None
    assert stock.total.unit == ""


def test_units_may_stand_between_sites_too() -> None:
    stock = told(portion("5"), portion("2", listing=CASE, listing_unit="", site=MILL))
    assert [numbers(place.total) for place in stock.places] == [("5", "5"), ("2", "2")]
    assert (stock.total, stock.obstacles) == (None, (Obstacle.UNITS,))


def test_the_units_of_what_is_only_compared_stand_in_no_ones_way() -> None:
    stock = told(
        portion("5", authority=TILL),
        portion("2", source=BOOKS, listing=CASE, listing_unit="", authority=TILL),
    )
    assert numbers(stock.total) == ("5", "5")


def test_every_reason_is_told_once() -> None:
    stock = told(
        portion("4"),
        portion("9", source=BOOKS),
        portion("4", site=MILL),
        portion("9", source=BOOKS, site=MILL),
        portion("1", site=Named(3, "Quay"), authority=TRACKER),
        portion("1", source=BOOKS, site=Named(3, "Quay"), authority=TRACKER),
    )
    assert stock.obstacles == (Obstacle.NO_AUTHORITY, Obstacle.AUTHORITY_IS_SILENT)


def test_great_sums_are_exact_to_the_last_decimal() -> None:
    """9 x 10^18 and a millionth, twice and a millionth: more digits than Python's Decimal keeps by default."""
    huge = portion("9000000000000000000.000001", factor=Decimal("2.000001"), listing=CASE, listing_unit="case")
    assert numbers(told(huge).total) == ("18000009000000000000.000002000001",) * 2
    assert numbers(told(huge, portion("0.000001")).total) == ("18000009000000000000.000003000001",) * 2


def test_the_age_of_a_sum_is_that_of_its_newest_count_on_hand() -> None:
    stock = told(portion("4", as_of=10), portion("4", as_of=30), portion("4", as_of=99, bucket=Bucket.INCOMING))
    assert stock.total is not None
    assert stock.total.as_of == 30


def test_nothing_reported_is_no_total() -> None:
    assert told() == ProductStock(product=COFFEE, unit="bag", places=(), total=None, obstacles=())
