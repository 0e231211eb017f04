"""What Tracktile's events say in our words: every statement written by hand, from the published payloads."""

from decimal import Decimal
from typing import Any

import pytest

from inventory.events import (
    BatchDescribed,
    FieldValue,
    LotBorn,
    LotEnded,
    LotModified,
    LotMoved,
    LotRevived,
    LotSpawned,
    PlaceDescribed,
    StockStatement,
)
from tests.webhooks import tracktile
from tests.webhooks.tracktile_parsing import TIME, fields_of, parse, statements
from webhooks.providers import Ignored, Parsed

FLOW: dict[str, FieldValue] = {"flow": "flow_123"}


def about(key: str) -> dict[str, Any]:
    """What every statement of the published payloads carries."""
    return {"key": key, "order_key": key.encode(), "occurred": TIME, "transaction": "txn_xyz789"}


def batch(key: str, lot: str, **fields: FieldValue) -> BatchDescribed:
    return BatchDescribed(**about(f"{key}:batch:{lot}"), batch=lot, fields={**fields, **FLOW})


def place(key: str, location: str, **fields: FieldValue) -> PlaceDescribed:
    return PlaceDescribed(**about(f"{key}:place:{location}"), location=location, fields=fields)


RECEIVED, PRODUCED = "inventory.received:evt_abc123", "inventory.produced:evt_abc123"
MODIFIED, MOVED = "inventory.modified:evt_abc123", "inventory.moved:evt_abc123"
BUNDLED, DESTROYED = "inventory.bundled:evt_abc123", "inventory.destroyed:evt_abc123"
WASTED, MERGED = "inventory.wasted:evt_abc123", "inventory.merged:evt_abc123"
REVERTED, RESTORED = "inventory.merge.reverted:evt_abc123", "inventory.restored:evt_abc123"

PUBLISHED: dict[str, tuple[StockStatement, ...]] = {
    "inventory.received": (
        LotBorn(
            **about(f"{RECEIVED}:ent_456"),
            batch="ent_456",
            listing="prod_789",
            quantity=Decimal(100),
            location="node_abc",
            role="received",
        ),
        batch(RECEIVED, "ent_456", label="BATCH-001"),
        place(RECEIVED, "node_abc", name="Receiving Bay 1", kind="stage"),
    ),
    "inventory.produced": (
        LotBorn(
            **about(f"{PRODUCED}:ent_456"),
            batch="ent_456",
            listing="prod_789",
            quantity=Decimal(50),
            location="node_abc",
            role="produced",
        ),
        batch(PRODUCED, "ent_456", label="FINISHED-001"),
        place(PRODUCED, "node_abc", name="Production Line 1", kind="stage"),
    ),
    "inventory.modified": (batch(MODIFIED, "ent_456", **{"attributes.temperature": "4C"}),),
    "inventory.moved": (
        LotMoved(
            **about(f"{MOVED}:ent_456"),
            batch="ent_456",
            listing="prod_789",
            origin="node_abc",
            location="node_def",
            role="moved",
        ),
        batch(MOVED, "ent_456", label="BATCH-001"),
        place(MOVED, "node_abc", name="Receiving Bay 1", kind="stage"),
        place(MOVED, "node_def", name="Cold Storage", kind="stage"),
    ),
    "inventory.bundled": (
        LotMoved(
            **about(f"{BUNDLED}:ent_456"),
            batch="ent_456",
            listing="prod_789",
            origin="node_abc",
            location="bundle_def",
            role="bundled",
        ),
        batch(BUNDLED, "ent_456", label="BATCH-001"),
        place(BUNDLED, "node_abc", name="Staging Area", kind="stage"),
        place(BUNDLED, "bundle_def", name="PALLET-001", kind="bundle", parent_inferred="node_abc"),
    ),
    "inventory.destroyed": (
        LotEnded(**about(f"{DESTROYED}:ent_456"), batch="ent_456", role="destroyed"),
        batch(DESTROYED, "ent_456"),
    ),
    "inventory.wasted": (
        LotEnded(**about(f"{WASTED}:ent_456"), batch="ent_456", role="wasted", reason="Expired"),
        batch(WASTED, "ent_456"),
    ),
    "inventory.merged": (
        LotBorn(
            **about(f"{MERGED}:ent_789"),
            batch="ent_789",
            listing="prod_123",
            quantity=Decimal(200),
            location="node_abc",
            role="merged",
            group=MERGED,
        ),
        LotEnded(**about(f"{MERGED}:ent_456"), batch="ent_456", role="merged", into="ent_789", group=MERGED),
        LotEnded(**about(f"{MERGED}:ent_457"), batch="ent_457", role="merged", into="ent_789", group=MERGED),
        batch(MERGED, "ent_789", label="MERGED-001"),
        batch(MERGED, "ent_456", label="BATCH-001"),
        batch(MERGED, "ent_457", label="BATCH-002"),
        place(MERGED, "node_abc", name="Merge Station", kind="stage"),
    ),
    "inventory.merge.reverted": (
        LotRevived(
            **about(f"{REVERTED}:ent_456"),
            batch="ent_456",
            location="node_abc",
            role="unmerged",
            source="ent_789",
            group=REVERTED,
        ),
        LotRevived(
            **about(f"{REVERTED}:ent_457"),
            batch="ent_457",
            location="node_abc",
            role="unmerged",
            source="ent_789",
            group=REVERTED,
        ),
        LotEnded(**about(f"{REVERTED}:ent_789"), batch="ent_789", role="reverted", group=REVERTED),
        batch(REVERTED, "ent_456", label="BATCH-001"),
        batch(REVERTED, "ent_457", label="BATCH-002"),
        batch(REVERTED, "ent_789"),
        place(REVERTED, "node_abc", name="Merge Station", kind="stage"),
    ),
    "inventory.restored": (
        LotRevived(
            **about(f"{RESTORED}:ent_456"),
            batch="ent_456",
            location="node_abc",
            role="restored",
            source="ent_789",
            group=RESTORED,
        ),
        LotEnded(**about(f"{RESTORED}:ent_789"), batch="ent_789", role="deconstructed", group=RESTORED),
        batch(RESTORED, "ent_789", label="FINISHED-001"),
        batch(RESTORED, "ent_456"),
        place(RESTORED, "node_abc", name="Deconstruction Station", kind="stage"),
    ),
}


