"""The filters of the lead list, one function each: what a name and a value of the query string leave of the leads."""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import Membership
from accounts.tenancy import current_organisation
from jini.lib import lead_filters, lookups
from jini.lib.forms import typed
from jini.lib.ids import OneOf
from jini.lib.words import date_and_time, rupees
from leads.custom.reading import read_money
from leads.models import NO_VALUE, FollowUp, ImportBatch, Lead, LeadTag, Status, StatusReason, Tag
from leads.searching import MOST_NAMED
from teams.models import Team
from teams.visibility import people_in, sight_of, teams_seen_by

NONE, ME = "none", "me"
# A number typed into the address stays within what the column holds.
MOST = 32_767
OPEN = (Status.Kind.OPEN, Status.Kind.ON_HOLD)
_IN_CITY = "SELECT leads_in_city(%s, %s, %s)::text"


@dataclass(frozen=True)
class Asked:
    """One filter that is asked for, by `member` with `value`."""

    leads: Any
    value: str
    member: Membership


@dataclass(frozen=True)
class Chip:
    """A filter that is on: its name in the query string, and what it says."""

    name: str
    text: str


Narrowed = tuple[Any, str] | None


def narrow(leads: Any, member: Membership, query: Mapping[str, str]) -> tuple[Any, list[Chip]]:
    """Return the leads that the filters of `query` leave, and the filters that were understood.

    Days are those of the organisation's zone, both ends included. What does not fit narrows nothing.
    """
    chips = []
    for name, apply in FILTERS.items():
        value = typed(query.get(name, "")).strip()
        if value and (narrowed := apply(Asked(leads, value, member))) is not None:
            leads, text = narrowed
            chips.append(Chip(name, text))
    for added in lead_filters.registered():
        value = typed(query.get(added.name, "")).strip()
        if value and (label := dict(added.choices(member)).get(value)) is not None:
            leads = added.apply(leads, [value])
            chips.append(Chip(added.name, f"{added.label}: {label}"))
    return leads, chips


def _status(asked: Asked) -> Narrowed:
    status = _one(Status.objects.all(), asked.value)
    return (asked.leads.filter(status=status), status.label) if status else None


def _status_kind(asked: Asked) -> Narrowed:
    if asked.value not in Status.Kind.values:
        return None
    return asked.leads.filter(status__kind=asked.value), str(Status.Kind(asked.value).label)


def _reason(asked: Asked) -> Narrowed:
    reason = _one(StatusReason.objects.all(), asked.value)
    return (asked.leads.filter(lost_reason=reason), reason.label) if reason else None


def _owner(asked: Asked) -> Narrowed:
    if asked.value == NONE:
        return asked.leads.filter(assigned_to=None), _("No owner")
    if asked.value == ME:
        return asked.leads.filter(assigned_to=asked.member), _("Mine")
    who = _one(Membership.objects.of(current_organisation()), asked.value)
    if who is None:
        return None
    return asked.leads.filter(assigned_to=who), _named(who.name, is_seen=sight_of(asked.member).covers(who.pk))


def _team(asked: Asked) -> Narrowed:
    team = _one(Team.objects.all(), asked.value)
    if team is None:
        return None
    is_seen = teams_seen_by(asked.member).filter(pk=team.pk).exists()
    return asked.leads.filter(assigned_to__in=sorted(people_in(team))), _named(team.name, is_seen=is_seen)


def _source(asked: Asked) -> Narrowed:
    if asked.value == NONE:
        return asked.leads.filter(source=""), _("No source")
    return asked.leads.filter(source=asked.value), asked.value


def _ground(asked: Asked) -> Narrowed:
    """Why they may be called; those of whom nobody said are "none"."""
    if asked.value == NONE:
        return asked.leads.filter(legal_ground__in=["", ImportBatch.LegalGround.UNKNOWN]), _("No legal ground")
    if asked.value not in ImportBatch.LegalGround.values:
        return None
    return asked.leads.filter(legal_ground=asked.value), str(ImportBatch.LegalGround(asked.value).label)


