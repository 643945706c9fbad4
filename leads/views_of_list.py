"""Which view the lead list is opened in, and which there are for a member."""

import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from accounts.models import Membership
from leads.built_in_views import ALL, BUILT_IN, BuiltIn, built_in_for
from leads.models import MOST_VIEWS, SavedView, ViewMark
from leads.ordering import without

VIEW = "view"


@dataclass(frozen=True)
class Opened:
    """The view that an address names. `is_changed`: the list has other filters, order or columns than the view."""

    key: str
    label: str
    saved: SavedView | None
    is_changed: bool


def opened(member: Membership, query: QueryDict) -> Opened | None:
    """Return the view that `query` was opened from; None when it names none that `member` has."""
    key = query.get(VIEW, "")
    if key in BUILT_IN:
        return Opened(key, str(BUILT_IN[key].label), None, _differs(query, BUILT_IN[key].query()))
    try:
        asked = uuid.UUID(key)
    except ValueError:
        return None
    saved = SavedView.objects.visible_to(member).filter(pk=asked).first()
    if saved is None:
        return None
    return Opened(str(saved.pk), saved.name, saved, _differs(query, QueryDict(saved.query).dict()))


def _differs(query: QueryDict, meant: dict[str, Any]) -> bool:
    return bool(without(query, VIEW).dict() != meant)


def default_address(member: Membership) -> str:
    """Return the address of the view that the list of `member` opens with; "" for all leads."""
    marked = list(ViewMark.objects.filter(member=member, is_default=True).values_list("view", flat=True))
    if not marked:
        return ""
    if marked[0] in BUILT_IN:
        return address_of(BUILT_IN[marked[0]])
    saved = SavedView.objects.visible_to(member).filter(pk=marked[0]).first()
    return saved.get_absolute_url() if saved else ""


def address_of(view: BuiltIn) -> str:
    """Return the address of the list that a built-in view means."""
    return f"{reverse('leads:list')}?{urlencode(view.query() | {VIEW: view.key})}"


@dataclass(frozen=True)
class Offered:
    """A view to choose, and what the member made of it."""

    key: str
    label: str
    url: str
    saved: SavedView | None
    is_pinned: bool
    is_default: bool
    is_editable: bool


def offered(member: Membership) -> list[Offered]:
    """Return every view that `member` has: pinned ones first, then the built-in ones, then saved ones by name."""
    marks = {mark.view: mark for mark in ViewMark.objects.filter(member=member)}
    saved = (
        SavedView.objects.visible_to(member).select_related("owner__user", "team").order_by("name", "id")[:MOST_VIEWS]
    )
    rows: list[tuple[str, str, str, SavedView | None]] = [
        (view.key, str(view.label), address_of(view), None) for view in built_in_for(member)
    ]
    rows += [(str(view.pk), view.name, view.get_absolute_url(), view) for view in saved]
    views = [
        Offered(
            key,
            label,
            url,
            view,
            is_pinned=key in marks and marks[key].is_pinned,
            is_default=marks[key].is_default if key in marks else False,
            is_editable=view is not None and may_edit(member, view),
        )
        for key, label, url, view in rows
    ]
    if not any(view.is_default for view in views):
        views = [view if view.key != ALL else _as_default(view) for view in views]
    return sorted(views, key=lambda view: not view.is_pinned)


def _as_default(view: Offered) -> Offered:
    return Offered(**{**vars(view), "is_default": True})


def may_edit(member: Membership, view: SavedView) -> bool:
    """Whether `member` may change or delete `view`, as `SavedViewQuerySet.editable_by` has it."""
    is_shared = view.sharing != SavedView.Sharing.OWN
    return view.owner_id == member.pk or (is_shared and member.sees_everything)
