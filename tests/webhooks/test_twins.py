"""The twins themselves: what they write is what was published, and the same for the same seed in any process."""

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.webhooks import budsense, jetti, square, tracktile, treez
from webhooks.twins import TWINS, Cell, Message
from webhooks.twins.jetti import JettiTwin
from webhooks.twins.kitchen import COLD
from webhooks.twins.square import SquareTwin
from webhooks.twins.tracktile import TracktileTwin
from webhooks.twins.treez import TreezTwin
from webhooks.twins.wire import SECOND, day, digits, moment, to_json
from webhooks.twins.world import BAKERY, DISPENSARY, LARDER, SHELF, goods, gtin, trading_moments

ROOT = Path(__file__).resolve().parent.parent.parent
BEGAN = 1_790_000_000 * SECOND
MINUTE = 60 * SECOND


def play(provider: str, number: int, seed: int = 1) -> list[Message]:
    twin = TWINS[provider](seed=seed, began=BEGAN)
    return list(twin.play(BEGAN + MINUTE * index for index in range(number)))


def members(value: Any) -> Any:
    """The names in a JSON value, of an object and of all that is in it."""
    match value:
        case dict():
            return {name: members(item) for name, item in value.items()}
        case list():
            return [members(item) for item in value[:1]]
        case _:
            return None


def first(provider: str, kind: str = "") -> Any:
    """The body of a twin's first message whose body is of a kind."""
    return next(json.loads(said.body) for said in play(provider, 400) if kind.encode() in said.body)


# What they write


def test_squares_twin_writes_the_members_that_square_published() -> None:
    assert members(first("square", "inventory.count.updated")) == members(json.loads(square.CAPTURED))


def test_jettis_twin_writes_the_members_that_jetti_published() -> None:
    assert members(first("jetti")) == members(json.loads(jetti.CAPTURED))


def test_treezs_twin_writes_the_members_that_treez_published() -> None:
    assert members(first("treez", "INVENTORY")) == members(json.loads(treez.CAPTURED))


def test_budsenses_twin_writes_of_a_variant_what_budsense_published() -> None:
    ours, theirs = first("budsense"), json.loads(budsense.CAPTURED)
    assert list(ours) == list(theirs)
    assert list(ours["changes"][0]) == list(theirs["changes"][0])
    assert list(ours["changes"][0]["variant"]) == list(theirs["changes"][0]["variant"])


@pytest.mark.parametrize("kind", ["modified", "moved", "destroyed", "wasted", "merged", "merge.reverted"])
def test_tracktiles_twin_writes_the_members_that_tracktile_published(kind: str) -> None:
    bodies = [json.loads(said.body) for said in play("tracktile", 1500)]
    ours = next(body for body in bodies if body["kind"] == f"inventory.{kind}")
    theirs = json.loads(tracktile.captured(f"inventory.{kind}"))
    assert ours.keys() == theirs.keys()
    for name in ("entity", "mergedEntity", "from", "to", "node"):
        assert members(ours.get(name)) == members(theirs.get(name))


@pytest.mark.parametrize("kind", ["received", "produced"])
def test_a_lot_is_born_with_the_published_members_and_its_date_and_unit(kind: str) -> None:
    bodies = [json.loads(said.body) for said in play("tracktile", 400)]
    ours = next(body for body in bodies if body["kind"] == f"inventory.{kind}")
    assert ours.keys() == json.loads(tracktile.captured(f"inventory.{kind}")).keys()
    assert ours["entity"].keys() == {"id", "name", "productId", "quantity", "attributes"}
    assert ours["entity"]["attributes"].keys() == {"best_before", "unit"}


def test_a_number_keeps_its_digits_on_the_wire() -> None:
    body = to_json({"available": Decimal("795.0"), "parts": [Decimal("0.000001")], "none": None, "text": 'a "b"'})
    assert body == b'{"available":795.0,"parts":[0.000001],"none":null,"text":"a \\"b\\""}'
    assert [digits(Decimal(text)) for text in ("90", "12.50", "-0.25", "100")] == ["90", "12.5", "-0.25", "100"]


