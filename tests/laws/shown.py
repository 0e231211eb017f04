"""What the database shows of one source, in the second opinion's words."""

from collections import defaultdict

from inventory.events import Bucket, Quality
from inventory.models import Batch, BatchLink, Count, Listing, Location, Source
from tests.laws.reference import NOTHING_SAID, CountName, Link, Value, World


def shown_worlds(source: Source) -> dict[str, World]:
    """By tenant; what nobody says anything of is left out."""
    found: dict[str, World] = defaultdict(World)
    for count in Count.objects.filter(source=source).select_related("listing", "batch", "location"):
        name = CountName(
            count.listing.external_id,
            count.batch.external_id if count.batch else "",
            count.location.external_id if count.location else "",
            Bucket(count.bucket),
            count.state,
        )
        found[count.listing.tenant].counts[name] = Value(count.quantity, Quality(count.quality))
    for batch in Batch.objects.filter(source=source).select_related("listing", "location"):
        world = found[batch.tenant]
        world.batches[batch.external_id] = batch.description
        world.lots[batch.external_id] = (
            batch.status,
            batch.listing.external_id if batch.listing else "",
            batch.location.external_id if batch.location else "",
        )
    for listing in Listing.objects.filter(source=source):
        found[listing.tenant].listings[listing.external_id] = listing.description
    for place in Location.objects.filter(source=source).select_related("parent"):
        world = found[place.tenant]
        world.places[place.external_id] = place.description
        if place.parent:
            world.parents[place.external_id] = place.parent.external_id
        if place.parent_refused:
            world.refused.add(place.external_id)
    for link in BatchLink.objects.filter(event__source=source).select_related("origin", "result", "event"):
        found[link.origin.tenant].links.add(
            Link(link.kind, link.origin.external_id, link.result.external_id, link.event.key, bool(link.ended_by_id))
        )
    return what_is_said(found)


def what_is_said(worlds: dict[str, World]) -> dict[str, World]:
    """Without what nobody says anything of: a row that was made once stays, whatever is taken back."""
    for world in worlds.values():
        world.counts = {name: value for name, value in world.counts.items() if value != NOTHING_SAID}
        world.lots = {name: lot for name, lot in world.lots.items() if lot != ("unknown", "", "")}
        world.listings = {name: fields for name, fields in world.listings.items() if fields}
        world.batches = {name: fields for name, fields in world.batches.items() if fields}
        world.places = {name: fields for name, fields in world.places.items() if fields}
    return {tenant: world for tenant, world in worlds.items() if world != World()}
