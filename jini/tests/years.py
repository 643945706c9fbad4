"""Years of keeping and deleting: rows of every class that goes by itself, holds, and an oracle of its own.

The oracle shares nothing with the product: which rows there are and when their time is over is written down here, in the
words of the privacy policy. Time is travelled from night to night; nights in which nothing is due or held are left out.
"""

import datetime as dt
import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import time_machine
from django.apps import apps
from django.db.models import Q

from accounts.models import DueTask, Membership, Organisation
from accounts.permissions import Role
from accounts.tasks import run_due
from accounts.tenancy import acting_for
from accounts.tests.factories import make_member, make_organisation
from dialer.tests.recordings import make_recording
from jini.lib.ids import uuid7
from jini.tests.made_up import made_up
from jini.tests.walking import Scene
from leads.tests.factories import make_lead
from privacy.actions.holding import Kept, lift_hold, place_hold
from privacy.actions.purging import confirm
from privacy.models import LegalHold, RetentionRun
from reports.actions.verification import VERIFY

DAY = dt.timedelta(days=1)
ZONE = ZoneInfo("Asia/Kolkata")
NIGHT = dt.time(2)
# All of it is past for the database, whose own clock is not travelled.
BEGINS, YEARS = dt.datetime(2014, 1, 1, tzinfo=ZONE), 10
NEVER = dt.datetime(2100, 1, 1, tzinfo=ZONE)
DAYS = {
    "notices": 90, "security": 400, "invitations": 30, "employee": 90, "leads": 730, "imports": 30, "jobs": 30,
    "consents": 1095, "recordings": 90, "calls": 396, "posts": 396, "figures": 1095, "usage": 90, "registry": 396,
    "usage_counts": 761, "orders": 1095,
}  # fmt: skip


class Around:
    """What one row belongs to: a lead, a member and a call of its own, which are never due; and `at`, when its time runs from."""

    def __init__(self, organisation: Organisation, at: dt.datetime) -> None:
        self.of, self.at = organisation, at

    def row(self, model: str, **fields: Any) -> Any:
        made = made_up(apps.get_model(model), self.of, text=uuid4().hex, **fields)
        made.save(force_insert=True)
        return made

    @cached_property
    def lead(self) -> Any:
        return make_lead(last_called_at=NEVER)

    @cached_property
    def member(self) -> Membership:
        return make_member(self.of)

    @cached_property
    def leaver(self) -> Membership:
        """Somebody who left at `at`."""
        who = make_member(self.of)
        Membership.objects.filter(pk=who.pk).update(deactivated_at=self.at)
        return who

    @cached_property
    def call(self) -> Any:
        return self.call_of(NEVER)

    @cached_property
    def own_call(self) -> Any:
        """A call that began at `at`."""
        return self.call_of(self.at)

    def call_of(self, at: dt.datetime) -> Any:
        return self.row("dialer.Call", lead=self.lead, telecaller=self.member, started_at=at, ended_at=at, closed_at=at)

    def incoming_of(self, at: dt.datetime) -> Any:
        return self.row(
            "dialer.IncomingCall", lead=self.lead, provider_id=uuid7().hex, started_at=at, ended_at=at, missed="nobody"
        )

    def lifted(self) -> dict[str, Any]:
        return {"lifted_at": self.at, "lifted_by": self.member}

    def erased(self) -> dict[str, Any]:
        return {"state": "erased", "erased_at": self.at, "erased_because": "retention", "file": ""}


@dataclass(frozen=True, eq=False)
class Kind:
    """One class: the rule by which it goes, how a row of it is made, and which rows of the table still are there."""

    rule: str
    model: str
    make: Callable[[Around], Any]
    left: Q = field(default_factory=Q)
    # A day counts until it is over.
    by_day: bool = False
    # Work in the background is about nobody, whatever call it was done to.
    is_of_people: bool = True

    def there(self) -> set[Any]:
        model: Any = apps.get_model(self.model)
        rows = getattr(model, "everything", model.objects)
        return set(rows.filter(self.left).values_list("pk", flat=True))


