"""Everything that one account of a source shows."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple, TypeVar

from inventory.events import (
    BatchDescribed,
    Bucket,
    CountStatement,
    FieldValue,
    ListingDescribed,
    LotModified,
    LotSpawned,
    LotStatement,
    PackageStatement,
    PlaceDescribed,
    Statement,
)
from tests.laws.reference.counts import replay_count
from tests.laws.reference.descriptions import replay_description
from tests.laws.reference.links import Link, link_lots
from tests.laws.reference.lots import Lot, Opening, replay_lot
from tests.laws.reference.packages import replay_package
from tests.laws.reference.places import stand_places
from tests.laws.reference.values import Value

Said = TypeVar("Said", bound=Statement)


class CountName(NamedTuple):
    """What a count counts, by the source's own identifiers."""

    listing: str
    batch: str
    location: str
    bucket: str
    state: str


@dataclass
class World:
    """What is shown of one tenant of one source."""

    counts: dict[CountName, Value] = field(default_factory=dict)
    lots: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    """By batch: (status, listing, place)."""
    listings: dict[str, dict[str, FieldValue]] = field(default_factory=dict)
    batches: dict[str, dict[str, FieldValue]] = field(default_factory=dict)
    places: dict[str, dict[str, FieldValue]] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    links: set[Link] = field(default_factory=set)


def worlds(statements: Iterable[Statement]) -> dict[str, World]:
    """The world of each tenant that these speak of."""
    return {tenant: replay_world(said) for tenant, said in _by(lambda said: said.tenant, list(statements)).items()}


def replay_world(statements: Iterable[Statement]) -> World:
    """What the standing statements of one tenant add up to."""
    every = list(statements)
    world = World()
    counted = [said for said in every if isinstance(said, CountStatement)]
    world.counts = {name: replay_count(said) for name, said in _by(_count_name, counted).items()}
    packaged = [said for said in every if isinstance(said, PackageStatement)]
    for of_package in _by(lambda said: said.package, packaged).values():
        shown, whereabouts = replay_package(of_package)
        for (listing, batch, place, bucket), value in shown.items():
            world.counts[CountName(listing, batch, place, bucket, "")] = value
        for batch, (listing, place) in whereabouts.items():
            world.lots[batch] = ("unknown", listing, place)
    lots = [said for said in every if isinstance(said, LotStatement)]
    histories = _by(lambda said: said.batch, lots)
    for batch in histories:
        lot = _lot(batch, histories)
        world.lots[batch] = (lot.status, lot.listing, lot.place)
        for (listing, place), value in lot.counts().items():
            world.counts[CountName(listing, batch, place, Bucket.AVAILABLE, "")] = value
    world.links = link_lots(lots)
    listings = _by(lambda said: said.listing, [said for said in every if isinstance(said, ListingDescribed)])
    world.listings = {name: replay_description(said) for name, said in listings.items()}
    batches = _by(lambda said: said.batch, [said for said in every if isinstance(said, BatchDescribed)])
    world.batches = {name: replay_description(said) for name, said in batches.items()}
    places = _by(lambda said: said.location, [said for said in every if isinstance(said, PlaceDescribed)])
    world.places = {name: replay_description(said) for name, said in places.items()}
    world.parents, world.refused = stand_places(places)
    return world


def difference(shown: dict[str, World], right: dict[str, World]) -> list[str]:
    """What is shown and should not be, or should be and is not: a line for each."""
    lines = []
    for tenant in sorted({*shown, *right}):
        one, other = shown.get(tenant, World()), right.get(tenant, World())
        for noun in (each.name for each in fields(World) if one != other):
            here, there = getattr(one, noun), getattr(other, noun)
            if here != there:
                lines.append(f"{tenant} {noun}: shown {_only(here, there)}, right {_only(there, here)}")
    return lines


def _only(here: Any, there: Any) -> Any:
    """What is here and not there."""
    if isinstance(here, set):
        return here - there
    return {name: value for name, value in here.items() if name not in there or there[name] != value}


def _lot(batch: str, histories: dict[str, list[LotStatement]], *, through: str = "", way: tuple[str, ...] = ()) -> Lot:
    """A lot; one that was split off opens where its parent was when that was said of the parent.

    A parent that is itself on the `way` to this lot opened nowhere: so a circle of splits has an end.
    """
    openings: dict[str, Opening] = {}
    for said in histories[batch] if batch not in way else []:
        if isinstance(said, LotSpawned):
            splits = [
                other
                for other in histories.get(said.parent, [])
                if isinstance(other, LotModified) and batch in other.spawned and other.occurred == said.occurred
            ]
            if splits:
                parent = _lot(said.parent, histories, through=splits[0].key, way=(batch, *way))
                openings[said.key] = (parent.place, parent.listing)
    return replay_lot(histories[batch], openings, through=through)


def _count_name(said: CountStatement) -> CountName:
    return CountName(said.listing, said.batch, said.location, said.bucket, said.state)


Name = TypeVar("Name")


def _by(name_of: Callable[[Said], Name], statements: list[Said]) -> dict[Name, list[Said]]:
    found: dict[Name, list[Said]] = defaultdict(list)
    for said in statements:
        found[name_of(said)].append(said)
    return dict(found)