def test_a_moment_is_written_with_the_senders_decimals_and_zone() -> None:
    # 1,790,000,000 s after 1970 is 2026-09-21, 14:13:20 in UTC.
    instant = 1_790_000_000 * SECOND + 120_345_678
    assert moment(instant) == "2026-09-21T14:13:20Z"
    assert moment(instant, decimals=6) == "2026-09-21T14:13:20.120345Z"
    assert moment(instant, decimals=9) == "2026-09-21T14:13:20.120345678Z"
    assert moment(instant, decimals=3, offset=-7) == "2026-09-21T07:13:20.120-07:00"
    assert (day(instant), day(instant, ahead=10)) == ("2026-09-21", "2026-10-01")


# What is true


def test_what_is_sold_beyond_what_is_there_is_true_all_the_same() -> None:
    twin = SquareTwin(seed=1, began=BEGAN)
    place = twin.places["Harbour"]
    milk = twin.variation("Oat Milk 1 l")
    twin.recount(milk, place, Decimal(1), BEGAN)
    said = twin.sell([(milk, Decimal(3))], place, BEGAN + MINUTE)
    assert json.loads(said.body)["data"]["object"]["inventory_counts"][0]["quantity"] == "-2"
    assert twin.truth() == {Cell(milk.id, "", place, "available", "IN_STOCK"): Decimal(-2)}


def test_a_change_between_two_states_is_told_with_both() -> None:
    twin = SquareTwin(seed=1, began=BEGAN)
    place = twin.places["Harbour"]
    mug = twin.variation("Stoneware Mug")
    twin.recount(mug, place, Decimal(10), BEGAN)
    twin.change(mug, place, Decimal(4), ("IN_STOCK", "WASTE"), BEGAN + MINUTE)
    assert twin.truth() == {
        Cell(mug.id, "", place, "available", "IN_STOCK"): Decimal(6),
        Cell(mug.id, "", place, "waste", "WASTE"): Decimal(4),
    }


def test_what_is_held_in_the_vault_is_not_available_there() -> None:
    twin = TreezTwin(seed=1, began=BEGAN)
    listing = next(iter(twin.listings))
    twin.receive(listing, 50, 30, BEGAN)
    package = twin.packages[0]
    twin.hold(package, BEGAN + MINUTE)
    vault = {cell.bucket: number for cell, number in twin.truth().items() if cell.location == "VAULT"}
    assert vault == {"available": 0, "held": 38, "reserved": 0, "packed": 0, "returned": 0}
    counter = {cell.bucket: number for cell, number in twin.truth().items() if cell.location == "FRONT COUNTER"}
    assert counter == {"available": 12, "held": 0, "reserved": 0, "packed": 0, "returned": 0}


def test_what_nobody_tracks_is_not_known() -> None:
    twin = JettiTwin(seed=1, began=BEGAN)
    tracked, *_, untracked = list(twin.variants)[:9]
    twin.feed(tracked, 40, BEGAN)
    twin.sell(tracked, 3, BEGAN + MINUTE)
    twin.feed(untracked, 40, BEGAN + MINUTE)
    assert twin.truth() == {
        Cell(str(tracked), "", "77", "channel"): Decimal(37),
        Cell(str(untracked), "", "77", "channel"): None,
    }


def test_a_merge_that_is_undone_brings_back_what_there_was() -> None:
    twin = TracktileTwin(seed=1, began=BEGAN)
    kitchen = twin.kitchen
    butter = kitchen.larder[2]
    lots, result = [twin.new_lot(butter, COLD) for _ in range(2)], twin.new_lot(butter, COLD)
    for number, lot in enumerate(lots):
        twin.receive(lot, Decimal("10.25") + number, 20, BEGAN)
    cells = [
        Cell(kitchen.products[butter.name], lot.id, kitchen.ids[COLD.name], "available") for lot in (*lots, result)
    ]
    twin.merge(lots, result, BEGAN + MINUTE)
    assert twin.truth() == dict(zip(cells, (Decimal(0), Decimal(0), Decimal("21.50")), strict=True))
    twin.unmerge(lots, result, BEGAN + 2 * MINUTE)
    assert twin.truth() == dict(zip(cells, (Decimal("10.25"), Decimal("11.25"), Decimal(0)), strict=True))


