"""Changing a lead. Every change locks the row, raises its version and leaves a line on the timeline."""

import uuid
from collections.abc import Collection, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from accounts.actions.notifying import notify
from accounts.models import Membership
from jini.lib import lead_watch
from jini.lib.figures import mark_dirty
from leads.actions.looking import owe_look
from leads.erased import refuse_writing
from leads.languages import LANGUAGES, first_and_further
from leads.mentions import MENTIONED, mentioned_in
from leads.models import Activity, FollowUp, Lead, LeadTag, Status, StatusReason, Tag

# What a person may edit on the lead itself; status, owner and tags have their own verbs.
EDITABLE = (
    "name", "phone", "email", "address", "city", "region", "pin", "language", "other_languages", "source", "value", "score",
    "custom",
)  # fmt: skip
CUSTOM = "custom"
# What tells of a lead whether it may be the same as another.
LIKENESS = {"name", "phone", "email", "city"}
PHONE_ONCE = "lead_phone_once"


class Stale(Exception):
    """The lead was changed after the form was filled in. `lead` is the lead as it stands now."""

    def __init__(self, lead: Lead) -> None:
        super().__init__(str(lead))
        self.lead = lead


class ReasonMissing(Exception):
    """Leads come into this status with a reason only. `status` is the status."""

    def __init__(self, status: Status) -> None:
        super().__init__(str(status))
        self.status = status


class PhoneTaken(Exception):
    """Another lead of the organisation has this number. `lead` is that lead."""

    def __init__(self, lead: Lead) -> None:
        super().__init__(str(lead))
        self.lead = lead


def locked(lead: Lead, *, version: int | None = None) -> Lead:
    """Return the row of `lead`, locked until the transaction ends; raise `Stale` when `version` is an older one."""
    # Also of one that went into the bin since: the outcome of a call that was going on is still written down.
    row: Lead = Lead.everything.select_for_update().get(pk=lead.pk)
    if version is not None and version < row.version:
        raise Stale(row)
    return row


def write(
    lead: Lead, kind: str, *, by: Membership | None, text: str = "", details: Mapping[str, Any] | None = None
) -> Activity:
    """Put a line on the timeline of `lead`, now."""
    line: Activity = Activity.objects.create(
        lead=lead, kind=kind, at=timezone.now(), actor=by, text=text, details=details or {}
    )
    return line


@transaction.atomic
def edit_lead(lead: Lead, changes: Mapping[str, Any], *, by: Membership, version: int | None = None) -> Lead:
    """Give the fields of `EDITABLE` in `changes` their new values, and return the lead as it is then.

    `custom` in `changes` holds the answers that change, by the key of their field; None takes one away. A further
    language that becomes the first one is no further one any more.
    `version` is that of the lead which the form showed. Raises `Stale` when the lead has moved on since, and
    `PhoneTaken` when another lead has the number; `Erased` when it is of somebody who was erased. Nothing is written when nothing differs.
    """
    if unknown := set(changes) - set(EDITABLE):
        raise ValueError(f"not to be edited: {sorted(unknown)}")
    row = locked(lead, version=version)
    changes = {**changes, **spoken(changes, row)}
    wanted = {name: new for name, new in changes.items() if name != CUSTOM and getattr(row, name) != new}
    differing = [{"field": name, "old": _plain(getattr(row, name)), "new": _plain(new)} for name, new in wanted.items()]
    answers = {key: new for key, new in changes.get(CUSTOM, {}).items() if row.custom.get(key) != new}
    differing += [{"field": key, "old": row.custom.get(key), "new": new} for key, new in answers.items()]
    if not differing:
        return row
    if answers:
        wanted[CUSTOM] = answered(row.custom, answers)
    refuse_writing(phones=[wanted.get("phone", "")], emails=[wanted.get("email", "")])
    for name, new in wanted.items():
        setattr(row, name, new)
    names = [str(change["field"]) for change in differing]
    try:
        with transaction.atomic():
            _save(row, list(wanted))
    except IntegrityError as error:
        if PHONE_ONCE not in str(error):
            raise
        raise PhoneTaken(Lead.objects.get(phone=changes["phone"])) from error
    write(row, Activity.Kind.CHANGE, by=by, details={"changes": differing})
    if LIKENESS & set(wanted):
        owe_look()
    audit.record("lead.edited", by=by, subject=row, fields=names)
    return row


@transaction.atomic
def change_status(
    lead: Lead,
    status: Status,
    *,
    by: Membership | None,
    version: int | None = None,
    reason: StatusReason | None = None,
) -> Lead:
    """Put the lead into `status`; entering a won status sets `won_at`, leaving it clears `won_at`.

    `reason` stays on the lead as long as it is there; the same status with another reason changes the reason only. The
    row stays as it is when nothing differs. Raises `ReasonMissing` when the status asks for a reason and there is none,
    and `Stale` as `edit_lead` does.
    """
    row = locked(lead, version=version)
    if row.status_id == status.pk and (reason is None or row.lost_reason_id == reason.pk):
        return row
    if status.requires_reason and reason is None:
        raise ReasonMissing(status)
    old, row.status_id = row.status_id, status.pk
    row.lost_reason = reason
    _stale_figures(row)
    if status.kind != Status.Kind.WON:
        row.won_at = None
    elif row.won_at is None:
        row.won_at = timezone.now()
    _save(row, ["status", "lost_reason", "won_at"])
    _stale_figures(row)
    said = {"old": str(old), "new": str(status.pk)} | ({"reason": str(reason.pk)} if reason else {})
    write(row, Activity.Kind.STATUS, by=by, details=said)
    audit.record("lead.status_changed", by=by, subject=row, **said)
    lead_watch.changed(row.pk, lead_watch.STATUS)
    return row


