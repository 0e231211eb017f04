"""Places on pages: where each stands, what stands in it and what is counted there."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from inventory.keyset import Order
from inventory.models import Count, Location

BY_NAME = Order(columns=(("name", str), ("id", int)))
COUNTS_BY_BUCKET = Order(columns=(("bucket", str), ("id", int)))

CHILDREN = 50
"""How many places inside a place are shown."""
_SEPARATOR = " / "


class Paths:
    """The places that some places stand in, read level by level."""

    def __init__(self, ids: Iterable[int | None]) -> None:
        self._rows: dict[int, Location] = {}
        missing = {pk for pk in ids if pk is not None}
        while missing:
            self._rows |= Location.objects.defer("description").in_bulk(missing)
            missing = {row.parent_id for row in self._rows.values() if row.parent_id} - self._rows.keys()

    def way(self, location_id: int | None) -> list[Location]:
        """The places from the outermost one to this one, which is the last."""
        found: list[Location] = []
        step = location_id
        while step is not None and len(found) < len(self._rows):
            found.append(self._rows[step])
            step = self._rows[step].parent_id
        return found[::-1]

    def text(self, location_id: int | None) -> str:
        """Their names; '' for no place."""
        return _SEPARATOR.join(map(str, self.way(location_id)))


def found(text: str) -> QuerySet[Location]:
    """The places whose name begins with `text`, in capitals or not; all for ''."""
    locations = Location.objects.select_related("source", "site").defer("description", "source__settings")
    return locations.filter(Q(own_name__istartswith=text) | Q(name__istartswith=text)) if text else locations


def identified(text: str) -> list[Location]:
    """The first places that a source calls exactly so."""
    return list(Location.objects.filter(external_id=text).defer("description").order_by("id")[:2])


def children_of(location: Location) -> list[Location]:
    """The places right inside this one; one more than CHILDREN if there are."""
    return list(location.children.defer("description").order_by("id")[: CHILDREN + 1])


def counts_at(location: Location) -> QuerySet[Count]:
    """What is counted there."""
    return (
        Count.objects.filter(location=location)
        .select_related("source", "listing__product", "batch")
        .defer("listing__description", "batch__description", "source__settings")
    )
