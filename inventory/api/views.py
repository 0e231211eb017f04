"""What every list of the API has in common."""

from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView
from rest_framework.viewsets import ReadOnlyModelViewSet

from inventory.api.access import IsStaff, StaffWhoMayView
from inventory.api.pagination import PAGING, KeyPagination
from inventory.api.parameters import Asked, Parameter, narrow, read_parameters

Row = TypeVar("Row", bound=Model)


class ByParameters(BaseFilterBackend):
    """Narrows a list by the parameters that its view declares, and describes them."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:  # noqa: ARG002
        # One row is found by its number; what its parameters ask, its view answers.
        if not isinstance(view, Reading) or view.detail:
            return queryset
        return narrow(queryset, view.asked, view.parameters)

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        return [parameter.described for parameter in view.declared] if isinstance(view, Reading) else []


@method_decorator(never_cache, name="dispatch")
class Reading(ReadOnlyModelViewSet[Row]):
    """One noun, listed page by page and one at a time."""

    permission_classes = [StaffWhoMayView]
    filter_backends = [ByParameters]
    pagination_class = KeyPagination
    http_method_names = ["get", "head"]
    lookup_value_converter = "int"

    parameters: tuple[Parameter, ...] = ()
    """What the list can be asked."""
    detail_parameters: tuple[Parameter, ...] = ()
    """What one row can be asked."""
    detail_serializer_class: type[BaseSerializer[Any]] | None = None
    """What one row shows, where it is more than in the list."""
    only_alone: tuple[str, ...] = ()
    """The columns that lists leave out because they may be long."""
    key = "id"
    """The column by which pages follow each other: unique, indexed, whole numbers."""
    asked: Asked = {}

    @property
    def newest_first(self) -> bool:
        """Whether the greatest key comes first."""
        return False

    @property
    def declared(self) -> tuple[Parameter, ...]:
        """What this request can be asked, besides its page."""
        return self.detail_parameters if self.detail else self.parameters

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.asked = read_parameters(request.query_params, self.declared if self.detail else self.declared + PAGING)

    def get_queryset(self) -> QuerySet[Row]:
        rows = super().get_queryset()
        return rows if self.detail else rows.defer(*self.only_alone)

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        if self.detail and self.detail_serializer_class is not None:
            return self.detail_serializer_class
        return super().get_serializer_class()


@extend_schema(exclude=True)
class Nothing(APIView):
    """What is at an address that is none of the API's."""

    permission_classes = [IsStaff]
    http_method_names = ["get", "head"]

    def get(self, request: Request, **kwargs: Any) -> Response:  # noqa: ARG002  # DRF's signature
        raise NotFound