def _old_lead(a: Around) -> Any:
    a.lead = make_lead()
    return a.lead


def _leaver(a: Around) -> Any:
    return a.leaver


KINDS = [
    Kind("notices", "accounts.Notification", lambda a: a.row("accounts.Notification", member=a.member)),
    Kind("security", "accounts.AuditEntry", lambda a: a.row("accounts.AuditEntry", actor=a.member, at=a.at)),
    Kind("invitations", "accounts.Invitation", lambda a: a.row("accounts.Invitation", expires_at=a.at)),
    Kind("invitations", "dialer.PairingCode", lambda a: a.row("dialer.PairingCode", member=a.member, expires_at=a.at)),
    Kind("employee", "accounts.Membership", _leaver, left=Q(former_number=None)),
    Kind("employee", "teams.Presence", lambda a: a.row("teams.Presence", member=a.leaver, started_at=a.at)),
    Kind("employee", "teams.Target", lambda a: a.row("teams.Target", member=a.leaver)),
    Kind("employee", "teams.TeamMembership", lambda a: a.row("teams.TeamMembership", member=a.leaver)),
    Kind("employee", "leads.ViewMark", lambda a: a.row("leads.ViewMark", member=a.leaver)),
    Kind("employee", "dialer.CampaignMember", lambda a: a.row("dialer.CampaignMember", member=a.leaver)),
    Kind("leads", "leads.Lead", _old_lead, left=Q(erased_at=None)),
    Kind("imports", "leads.ImportBatch", lambda a: a.row("leads.ImportBatch", file="x"), left=~Q(file="")),
    Kind("imports", "leads.ImportRow", lambda a: a.row("leads.ImportRow", batch=a.row("leads.ImportBatch"), lead=a.lead)),
    Kind("imports", "leads.ImportKept", lambda a: a.row("leads.ImportKept", batch=a.row("leads.ImportBatch"), lead=a.lead)),
    Kind("imports", "dialer.CallLogImport", lambda a: a.row("dialer.CallLogImport", telecaller=a.member)),
    Kind("imports", "privacy.DndFile", lambda a: a.row("privacy.DndFile")),
    Kind("jobs", "leads.BulkJob", lambda a: a.row("leads.BulkJob", created_by=a.member, state="done", file="")),
    Kind("jobs", "leads.BulkRow", lambda a: a.row("leads.BulkRow", job=a.row("leads.BulkJob", state="done", file=""), lead=a.lead)),
    Kind("jobs", "dialer.Replay", lambda a: a.row("dialer.Replay", call=a.call, state="done"), is_of_people=False),
    Kind("jobs", "dialer.DeviceBatch", lambda a: a.row("dialer.DeviceBatch", received_at=a.at)),
    Kind("jobs", "dialer.SimulatedRecording", lambda a: a.row("dialer.SimulatedRecording", started_at=a.at)),
    Kind("jobs", "dialer.SimulatedCall", lambda a: a.row("dialer.SimulatedCall", created_at=a.at)),
    Kind(
        "consents",
        "leads.Consent",
        lambda a: a.row("leads.Consent", lead=a.lead, state="given", obtained_at=a.at - DAY, valid_until=a.at),
    ),
    Kind("recordings", "dialer.Recording", lambda a: make_recording(a.own_call), left=~Q(state="erased")),
    Kind(
        "recordings",
        "dialer.CallerMessage",
        lambda a: a.row("dialer.CallerMessage", incoming=a.incoming_of(a.at)),
        left=~Q(state="erased"),
    ),
    Kind("calls", "dialer.Recording", lambda a: a.row("dialer.Recording", call=a.own_call, **a.erased())),
    Kind("calls", "dialer.CallerMessage", lambda a: a.row("dialer.CallerMessage", incoming=a.incoming_of(a.at), **a.erased())),
    Kind("calls", "dialer.MessageDrop", lambda a: a.row("dialer.MessageDrop", call=a.call, left_at=a.at)),
    Kind("calls", "dialer.Skip", lambda a: a.row("dialer.Skip", lead=a.lead, telecaller=a.member, at=a.at)),
    Kind("calls", "dialer.IncomingCall", lambda a: a.incoming_of(a.at)),
    Kind("calls", "dialer.CallScript", lambda a: a.row("dialer.CallScript", call=a.own_call)),
    Kind("calls", "dialer.DeviceCall", lambda a: a.row("dialer.DeviceCall", call=a.own_call, telecaller=a.member, logged_at=a.at)),
    Kind("calls", "dialer.Call", lambda a: a.own_call),
    Kind("posts", "dialer.CallEvent", lambda a: a.row("dialer.CallEvent", call_token=a.call.pk, received_at=a.at)),
    Kind("figures", "reports.DayFigures", lambda a: a.row("reports.DayFigures", day=a.at.date()), by_day=True),
    Kind("usage", "privacy.PageVisit", lambda a: a.row("privacy.PageVisit", member=a.member, at=a.at)),
    Kind("usage_counts", "privacy.UsageCount", lambda a: a.row("privacy.UsageCount", day=a.at.date(), page=uuid7().hex, people=9), by_day=True),
    Kind("orders", "privacy.LegalHold", lambda a: a.row("privacy.LegalHold", scope="organisation", rule="settings", **a.lifted()), is_of_people=False),
    Kind("orders", "privacy.Erasure", lambda a: a.row("privacy.Erasure", state="done", finished_at=a.at, lead_id=uuid7())),
    Kind("registry", "privacy.DndResult", lambda a: a.row("privacy.DndResult", checked_at=a.at)),
]  # fmt: skip


