"""What may be said about one event in its stream."""

from enum import StrEnum
from typing import Self


class Note(StrEnum):
    """What one event did to its stream, or why it did nothing."""

    meaning: str
    """A plain sentence for staff."""

    def __new__(cls, value: str, meaning: str = "") -> Self:
        note = str.__new__(cls, value)
        note._value_ = value
        note.meaning = meaning
        return note

    # Counts, and the quantity of a lot
    SET = "set", "The number is what this event says."
    ADJUSTED = "adjusted", "It changed the number by its amount."
    DOUBTED = "doubted", "The source no longer knows the number: the last one stays, and is doubtful."
    UNKNOWN = "unknown", "The source does not know the number, and no number was known before."
    UNTRACKED = "untracked", "The source does not track this count: the last number is kept, but not shown."
    COVERED = "covered", "A newer reading covers it, so it says nothing about the number now."

    # Lots
    OPENED = "opened", "It opened the lot at its place."
    OPENED_BY_SPLIT = "opened_by_split", "The lot was split off another one, and opened at that lot's place."
    OPENED_BY_MOVE = "opened_by_move", "The lot was not known before: this move opened it where it went."
    OPENED_BY_REVIVAL = "opened_by_revival", "The lot was not known before: this revival opened it."
    BORN_AGAIN = "born_again", "The lot was open already, so this is a new reading of its place and quantity."
    MERGED_INTO = (
        "merged_into",
        "Other lots were merged into this open lot and no quantity was stated, so its quantity is unknown.",
    )
    ALREADY_OPEN = (
        "already_open",
        "The lot was open already, so this split only filled in what was not yet known about it.",
    )
    MOVED = "moved", "It moved the lot."
    MOVED_FROM_ELSEWHERE = (
        "moved_from_elsewhere",
        "It moved the lot, although by then the lot was not where this move says it came from.",
    )
    DESCRIBED_ONLY = "described_only", "It describes the lot and says nothing about its place or quantity."
    SPLIT = (
        "split",
        "Lots were split off it without quantities, so its quantity is doubtful until it is read again.",
    )
    ENDED = "ended", "It ended the lot."
    ENDED_UNSEEN = "ended_unseen", "It ended a lot not known before: only a revival can open that lot."
    ALREADY_ENDED = "already_ended", "The lot had ended already, so this changed nothing."
    REVERTED_AFTER_END = (
        "reverted_after_end",
        "The merge that made this lot was undone, although the lot had ended already.",
    )
    REVIVED = "revived", "It brought the lot back with the quantity it last had."
    REVIVED_WHILE_LIVE = (
        "revived_while_live",
        "It brought back a lot that had not ended: the place is taken from it, and the quantity is doubtful.",
    )
    NOT_OPEN = "not_open", "The lot was not open yet, so there was nothing to change."
    AFTER_END = "after_end", "The lot had ended and only a revival brings it back, so this changed nothing."
    LISTING_CHANGED = "listing_changed", "The source first called this a lot of one product, then of another."

    # Packages
    PACKAGE_READ = "package_read", "The counts of its rows are what they say."
    BATCH_MOVED = (
        "batch_moved",
        "The counts of its rows are what they say; a batch that was elsewhere before has left its old place.",
    )
    ABSENT_ENDED = (
        "absent_ended",
        "The counts of its rows are what they say; it tells the whole package, so nothing is left of the others.",
    )
    ABSENT_DOUBTED = (
        "absent_doubted",
        "The counts of its rows are what they say; whether the others still are what they were is not known.",
    )

    # Descriptions
    DESCRIBED = "described", "All of its fields stand."
    DESCRIBED_IN_PART = "described_in_part", "Some of its fields stand; newer statements cover the others."
    DESCRIPTION_COVERED = "description_covered", "Newer statements cover all of its fields."
    NOTHING_DESCRIBED = "nothing_described", "It states no field."

    # Names of places
    NAMED = "named", "It says which places the source means by these names."


class Late(Exception):
    """This event belongs before the head of its stream; the stream must be folded anew."""


class WrongStream(TypeError):
    """An event was given to the fold of another kind of stream: a fault of the caller."""
