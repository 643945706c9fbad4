"""Asking who sits there once more, before what cannot be taken back or gives everything away."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

from allauth.account.decorators import reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse

View = TypeVar("View", bound=Callable[..., Any])


def with_step_up(view: View) -> View:
    """Let a POST to `view` pass only of who gave their password in the last ten minutes; others give it now.

    They come back to the page at the same address, and press once more: what they sent is not kept. Whoever has no
    password (a one-time link of the demonstration) passes. Stands below `@requires`, which decides first.
    """
    guarded = reauthentication_required(view)

    @wraps(view)
    def asking(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        try:
            return guarded(request, *args, **kwargs)
        except ReauthenticationRequired:
            return HttpResponseRedirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': request.path})}")

    return cast("View", asking)
