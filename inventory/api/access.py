"""Who may read the API: staff who are logged in, each list with the view permission of its noun."""

from django.contrib.auth import get_permission_codename
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request


class StaffSession(SessionAuthentication):
    """Django's session, which answers 401 to strangers: without a challenge DRF would say 403 to everyone."""

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002  # DRF's signature
        return 'Session realm="api"'


class IsStaff(BasePermission):
    """Logged in, in use, and staff."""

    def has_permission(self, request: Request, view: object) -> bool:  # noqa: ARG002  # DRF's signature
        user = request.user
        return bool(user and user.is_authenticated and user.is_active and user.is_staff)


class StaffWhoMayView(IsStaff):
    """Staff who hold the `view` permission of what the view shows; a view that shows no model lets nobody in.

    DRF's own DjangoModelPermissions asks for nothing where something is only read.
    """

    def has_permission(self, request: Request, view: object) -> bool:
        queryset = getattr(view, "queryset", None)
        if queryset is None or not super().has_permission(request, view):
            return False
        meta = queryset.model._meta
        return request.user.has_perm(f"{meta.app_label}.{get_permission_codename('view', meta)}")
