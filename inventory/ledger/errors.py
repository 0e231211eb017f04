"""What the ledger refuses to write, for the person who can mend it."""


class LedgerError(Exception):
    """The base of the ledger's refusals."""


class ConflictingStatement(LedgerError):
    """One key, two different statements, both of them standing: somebody has to say which is right."""


class UnreadableState(LedgerError):
    """A stream whose stored state is damaged: only folding its events anew tells what it is."""


class UnknownCount(LedgerError):
    """An adjustment of a count or a lot that is not there."""