@dataclass
class Row:
    """One row under watch: when its time runs from, whom it is about, and whether it should be gone by now."""

    kind: Kind
    since: dt.datetime
    pk: Any = None
    lead: Any = None
    member: Any = None
    is_gone: bool = False

    @property
    def due(self) -> dt.datetime:
        at = self.since
        if self.kind.by_day:
            at = dt.datetime.combine(at.date() + DAY, dt.time(), ZONE)
        return at + DAYS[self.kind.rule] * DAY


@dataclass
class Hold:
    """One legal hold: from when until when, of what."""

    placed: dt.datetime
    lifted: dt.datetime
    row: Row
    is_of_rule: bool
    made: LegalHold | None = None

    def kept(self) -> Kept:
        if not self.is_of_rule and self.row.lead:
            return Kept(scope="lead", lead_id=self.row.lead.pk)
        if not self.is_of_rule and self.row.member:
            return Kept(scope="member", member=self.row.member)
        return Kept(scope="organisation", rule=self.row.kind.rule)

    def keeps(self, row: Row, at: dt.datetime) -> bool:
        """The oracle: what a hold says, in words of Python."""
        if not self.placed <= at < self.lifted:
            return False
        kept = self.kept()
        if kept.scope == "lead":
            return row.lead == self.row.lead
        if kept.scope == "member":
            return row.member == self.row.member
        return row.kind.rule == kept.rule


