"""Places on a page that a higher app fills: registered in `AppConfig.ready()`, rendered by the server with the page."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe

Render = Callable[[HttpRequest, Any], str]

_panels: dict[str, list[Render]] = {}


def register(slot: str, render: Render) -> None:
    """Show what `render(request, subject)` returns (HTML from a template, or "") in `slot` of a page.

    Slots: "lead.call" and "lead.attempts" on the page of a lead, whose subject is the lead.
    """
    if render not in _panels.setdefault(slot, []):
        _panels[slot].append(render)


def render(slot: str, request: HttpRequest, subject: Any) -> SafeString:
    """Return the HTML of `slot`; empty when no app fills it."""
    return mark_safe("".join(show(request, subject) for show in _panels.get(slot, [])))  # noqa: S308 -- the renderers' own templates escape
