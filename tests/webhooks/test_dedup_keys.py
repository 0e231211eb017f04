"""What two deliveries of one event have in common, for every provider: too much drops stock, too little doubles it."""

import hashlib
import json
from collections.abc import Mapping
from uuid import UUID

import pytest

from webhooks.providers import PROVIDERS
from webhooks.providers.base import Provider

NO_HEADERS: Mapping[str, str] = {}


def provider(name: str) -> Provider:
    return PROVIDERS[name]


def key(name: str, body: object, headers: Mapping[str, str] = NO_HEADERS) -> str:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    return provider(name).dedup_key(headers, sent)


def digest(body: bytes) -> str:
    return "sha256:" + hashlib.sha256(body).hexdigest()


def test_square_is_known_by_its_event_id() -> None:
    assert key("square", {"event_id": "df5f3813", "type": "inventory.count.updated", "id": "x"}) == "df5f3813"
    assert key("square", {"event_id": "e" * 255}) == "e" * 255


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b"{}",
        b'{"event_id": null}',
        b'{"event_id": ""}',
        b'{"event_id": 7}',
        b"\xff",
        b'{"event_id": "%s"}' % (b"e" * 256),
    ],
)
def test_square_without_a_usable_id_is_known_by_its_bytes(body: bytes) -> None:
    """They are kept for staff, and a retry of the same bytes is still one delivery."""
    assert key("square", body) == digest(body)


def test_tracktile_is_known_by_kind_and_id_because_ten_hooks_share_a_url() -> None:
    assert key("tracktile", {"kind": "inventory.moved", "id": "evt_1"}) == "inventory.moved:evt_1"
    assert key("tracktile", {"kind": "k" * 127, "id": "i" * 127}) == "k" * 127 + ":" + "i" * 127


def test_a_tracktile_key_that_is_too_long_to_keep_is_the_digest() -> None:
    body = json.dumps({"kind": "k" * 127, "id": "i" * 128}).encode()
    assert len("k" * 127 + ":" + "i" * 128) == 256
    assert key("tracktile", body) == digest(body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b"{}",
        b'{"kind": "inventory.moved"}',
        b'{"id": "evt_1"}',
        b'{"kind": "", "id": "1"}',
        b'{"kind": "inventory.moved", "id": null}',
        b'{"kind": 1, "id": "evt_1"}',
    ],
)
def test_tracktile_without_kind_or_id_is_known_by_its_bytes(body: bytes) -> None:
    assert key("tracktile", body) == digest(body)


@pytest.mark.parametrize("body", [b'{"companyId": 1, "changes": []}', b"", b"not json"])
def test_budsense_is_known_by_its_bytes_because_each_change_carries_its_own_time(body: bytes) -> None:
    assert key("budsense", body, {"webhook-id": "msg_1"}) == digest(body)


@pytest.mark.parametrize("name", ["treez", "jetti"])
def test_two_equal_bodies_of_a_sender_without_ids_are_two_deliveries(name: str) -> None:
    """Five, then three, then five again: the first and the last are equal, and both are real."""
    body = {"event_type": "INVENTORY", "event_id": "1", "id": "1", "inventory": {"available": 5}}
    keys = [key(name, body) for _ in range(50)]
    assert len(set(keys)) == 50
    assert {UUID(each).version for each in keys} == {4}


OURS = {"id": "event-1", "statements": []}


def test_our_own_json_is_known_by_the_id_in_its_body_whatever_its_headers_say() -> None:
    assert key("generic", OURS) == "event-1"
    assert key("generic", OURS, {"webhook-id": "msg_1", "svix-id": "msg_2"}) == "event-1"
    assert key("generic", {"id": "i" * 255, "statements": []}) == "i" * 255


@pytest.mark.parametrize(
    "body",
    [
        b"not json",
        b"",
        b"[]",
        b'{"id": "event-1"}',
        b'{"statements": []}',
        b'{"id": "", "statements": []}',
        b'{"id": 1, "statements": []}',
        b'{"id": "%s", "statements": []}' % (b"i" * 256),
    ],
)
def test_any_other_json_is_known_by_the_message_id_of_its_headers(body: bytes) -> None:
    assert key("generic", body, {"webhook-id": "msg_1"}) == "msg_1"
    assert key("generic", body, {"svix-id": "msg_2"}) == "msg_2"
    assert key("generic", body, {"svix-id": "msg_2", "webhook-id": "msg_1"}) == "msg_1"
    assert key("generic", body, {"webhook-id": "m" * 255}) == "m" * 255
    assert key("generic", body, {"webhook-id": "m"}) == "m"


@pytest.mark.parametrize("message_id", ["", "m" * 256, "a\nb", "\x00"])
def test_a_message_id_that_cannot_be_kept_is_none(message_id: str) -> None:
    keys = [key("generic", b"{}", {"webhook-id": message_id}) for _ in range(50)]
    assert len(set(keys)) == 50
    assert {UUID(each).version for each in keys} == {4}


def test_foreign_json_without_any_id_is_a_delivery_each_time() -> None:
    keys = [key("generic", b'{"hello": 1}', {"x-message-id": "msg_1"}) for _ in range(50)]
    assert len(set(keys)) == 50
    assert {UUID(each).version for each in keys} == {4}


def test_every_provider_has_a_key_for_anything_and_raises_nothing() -> None:
    hostile = [b"", b"\x00", b"\xff\xfe", b"[" * 100, b"1" * 100, b'{"id": "\\ud800", "kind": "\\u0000"}', b"nul"]
    keys = [(name, key(name, body)) for name in PROVIDERS for body in hostile]
    assert all(0 < len(text) <= 255 for _, text in keys)
