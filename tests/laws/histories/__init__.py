"""Histories of every provider, for hypothesis to think of."""

from collections.abc import Callable

from hypothesis import strategies as st

from tests.laws.histories import budsense, generic, jetti, square, tracktile, treez
from tests.laws.histories.base import Arrival, Happening, History, arrivals, instant

Histories = Callable[..., st.SearchStrategy[History]]

FEEDS: dict[str, Histories] = {
    "square": square.histories,
    "tracktile": tracktile.histories,
    "budsense": budsense.histories,
    "treez": treez.histories,
    "jetti": jetti.histories,
    "generic": generic.histories,
}
"""By provider: its histories, of at most so many events."""

__all__ = ["FEEDS", "Arrival", "Happening", "Histories", "History", "arrivals", "instant"]
