"""Which pieces can be written together, with one statement of SQL for all of them, as if one came after another."""

from collections.abc import Iterable, Iterator, Sequence

from inventory.events import (
    ListingDescribed,
    LotSpawned,
    LotStatement,
    PackageStatement,
    PlacesNamed,
    Statement,
    StreamKind,
)
from inventory.identity import Identifier
from inventory.ledger.directory import Directory
from inventory.ledger.slots import AccountName, stream_slot
from inventory.models import BatchLink

Piece = tuple[int, Iterable[Statement]]
"""What is said at once: a source's id, and statements."""


def turns(pieces: Sequence[Piece], directory: Directory) -> list[list[int]]:
    """The places of these pieces, which `directory` covers, by the turn in which they are written.

    Each comes as early as it may, and after every earlier piece that writes what it touches or touches what it writes.
    Counts, and lots that no other was split off, need no turns: within one they are brought up to date piece by piece.
    """
    parents = _parents(pieces, directory)
    written: dict[str, int] = {}
    read: dict[str, int] = {}
    found: list[list[int]] = []
    for place, piece in enumerate(pieces):
        writes = set(_writes(piece, directory, parents))
        reads = set(_reads(piece)) - writes
        after = [written.get(slot, -1) for slot in writes | reads] + [read.get(slot, -1) for slot in writes]
        turn = max(after, default=-1) + 1
        written |= dict.fromkeys(writes, turn)
        read |= {slot: max(turn, read.get(slot, turn)) for slot in reads}
        if turn == len(found):
            found.append([])
        found[turn].append(place)
    return found


def _writes(piece: Piece, directory: Directory, parents: set[Identifier]) -> Iterator[str]:
    source_id, statements = piece
    for statement in statements:
        match statement:
            case LotStatement():
                if (
                    isinstance(statement, LotSpawned)
                    or Identifier(source_id, statement.tenant, statement.batch) in parents
                ):
                    yield directory.slot_of(source_id, statement)
                    yield _splits_of(source_id, statement)
            case ListingDescribed() | PackageStatement() | PlacesNamed():
                # What a listing is called when it is described first, its product is called from then on. Other
                # descriptions move nothing, and their registers may be written in any order.
                yield directory.slot_of(source_id, statement)
            case _:
                pass


def _reads(piece: Piece) -> Iterator[str]:
    source_id, statements = piece
    for statement in statements:
        if isinstance(statement, PackageStatement):
            yield stream_slot(StreamKind.NAMING, AccountName(source_id, statement.tenant))
        if isinstance(statement, LotStatement):
            yield _splits_of(source_id, statement)


def _splits_of(source_id: int, statement: LotStatement) -> str:
    """Stands for all lots of an account that open where others were: what is said of one may be about another."""
    return f"splits:{AccountName(source_id, statement.tenant).text}"


def _parents(pieces: Sequence[Piece], directory: Directory) -> set[Identifier]:
    """The lots that are spoken of here, and off which others were split, or are by what is said here."""
    said: set[Identifier] = set()
    parents: set[Identifier] = set()
    for source_id, statements in pieces:
        for statement in statements:
            if isinstance(statement, LotStatement):
                said.add(Identifier(source_id, statement.tenant, statement.batch))
            if isinstance(statement, LotSpawned):
                parents.add(Identifier(source_id, statement.tenant, statement.parent))
    if said:
        batches = {directory.batches[lot] for lot in said}
        links = BatchLink.objects.filter(kind=BatchLink.Kind.SPLIT, origin__among=batches)
        origins = set(links.values_list("origin", flat=True))
        parents |= {lot for lot in said if directory.batches[lot] in origins}
    return parents