class Years:
    """Ten years in the life of an organisation, with `count` rows of each class whose time is over within them.

    With `together`, rows of all classes fall due within the same few days, so that few nights matter.
    """

    def __init__(self, count: int, *, seed: int, together: bool) -> None:
        self.dice = random.Random(seed)
        self.rows: list[Row] = []
        self.holds: list[Hold] = []
        self.nights = self.late = 0
        for number, kind in itertools.product(range(count), KINDS):
            self._plan(kind, number, count if together else 0)

    def _plan(self, kind: Kind, number: int, days: int) -> None:
        longest = max(DAYS.values())
        if days:
            after = longest + 60 + number * ((YEARS * 365 - longest - 200) // days) + self.dice.random()
        else:
            after = self.dice.uniform(longest + 60, YEARS * 365 - 140)
        row = Row(kind, BEGINS + (after - DAYS[kind.rule]) * DAY)
        self.rows.append(row)
        if number % 3:
            length = 30 if days else self.dice.uniform(9, 60)
            placed, lifted = row.due - self.dice.uniform(2, 9) * DAY, row.due + length * DAY
            self.holds.append(Hold(placed, lifted, row, is_of_rule=number % 3 == 2))

    def live(self) -> None:
        """Live through all of it; raises AssertionError at the first night in which a row is not where it should be."""
        with time_machine.travel(BEGINS, tick=False) as clock:
            self.of = make_organisation()
            self.admin = make_member(self.of, Role.ADMIN)
            with acting_for(self.of):
                Scene(self.of, make_member(self.of), self.admin).fill()
                LegalHold.objects.all().delete()
                # Days of figures are made up here; the nightly comparison would put them right by calls that are not there.
                DueTask.objects.filter(task=VERIFY).delete()
            for at, happen in sorted(self._events(), key=lambda event: event[0]):
                clock.move_to(at)
                happen()

    def _events(self) -> Iterator[tuple[dt.datetime, Callable[[], None]]]:
        nights = set()
        for row in self.rows:
            yield row.since, lambda row=row: self._make(row)
            nights |= {night_after(row.due), night_after(row.due) - DAY}
        for hold in self.holds:
            yield hold.placed, lambda hold=hold: self._place(hold)
            yield hold.lifted, lambda hold=hold: self._lift(hold)
            nights |= {night_after(hold.lifted), night_after(hold.lifted) - DAY}
        self.nights = len(nights)
        for night in nights:
            yield night, lambda night=night: self._night(night)

    def _make(self, row: Row) -> None:
        with acting_for(self.of):
            around = Around(self.of, row.since)
            row.pk = row.kind.make(around).pk
            made = vars(around)
            if row.kind.is_of_people:
                row.lead, row.member = made.get("lead"), made.get("member") or made.get("leaver")

    def _place(self, hold: Hold) -> None:
        with acting_for(self.of):
            hold.made = place_hold(hold.kept(), reason="Case 12", until=None, by=self.admin)

    def _lift(self, hold: Hold) -> None:
        with acting_for(self.of):
            lift_hold(hold.made, by=self.admin)

    def _night(self, at: dt.datetime) -> None:
        self._work_off()
        with acting_for(self.of):
            # What a long hold kept may be more at once than goes without a question; somebody answers it.
            stopped = [confirm(run, by=self.admin) for run in RetentionRun.objects.filter(state="stopped")]
        if stopped:
            self._work_off()
        for row in self.rows:
            if row.pk and not row.is_gone and row.due < at and not any(hold.keeps(row, at) for hold in self.holds):
                row.is_gone = True
        with acting_for(self.of):
            there = {kind: kind.there() for kind in KINDS}
        early = [row for row in self.rows if row.pk and not row.is_gone and row.pk not in there[row.kind]]
        late = [row for row in self.rows if row.is_gone and row.pk in there[row.kind]]
        assert not early, f"{at}: lost {[(row.kind.model, row.due, self._holding(row, at)) for row in early][:3]}"
        assert not late, f"{at}: not gone {[(row.kind.model, row.kind.rule, row.due) for row in late][:3]}"

    def _work_off(self) -> None:
        for queue in ("bulk", "default"):
            while run_due(queue):
                pass

    def _holding(self, row: Row, at: dt.datetime) -> bool:
        return any(hold.keeps(row, at) for hold in self.holds)


def night_after(at: dt.datetime) -> dt.datetime:
    """Return the first run of a night at which something that is over at `at` is due."""
    night = dt.datetime.combine(at.astimezone(ZONE).date(), NIGHT, ZONE)
    return night if night > at else night + DAY