def test_a_lot_is_touched_at_most_once_in_a_second() -> None:
    """Of what happens in one second, no clock that ticks in seconds says what came first."""
    twin = TracktileTwin(seed=1, began=BEGAN)
    lot = twin.new_lot(twin.kitchen.larder[0], COLD)
    said = [
        twin.receive(lot, Decimal(10), 20, BEGAN),
        *(twin.use(lot, Decimal(1), BEGAN) for _ in range(3)),
    ]
    assert [(message.occurred - BEGAN) // SECOND for message in said] == [0, 1, 2, 3]
    assert list(twin.truth().values()) == [Decimal(7)]


# Its world


def test_every_barcode_is_a_valid_gtin_that_is_nobody_elses() -> None:
    # 2000 0000 1100: of 12 digits the even places weigh 3, so 2 + 1 + 3 x 1 = 6, and 4 are missing to ten.
    assert gtin(1100) == "2000000011004"
    every = [kind.gtin for table in (DISPENSARY, BAKERY, SHELF, LARDER) for kind in goods(table, 500)]
    assert len(set(every)) == len(every) == 2_000
    weighed = {sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(code)) % 10 for code in every}
    assert (weighed, {len(code) for code in every}, {code[0] for code in every}) == ({0}, {13}, {"2"})


def test_things_are_sold_when_the_shop_is_open() -> None:
    hour = 3_600 * SECOND
    moments = trading_moments(TWINS["square"](seed=1, began=BEGAN).chance, BEGAN, BEGAN + 168 * hour, 2_000, offset=-7)
    assert moments == sorted(moments)
    assert (moments[0] >= BEGAN, moments[-1] < BEGAN + 168 * hour) == (True, True)
    assert {(at - 7 * hour) // hour % 24 for at in moments} == set(range(8, 20))


def test_a_shop_that_is_closed_sells_nothing() -> None:
    with pytest.raises(ValueError, match="closed all the time"):
        # 14:13 in UTC is 04:13 in a place ten hours behind.
        trading_moments(TWINS["square"](seed=1, began=BEGAN).chance, BEGAN, BEGAN + 3_600 * SECOND, 5, offset=-10)


# The same again


@pytest.mark.parametrize("provider", TWINS)
def test_nothing_is_sent_before_it_occurred_and_a_lane_keeps_its_order(provider: str) -> None:
    said = play(provider, 600)
    assert all(message.occurred < message.sent_at for message in said)
    lanes: dict[str, list[int]] = {}
    for message in said:
        lanes.setdefault(message.lane, []).append(message.sent_at)
    for lane, sent in lanes.items():
        assert sent == sorted(sent) or not lane
    assert ("" in lanes) == (provider != "jetti")
    assert (len(lanes) > 1) == (provider in {"jetti", "treez"})


@pytest.mark.parametrize("provider", TWINS)
def test_another_seed_is_another_shop_and_another_beginning_says_other_things(provider: str) -> None:
    ones, others = play(provider, 50), play(provider, 50, seed=2)
    assert ones == play(provider, 50)
    assert {said.body for said in ones}.isdisjoint(said.body for said in others) or provider == "jetti"
    later = TWINS[provider](seed=1, began=BEGAN + SECOND)
    assert later.tenant == TWINS[provider](seed=1, began=BEGAN).tenant


def test_every_process_plays_the_same() -> None:
    script = (
        "import hashlib; from webhooks.twins.week import week; "
        f"played = week(seed=7, until={BEGAN}, scale=0.1); "
        "print(hashlib.sha256(repr(played.messages).encode()).hexdigest())"
    )
    printed = {
        subprocess.run(  # noqa: S603  # our own line
            [sys.executable, "-c", script], cwd=ROOT, env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(printed) == 1
