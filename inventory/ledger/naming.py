"""Places that the source has named anew: which rows are names of one place, and whose counts follow."""

from collections.abc import Iterable

from django.db.models import Q

from inventory.events import StreamKind
from inventory.fold import NO_NAMING, NamedPlace, Naming, fold_naming
from inventory.identity import Identifier, find_or_make_locations
from inventory.ledger.encoding import to_statement
from inventory.ledger.projection import name_in
from inventory.ledger.slots import AccountName, stream_slot
from inventory.ledger.standing import standing_events
from inventory.ledger.streams import OpenStream, naming_in, open_stream
from inventory.models import Location, Stream


class StoredNamings:
    """The namings of accounts as they are stored, each read once."""

    def __init__(self) -> None:
        self._known: dict[AccountName, Naming] = {}

    def of(self, source_id: int, tenant: str) -> Naming:
        account = AccountName(source_id, tenant)
        if account not in self._known:
            self._known[account] = self._read(stream_slot(StreamKind.NAMING, account))
        return self._known[account]

    def _read(self, slot: str) -> Naming:
        row = Stream.objects.filter(slot=slot).first()
        return NO_NAMING if row is None else naming_in(open_stream(row).state)


class FoldedNamings(StoredNamings):
    """The namings of accounts as their standing events make them."""

    def _read(self, slot: str) -> Naming:
        events = standing_events().filter(stream__slot=slot).order_by("id")
        return naming_in(fold_naming(map(to_statement, events.iterator())))


def packages_at(source_id: int, tenant: str, places: Iterable[str]) -> list[str]:
    """The slots of the packages that have counts at these places of an account."""
    rows = Location.objects.filter(source=source_id, tenant=tenant, external_id__among=places)
    packages = Stream.objects.filter(
        kind=StreamKind.PACKAGE, counts__location__among=list(rows.values_list("pk", flat=True))
    )
    return list(packages.order_by("slot").values_list("slot", flat=True).distinct())


def follow_naming(source_id: int, tenant: str, naming: Naming) -> None:
    """Bring every place of an account to what its names mean.

    What staff said of a place that turns out to be another one's earlier or later name holds for that one, where they
    said nothing of it itself.
    """
    own = [Identifier(source_id, tenant, name) for name, place in naming.places().items() if place.identity]
    find_or_make_locations(own)
    wrong = misnamed(source_id, tenant, naming)
    ids = dict(
        Location.objects.filter(
            source=source_id, tenant=tenant, external_id__among=[should.same_as for _, should in wrong]
        ).values_list("external_id", "pk")
    )
    for row, should in sorted(wrong, key=lambda pair: pair[0].pk):
        same_as = ids[should.same_as] if should.same_as else None
        Location.objects.filter(pk=row.pk).update(same_as=same_as, identity=should.identity, name=should.name)
        if same_as is not None:
            _hand_on(row, same_as)


def _hand_on(row: Location, to: int) -> None:
    place = Location.objects.filter(pk=to)
    if row.site_id is not None:
        place.filter(site__isnull=True).update(site=row.site_id)
    if row.own_name:
        place.filter(own_name="").update(own_name=row.own_name)
    if row.sellable is not None:
        place.filter(sellable__isnull=True).update(sellable=row.sellable)


def misnamed(source_id: int, tenant: str, naming: Naming) -> list[tuple[Location, NamedPlace]]:
    """The places that are not what their names mean, each with what it should be."""
    places = naming.places()
    rows = Location.objects.filter(
        Q(external_id__among=places) | Q(same_as__isnull=False) | ~Q(identity=""), source=source_id, tenant=tenant
    )
    wrong = []
    for row in rows.select_related("same_as").order_by("pk"):
        should = places.get(row.external_id, NamedPlace())
        if not should.identity:
            should = should._replace(name=name_in(row.description))
        if stored_naming(row) != should:
            wrong.append((row, should))
    return wrong


def stored_naming(row: Location) -> NamedPlace:
    """What a place's row says that it is."""
    return NamedPlace(row.same_as.external_id if row.same_as else "", row.identity, row.name)


def names_of(stream: OpenStream, tenant: str, namings: StoredNamings) -> Naming:
    """What the names mean that a stream's statements use: those of other kinds of stream name their places for good."""
    return namings.of(stream.source_id, tenant) if stream.kind is StreamKind.PACKAGE else NO_NAMING
