"""Keeping a view of the lead list, and marking it."""

from django.db import IntegrityError, transaction

from accounts import audit
from accounts.models import Membership
from leads.models import SavedView, ViewMark

NAME_ONCE = "saved_view_name_once_of_owner"


class NameTaken(Exception):
    """Its owner has a view of this name already."""


@transaction.atomic
def save_view(view: SavedView, *, by: Membership) -> None:
    """Save a new or changed view; a new one belongs to `by`. Raises `NameTaken`, also when two save it at once."""
    if view.owner_id is None:
        view.owner = by
    if view.sharing != SavedView.Sharing.TEAM:
        view.team = None
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError as error:
        if NAME_ONCE not in str(error):
            raise
        raise NameTaken from error
    audit.record("view.saved", by=by, subject=view, sharing=view.sharing)


@transaction.atomic
def delete_view(view: SavedView, *, by: Membership) -> None:
    """Delete a view and what everybody has marked of it."""
    audit.record("view.deleted", by=by, subject=view, sharing=view.sharing)
    ViewMark.objects.filter(view=str(view.pk)).delete()
    SavedView.objects.filter(pk=view.pk).delete()


@transaction.atomic
def pin_view(key: str, *, by: Membership, is_pinned: bool) -> None:
    """Put the view to the top of the member's list, or back to its place."""
    mark, __ = ViewMark.objects.get_or_create(member=by, view=key)
    ViewMark.objects.filter(pk=mark.pk).update(is_pinned=is_pinned)


@transaction.atomic
def open_with(key: str, *, by: Membership) -> None:
    """Have the member's list open with this view."""
    # In one order, so that two presses at once wait for each other.
    list(ViewMark.objects.filter(member=by).order_by("pk").select_for_update())
    mark, __ = ViewMark.objects.get_or_create(member=by, view=key)
    ViewMark.objects.filter(member=by, is_default=True).exclude(pk=mark.pk).update(is_default=False)
    ViewMark.objects.filter(pk=mark.pk).update(is_default=True)
