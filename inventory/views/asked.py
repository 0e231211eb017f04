"""What an address asks of a list: checked before anything is read by it."""

from collections.abc import Sequence
from typing import TypeVar

from django.core.exceptions import BadRequest
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from inventory.keyset import BadMark, Order, Page

Row = TypeVar("Row", bound=Model)

PAGE = 50
LONGEST_SEARCH = 255
"""As long as the longest identifier."""


def page_asked(request: HttpRequest, order: Order, rows: QuerySet[Row], size: int = PAGE) -> Page[Row]:
    """The page of `rows` that `?after=` names; raises BadRequest for a mark that is none of ours."""
    try:
        return order.page(rows, request.GET.get("after", ""), size)
    except BadMark as error:
        raise BadRequest(f"after: {error}") from error


def search_asked(request: HttpRequest) -> str:
    """What `?q=` looks for, '' for nothing; raises BadRequest for a text that nothing here can have."""
    text = request.GET.get("q", "").strip()
    if len(text) > LONGEST_SEARCH or "\0" in text:
        raise BadRequest(f"q: no name or identifier is like this: {text[:40]!r}")
    return text


def tab_asked(request: HttpRequest, tabs: Sequence[str]) -> str:
    """Which of `tabs` `?tab=` names, the first where it names none; raises BadRequest for one that is not there."""
    tab = request.GET.get("tab", tabs[0])
    if tab not in tabs:
        raise BadRequest(f"tab: {tab[:40]!r} is none of {', '.join(tabs)}")
    return tab
