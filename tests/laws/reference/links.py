"""How lots came out of one another: what the standing events say; an undo ends a link and never deletes it."""

from collections.abc import Iterable
from typing import NamedTuple

from inventory.events import LotBorn, LotEnded, LotModified, LotRevived, LotSpawned, LotStatement
from tests.laws.reference.values import in_order


class Link(NamedTuple):
    """One batch came out of another."""

    kind: str
    origin: str
    result: str
    key: str
    """Of the event that says so."""
    ended: bool


def link_lots(statements: Iterable[LotStatement]) -> set[Link]:
    """Every link that the events of all the lots of one account make."""
    ordered = in_order(statements)
    links: list[Link] = []
    for said in ordered:
        match said:
            case LotEnded(role="merged") if said.into:
                links.append(Link("merged", said.batch, said.into, said.key, ended=False))
            case LotRevived(role="unmerged"):
                # Where it is not said which merge is undone, it can only be whichever there is.
                undone = {said.source} if said.source else {link.result for link in links}
                links = _end(links, "merged", said.batch, undone)
            case LotRevived(role="restored") if said.source:
                links.append(Link("deconstructed", said.source, said.batch, said.key, ended=False))
            case LotSpawned():
                links.append(Link("split", said.parent, said.batch, said.key, ended=False))
            case LotModified():
                links = _end(links, "correlated", said.batch, set(said.uncorrelated))
                links += [Link("correlated", said.batch, other, said.key, ended=False) for other in said.correlated]
    return {*links, *_consumed(ordered)}


def _end(links: list[Link], kind: str, origin: str, results: set[str]) -> list[Link]:
    return [
        link._replace(ended=True) if (link.kind, link.origin) == (kind, origin) and link.result in results else link
        for link in links
    ]


def _consumed(ordered: list[LotStatement]) -> set[Link]:
    """Every destroyed times every produced of one transaction."""
    destroyed = [said for said in ordered if isinstance(said, LotEnded) and said.role == "destroyed"]
    produced = [said for said in ordered if isinstance(said, LotBorn) and said.role == "produced"]
    return {
        Link("consumed", old.batch, new.batch, old.key, ended=False)
        for old in destroyed
        for new in produced
        if old.transaction and old.transaction == new.transaction and old.batch != new.batch
    }