@pytest.mark.parametrize("kind", PUBLISHED)
def test_a_published_payload_says(kind: str) -> None:
    assert parse(tracktile.captured(kind)) == Parsed(event_kind=kind, statements=PUBLISHED[kind])


def test_every_published_payload_is_among_them() -> None:
    assert {path.stem for path in tracktile.CAPTURED.iterdir()} == set(PUBLISHED)


def lots(said: tuple[StockStatement, ...]) -> list[tuple[str, str, str]]:
    """(kind of statement, lot, role or parent) of every statement about a lot."""
    return [
        (
            statement.kind,
            statement.batch,
            getattr(statement, "role", "") or getattr(statement, "parent", ""),
        )
        for statement in said
        if isinstance(statement, LotBorn | LotMoved | LotEnded | LotRevived | LotModified | LotSpawned)
    ]


def test_the_result_of_a_merge_is_not_ended_as_its_own_source() -> None:
    said = statements(tracktile.merged("m", "10:30:00", "a", 30, ["a", "b", "b"], "mixer"))
    assert lots(said) == [("lot_born", "a", "merged"), ("lot_ended", "b", "merged")]


def test_what_is_restored_is_not_ended_as_reverted() -> None:
    said = statements(tracktile.unmerged("u", "10:30:00", "a", ["a", "b"], "mixer"))
    assert lots(said) == [("lot_revived", "a", "unmerged"), ("lot_revived", "b", "unmerged")]
    assert [statement.source for statement in said if isinstance(statement, LotRevived)] == ["", "a"]


def test_a_lot_restored_out_of_itself_is_not_ended() -> None:
    said = statements(tracktile.restored("r", "10:30:00", "a", "a", "mixer"))
    assert lots(said) == [("lot_revived", "a", "restored")]


@pytest.mark.parametrize(
    "names", [["B"], ["B", "C", "D"], [], None], ids=["too few", "too many", "an empty list", "null"]
)
def test_names_that_do_not_match_their_lots_label_nothing(names: list[str] | None) -> None:
    body = tracktile.event(
        "inventory.merged",
        "m",
        "10:30:00",
        mergedEntity=tracktile.entity("a", 30),
        sourceEntityIds=["b", "c"],
        sourceEntityNames=names,
        node=tracktile.node("mixer"),
    )
    said = statements(body)
    assert {of: fields_of(said, of) for of in "abc"} == {
        "a": {"label": "A", "flow": "flow"},
        "b": {"flow": "flow"},
        "c": {"flow": "flow"},
    }