@transaction.atomic
def assign(lead: Lead, to: Membership | None, *, by: Membership | None) -> Lead:
    """Make `to` the owner, or nobody. What the old owner still owed the lead goes to the new one with it."""
    row = locked(lead)
    if row.assigned_to_id == (to.pk if to else None):
        return row
    old: uuid.UUID | None = row.assigned_to_id
    _stale_figures(row)
    row.assigned_to, row.assigned_at = to, timezone.now() if to else None
    _save(row, ["assigned_to", "assigned_at"])
    _stale_figures(row)
    if to and old:
        FollowUp.objects.open().filter(lead=row, assigned_to_id=old).update(assigned_to=to, assigned_at=timezone.now())
    ids = {"old": str(old) if old else None, "new": str(to.pk) if to else None}
    write(row, Activity.Kind.ASSIGNED, by=by, details=ids)
    audit.record("lead.assigned", by=by, subject=row, **ids)
    lead_watch.changed(row.pk, lead_watch.OWNER)
    return row


@transaction.atomic
def add_note(lead: Lead, text: str, *, by: Membership | None, chosen: Collection[str] = ()) -> Activity:
    """Put a note on the timeline, and tell whom it mentions.

    `chosen` are ids of people from the suggestions, which tell apart who has the same name; nobody is mentioned by them
    alone (see `leads.mentions`).
    """
    people = mentioned_in(text, lead, chosen)
    ids = [str(person.pk) for person in people]
    note = write(lead, Activity.Kind.NOTE, by=by, text=text, details={"mentions": ids} if ids else None)
    audit.record("lead.noted", by=by, subject=lead, **({"mentions": ids} if ids else {}))
    if by is not None:
        details = {"lead": str(lead.pk), "by": str(by.pk)}
        others = [person for person in people if person.pk != by.pk]
        notify(others, MENTIONED, url=lead.get_absolute_url(), details=details, once=f"mention:{note.pk}")
    return note


@transaction.atomic
def tag(lead: Lead, name: str, *, by: Membership) -> Tag:
    """Put the tag called `name` on the lead, upper and lower case alike; the first to use a word makes it."""
    word = tag_called(" ".join(name.split()))
    __, is_new = LeadTag.objects.get_or_create(lead=lead, tag=word)
    if is_new:
        write(lead, Activity.Kind.CHANGE, by=by, details=tag_change(old="", new=word.name))
        audit.record("lead.tagged", by=by, subject=lead, tag=str(word.pk))
    return word


@transaction.atomic
def untag(lead: Lead, word: Tag, *, by: Membership) -> bool:
    """Take the tag off the lead; return whether it was there."""
    gone, __ = LeadTag.objects.filter(lead=lead, tag=word).delete()
    if gone:
        write(lead, Activity.Kind.CHANGE, by=by, details=tag_change(old=word.name, new=""))
        audit.record("lead.untagged", by=by, subject=lead, tag=str(word.pk))
    return bool(gone)


def answered(custom: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return `custom` with `answers` in it, and without those that are None."""
    return {key: value for key, value in {**custom, **answers}.items() if value is not None}


def _stale_figures(row: Lead) -> None:
    """Before and after a change: the day of a conversion counts differently for its owner."""
    if row.won_at is not None:
        mark_dirty(row.won_at, row.assigned_to_id)


def _save(row: Lead, names: list[str]) -> None:
    row.version += 1
    row.save(update_fields=[*names, "version", "updated_at"])


def tag_called(name: str) -> Tag:
    """Return the tag of this name, upper and lower case alike; made when there is none."""
    try:
        with transaction.atomic():
            return Tag.objects.filter(name__iexact=name).first() or Tag.objects.create(name=name)
    except IntegrityError:
        # Somebody made the same word in this moment.
        return Tag.objects.get(name__iexact=name)


def tag_change(*, old: str, new: str) -> dict[str, Any]:
    """Return what the timeline keeps of a tag that was put on (`new`) or taken off (`old`)."""
    return {"changes": [{"field": "tags", "old": old, "new": new}]}


def spoken(fields: Mapping[str, Any], lead: Lead | None = None) -> dict[str, Any]:
    """Return both fields of languages as they fit together, where `fields` have one; the other is that of `lead`."""
    if not any(name in fields for name in LANGUAGES):
        return {}
    present: tuple[str, list[str]] = (lead.language, lead.other_languages) if lead else ("", [])
    first, further = fields.get("language", present[0]), fields.get("other_languages", present[1])
    return dict(zip(LANGUAGES, first_and_further([first, *further]), strict=True))


def _plain(value: Any) -> Any:
    """The value as JSON holds it: text as it is, None, several as a list, and a decimal as text."""
    return value if value is None or isinstance(value, list) else str(value)
