"""What a worker has in hand, where the process that looks after it can read it once the worker is dead."""

import mmap
import struct
from collections.abc import Sequence

_NUMBER = struct.Struct("=q")
_CURRENT, _HELD, _FIRST = range(3)


class InHand:
    """The ids of the deliveries that a worker has claimed, and the one that it is at.

    They lie in memory that a process shares with those that it forks, and that outlives any of them.
    """

    def __init__(self, most: int) -> None:
        """Room for a batch of `most`."""
        self._memory = mmap.mmap(-1, _NUMBER.size * (_FIRST + most))

    def take(self, ids: Sequence[int]) -> None:
        """Hold these, and be at none of them yet."""
        self._write(_HELD, 0)
        self._write(_CURRENT, 0)
        for place, number in enumerate(ids, start=_FIRST):
            self._write(place, number)
        # How many comes last: whoever dies in between holds nothing rather than something else.
        self._write(_HELD, len(ids))

    def turn_to(self, delivery: int) -> None:
        """Be at this one; 0: at none, or at all of them."""
        self._write(_CURRENT, delivery)

    def ids(self) -> list[int]:
        """Those that are held."""
        return [self._read(_FIRST + place) for place in range(self._read(_HELD))]

    def current(self) -> int:
        """The one that the worker is at; 0 when that cannot be said of one alone."""
        held = self.ids()
        return held[0] if len(held) == 1 else self._read(_CURRENT)

    def _write(self, place: int, number: int) -> None:
        _NUMBER.pack_into(self._memory, place * _NUMBER.size, number)

    def _read(self, place: int) -> int:
        number: int = _NUMBER.unpack_from(self._memory, place * _NUMBER.size)[0]
        return number
