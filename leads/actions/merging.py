"""Two leads that are one person become one lead: whatever hangs on either hangs on the one that is kept."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Membership
from jini.lib import lead_merging, lead_watch
from jini.lib.figures import mark_dirty
from leads.actions.binning import owe_emptying
from leads.actions.editing import CUSTOM, EDITABLE, Stale, write
from leads.actions.looking import owe_look
from leads.languages import LANGUAGES
from leads.models import Activity, CustomField, Lead, LeadMerge, LikelyDuplicate
from leads.moving import hand_over, move_phones, move_rows

STATUS, OWNER = "status", "owner"
# What a person may choose of either lead, beside the answers to custom fields.
CHOOSABLE = (*(name for name in EDITABLE if name not in {CUSTOM, "other_languages"}), STATUS, OWNER)
# Columns that stand or fall together, by what is chosen.
COLUMNS = {
    "language": LANGUAGES,
    STATUS: ("status_id", "lost_reason_id", "won_at"),
    OWNER: ("assigned_to_id", "assigned_at"),
}


class CannotMerge(Exception):
    """The two cannot become one now; the text says why, in the language of the page."""


@transaction.atomic
def merge_leads(
    keep: Lead, gone: Lead, *, choices: Collection[str], by: Membership, versions: tuple[int, int]
) -> LeadMerge:
    """Make `gone` a part of `keep`, which takes over the fields named in `choices` and keeps its own otherwise.

    Names are those of `CHOOSABLE` and the keys of custom fields. Every number, tag, call, follow-up and line of both is
    the kept lead's then; `gone` is in the bin. `versions` are those of the leads as the person saw them. Raises `Stale`
    when one of them was changed since, and `CannotMerge`.
    """
    kept, going = lock_both(keep, gone)
    if why := unfit(kept, going):
        raise CannotMerge(why)
    for lead, version in ((kept, versions[0]), (going, versions[1])):
        if lead.version != version:
            raise Stale(lead)
    if why := lead_merging.refusal([kept.pk, going.pk]):
        raise CannotMerge(why)
    merge: LeadMerge = LeadMerge.objects.create(keep=kept, gone=going, merged_at=timezone.now(), merged_by=by)
    try:
        took = lead_merging.taken(kept.pk, going.pk)
    except lead_merging.Busy as busy:
        raise CannotMerge(_("Somebody is working on one of the two leads in this moment. Try again.")) from busy
    merge.moved = _join(kept, going, choices, merge, by=by)
    _tell_watchers(kept, going)
    merge.moved |= {"taken": took, "left": lead_merging.left(kept.pk, going.pk, took)}
    merge.save(update_fields=["moved"])
    LikelyDuplicate.objects.filter(lead__in=[kept, going], other__in=[kept, going]).update(
        state=LikelyDuplicate.State.MERGED, dismissed_at=None, dismissed_by=None
    )
    audit.record("lead.merged", by=by, subject=kept, gone=str(going.pk), merge=str(merge.pk), fields=sorted(choices))
    owe_emptying()
    owe_look()
    return merge


def unfit(keep: Lead, gone: Lead) -> str:
    """Return why these two, as they are, cannot become one; empty when they can."""
    if keep.pk == gone.pk:
        return _("A lead cannot be merged with itself.")
    if keep.deleted_at is not None or gone.deleted_at is not None:
        return _("One of the two leads is in the bin, or was merged by somebody else.")
    return ""


def lock_both(one: Lead, other: Lead) -> tuple[Lead, Lead]:
    """Return the rows of both, locked in the order of their ids, so that two merges never wait for each other."""
    ids = {one.pk, other.pk}
    rows = {row.pk: row for row in Lead.everything.select_for_update().filter(pk__in=ids).order_by("pk")}
    if len(rows) < len(ids):
        raise CannotMerge(_("One of the two leads was removed."))
    return rows[one.pk], rows[other.pk]


def stale_figures(*leads: Lead) -> None:
    """The days on which the leads were won count differently."""
    for lead in leads:
        if lead.won_at is not None:
            mark_dirty(lead.won_at, lead.assigned_to_id)


def as_json(value: Any) -> Any:
    """Return the value of a column as `LeadMerge.moved` holds it."""
    if isinstance(value, dt.datetime):
        return value.isoformat()
    return value if value is None or isinstance(value, list) else str(value)


def _join(kept: Lead, going: Lead, choices: Collection[str], merge: LeadMerge, *, by: Membership) -> dict[str, Any]:
    """Write both leads and move this app's rows; return what undoing needs of that."""
    stale_figures(kept, going)
    numbers, owners = (kept.phone, going.phone), (kept.assigned_to_id, going.assigned_to_id)
    groups, answers = _choose(kept, going, choices)
    won_at, going.won_at = going.won_at, None
    # The other one goes first: its number may become that of the one that stays.
    going.deleted_at, going.deleted_by, going.merged_into = merge.merged_at, by, kept
    going.version += 1
    going.save(update_fields=["deleted_at", "deleted_by", "merged_into", "won_at", "version", "updated_at"])
    kept.version += 1
    columns = {column.removesuffix("_id") for group in groups for column in group}
    kept.save(update_fields=[*columns, CUSTOM, "version", "updated_at"])
    stale_figures(kept)
    rows = move_rows(kept, going)
    rows["handed_over"] = hand_over(kept, owners)
    rows["phones"] = move_phones(kept, going, numbers)
    _write_lines(kept, groups, answers, merge, by=by)
    return {"fields": groups, "custom": answers, "won_at": as_json(won_at), "rows": rows}


