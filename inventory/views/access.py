"""Who may see a page: each one declares the permission that it asks for."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import resolve_url
from django.views.decorators.cache import never_cache

View = Callable[..., HttpResponseBase]


def is_staff(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Whether this is a person of the shop, logged in, whose account is in use."""
    return user.is_authenticated and user.is_active and bool(getattr(user, "is_staff", False))


def staff_page(*permissions: str) -> Callable[[View], View]:
    """Show a page to staff who hold all these permissions; send strangers to the login, refuse others with 403.

    The page carries its `permissions`, so that a test can ask every address for them.
    """

    def declared(view: View) -> View:
        @never_cache
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not is_staff(request.user):
                return redirect_to_login(request.get_full_path(), resolve_url(settings.LOGIN_URL))
            if not request.user.has_perms(permissions):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.permissions = permissions  # type: ignore[attr-defined]
        return guarded

    return declared
