"""The gates of the queue: where a lead waits, and why it is or is not handed out at one moment.

Pure, like the contact rules, and in the order in which the queue itself looks (`dialer.campaigns.queue`).
"""

import datetime as dt
import uuid
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dialer.models import Campaign, CampaignList, QueueEntry
from jini.lib.words import date_and_time
from privacy.contact_rules import Outcome


class QueueGate(StrEnum):
    """The gates in their order."""

    WAITS = "waits"
    STATUS = "status"
    HANDS = "hands"
    CAMPAIGN = "campaign"
    LIST = "list"
    CAMPAIGN_HOURS = "campaign_hours"
    TIME = "time"
    PEOPLE = "people"


LABELS: dict[QueueGate, Promise] = {
    QueueGate.WAITS: _("Waits in the queue"),
    QueueGate.STATUS: _("Status of the lead"),
    QueueGate.HANDS: _("In nobody’s hands"),
    QueueGate.CAMPAIGN: _("Campaign is running"),
    QueueGate.LIST: _("List is running"),
    QueueGate.CAMPAIGN_HOURS: _("Hours of the campaign"),
    QueueGate.TIME: _("Time of its turn"),
    QueueGate.PEOPLE: _("Somebody to call it"),
}


@dataclass(frozen=True, slots=True)
class Person:
    """A member as the queue sees them."""

    id: uuid.UUID
    name: str
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Waiting:
    """All that the queue knows of a lead. Without `rank` it waits nowhere, and `ended` says why if it ever did."""

    status: str
    is_closed: bool
    zone: zoneinfo.ZoneInfo
    rank: int | None = None
    due_at: dt.datetime | None = None
    ended: str = ""
    campaign: str = ""
    campaign_state: str = ""
    list: str = ""
    list_state: str = ""
    ends_on: dt.date | None = None
    after: str = ""
    opens_at: dt.time = dt.time.min
    closes_at: dt.time = dt.time.max
    owner: Person | None = None
    reserved_for: Person | None = None
    kept_until: dt.datetime | None = None
    leased_to: Person | None = None
    lease_until: dt.datetime | None = None
    callers: frozenset[uuid.UUID] = frozenset()

    def keeper(self, at: dt.datetime) -> Person | None:
        """Who alone is handed the lead at `at`: its owner, who alone may see it, else for whom it is kept."""
        if self.kept_until is not None and self.kept_until <= at:
            return None
        return self.owner if self.owner is not None and self.owner.is_active else self.reserved_for

    @property
    def is_promise(self) -> bool:
        """A follow-up, or a missed call that is somebody's, is handed to them whatever becomes of the campaign."""
        is_somebodys = self.reserved_for is not None and self.kept_until is None
        return self.rank == QueueEntry.Rank.FOLLOW_UP or (self.rank == QueueEntry.Rank.MISSED and is_somebodys)


@dataclass(frozen=True, slots=True)
class QueueAnswer:
    """The answer of one gate. `opens_at` (of a failure): when it passes by itself, None if waiting won't help."""

    gate: QueueGate
    outcome: Outcome
    said: Any
    opens_at: dt.datetime | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        return str(LABELS[self.gate])

    @property
    def sentence(self) -> str:
        """The reason in the language and the zone of the page."""
        words = {
            name: date_and_time(value) if isinstance(value, dt.datetime) else value
            for name, value in self.details.items()
        }
        return str(self.said) % words


def answers(waiting: Waiting, at: dt.datetime, *, to: uuid.UUID | None = None) -> tuple[QueueAnswer, ...]:
    """Answer for every gate at `at`; `to`: whether the lead is handed to this member, None: to anybody."""
    if waiting.rank is None:
        return (_place(waiting),)
    if waiting.leased_to is not None and waiting.leased_to.id == to:
        # What somebody holds is theirs until they are done with it or the lease ends.
        return _place(waiting), _hands(waiting, at, to)
    return (
        _place(waiting),
        _status(waiting),
        _hands(waiting, at, to),
        _campaign(waiting),
        _list(waiting, at),
        _campaign_hours(waiting, at),
        _time(waiting, at),
        _people(waiting, at, to),
    )


def _place(waiting: Waiting) -> QueueAnswer:
    if waiting.rank is not None:
        kind = QueueEntry.Rank(waiting.rank).label
        if waiting.campaign:
            return _pass(QueueGate.WAITS, _("%(kind)s, in %(campaign)s."), kind=kind, campaign=waiting.campaign)
        return _pass(QueueGate.WAITS, _("%(kind)s, in no campaign."), kind=kind)
    if waiting.ended:
        ended = QueueEntry.Finished(waiting.ended).label
        return _fail(QueueGate.WAITS, _("It waits no more: %(ended)s. A follow-up lets it wait again."), ended=ended)
    return _fail(QueueGate.WAITS, _("It was never put into a campaign, and no follow-up is planned."))


def _status(waiting: Waiting) -> QueueAnswer:
    said = _("%(status)s, a closed status.") if waiting.is_closed else _("%(status)s.")
    return (_fail if waiting.is_closed else _pass)(QueueGate.STATUS, said, status=waiting.status)


