"""How batches came out of one another: what one lot's events say, and what one transaction's do."""

from dataclasses import replace
from itertools import permutations

import pytest

from inventory.events import LotBorn, LotEnded, LotModified, LotRevived, Statement
from inventory.fold.links import LinkKind, LotLink, links_of_lot, links_of_transaction, may_link
from tests.inventory.fold.support import born, counted, ended, modified, moved, read, revived, spawned


def merged(key: str, at: int, into: str) -> LotEnded:
    return replace(ended(key, at, "merged"), into=into)


def unmerged(key: str, at: int, source: str = "") -> LotRevived:
    return replace(revived(key, at, "bay", "unmerged"), source=source)


def correlated(key: str, at: int, *others: str, no_more: tuple[str, ...] = ()) -> LotModified:
    return replace(modified(key, at), correlated=others, uncorrelated=no_more)


def link(kind: LinkKind, origin: str, result: str, key: str, ended_by: str = "") -> LotLink:
    return LotLink(kind=kind, origin=origin, result=result, key=key, ended_by=ended_by)


def test_the_kinds_of_links_have_stable_words() -> None:
    assert [kind.value for kind in LinkKind] == ["merged", "split", "deconstructed", "consumed", "correlated"]


@pytest.mark.parametrize(
    ("events", "links"),
    [
        ([merged("m", 1, "blend")], [link(LinkKind.MERGED, "lot", "blend", "m")]),
        ([merged("m", 1, "")], []),
        ([ended("d", 1, "destroyed")], []),
        (
            [merged("m", 1, "blend"), unmerged("u", 2, "blend")],
            [link(LinkKind.MERGED, "lot", "blend", "m", "u")],
        ),
        ([merged("m", 1, "blend"), unmerged("u", 2)], [link(LinkKind.MERGED, "lot", "blend", "m", "u")]),
        (
            [merged("m", 1, "blend"), unmerged("u", 2, "another")],
            [link(LinkKind.MERGED, "lot", "blend", "m")],
        ),
        (
            [merged("m", 1, "a"), merged("n", 2, "b"), unmerged("u", 3, "b"), unmerged("v", 4)],
            [link(LinkKind.MERGED, "lot", "a", "m", "v"), link(LinkKind.MERGED, "lot", "b", "n", "u")],
        ),
        (
            [spawned("s", 1), unmerged("u", 2)],
            [link(LinkKind.SPLIT, "sack", "lot", "s")],
        ),
        (
            [merged("m", 1, "blend"), revived("r", 2, "bay", "restored")],
            [link(LinkKind.MERGED, "lot", "blend", "m")],
        ),
        (
            [replace(revived("r", 1, "bay", "restored"), source="cake")],
            [link(LinkKind.DECONSTRUCTED, "cake", "lot", "r")],
        ),
        (
            [correlated("c", 1, "x", "y")],
            [link(LinkKind.CORRELATED, "lot", "x", "c"), link(LinkKind.CORRELATED, "lot", "y", "c")],
        ),
        (
            [correlated("c", 1, "x", "y"), correlated("d", 2, no_more=("y", "z"))],
            [link(LinkKind.CORRELATED, "lot", "x", "c"), link(LinkKind.CORRELATED, "lot", "y", "c", "d")],
        ),
        (
            [merged("m", 1, "x"), correlated("d", 2, no_more=("x",))],
            [link(LinkKind.MERGED, "lot", "x", "m")],
        ),
        (
            [correlated("c", 1, "x"), correlated("d", 2, "x", no_more=("x",))],
            [link(LinkKind.CORRELATED, "lot", "x", "c", "d"), link(LinkKind.CORRELATED, "lot", "x", "d")],
        ),
        ([born("b", 1, "bay", "10"), counted("c", 2, "9"), moved("m", 3, "bay", "shop")], []),
    ],
    ids=[
        "merged into one that is named",
        "merged into one that is not named",
        "destroyed",
        "undone",
        "undone without saying which",
        "another merge was undone",
        "two merges, undone one by one",
        "a split is no merge",
        "restored from nothing that is named",
        "deconstructed",
        "correlated",
        "one correlation is taken back",
        "a correlation that was none",
        "taken back and said again at once",
        "what ties nothing",
    ],
)
def test_the_events_of_one_lot_tie_it_to_others(events: list[Statement], links: list[LotLink]) -> None:
    for order in permutations(events):
        assert links_of_lot(order) == links


def test_what_was_destroyed_in_one_transaction_went_into_each_that_it_produced() -> None:
    def of(batch: str, event: LotBorn | LotEnded) -> LotBorn | LotEnded:
        return replace(event, batch=batch)

    events = [
        of("flour", ended("1", 1)),
        of("sugar", ended("2", 1)),
        of("salt", ended("3", 1, "wasted")),
        of("milk", merged("4", 1, "blend")),
        of("cake", born("5", 1, "shelf", role="produced")),
        of("bread", born("6", 1, "shelf", role="produced")),
        of("gift", born("7", 1, "shelf", role="received")),
        # Destroyed and produced anew: it did not go into itself.
        of("sugar", born("8", 1, "shelf", role="produced")),
    ]
    links = [
        link(LinkKind.CONSUMED, "flour", "cake", "1"),
        link(LinkKind.CONSUMED, "flour", "bread", "1"),
        link(LinkKind.CONSUMED, "flour", "sugar", "1"),
        link(LinkKind.CONSUMED, "sugar", "cake", "2"),
        link(LinkKind.CONSUMED, "sugar", "bread", "2"),
    ]
    assert sorted(links_of_transaction(events), key=str) == sorted(links, key=str)
    assert sorted(links_of_transaction(events[::-1]), key=str) == sorted(links, key=str)


@pytest.mark.parametrize(
    ("event", "can"),
    [
        (merged("e", 1, "blend"), True),
        (ended("e", 1, "destroyed"), True),
        (ended("e", 1, "wasted"), False),
        (ended("e", 1, "reverted"), False),
        (born("e", 1, "bay", role="produced"), True),
        (born("e", 1, "bay", role="received"), False),
        (spawned("e", 1), True),
        (modified("e", 1), True),
        (revived("e", 1, "bay"), True),
        (moved("e", 1, "bay", "shop"), False),
        (counted("e", 1, "5"), False),
        (read("e", 1, "5"), False),
    ],
)
def test_only_some_events_can_tie_lots(event: Statement, can: bool) -> None:
    assert may_link(event) is can
