"""Taking a merge back: each row where it was, each field as it was, unless somebody has changed it since."""

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Membership
from jini.lib import lead_merging, lead_watch
from leads.actions.binning import KEPT_FOR
from leads.actions.editing import CUSTOM, PHONE_ONCE, answered, write
from leads.actions.merging import as_json, lock_both, stale_figures
from leads.erased import refuse_again
from leads.languages import LANGUAGES, first_and_further
from leads.models import Activity, Lead, LeadMerge, LikelyDuplicate
from leads.moving import put_phones_back, put_rows_back


class CannotUndo(Exception):
    """The merge cannot be taken back; the text says why, in the language of the page. Nothing was changed."""


def undone_until(merge: LeadMerge) -> dt.datetime:
    """Return until when the merge can be taken back: as long as the other lead is in the bin."""
    return merge.merged_at + KEPT_FOR


@transaction.atomic
def undo_merge(merge: LeadMerge, *, by: Membership) -> LeadMerge:
    """Make two leads of one again. Safe to do twice. Raises `CannotUndo`.

    Raises `Erased` when what would come back is of somebody who was erased since.
    What came after the merge stays with the lead that was kept, and what somebody changed since stays as it is.
    """
    row: LeadMerge = LeadMerge.objects.select_for_update(of=("self",)).select_related("keep", "gone").get(pk=merge.pk)
    if row.undone_at is not None:
        return row
    kept, gone = lock_both(row.keep, row.gone)
    _refuse(row, kept)
    refuse_again(gone, **before_merge(row))
    try:
        with transaction.atomic():
            _part(row, kept, gone)
    except IntegrityError as error:
        if PHONE_ONCE not in str(error):
            raise
        raise CannotUndo(_("Another lead has the number of one of the two by now.")) from error
    except lead_merging.Busy as busy:
        raise CannotUndo(_("Somebody is working on one of the two leads in this moment. Try again.")) from busy
    row.undone_at, row.undone_by = timezone.now(), by
    row.save(update_fields=["undone_at", "undone_by"])
    for lead in (kept, gone):
        write(lead, Activity.Kind.MERGE, by=by, details={"merge": str(row.pk), "event": "undone"})
    audit.record("lead.merge_undone", by=by, subject=kept, gone=str(gone.pk), merge=str(row.pk))
    return row


def before_merge(row: LeadMerge) -> dict[str, set[str]]:
    """Return {phones, emails} that the lead which was kept had before, and that undoing may give back to it."""
    old = {column: ends[0] or "" for group in row.moved.get("fields", []) for column, ends in group.items()}
    return {"phones": {old.get("phone", "")} - {""}, "emails": {old.get("email", "")} - {""}}


def _refuse(row: LeadMerge, kept: Lead) -> None:
    if timezone.now() > undone_until(row):
        raise CannotUndo(_("A merge can be undone for %(days)s days.") % {"days": KEPT_FOR.days})
    later = LeadMerge.objects.standing().filter(Q(keep=kept) | Q(gone=kept), merged_at__gte=row.merged_at)
    if later.exclude(pk=row.pk).exists():
        raise CannotUndo(_("The lead was merged again since. Undo the later merge first."))
    if kept.deleted_at is not None:
        raise CannotUndo(_("The lead that was kept is in the bin. Restore it first."))
    if why := lead_merging.refusal([row.keep_id, row.gone_id]):
        raise CannotUndo(why)


def _part(row: LeadMerge, kept: Lead, gone: Lead) -> None:
    moved = row.moved
    stale_figures(kept)
    _restore(kept, moved)
    gone.deleted_at = gone.deleted_by = gone.merged_into = None
    gone.won_at = _as_value("won_at", moved["won_at"])
    gone.version += 1
    gone.save(update_fields=["deleted_at", "deleted_by", "merged_into", "won_at", "version", "updated_at"])
    stale_figures(kept, gone)
    put_rows_back(kept, gone, moved["rows"])
    put_phones_back(kept, gone, moved["rows"]["phones"])
    lead_watch.changed(gone.pk, lead_watch.RESTORED)
    lead_merging.give_back(kept.pk, gone.pk, moved["taken"], moved["left"])
    pair = LikelyDuplicate.objects.filter(lead__in=[kept, gone], other__in=[kept, gone])
    pair.filter(state=LikelyDuplicate.State.MERGED).update(state=LikelyDuplicate.State.OPEN)


def _restore(kept: Lead, moved: dict[str, Any]) -> None:
    """Put back each field that is still as the merge left it; the other one's number is free again by that."""
    names = ["version", "updated_at"]
    for group in moved["fields"]:
        if all(as_json(getattr(kept, column)) == new for column, (__, new) in group.items()):
            for column, (old, __) in group.items():
                setattr(kept, column, _as_value(column, old))
                names.append(column.removesuffix("_id"))
    # A merge of before there were further languages gives the first one back alone.
    kept.language, kept.other_languages = first_and_further([kept.language, *kept.other_languages])
    names += LANGUAGES
    answers = {key: old for key, (old, new) in moved["custom"].items() if kept.custom.get(key) == new}
    if answers:
        kept.custom = answered(kept.custom, answers)
        names.append(CUSTOM)
    kept.version += 1
    kept.save(update_fields=names)


def _as_value(column: str, text: Any) -> Any:
    field: Any = Lead._meta.get_field(column.removesuffix("_id"))  # noqa: SLF001 -- Django's documented name
    return field.to_python(text)
