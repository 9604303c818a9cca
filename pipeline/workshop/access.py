"""Access to the workshop: staff with the permissions of the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.cache import never_cache

if TYPE_CHECKING:
    from django.contrib.auth.models import User

View = Callable[..., HttpResponseBase]


def workshop(*permissions: str) -> Callable[[View], View]:
    """Redirect anonymous users to the login; users who are not staff or lack a permission get a 403 that
    names who has it."""

    def guard(view: View) -> View:
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_staff or not request.user.has_perms(permissions):
                raise PermissionDenied(*permissions)
            return view(request, *args, **kwargs)

        return never_cache(login_required(guarded))

    return guard


def user_of(request: HttpRequest) -> User:
    """The logged-in user, for views behind `workshop`."""
    user = request.user
    assert not user.is_anonymous
    return user
