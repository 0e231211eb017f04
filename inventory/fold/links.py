"""How batches came out of one another: links that the events of a lot, or of one transaction, say."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from inventory.events import LotBorn, LotEnded, LotModified, LotRevived, LotSpawned, LotStatement, Statement
from inventory.fold.positions import in_order


class LinkKind(StrEnum):
    """What tied the two batches."""

    MERGED = "merged"
    SPLIT = "split"
    DECONSTRUCTED = "deconstructed"
    CONSUMED = "consumed"
    CORRELATED = "correlated"


@dataclass(frozen=True, slots=True, kw_only=True)
class LotLink:
    """One batch came out of another. An undone link is ended, not forgotten."""

    kind: LinkKind
    origin: str
    result: str
    key: str
    """The key of the event that says so."""
    ended_by: str = ""
    """The key of the event that undid it; '' while it stands."""


def may_link(event: Statement) -> bool:
    """Whether an event can tie its lot to another one."""
    match event:
        case LotEnded(role="merged" | "destroyed") | LotBorn(role="produced"):
            return True
        case _:
            return isinstance(event, LotSpawned | LotModified | LotRevived)


def links_of_lot(events: Iterable[Statement]) -> list[LotLink]:
    """The links that the standing events of one lot say, in any order of theirs."""
    links: list[LotLink] = []
    for event in in_order(events, LotStatement):
        match event:
            case LotEnded(role="merged") if event.into:
                links.append(LotLink(kind=LinkKind.MERGED, origin=event.batch, result=event.into, key=event.key))
            case LotRevived(role="unmerged"):
                # Another merge of the same lot stands; one that is not named may be any of them.
                links = [
                    _ended(link, LinkKind.MERGED, event) if event.source in {"", link.result} else link
                    for link in links
                ]
            case LotRevived(role="restored") if event.source:
                links.append(
                    LotLink(kind=LinkKind.DECONSTRUCTED, origin=event.source, result=event.batch, key=event.key)
                )
            case LotSpawned():
                links.append(LotLink(kind=LinkKind.SPLIT, origin=event.parent, result=event.batch, key=event.key))
            case LotModified():
                links = [
                    _ended(link, LinkKind.CORRELATED, event) if link.result in event.uncorrelated else link
                    for link in links
                ]
                links += [
                    LotLink(kind=LinkKind.CORRELATED, origin=event.batch, result=other, key=event.key)
                    for other in event.correlated
                ]
    return links


def links_of_transaction(events: Iterable[Statement]) -> list[LotLink]:
    """What was destroyed in one transaction went into each that it produced (inferred: the sender does not say)."""
    ordered = in_order(events, LotStatement)
    consumed = [event for event in ordered if isinstance(event, LotEnded) and event.role == "destroyed"]
    produced = [event for event in ordered if isinstance(event, LotBorn) and event.role == "produced"]
    return [
        LotLink(kind=LinkKind.CONSUMED, origin=origin.batch, result=result.batch, key=origin.key)
        for origin in consumed
        for result in produced
        if origin.batch != result.batch
    ]


def _ended(link: LotLink, kind: LinkKind, event: LotStatement) -> LotLink:
    return replace(link, ended_by=event.key) if link.kind is kind and not link.ended_by else link
