"""What is asked wrongly is refused with the parameter's name and its value; nothing is guessed or silently dropped."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import get_resolver

from inventory.api.urls import router
from inventory.api.views import Reading
from tests.admin_support import make_rows
from tests.inventory.api_support import LISTS, refused, staff_client
from tests.inventory.fold.support import born, moved, read
from tests.inventory.ledger_support import make_source, write

pytestmark = pytest.mark.django_db

WHOLE = "a whole number from 0 to 9223372036854775807"
MOMENT = "a moment with its zone and at most 6 decimals, such as 2026-05-31T12:00:00Z (in an address, + is %2B)"
ZONE = "a moment with its zone, such as 2026-05-31T12:00:00Z"
RANGE = "a moment from 1677-09-22 to 2262-04-11"
MONTH = "a moment that is in the calendar (month must be in 1..12)"
DAY = "a day, such as 2026-05-31"
GTIN = "a GTIN of 8, 12, 13 or 14 digits, the last of which checks the others"
BUCKET = "one of available, held, reserved, packed, returned, received, incoming, in_transit, waste, channel, other"


def test_a_parameter_that_does_not_exist_is_named_with_those_that_do() -> None:
    assert refused(staff_client(), "sources", nmae="x") == (
        400,
        {"detail": "There is no parameter 'nmae' here. There are: cursor, name, page_size.", "parameter": "nmae"},
    )


def test_one_row_can_be_asked_nothing_but_a_count_what_it_was() -> None:
    make_rows(1, 1)
    client = staff_client()
    source = client.get("/api/v1/sources/").json()["results"][0]["id"]
    assert refused(client, f"sources/{source}", name="x") == (
        400,
        {"detail": "There is no parameter 'name' here. There are none.", "parameter": "name"},
    )
    assert refused(client, "counts/1", bucket="held") == (
        400,
        {"detail": "There is no parameter 'bucket' here. There are: as_of, clock.", "parameter": "bucket"},
    )


def test_a_format_is_a_parameter_like_any_other_and_unknown() -> None:
    status, answer = refused(staff_client(), "sources", format="api")
    assert (status, answer["parameter"]) == (400, "format")


def test_a_parameter_that_is_given_twice_is_refused() -> None:
    assert refused(staff_client(), "counts", source=["1", "2"]) == (
        400,
        {"detail": "source is given 2 times; give it once.", "parameter": "source"},
    )


@pytest.mark.parametrize(
    ("path", "name", "value", "should"),
    [
        ("counts", "source", "shop", WHOLE),
        ("counts", "source", "-1", WHOLE),
        ("counts", "source", "+1", WHOLE),
        ("counts", "source", "1.0", WHOLE),
        ("counts", "source", "1_0", WHOLE),
        ("counts", "source", " 1", WHOLE),
        ("counts", "source", "٣", WHOLE),
        ("counts", "source", "9223372036854775808", WHOLE),
        ("movements", "after_seq", "-1", WHOLE),
        ("listings", "unmatched", "false", "true"),
        ("listings", "gtin", "4006381333932", GTIN),
        ("counts", "bucket", "shelf", BUCKET),
        ("counts", "page_size", "0", "a whole number from 1 to 200"),
        ("counts", "page_size", "201", "a whole number from 1 to 200"),
        ("counts", "as_of", "yesterday", MOMENT),
        ("counts", "as_of", "2026-05-01", MOMENT),
        ("counts", "as_of", "2026-05-01T12:00:00", ZONE),
        ("counts", "as_of", "2026-05-01T12:00:00 02:00", MOMENT),
        ("counts", "as_of", "2026-05-01T12:00:00.1234567Z", MOMENT),
        ("counts", "as_of", "٢٠٢٦-05-01T12:00:00Z", MOMENT),
        ("counts", "as_of", "2026-13-01T12:00:00Z", MONTH),
        ("counts", "as_of", "0001-01-01T00:00:00+14:00", RANGE),
        ("counts", "as_of", "9999-12-31T23:59:59Z", RANGE),
        ("movements", "recorded_from", "noon", MOMENT),
        ("movements", "order", "random", "one of newest, oldest"),
        ("batches", "expires_before", "31.12.2026", DAY),
        ("batches", "expires_before", "2026-02-30", DAY),
        ("batches", "expires_after", "20260230", DAY),
    ],
)
def test_a_value_that_cannot_be_understood_is_refused(path: str, name: str, value: str, should: str) -> None:
    answer = {"detail": f"{name} is {value!r}; it should be {should}.", "parameter": name}
    assert refused(staff_client(), path, **{name: value}) == (400, answer)


@pytest.mark.parametrize(
    ("path", "name", "value", "problem"),
    [
        ("counts", "source", "", "source is empty."),
        ("counts", "source", "9" * 400, f"source is '{'9' * 60}…'; it should be {WHOLE}."),
        ("counts", "source", "9" * 4000, "source is longer than 600 characters."),
        ("counts", "source", "1\0", "source is '1\\x00', which holds a NUL character."),
        ("listings", "external_id", "a\0b", "external_id is 'a\\x00b', which holds a NUL character."),
        ("listings", "external_id", "x" * 4000, "external_id is longer than 600 characters."),
        ("counts", "clock", "true", "clock says how to answer as_of; give as_of too."),
    ],
)
def test_a_value_that_no_parameter_could_have_is_refused(path: str, name: str, value: str, problem: str) -> None:
    assert refused(staff_client(), path, **{name: value}) == (400, {"detail": problem, "parameter": name})


@pytest.mark.parametrize("name", ["location_tree", "negative"])
def test_what_looks_at_the_present_is_not_asked_of_another_moment(name: str) -> None:
    value = {"location_tree": "1", "negative": "true"}[name]
    assert refused(staff_client(), "counts", as_of="2026-05-01T12:00:00Z", **{name: value}) == (
        400,
        {"detail": f"{name} looks at the present; it cannot be asked together with as_of.", "parameter": name},
    )


HOSTILE = [
    "",
    "\0",
    "1\0",
    "-1",
    "0",
    "1e9",
    "NaN",
    "٣",
    "²",
    "9" * 19,
    str(2**63 - 1),
    str(2**63),
    "9" * 400,
    "9" * 4000,
    "a" * 600,
    "a" * 4000,
    "\ud7ff\U0010ffff",
    "%",
    "_",
    "\\",
    "' OR 1=1 --",
    "null",
    "true",
    "[]",
    "0000-00-00",
    "0001-01-01",
    "9999-12-31",
    "2026-05-01T24:00:00Z",
    "2026-05-01T12:00:60Z",
    "2026-05-01T12:00:00+99:99",
    "1677-09-21T00:12:43.145224Z",
    "2262-04-11T23:47:16.854776Z",
    "0001-01-01T00:00:00Z",
]


def declared() -> Iterator[tuple[str, str]]:
    """Every list with every parameter that it declares."""
    views: list[tuple[str, Any, str]] = router.registry
    for path, view, _ in views:
        assert issubclass(view, Reading)
        yield from ((path, parameter.name) for parameter in view.parameters)
        yield from ((path, name) for name in ("page_size", "cursor", "unheard_of"))


def test_every_list_is_asked_by_the_tests() -> None:
    assert [path for path, _, _ in router.registry] == list(LISTS)
    assert get_resolver().resolve("/api/v1/counts/").view_name == "api:count-list"


@pytest.mark.parametrize(("path", "name"), list(declared()))
def test_nothing_that_can_be_written_into_an_address_is_our_fault(path: str, name: str) -> None:
    """Some of it is a value; whatever is not is refused, and nothing ends in a 500."""
    write(make_source(), read("a", 1, "1"), born("b", 1, "bay", "100"), moved("c", 2, "bay", "cold"))
    client = staff_client()
    for value in HOSTILE:
        query = {name: value} | ({"as_of": "2026-05-01T12:00:00Z"} if name == "clock" else {})
        response = client.get(f"/api/v1/{path}/", query)
        answer = response.json()
        if response.status_code == 200:
            assert list(answer) == ["results", "next"]
        else:
            assert (response.status_code, answer["parameter"]) == (400, name), (value, answer)


@pytest.mark.parametrize("text", ["%ED%A0%80", "%FF%FE", "%00", "%", "&&&", "=", "a[]=1", ";", "page_size", "%C0%80=1"])
def test_an_address_that_is_no_text_is_our_fault_neither(text: str) -> None:
    client = staff_client()
    answers = {client.get(f"/api/v1/listings/?{before}{text}").status_code for before in ("external_id=", "")}
    assert answers <= {200, 400}
