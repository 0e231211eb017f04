"""What each of Tracktile's ten inventory events says about lots.

https://developers.tracktile.io/webhooks/events/inventory : an entity is a lot, its product a listing, a node a place. A
quantity is the lot's own absolute one; where there is none, the event is about the whole lot as it was. An event gives
a lot one role: the result of a merge is not one of its sources, and what is restored is not what was reverted.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import partial

from inventory.events import LotBorn, LotEnded, LotModified, LotMoved, LotRevived, LotSpawned
from webhooks.payload import Payload
from webhooks.providers.tracktile.event import LABEL_LENGTH, Event, Teller, attributes_in, label_in

HOLDS_OTHERS = {"bundle", "container"}
"""The types of nodes that stand in a place themselves and can be moved with what is in them."""


def _born(event: Event, *, role: str, entity: str = "entity", group: str = "") -> str:
    said = event.payload[entity]
    lot = _described(event, said)
    event.say(
        LotBorn,
        lot,
        listing=said["productId"].text(),
        quantity=_quantity(event, said),
        location=event.node(event.payload["node"]),
        role=role,
        group=group,
    )
    return lot


def _received(event: Event, *, role: str) -> None:
    _born(event, role=role)


def _moved(event: Event, *, role: str) -> None:
    said = event.payload["entity"]
    origin, destination = event.node(event.payload["from"]), event.node(event.payload["to"])
    lot = _described(event, said)
    event.say(
        LotMoved,
        lot,
        listing=said["productId"].text(),
        quantity=_quantity(event, said),
        origin=origin,
        location=destination,
        role=role,
    )
    if label_in(event.payload["to"], "type") in HOLDS_OTHERS and origin != destination:
        # It was filled where the lot came from: until a node event says where it stands, it stands there.
        event.describe_place(destination, parent_inferred=origin)


def _ended(event: Event, *, role: str) -> None:
    event.say(LotEnded, event.payload["entityId"].text(), role=role, reason=label_in(event.payload, "reason"))


def _merged(event: Event) -> None:
    result = _born(event, role="merged", entity="mergedEntity", group=event.group)
    sources = _ids(event.payload["sourceEntityIds"])
    _label_all(event, sources, "sourceEntityNames")
    for source in sources:
        event.say(LotEnded, source, role="merged", into=result, group=event.group)


def _unmerged(event: Event) -> None:
    reverted = event.payload["revertedEntityId"].text()
    place = event.node(event.payload["node"])
    restored = _ids(event.payload["restoredEntityIds"])
    _label_all(event, restored, "restoredEntityNames")
    for lot in restored:
        source = reverted if lot != reverted else ""
        event.say(LotRevived, lot, location=place, role="unmerged", source=source, group=event.group)
    event.say(LotEnded, reverted, role="reverted", group=event.group)


def _restored(event: Event) -> None:
    lot = event.payload["restoredEntityId"].text()
    taken_apart = event.payload["sourceEntityId"].text()
    event.name_batch(taken_apart, label_in(event.payload, "sourceEntityName"))
    event.say(
        LotRevived,
        lot,
        location=event.node(event.payload["node"]),
        role="restored",
        source=taken_apart if taken_apart != lot else "",
        group=event.group,
    )
    event.say(LotEnded, taken_apart, role="deconstructed", group=event.group)


def _modified(event: Event) -> None:
    lot = event.payload["entityId"].text()
    changes = event.payload["changes"]
    attributes = _changed_attributes(changes.get("attributes"))
    for key, value in attributes.items():
        event.attribute(lot, key, value)
    correlations = changes.get("correlations")
    correlated = [*_lots_in(correlations, "add"), *_lots_in(correlations, "updated")]
    uncorrelated = _lots_in(correlations, "removed")
    spawned = {child: said for child, said in _lots_in(changes.get("spawns"), "add").items() if child != lot}
    quantity = _attribute_quantity(event, attributes)
    if spawned or correlated or uncorrelated or quantity is not None:
        event.say(
            LotModified,
            lot,
            quantity=quantity,
            spawned=tuple(spawned),
            correlated=tuple(dict.fromkeys(correlated)),
            uncorrelated=tuple(uncorrelated),
        )
    for child, said in spawned.items():
        _spawned(event, child, said, parent=lot)


def _spawned(event: Event, child: str, said: Payload | None, *, parent: str) -> None:
    if said is not None:
        _described(event, said, lot=child)
    event.say(
        LotSpawned,
        child,
        listing=label_in(said, "productId") if said else "",
        quantity=_quantity(event, said) if said else None,
        parent=parent,
    )


def _described(event: Event, entity: Payload, *, lot: str = "") -> str:
    """An entity's id; its name and attributes describe the batch."""
    lot = lot or entity["id"].text()
    event.name_batch(lot, label_in(entity, "name"))
    for key, value in attributes_in(entity.get("attributes")).items():
        event.attribute(lot, key, value)
    return lot


def _quantity(event: Event, entity: Payload) -> Decimal | None:
    """The quantity that an entity states, by its own member before any attribute."""
    stated = entity.get("quantity")
    return stated.decimal() if stated else _attribute_quantity(event, attributes_in(entity.get("attributes")))


def _attribute_quantity(event: Event, attributes: Mapping[str, Payload | None]) -> Decimal | None:
    stated = [event.quantity_in(key, value) for key, value in attributes.items()]
    return next((quantity for quantity in stated if quantity is not None), None)


def _changed_attributes(changes: Payload | None) -> dict[str, Payload | None]:
    """Each changed attribute with its new value; None where it was removed."""
    if changes is None:
        return {}
    removed = changes.get("removed")
    gone = [item.text(allow_empty=True) for item in removed.items()] if removed else []
    return {
        **dict.fromkeys(gone),
        **attributes_in(changes.get("add")),
        **attributes_in(changes.get("updated")),
    }


def _lots_in(changes: Payload | None, member: str) -> dict[str, Payload | None]:
    """The lots that a change lists, by id: ids, or objects that have one. The documents show the lists only empty."""
    listed = changes.get(member) if changes else None
    found: dict[str, Payload | None] = {}
    for item in listed.items() if listed else ():
        if isinstance(item.plain(), dict):
            found[(item.get("entityId") or item["id"]).text()] = item
        else:
            found[item.text()] = None
    return found


def _ids(listed: Payload) -> list[str]:
    return [item.text() for item in listed.items()]


def _label_all(event: Event, lots: list[str], member: str) -> None:
    """Label lots by the names listed beside them; lists of unequal length do not say whose name is whose."""
    said = event.payload.get(member)
    names = [name.text(max_length=LABEL_LENGTH, allow_empty=True) for name in said.items()] if said else []
    if len(names) == len(lots):
        for lot, name in zip(lots, names, strict=True):
            event.name_batch(lot, name)


TELLERS: dict[str, Teller] = {
    "inventory.received": partial(_received, role="received"),
    "inventory.produced": partial(_received, role="produced"),
    "inventory.modified": _modified,
    "inventory.moved": partial(_moved, role="moved"),
    "inventory.bundled": partial(_moved, role="bundled"),
    "inventory.destroyed": partial(_ended, role="destroyed"),
    "inventory.wasted": partial(_ended, role="wasted"),
    "inventory.merged": _merged,
    "inventory.merge.reverted": _unmerged,
    "inventory.restored": _restored,
}
