"""Tabs: the same list, narrowed, each at an address of its own."""

from collections.abc import Mapping
from typing import NamedTuple

from django.utils.functional import Promise


class Tab(NamedTuple):
    """One of them, as a template shows it."""

    text: str
    query: str
    is_here: bool


def tabs(texts: Mapping[str, Promise], here: str) -> list[Tab]:
    """The tabs of these names; the first is the plain list."""
    first = next(iter(texts))
    return [Tab(str(text), "" if name == first else f"?tab={name}", name == here) for name, text in texts.items()]