def _choose(
    kept: Lead, going: Lead, choices: Collection[str]
) -> tuple[list[dict[str, list[Any]]], dict[str, list[Any]]]:
    """Put onto `kept` what was chosen; return {column: [old, new]} of each group of columns, and of custom fields."""
    asked_keys = {field.key for field in CustomField.objects.in_order()}
    if unknown := set(choices) - set(CHOOSABLE) - asked_keys:
        raise ValueError(f"not to be chosen: {sorted(unknown)}")
    wanted = {name: COLUMNS.get(name, (name,)) for name in choices if name in CHOOSABLE}
    if not kept.legal_ground:
        wanted["legal_ground"] = ("legal_ground",)
    new = {column: getattr(going, column) for columns in wanted.values() for column in columns}
    new["won_at"] = _won_at(kept, going, new.get("status_id", kept.status_id))
    groups = []
    for columns in {**wanted, STATUS: COLUMNS[STATUS]}.values():
        values = {column: new.get(column, getattr(kept, column)) for column in columns}
        group = {column: [as_json(getattr(kept, column)), as_json(value)] for column, value in values.items()}
        if any(before != after for before, after in group.values()):
            groups.append(group)
        for column, value in values.items():
            setattr(kept, column, value)
    # A field that is not asked any more is on no form: its answer is kept where there is none.
    keys = [key for key in going.custom if key not in asked_keys and key not in kept.custom]
    keys += [key for key in choices if key in asked_keys]
    before = dict(kept.custom)
    for key in keys:
        kept.custom.pop(key, None)
        if key in going.custom:
            kept.custom[key] = going.custom[key]
    return groups, {
        key: [before.get(key), kept.custom.get(key)] for key in keys if before.get(key) != kept.custom.get(key)
    }


def _won_at(kept: Lead, going: Lead, status: Any) -> dt.datetime | None:
    """One person was won once: when the first of the two that are in the status was."""
    won = [lead.won_at for lead in (kept, going) if lead.status_id == status and lead.won_at is not None]
    return min(won, default=None)


def _write_lines(
    kept: Lead, groups: list[dict[str, list[Any]]], answers: dict[str, list[Any]], merge: LeadMerge, *, by: Membership
) -> None:
    """Say on the timeline what the merge made of the lead; status and owner have lines of their own kind."""
    changed = {column: both for group in groups for column, both in group.items()}
    named = {name: both for name, both in changed.items() if name in EDITABLE} | answers
    changes = [{"field": name, "old": old, "new": new} for name, (old, new) in named.items()]
    for column, kind in (("status_id", Activity.Kind.STATUS), ("assigned_to_id", Activity.Kind.ASSIGNED)):
        old, new = changed.get(column, (None, None))
        if old != new:
            why = {"reason": str(kept.lost_reason_id)} if column == "status_id" and kept.lost_reason_id else {}
            write(kept, kind, by=by, details={"old": old, "new": new} | why)
    write(kept, Activity.Kind.MERGE, by=by, details={"merge": str(merge.pk), "event": "merged", "changes": changes})


def _tell_watchers(kept: Lead, going: Lead) -> None:
    lead_watch.changed(going.pk, lead_watch.DELETED)
    lead_watch.changed(kept.pk, lead_watch.STATUS)
    if kept.assigned_to_id is not None:
        lead_watch.changed(kept.pk, lead_watch.OWNER)
    lead_watch.changed(kept.pk, lead_watch.FOLLOW_UPS)
