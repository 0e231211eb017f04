"""What the commands have in common that try Stockroom in several acts, each by its name."""

import argparse
import signal
import sys
from collections.abc import Collection


def say(line: str) -> None:
    """Tell it at once, whoever reads."""
    print(line, flush=True)


def begin(parser: argparse.ArgumentParser, chosen: list[str], known: Collection[str]) -> list[str]:
    """The acts that were chosen, or all; whoever stops them from now on leaves nothing running either.

    Ends the command where there is no such act.
    """
    if unknown := set(chosen) - set(known):
        parser.error(f"there is no act {', '.join(sorted(unknown))}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("it was stopped"))
    return chosen or list(known)
