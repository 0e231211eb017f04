"""How a delivery can fail, whatever is done."""

from enum import StrEnum


class Poison(StrEnum):
    """How a delivery fails, always."""

    EXCEPTION = "exception"
    RECURSION = "recursion"
    KILL = "kill"
    """Its worker's process is killed, as by the kernel for want of memory."""
    TIMEOUT = "timeout"
    """A statement that is written for it takes longer than the server lets it. SQLite has no such limit."""