def test_what_is_optional_may_be_absent() -> None:
    body = (
        b'{"id": "e", "kind": "inventory.received", "time": "2024-01-15T10:30:00Z", '
        b'"entity": {"id": "a", "productId": "flour", "quantity": null}, "node": {"id": "bay"}, "new": [1]}'
    )
    key = "inventory.received:e:a"
    assert statements(body) == (
        LotBorn(
            key=key,
            order_key=key.encode(),
            occurred=TIME,
            batch="a",
            listing="flour",
            location="bay",
            role="received",
        ),
    )


def test_a_move_within_a_container_does_not_put_it_into_itself() -> None:
    body = tracktile.event(
        "inventory.moved",
        "m",
        "10:30:00",
        entity=tracktile.entity("a"),
        **{"from": tracktile.node("crate", "container"), "to": tracktile.node("crate", "container")},
    )
    assert fields_of(statements(body), "crate") == {"name": "Crate", "kind": "container"}


def test_lots_that_are_split_off_open_beside_the_one_they_came_from() -> None:
    said = statements(
        tracktile.modified(
            "e",
            "10:30:00",
            "sack",
            spawns={"add": ["bag", {"id": "tin", "name": "TIN", "productId": "rye", "quantity": 4}, "sack"]},
            correlations={"add": ["x", {"entityId": "y"}], "updated": ["x"], "removed": ["z"]},
        )
    )

    def common(what: str) -> dict[str, Any]:
        key = f"inventory.modified:e:{what}"
        return {"key": key, "order_key": key.encode(), "occurred": TIME, "transaction": "txn"}

    assert said == (
        LotModified(**common("sack"), batch="sack", spawned=("bag", "tin"), correlated=("x", "y"), uncorrelated=("z",)),
        LotSpawned(**common("bag"), batch="bag", parent="sack"),
        LotSpawned(**common("tin"), batch="tin", listing="rye", quantity=Decimal(4), parent="sack"),
        BatchDescribed(**common("batch:tin"), batch="tin", fields={"label": "TIN", "flow": "flow"}),
        BatchDescribed(**common("batch:sack"), batch="sack", fields={"flow": "flow"}),
        BatchDescribed(**common("batch:bag"), batch="bag", fields={"flow": "flow"}),
    )


def test_an_event_that_changes_nothing_says_nothing() -> None:
    assert statements(tracktile.modified("e", "10:30:00", "sack", attributes={}, spawns=None)) == ()


@pytest.mark.parametrize("kind", ["order.status.changed", "shipment.created", "inventory.counted", "node.renamed", "x"])
def test_every_other_kind_is_ignored_with_its_reason(kind: str) -> None:
    reasons = {
        "order.status.changed": "it tells of an order, not of stock",
        "shipment.created": "it tells of a shipment, not of stock",
    }
    said = parse(f'{{"kind": "{kind}"}}'.encode())
    assert said == Ignored(event_kind=kind, reason=reasons.get(kind, f"Stockroom does not map the event {kind}"))


@pytest.mark.parametrize(
    ("what", "said", "fields"),
    [
        ("created", {}, {"active": True}),
        ("updated", {"parentId": "hall"}, {"parent": "hall"}),
        ("moved", {"parentId": None}, {"parent": None}),
        ("destroyed", {}, {"active": False}),
        ("updated", {"attributes": {"zone": "B"}}, {"attributes.zone": "B", "attributes.old": None}),
        ("updated", {"attributes": [{"key": "old", "value": 3}]}, {"attributes.old": "3"}),
    ],
)
def test_a_node_event_describes_the_place(what: str, said: dict[str, Any], fields: dict[str, FieldValue]) -> None:
    changes = {"removed": ["old"]} if "attributes" in said else None
    body = tracktile.node_event(what, "n", "10:30:00", tracktile.node("crate", "container", **said), changes=changes)
    key = f"node.{what}:n:place:crate"
    assert parse(body) == Parsed(
        event_kind=f"node.{what}",
        statements=(
            PlaceDescribed(
                key=key,
                order_key=key.encode(),
                occurred=TIME,
                transaction="txn",
                location="crate",
                fields={"name": "Crate", "kind": "container", **fields},
            ),
        ),
    )
