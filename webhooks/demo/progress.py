"""How far a long command has come: a bar on a terminal, a line for every tenth part elsewhere."""

from typing import Protocol

WIDTH = 40
TENTHS = 10


class Output(Protocol):
    def write(self, msg: str, style_func: None = None, ending: str | None = None) -> object: ...

    def flush(self) -> None: ...


class Progress:
    """Counts up to `total` and says so."""

    def __init__(self, total: int, output: Output, *, bar: bool) -> None:
        self._total = max(total, 1)
        self._output = output
        self._bar = bar
        self._done = 0
        self._shown = 0

    def advance(self, number: int) -> None:
        """So many more are done."""
        self._done += number
        steps = WIDTH if self._bar else TENTHS
        reached = min(self._done * steps // self._total, steps)
        if reached == self._shown:
            return
        self._shown = reached
        if self._bar:
            ending = "\n" if reached == steps else ""
            self._output.write(
                f"\r[{'#' * reached}{'.' * (steps - reached)}] {self._done}/{self._total}", ending=ending
            )
        else:
            self._output.write(f"{reached * 100 // steps} % ({self._done} of {self._total})")
        self._output.flush()