def _city(asked: Asked) -> Narrowed:
    with connection.cursor() as cursor:
        cursor.execute(_IN_CITY, [current_organisation().pk, asked.value, MOST_NAMED])
        ids = (cursor.fetchone() or (None,))[0]
    if ids is None:
        return asked.leads.filter(city__iexact=asked.value), asked.value
    return asked.leads.filter(OneOf(F("pk"), ids)), asked.value


def _tag(asked: Asked) -> Narrowed:
    tag = _one(Tag.objects.all(), asked.value)
    if tag is None:
        return None
    return asked.leads.filter(Exists(LeadTag.objects.filter(lead=OuterRef("pk"), tag=tag))), tag.name


def _language(asked: Asked) -> Narrowed:
    """Who speaks it, as the first language or a further one."""
    if asked.value not in Lead.Language.values:
        return None
    spoken = Q(language=asked.value) | Q(other_languages__contains=[asked.value])
    return asked.leads.filter(spoken), str(Lead.Language(asked.value).label)


def _import(asked: Asked) -> Narrowed:
    batch = _one(ImportBatch.objects.all(), asked.value)
    if batch is None:
        return None
    is_seen = sight_of(asked.member).covers(batch.created_by_id)
    return asked.leads.filter(import_batch=batch), _named(batch.file_name, is_seen=is_seen)


def _outcome(asked: Asked) -> Narrowed:
    label = {str(key): text for key, text in lookups.labels("dispositions").items()}.get(asked.value)
    if label is None:
        return None
    return asked.leads.filter(last_disposition_id=uuid.UUID(asked.value)), _("Last: %(outcome)s") % {"outcome": label}


def _follow_up(asked: Asked) -> Narrowed:
    """Whether a follow-up is open: overdue, today, or none at all."""
    open_ones = FollowUp.objects.open().filter(lead=OuterRef("pk"))
    now = timezone.now()
    midnight = _start(timezone.localdate() + dt.timedelta(days=1))
    conditions = {
        "overdue": (Exists(open_ones.filter(due_at__lt=now)), _("Follow-up overdue")),
        "today": (Exists(open_ones.filter(due_at__gte=now, due_at__lt=midnight)), _("Follow-up today")),
        NONE: (~Exists(open_ones), _("No follow-up")),
    }
    if asked.value not in conditions:
        return None
    condition, text = conditions[asked.value]
    return asked.leads.filter(condition), text


def _untouched(asked: Asked) -> Narrowed:
    if asked.value != "1":
        return None
    return asked.leads.filter(attempts=0, status__kind__in=OPEN), _("Untouched")


def _age(asked: Asked) -> Narrowed:
    """How long ago a lead was created: under an hour, a day, three days, or longer."""
    now = timezone.now()
    hour, day, days = now - dt.timedelta(hours=1), now - dt.timedelta(days=1), now - dt.timedelta(days=3)
    ages = {
        "hour": (Q(created_at__gt=hour), _("Under 1 hour old")),
        "day": (Q(created_at__lte=hour, created_at__gt=day), _("1 to 24 hours old")),
        "days": (Q(created_at__lte=day, created_at__gt=days), _("1 to 3 days old")),
        "older": (Q(created_at__lte=days), _("Over 3 days old")),
    }
    if asked.value not in ages:
        return None
    condition, text = ages[asked.value]
    return asked.leads.filter(condition), text


def _region(asked: Asked) -> Narrowed:
    return asked.leads.filter(region__iexact=asked.value), asked.value


def _due_from(asked: Asked) -> Narrowed:
    if (day := _day(asked.value)) is None:
        return None
    later = FollowUp.objects.open().filter(lead=OuterRef("pk"), due_at__gte=_start(day))
    return asked.leads.filter(Exists(later)), _("Follow-up from %(day)s") % {"day": date_and_time(day)}


def _due_to(asked: Asked) -> Narrowed:
    if (day := _day(asked.value)) is None:
        return None
    sooner = FollowUp.objects.open().filter(lead=OuterRef("pk"), due_at__lt=_start(day + dt.timedelta(days=1)))
    return asked.leads.filter(Exists(sooner)), _("Follow-up up to %(day)s") % {"day": date_and_time(day)}


