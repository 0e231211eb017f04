"""Which lots were split off which: a lot that was split off opens where its parent was, so it follows the parent."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from inventory.models import BatchLink


class Reopened(NamedTuple):
    """A lot whose opening hangs on a changed lot."""

    since: int
    """The instant of its split: nothing before it can have changed."""
    changed: int
    """The batch of the changed lot."""


def note_splits(spawned: Iterable[tuple[int, int, int]]) -> None:
    """Link these (parent's batch, child's batch, id of the event that says so); what is linked already stays."""
    links = [
        BatchLink(kind=BatchLink.Kind.SPLIT, origin_id=parent, result_id=child, event_id=event_id)
        for parent, child, event_id in spawned
    ]
    if links:
        BatchLink.objects.bulk_create(links, ignore_conflicts=True)


def split_off(changed: Mapping[int, int]) -> dict[int, Reopened]:
    """Every lot, by batch, whose opening hangs on a lot (by batch) that has changed from an instant on.

    Children, their children and so on; a split before the change is not touched by it. A circle of splits ends where a
    lot would be reached again without an earlier split.
    """
    found: dict[int, Reopened] = {}
    level = {batch: Reopened(since, batch) for batch, since in changed.items()}
    while level:
        links = BatchLink.objects.filter(kind=BatchLink.Kind.SPLIT, origin__among=level).order_by("pk")
        below: dict[int, Reopened] = {}
        for parent, child, split_at in links.values_list("origin", "result", "event__occurred"):
            since, root = level[parent]
            if split_at >= since and (child not in found or split_at < found[child].since):
                found[child] = below[child] = Reopened(split_at, root)
        level = below
    return found
