"""What Tracktile's node events say about places: https://developers.tracktile.io/webhooks/events/node ."""

from functools import partial

from webhooks.payload import Payload
from webhooks.providers.tracktile.event import ATTRIBUTE, Event, Teller, attributes_in


def _described(event: Event, *, active: bool | None = None) -> None:
    node = event.payload["node"]
    place = event.node(node)
    # An event that does not name a parent leaves it; one that names null says that there is none.
    if node.has("parentId"):
        parent = node.get("parentId")
        event.describe_place(place, parent=parent.text() if parent else None)
    for key in _removed(event.payload.get("changes")):
        event.describe_place(place, **{ATTRIBUTE + key: None})
    for key, value in attributes_in(node.get("attributes")).items():
        event.describe_place(place, **{ATTRIBUTE + key: value.plain() if value else None})
    if active is not None:
        event.describe_place(place, active=active)


def _removed(changes: Payload | None) -> list[str]:
    removed = changes.get("removed") if changes else None
    return [key.text(allow_empty=True) for key in removed.items()] if removed else []


TELLERS: dict[str, Teller] = {
    "node.created": partial(_described, active=True),
    "node.updated": _described,
    "node.moved": _described,
    "node.destroyed": partial(_described, active=False),
}
