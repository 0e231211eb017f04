"""What every list and page of the admin has in common: it stays quick on a million rows and never bends a fact."""

from collections.abc import Callable, Sequence
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from django import forms
from django.contrib import admin
from django.contrib.admin.options import ShowFacets
from django.db import models
from django.db.models import Q
from django.http import HttpRequest, HttpResponse

from inventory.admin.display import Table, Tool
from inventory.admin.paginator import BoundedPaginator
from inventory.models.fields import QuantityField
from inventory.quantity import LIMIT, PLACES, quantity_text

Record = TypeVar("Record", bound=models.Model)

if TYPE_CHECKING:
    DjangoAdmin = admin.ModelAdmin
else:

    class DjangoAdmin(admin.ModelAdmin):
        """Django's ModelAdmin is generic for the type checker only."""

        def __class_getitem__(cls, _: object) -> type:
            return cls


class QuantityInput(forms.DecimalField):
    """Asks for a quantity that can be kept exactly."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": LIMIT, **kwargs, "decimal_places": PLACES})

    def prepare_value(self, value: Any) -> Any:
        """The stored quantity without its idle zeros; what a person typed stays as it was typed."""
        return value if value is None or isinstance(value, str) else quantity_text(value)


def can_be_kept(value: str) -> bool:
    """Whether a text may stand in the database. PostgreSQL refuses even to compare with one that holds a NUL."""
    return "\0" not in value


def _parameter(shown: Any) -> str:
    """What a filter is called in an address: by its column, where it is one's, or by its own name."""
    column = shown[0] if isinstance(shown, tuple) else shown
    return column if isinstance(column, str) else getattr(column, "parameter_name", "")


class ReferredToByNumber:
    """Rows are referred to by their number only, as every foreign key here does.

    Django looks closer at any name that stands behind `_to_field=` in an address, and fails where it is that of a
    relation from another model.
    """

    def to_field_allowed(self, request: HttpRequest, to_field: str) -> bool:  # noqa: ARG002  # Django's signature
        """Whether a row may be chosen by this field."""
        return to_field == "id"


class StockroomAdmin(ReferredToByNumber, DjangoAdmin[Record]):
    """A list of bounded cost: no full count, no sorting by or filtering on what no index serves."""

    change_form_template = "admin/record_change_form.html"
    change_list_template = "admin/bounded_change_list.html"
    list_select_related: ClassVar[tuple[str, ...]] = ()
    list_per_page = 100
    list_max_show_all = 200
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    sortable_by: ClassVar[tuple[str, ...]] = ()
    view_on_site = False
    empty_value_display = "—"

    deferred: ClassVar[tuple[str, ...]] = ()
    """Columns that are large or encrypted: read only where a page shows them."""
    linked_filters: ClassVar[tuple[str, ...]] = ()
    """Lookups by which other pages link to this list."""
    empty_list: ClassVar[str] = "Nothing is here yet."
    """The sentence that an empty list shows."""

    def tables(self, request: HttpRequest, obj: Record) -> Sequence[Table]:  # noqa: ARG002  # for subclasses
        """What is shown below the record's own fields."""
        return ()

    def tools(self, request: HttpRequest, obj: Record) -> Sequence[Tool]:  # noqa: ARG002  # for subclasses
        """What can be done with the record, besides editing it."""
        return ()

    def matching(self, text: str) -> Q:
        """The rows that a search for `text` finds: the whole text, at one of `search_fields`."""
        return reduce(or_, (Q(**{lookup: text}) for lookup in self.search_fields), Q())

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002  # Django's signature
        queryset: models.QuerySet[Any],
        search_term: str,
    ) -> tuple[models.QuerySet[Record], bool]:
        text = search_term.strip()
        if not text:
            return queryset, False
        # PostgreSQL's text cannot hold NUL, so nothing can be found by it.
        return (queryset.none() if "\0" in text else queryset.filter(self.matching(text))), False

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Record]:
        return super().get_queryset(request).defer(*self.deferred)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only what the page's own filters and our links ask for: any other lookup may read the whole table."""
        names = [_parameter(shown) for shown in self.get_list_filter(request)]
        # A filter of a column that may be empty offers “unknown”, which asks for `isnull`.
        own = {*names, *(f"{name}__{how}" for name in names for how in ("exact", "isnull"))}
        return can_be_kept(value) and (lookup in self.linked_filters or lookup in own)

    def get_actions(self, request: HttpRequest) -> dict[str, tuple[Callable[..., str], str, str] | None]:
        """Never `delete_selected`: it reads every row that hangs on the chosen ones."""
        actions = super().get_actions(request)
        return {name: action for name, action in actions.items() if name != "delete_selected"}

    def formfield_for_dbfield(
        self, db_field: "models.Field[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        if isinstance(db_field, QuantityField):
            kwargs["form_class"] = QuantityInput
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        narrowed = [lookup.partition("__")[0] for lookup in self.linked_filters if lookup in request.GET]
        context = {
            "empty_list": self.empty_list,
            "narrowed_to": [name.replace("_", " ") for name in narrowed],
        }
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Record | None = None,
    ) -> HttpResponse:
        if obj is not None:
            context |= {"tables": self.tables(request, obj), "tools": self.tools(request, obj)}
        return super().render_change_form(request, context, add, change, form_url, obj)


class ReadOnlyAdmin(StockroomAdmin[Record]):
    """A table of facts, or of what follows from facts: it can be looked at."""

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(self, request: HttpRequest, obj: Record | None = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Record | None = None) -> bool:  # noqa: ARG002
        return False


class StaffEditedAdmin(StockroomAdmin[Record]):
    """A table in which some columns are staff's own, and others follow what a source says."""

    def has_delete_permission(self, request: HttpRequest, obj: Record | None = None) -> bool:  # noqa: ARG002
        return False

    def save_model(self, request: HttpRequest, obj: Record, form: Any, change: bool) -> None:  # noqa: ARG002
        """Write only the columns that were edited: a worker may be writing the others at this moment."""
        if not change:
            obj.save()
        elif changed := self.columns_to_save(obj, form.changed_data):
            obj.save(update_fields=changed)

    def columns_to_save(self, obj: Record, changed: Sequence[str]) -> list[str]:  # noqa: ARG002  # for subclasses
        """The columns that a form with these `changed` fields writes."""
        return list(changed)
