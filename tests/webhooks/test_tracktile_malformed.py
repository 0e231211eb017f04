"""Tracktile's deliveries that are no use: what is refused, with its path, and by what a delivery is known."""

import pytest

from tests.webhooks import tracktile
from tests.webhooks.tracktile_parsing import parse
from webhooks.payload import MalformedPayload
from webhooks.providers.tracktile import Tracktile


def without(kind: str, piece: bytes, instead: bytes = b"") -> bytes:
    body = tracktile.captured(kind)
    assert body.count(piece) == 1
    return body.replace(piece, instead)


MALFORMED = {
    "no kind": (b'{"id": "e"}', "kind: is missing"),
    "no id": (b'{"kind": "inventory.moved"}', "id: is missing"),
    "no time": (without("inventory.wasted", b'"time"', b'"when"'), "time: is missing"),
    "a time without a zone": (
        without("inventory.wasted", b"10:30:00Z", b"10:30:00"),
        "time: must be an RFC 3339 time with Z or an offset ('2024-01-15T10:30:00')",
    ),
    "an empty id": (without("inventory.wasted", b'"evt_abc123"', b'""'), "id: must not be empty ('')"),
    "no lot": (without("inventory.wasted", b'"entityId"', b'"entity"'), "entityId: is missing"),
    "a number for a lot": (without("inventory.wasted", b'"ent_456"', b"456"), "entityId: must be text (456)"),
    "no product": (without("inventory.received", b'"productId"', b'"product"'), "entity.productId: is missing"),
    "no node": (without("inventory.received", b'"node":', b'"nodes":'), "node: is missing"),
    "nowhere to": (without("inventory.moved", b'"to":', b'"towards":'), "to: is missing"),
    "a word for a quantity": (
        without("inventory.received", b'"quantity": 100', b'"quantity": "some"'),
        "entity.quantity: must be a JSON number or text of plain decimal digits ('some')",
    ),
    "a seventh decimal": (
        without("inventory.received", b'"quantity": 100', b'"quantity": 0.1234567'),
        "entity.quantity: 0.1234567 has more than 6 decimals (0.1234567)",
    ),
    "a list that is none": (
        without("inventory.merged", b'"sourceEntityIds": [', b'"sourceEntityIds": 5, "x": ['),
        "sourceEntityIds: must be an array (5)",
    ),
    "an attribute without a key": (
        without("inventory.modified", b'"key": "temperature",', b""),
        "changes.attributes.add[0].key: is missing",
    ),
    "a spawned lot without an id": (
        tracktile.modified("e", "10:30:00", "sack", spawns={"add": [{"name": "TIN"}]}),
        "changes.spawns.add[0].id: is missing",
    ),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_event_is_refused_with_its_path(case: str) -> None:
    body, problem = MALFORMED[case]
    with pytest.raises(MalformedPayload) as refused:
        parse(body)
    assert str(refused.value) == problem


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (tracktile.captured("inventory.moved"), "inventory.moved:evt_abc123"),
        # echo -n '{}' | sha256sum
        (b"{}", "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"),
        (b'{"kind": "k", "id": "%s"}' % (b"i" * 253), "k:" + "i" * 253),
    ],
    ids=["kind and id", "neither", "as long as can be kept"],
)
def test_an_event_is_known_by_its_kind_and_id(body: bytes, key: str) -> None:
    assert Tracktile().dedup_key({}, body) == key


@pytest.mark.parametrize(
    "body", [b"", b"\xff", b"[]", b'{"kind": 5, "id": "a"}', b'{"kind": "k", "id": "%s"}' % (b"i" * 254)]
)
def test_where_no_usable_id_can_be_read_the_body_is_its_own_key(body: bytes) -> None:
    key = Tracktile().dedup_key({}, body)
    assert (key[:7], len(key)) == ("sha256:", 71)