def _hands(waiting: Waiting, at: dt.datetime, to: uuid.UUID | None) -> QueueAnswer:
    holder, until = waiting.leased_to, waiting.lease_until
    if holder is None or until is None or until <= at:
        return _pass(QueueGate.HANDS, _("Nobody holds it."))
    if holder.id == to:
        return _pass(QueueGate.HANDS, _("It is in your hands until %(until)s."), until=until)
    said = _("%(name)s holds it until %(until)s.")
    return _fail(QueueGate.HANDS, said, until, name=holder.name, until=until)


def _campaign(waiting: Waiting) -> QueueAnswer:
    if not waiting.campaign_state or waiting.is_promise:
        return _not_asked(waiting, QueueGate.CAMPAIGN)
    state = Campaign.State(waiting.campaign_state)
    verdict = _pass if state == Campaign.State.RUNNING else _fail
    return verdict(QueueGate.CAMPAIGN, _("%(campaign)s: %(state)s."), campaign=waiting.campaign, state=state.label)


def _list(waiting: Waiting, at: dt.datetime) -> QueueAnswer:
    if not waiting.list_state or waiting.is_promise:
        return _not_asked(waiting, QueueGate.LIST)
    state, name = CampaignList.State(waiting.list_state), waiting.list
    if waiting.ends_on is not None and waiting.ends_on < at.astimezone(waiting.zone).date():
        return _fail(QueueGate.LIST, _("%(name)s: its last day is over."), name=name)
    if state == CampaignList.State.WAITING:
        said = _("%(name)s starts when “%(after)s” has nothing to call.")
        return _fail(QueueGate.LIST, said, name=name, after=waiting.after)
    verdict = _pass if state == CampaignList.State.RUNNING else _fail
    return verdict(QueueGate.LIST, _("%(name)s: %(state)s."), name=name, state=state.label)


def _campaign_hours(waiting: Waiting, at: dt.datetime) -> QueueAnswer:
    if not waiting.campaign_state or waiting.is_promise:
        return _not_asked(waiting, QueueGate.CAMPAIGN_HOURS)
    local = at.astimezone(waiting.zone)
    hours = {"opens": f"{waiting.opens_at:%H:%M}", "closes": f"{waiting.closes_at:%H:%M}"}
    said = _("%(opens)s to %(closes)s.")
    if waiting.opens_at <= local.time() < waiting.closes_at:
        return _pass(QueueGate.CAMPAIGN_HOURS, said, **hours)
    day = local.date() if local.time() < waiting.opens_at else local.date() + dt.timedelta(days=1)
    opens = dt.datetime.combine(day, waiting.opens_at, waiting.zone)
    return _fail(QueueGate.CAMPAIGN_HOURS, said, opens.astimezone(dt.UTC), **hours)


def _time(waiting: Waiting, at: dt.datetime) -> QueueAnswer:
    assert waiting.due_at is not None  # noqa: S101 -- what waits has a time
    if waiting.rank == QueueEntry.Rank.FRESH and waiting.due_at <= at:
        return _pass(QueueGate.TIME, _("It stands in its list, among the first calls."))
    if waiting.due_at <= at:
        return _pass(QueueGate.TIME, _("Its turn came %(due)s."), due=waiting.due_at)
    return _fail(QueueGate.TIME, _("Its turn comes %(due)s."), waiting.due_at, due=waiting.due_at)


def _people(waiting: Waiting, at: dt.datetime, to: uuid.UUID | None) -> QueueAnswer:
    keeper, gate = waiting.keeper(at), QueueGate.PEOPLE
    if keeper is not None:
        return _kept(waiting, keeper, to)
    if waiting.is_promise or not waiting.callers:
        return _fail(gate, _("Nobody calls it. Give it an owner, or add people to the campaign."))
    said = _("Whoever of the %(count)s people of the campaign asks first.")
    return (_pass if to is None or to in waiting.callers else _fail)(gate, said, count=len(waiting.callers))


def _kept(waiting: Waiting, keeper: Person, to: uuid.UUID | None) -> QueueAnswer:
    gate, until = QueueGate.PEOPLE, waiting.kept_until
    if not keeper.is_active:
        said = _("It is kept for %(name)s, who is deactivated. Give it to somebody else.")
        return _fail(gate, said, until, name=keeper.name)
    said = _("It is kept for you.") if keeper.id == to else _("It is kept for %(name)s.")
    if until is not None:
        said = _("It is kept for %(name)s until %(until)s.")
    if to in {None, keeper.id}:
        return _pass(gate, said, name=keeper.name, until=until)
    # When the time is over, it is anyone's of the campaign.
    return _fail(gate, said, until if to in waiting.callers else None, name=keeper.name, until=until)


def _not_asked(waiting: Waiting, gate: QueueGate) -> QueueAnswer:
    said = _("Not asked of a follow-up.") if waiting.is_promise else _("It waits outside of campaigns.")
    return QueueAnswer(gate, Outcome.SKIP, said)


def _pass(gate: QueueGate, said: Any, **details: Any) -> QueueAnswer:
    return QueueAnswer(gate, Outcome.PASS, said, None, details)


def _fail(gate: QueueGate, said: Any, opens_at: dt.datetime | None = None, /, **details: Any) -> QueueAnswer:
    return QueueAnswer(gate, Outcome.FAIL, said, opens_at, details)


def is_handed_out(answered: tuple[QueueAnswer, ...]) -> bool:
    """Whether no gate fails."""
    return all(answer.outcome is not Outcome.FAIL for answer in answered)