def _value(lookup: str, text: str) -> Callable[[Asked], Narrowed]:
    def apply(asked: Asked) -> Narrowed:
        amount, fault = read_money(asked.value)
        if fault:
            return None
        # As `lead_by_value` has it. A lead without a value is worth neither more nor less than anything.
        having = asked.leads.alias(amount=Coalesce("value", Value(NO_VALUE))).filter(amount__gte=0)
        return having.filter(**{f"amount__{lookup}": amount}), _(text) % {"value": rupees(Decimal(amount))}

    return apply


def _at_least(field: str, text: str) -> Callable[[Asked], Narrowed]:
    def apply(asked: Asked) -> Narrowed:
        number = _number(asked.value)
        if number is None:
            return None
        return asked.leads.filter(**{f"{field}__gte": number}), _(text) % {"number": number}

    return apply


def _at_most(field: str, text: str) -> Callable[[Asked], Narrowed]:
    def apply(asked: Asked) -> Narrowed:
        number = _number(asked.value)
        if number is None:
            return None
        return asked.leads.filter(**{f"{field}__lte": number}), _(text) % {"number": number}

    return apply


def _from(field: str, text: str) -> Callable[[Asked], Narrowed]:
    def apply(asked: Asked) -> Narrowed:
        if (day := _day(asked.value)) is None:
            return None
        return asked.leads.filter(**{f"{field}__gte": _start(day)}), _(text) % {"day": date_and_time(day)}

    return apply


def _to(field: str, text: str) -> Callable[[Asked], Narrowed]:
    def apply(asked: Asked) -> Narrowed:
        if (day := _day(asked.value)) is None:
            return None
        after = _start(day + dt.timedelta(days=1))
        return asked.leads.filter(**{f"{field}__lt": after}), _(text) % {"day": date_and_time(day)}

    return apply


def _named(name: str, *, is_seen: bool) -> str:
    """What a chip says: what the member does not see narrows their leads too, and is not named."""
    return name if is_seen else "–"


def _number(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdigit() and int(value) <= MOST else None


def _day(value: str) -> dt.date | None:
    try:
        day = parse_date(value)
    except ValueError:
        return None
    # The calendar's own edges have no day before or after them.
    return day if day and 1900 < day.year < 2900 else None


def _start(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.min, tzinfo=current_organisation().zone)


def _one(rows: Any, value: str) -> Any:
    try:
        return rows.filter(pk=uuid.UUID(value)).first()
    except ValueError:
        return None


FILTERS: dict[str, Callable[[Asked], Narrowed]] = {
    "status": _status,
    "status_kind": _status_kind,
    "reason": _reason,
    "owner": _owner,
    "team": _team,
    "source": _source,
    "ground": _ground,
    "city": _city,
    "tag": _tag,
    "language": _language,
    "import": _import,
    "outcome": _outcome,
    "follow_up": _follow_up,
    "untouched": _untouched,
    "age": _age,
    "attempts_min": _at_least("attempts", gettext_noop("At least %(number)s attempts")),
    "attempts_max": _at_most("attempts", gettext_noop("At most %(number)s attempts")),
    "connected_max": _at_most("connected", gettext_noop("Connected at most %(number)s times")),
    "connected_min": _at_least("connected", gettext_noop("Connected at least %(number)s times")),
    "created_from": _from("created_at", gettext_noop("Created from %(day)s")),
    "created_to": _to("created_at", gettext_noop("Created to %(day)s")),
    "assigned_from": _from("assigned_at", gettext_noop("Assigned from %(day)s")),
    "assigned_to": _to("assigned_at", gettext_noop("Assigned to %(day)s")),
    "won_from": _from("won_at", gettext_noop("Won from %(day)s")),
    "won_to": _to("won_at", gettext_noop("Won to %(day)s")),
    "called_from": _from("last_called_at", gettext_noop("Last called from %(day)s")),
    "called_to": _to("last_called_at", gettext_noop("Last called to %(day)s")),
    "due_from": _due_from,
    "due_to": _due_to,
    "score_min": _at_least("score", gettext_noop("Score of %(number)s or more")),
    "score_max": _at_most("score", gettext_noop("Score of %(number)s or less")),
    "value_min": _value("gte", gettext_noop("Worth at least %(value)s")),
    "value_max": _value("lte", gettext_noop("Worth at most %(value)s")),
    "region": _region,
}
