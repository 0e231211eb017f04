"""A sack, the bag that was split off it, and the cup that was split off the bag."""

from dataclasses import replace

from inventory.events import LotBorn, LotMoved, LotSpawned, LotStatement
from inventory.models import Batch
from tests.inventory.fold.support import born, moved, spawned


def split(key: str, at: int, parent: str, child: str, quantity: str | None = None) -> LotSpawned:
    return replace(spawned(key, at, quantity=quantity), batch=child, parent=parent)


def sack_born(at: int = 10, place: str = "bay") -> LotBorn:
    return replace(born("born", at, place, "100"), batch="sack")


def sack_moved(key: str, at: int, origin: str, place: str) -> LotMoved:
    return replace(moved(key, at, origin, place), batch="sack")


def lots() -> dict[str, tuple[str, str, str]]:
    """Each lot's status, product and place."""
    rows = Batch.objects.select_related("listing", "location").order_by("external_id")
    return {row.external_id: (row.status, str(row.listing or ""), str(row.location or "")) for row in rows}


FAMILY: list[LotStatement] = [
    sack_born(),
    sack_moved("to cold", 20, "bay", "cold"),
    split("bag", 30, "sack", "bag", "40"),
    split("cup", 40, "bag", "cup"),
    sack_moved("to shop", 50, "cold", "shop"),
]
