"""The timeline in words: ids resolved to what they are called today, in the language of the page."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership
from accounts.tenancy import current_organisation
from jini.lib import lookups, words
from leads.custom.showing import in_words
from leads.languages import LANGUAGES
from leads.languages import in_words as in_languages
from leads.models import Activity, CustomField, Lead, LeadMerge, Status, StatusReason

Kind = Activity.Kind
# The title, what stands beside it, and the changes below.
Said = tuple[str, str, list[tuple[str, str, str]]]
ICONS = {
    Kind.CALL: "phone-outgoing",
    Kind.NOTE: "note",
    Kind.MESSAGE: "message",
    Kind.FOLLOW_UP: "calendar-due",
    Kind.IMPORT: "upload",
    Kind.CONSENT: "shield-lock",
    Kind.BIN: "trash",
    Kind.FILE: "file-text",
    Kind.MERGE: "users",
}
# A change of this field belongs to a call, not to the lead: its values are ids of outcomes.
OUTCOME = "outcome"
# And a change of this one to a number beside the lead.
NUMBERS = "phones"
# The chips above the timeline.
FILTERS = {
    "calls": [Kind.CALL],
    "messages": [Kind.MESSAGE],
    "notes": [Kind.NOTE],
    "changes": [Kind.STATUS, Kind.CHANGE, Kind.ASSIGNED, Kind.FOLLOW_UP, Kind.BIN, Kind.MERGE],
    "files": [Kind.FILE],
}
_FILE_EVENTS = {"added": gettext_lazy("added"), "removed": gettext_lazy("removed")}
_EVENTS = {
    "created": gettext_lazy("planned"),
    "moved": gettext_lazy("moved"),
    "done": gettext_lazy("done"),
    "cancelled": gettext_lazy("cancelled"),
    "reopened": gettext_lazy("open again"),
    "taken": gettext_lazy("taken over"),
    "reassigned": gettext_lazy("given to a colleague"),
    "returned": gettext_lazy("given back"),
}


@dataclass(frozen=True)
class Line:
    """One line: `title` in bold, `more` beside it, `changes` as (what, old, new), `text` below."""

    at: dt.datetime
    icon: str
    title: str
    more: str
    text: str
    changes: list[tuple[str, str, str]]
    is_good: bool = False
    # What a merge was, and how it is undone, stands on a page of its own.
    merge: str = ""
    # The id of the call that the line is about, and where its recording can be played.
    call: str = ""
    sound: str = ""


def lines_of(activities: Iterable[Activity]) -> list[Line]:
    """Return the lines of `activities` (with `actor__user` loaded), asking for all names at once."""
    rows = list(activities)
    kinds = {row.kind for row in rows}
    asks = any(_is_custom(change) for row in rows for change in row.details.get("changes", []))
    names = _Names(
        statuses={str(row.pk): row.label for row in Status.objects.all()} if Kind.STATUS in kinds else {},
        reasons={str(row.pk): row.label for row in StatusReason.objects.all()} if Kind.STATUS in kinds else {},
        people=_people(rows),
        outcomes={str(key): label for key, label in lookups.labels("dispositions").items()}
        if Kind.CALL in kinds or any(_changes_outcome(row) for row in rows)
        else {},
        fields={field.key: field for field in CustomField.objects.all()} if asks else {},
        merges=_merges(rows),
    )
    return [names.line(row) for row in rows]


@dataclass(frozen=True)
class _Names:
    statuses: dict[str, str]
    reasons: dict[str, str]
    people: dict[str, str]
    outcomes: dict[str, str]
    fields: dict[str, CustomField]
    merges: set[str]

    def line(self, row: Activity) -> Line:
        title, more, changes = self._said(row)
        actor = row.actor.name if row.actor else ""
        is_good = row.kind == Kind.CALL and bool(row.details.get("talk_seconds"))
        icon = ICONS.get(Kind(row.kind), "history")
        more = ", ".join(part for part in (actor, more) if part)
        merge = row.details.get("merge", "")
        call = row.details.get("call", "") if row.kind == Kind.CALL else ""
        merge = merge if merge in self.merges else ""
        return Line(row.at, icon, title, more, row.text, changes, is_good, merge, call)

    def _said(self, row: Activity) -> Said:
        label = str(row.get_kind_display())
        tell = self._TELLERS.get(Kind(row.kind))
        return tell(self, row.details, label) if tell else (label, "", [])

    def _status_change(self, said: dict[str, Any], label: str) -> Said:
        return label, "", self._move(said)

    def _binning(self, said: dict[str, Any], _label: str) -> Said:
        return _bin(said), "", []

    def _merging(self, said: dict[str, Any], _label: str) -> Said:
        return _merge(said), "", [self._change(change) for change in said.get("changes", [])]

    def _owner_change(self, said: dict[str, Any], label: str) -> Said:
        return label, "", [("", self._person(said.get("old")), self._person(said.get("new")))]

    def _changes(self, said: dict[str, Any], label: str) -> Said:
        return label, "", [self._change(change) for change in said.get("changes", [])]

    def _follow_up(self, said: dict[str, Any], label: str) -> Said:
        return label, _follow_up(said), []

    def _file(self, said: dict[str, Any], label: str) -> Said:
        return label, f"{_FILE_EVENTS.get(said.get('event', ''), '')}: {said.get('name', '')}", []

    def _call(self, said: dict[str, Any], label: str) -> Said:
        title = self.outcomes.get(said.get("disposition") or "", label)
        talk, ring = said.get("talk_seconds"), said.get("ring_seconds")
        if talk:
            return title, words.duration(talk), []
        return title, _("rang %(time)s") % {"time": words.duration(ring)} if ring else "", []

    def _change(self, change: dict[str, Any]) -> tuple[str, str, str]:
        if change.get("field") == OUTCOME:
            old, new = (self.outcomes.get(change.get(end) or "", "") for end in ("old", "new"))
            return _("Outcome"), old, new
        if (field := self.fields.get(change.get("field", ""))) is not None:
            return field.label, in_words(field, change.get("old")), in_words(field, change.get("new"))
        return _field(change)

    def _move(self, said: dict[str, Any]) -> list[tuple[str, str, str]]:
        moved = [("", self._status(said.get("old")), self._status(said.get("new")))]
        if reason := self.reasons.get(said.get("reason", "")):
            # The same status again: only why it is in it has changed.
            moved = [*([] if said.get("old") == said.get("new") else moved), (_("Reason"), "", reason)]
        return moved

    def _status(self, status_id: str | None) -> str:
        return self.statuses.get(status_id or "", status_id or "")

    def _person(self, member_id: str | None) -> str:
        return self.people.get(member_id, _("a former member")) if member_id else _("nobody")

    _TELLERS = {
        Kind.CALL: _call,
        Kind.STATUS: _status_change,
        Kind.ASSIGNED: _owner_change,
        Kind.CHANGE: _changes,
        Kind.IMPORT: _changes,
        Kind.FOLLOW_UP: _follow_up,
        Kind.FILE: _file,
        Kind.BIN: _binning,
        Kind.MERGE: _merging,
    }


def _people(rows: Iterable[Activity]) -> dict[str, str]:
    """The names of those whom `rows` name as owners, and of nobody else: an organisation may have hundreds."""
    named = {row.details.get(end) for row in rows if row.kind == Kind.ASSIGNED for end in ("old", "new")} - {None}
    found = Membership.objects.of(current_organisation()).filter(pk__in=named) if named else []
    return {str(member.pk): member.name for member in found}


def _merges(rows: Iterable[Activity]) -> set[str]:
    """The merges of `rows` that there still is something to tell of: they go with the lead that is in the bin."""
    named = [row.details["merge"] for row in rows if row.kind == Kind.MERGE]
    found = LeadMerge.objects.filter(pk__in=named).values_list("pk", flat=True) if named else []
    return {str(pk) for pk in found}


def _changes_outcome(row: Activity) -> bool:
    return any(change.get("field") == OUTCOME for change in row.details.get("changes", []))


def _is_custom(change: dict[str, Any]) -> bool:
    return bool(re.fullmatch(r"f\d+", str(change.get("field", ""))))


def _field(change: dict[str, Any]) -> tuple[str, str, str]:
    name = str(change.get("field", ""))
    if name == NUMBERS:
        return (
            _("Further number"),
            words.phone_number(change.get("old") or ""),
            words.phone_number(change.get("new") or ""),
        )
    known = {field.name: field for field in Lead._meta.get_fields() if hasattr(field, "verbose_name")}  # noqa: SLF001 -- Django's documented name
    label = str(getattr(known.get(name), "verbose_name", name))
    say = in_languages if name in LANGUAGES else _shown
    return label[:1].upper() + label[1:], say(change.get("old")), say(change.get("new"))


def _shown(value: Any) -> str:
    return "" if value is None else str(value)


def _bin(said: dict[str, Any]) -> str:
    return _("Restored from the bin") if said.get("event") == "restored" else _("Moved to the bin")


def _merge(said: dict[str, Any]) -> str:
    return _("The merge was undone") if said.get("event") == "undone" else _("Merged with another lead")


def _follow_up(said: dict[str, Any]) -> str:
    event = str(_EVENTS.get(said.get("event", ""), ""))
    due = said.get("due_at", "")
    if not re.match(r"\d{4}-", due):
        return event
    return f"{event}, {words.moment_in_words(timezone.localtime(dt.datetime.fromisoformat(due)))}"
