"""What a browser sends of visits: a short list of them, each checked."""

import datetime as dt
import functools
import json
from collections.abc import Iterator
from typing import Any

from django import forms
from django.urls import URLPattern, URLResolver, get_resolver

from privacy.actions.visiting import Seen

MOST, MOST_BYTES = 20, 8_192
LONGEST_AGO = dt.timedelta(hours=12)


class Unreadable(Exception):
    """It is no list of visits."""


class VisitForm(forms.Form):
    """One visit; `ago` and `spent` are in milliseconds."""

    key = forms.UUIDField()
    page = forms.CharField(max_length=100)
    ago = forms.IntegerField(min_value=0, max_value=int(LONGEST_AGO.total_seconds()) * 1000)
    spent = forms.IntegerField(min_value=0, max_value=int(LONGEST_AGO.total_seconds()) * 1000)

    def clean_page(self) -> str:
        # A name that no page has could carry anything.
        if (page := str(self.cleaned_data["page"])) not in pages():
            raise forms.ValidationError("no page", code="unknown")
        return page


def read(body: bytes) -> list[Seen]:
    """Return the visits in `body`, a list as JSON; raise `Unreadable` when any of them is not sound."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unreadable from error
    if not isinstance(told, list) or not 0 < len(told) <= MOST:
        raise Unreadable
    return [_visit(one) for one in told]


def _visit(one: Any) -> Seen:
    form = VisitForm(one) if isinstance(one, dict) else None
    if form is None or not form.is_valid():
        raise Unreadable
    said = form.cleaned_data
    ago, spent = (dt.timedelta(milliseconds=said[name]) for name in ("ago", "spent"))
    return Seen(said["key"], said["page"], ago, spent)


@functools.cache
def pages() -> frozenset[str]:
    """Return the name of every page, as the resolver knows it."""
    return frozenset(_names(get_resolver().url_patterns, ()))


def _names(patterns: list[Any], namespaces: tuple[str, ...]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from _names(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield ":".join([*namespaces, pattern.name])
