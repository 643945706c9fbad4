"""One view, two answers: the page, or for htmx only the part of it that changes."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.cache import patch_vary_headers

UNDO = "undo:"


def wants_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a part. A boosted link and a return through the history ask for the whole page."""
    asked = request.headers
    return (
        asked.get("HX-Request") == "true"
        and asked.get("HX-Boosted") != "true"
        and asked.get("HX-History-Restore-Request") != "true"
    )


def fragment(
    request: HttpRequest, template: str, partial: str, context: dict[str, Any] | None = None, status: int = 200
) -> TemplateResponse:
    """Answer with the `partial` (a partialdef) of `template` for htmx, and with the whole template otherwise.

    A fragment that answers a change carries the pending messages in `HX-Trigger` as a `toast` event,
    so that a view says `toast(…)` once for both ways.
    """
    is_part = wants_fragment(request)
    response = TemplateResponse(request, f"{template}#{partial}" if is_part else template, context, status=status)
    vary(response)
    # A polled GET leaves the messages to the page that the person asked for.
    if is_part and request.method not in {"GET", "HEAD"}:
        pending = [{"text": str(message), "undo": undo_url(message)} for message in messages.get_messages(request)]
        if pending:
            response.headers["HX-Trigger"] = json.dumps({"toast": pending})
    return response


def vary(response: HttpResponseBase) -> None:
    """Keep a cache from giving a part to who wants the page. django-htmx knows these headers; a cache knows only Vary."""
    patch_vary_headers(response, ["HX-Request", "HX-Boosted", "HX-History-Restore-Request"])


def toast(request: HttpRequest, text: str, *, undo: str = "") -> None:
    """Say what was done; with `undo` (a URL that takes a POST) the toast carries an Undo button."""
    messages.success(request, text, extra_tags=f"{UNDO}{undo}" if undo else "")


def undo_url(message: Any) -> str:
    """The URL that undoes what `message` says was done, or an empty string."""
    tags = (message.extra_tags or "").split()
    return next((tag.removeprefix(UNDO) for tag in tags if tag.startswith(UNDO)), "")
