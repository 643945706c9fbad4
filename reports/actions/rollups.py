"""Keeping the rollup true: noting what changed, and counting it again from the rows."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Sequence

from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import TruncDate
from django.utils import timezone

from accounts.models import DueTask, Organisation
from accounts.tenancy import acting_for, current_organisation
from accounts.work import schedule
from dialer.models import Call
from leads.models import Lead
from privacy.retention import purged_before
from reports.counting import count_day, count_organisation
from reports.days import day_of, start_of
from reports.models import DayFigures, DirtyDay

RECOMPUTE = "reports.recompute"
# Changes of this long are gathered into one recomputation.
PAUSE = dt.timedelta(seconds=2)
MOST_BUCKETS = 100

Bucket = tuple[dt.date, uuid.UUID | None]
FIGURES = [
    field.name
    for field in DayFigures._meta.concrete_fields  # noqa: SLF001 -- Django's documented name
    if field.name not in {"id", "organisation", "day", "telecaller", "computed_at"}
]


def note_change(moment: dt.datetime, member_id: uuid.UUID | None) -> None:
    """Remember, in the transaction of the change, that the member's day of `moment` must be counted again.

    The wish to recompute follows the commit and takes a transaction of its own: all changes of an organisation share
    one due task, and calls would queue up behind each other's lock on it. If the process dies in between, the note
    waits for the organisation's next change, or for the night.
    """
    note_changes([(moment, member_id)])


def note_changes(changes: Sequence[tuple[dt.datetime, uuid.UUID | None]]) -> None:
    """Remember many changes of one transaction, with one statement."""
    organisation = current_organisation()
    days = [DirtyDay(day=day_of(moment, organisation.zone), telecaller_id=member) for moment, member in changes]
    DirtyDay.objects.bulk_create(days)
    transaction.on_commit(lambda: _want_recomputation(organisation), robust=True)


def note_everything() -> None:
    """Remember that every day of the organisation of the open scope must be counted again: its zone changed, say."""
    organisation = current_organisation()
    zone = organisation.zone
    called = Call.objects.annotate(day=TruncDate("started_at", tzinfo=zone)).values_list("day", "telecaller")
    won = Lead.everything.filter(won_at__isnull=False).annotate(day=TruncDate("won_at", tzinfo=zone))
    kept = DayFigures.objects.values_list("day", "telecaller")
    buckets = {*called.distinct(), *won.values_list("day", "assigned_to").distinct(), *kept}
    DirtyDay.objects.bulk_create(DirtyDay(day=day, telecaller_id=who) for day, who in buckets)
    transaction.on_commit(lambda: _want_recomputation(organisation), robust=True)


def _want_recomputation(organisation: Organisation) -> None:
    # A waiting task will see all that was committed before it begins, so most changes need not touch its row.
    waiting = DueTask.objects.filter(task=RECOMPUTE, subject_id=organisation.pk, lease_until=None)
    if not waiting.filter(due_at__lte=timezone.now() + PAUSE).exists():
        with acting_for(organisation):
            schedule(RECOMPUTE, organisation.pk, due_at=timezone.now() + PAUSE)


def recompute(organisation: Organisation) -> bool:
    """Count again what changed, at most `MOST_BUCKETS` buckets of it; return whether some are left.

    A change that arrives meanwhile leaves a note that this transaction does not see, and so does not delete.
    """
    with acting_for(organisation):
        compute_alone(organisation)
        noted = DirtyDay.objects.values_list("day", "telecaller").distinct().order_by("day", "telecaller")
        changed: list[Bucket] = list(noted[: MOST_BUCKETS + 1])
        days = _by_day(changed[:MOST_BUCKETS])
        first = first_counted_day(organisation)
        for day, people in days.items():
            # The notes go first: whatever is committed from here on keeps its own.
            DirtyDay.objects.filter(_of(people | {None}), day=day).delete()
        days = {day: people for day, people in days.items() if day >= first}
        moved = {day for day, people in days.items() if _count_again(organisation, day, people)}
        later = _called_again(organisation, {day: days[day] for day in moved})
        for day, people in _by_day(sorted(later - set(changed), key=str)).items():
            _count_again(organisation, day, people)
        return len(changed) > MOST_BUCKETS


def first_counted_day(organisation: Organisation) -> dt.date:
    """Return the first day of which every call is still there: figures of days before it stay as they were counted."""
    gone = purged_before("calls")
    return day_of(gone, organisation.zone) + dt.timedelta(days=1) if gone else dt.date.min


def rebuild(organisation: Organisation) -> None:
    """Count every day of `organisation` again, now: after a bulk load that noted nothing."""
    with acting_for(organisation):
        note_everything()
    while recompute(organisation):
        pass


def _count_again(organisation: Organisation, day: dt.date, people: set[uuid.UUID]) -> bool:
    """Count the day of `people` and of the organisation; return whether other leads were called than before."""
    mine = DayFigures.objects.filter(_of(people), day=day)
    before = {row.telecaller_id: row.leads_by_gap for row in mine}
    figures = count_day(day, organisation.zone, people)
    store(day, figures)
    parts = DayFigures.objects.filter(day=day).of_each_telecaller()
    store(day, [count_organisation(day, organisation.zone, parts)])
    return any(before.get(row.telecaller_id, {}) != row.leads_by_gap for row in figures)


def _called_again(organisation: Organisation, days: dict[dt.date, set[uuid.UUID]]) -> set[Bucket]:
    """The later days on which the leads of `days` were called again: a lead's earlier call is part of their figures."""
    buckets: set[Bucket] = set()
    for day, people in days.items():
        after = start_of(day + dt.timedelta(days=1), organisation.zone)
        if after > timezone.now():
            continue
        today = Call.objects.filter(
            started_at__gte=start_of(day, organisation.zone), started_at__lt=after, telecaller__in=people
        )
        again = Call.objects.filter(started_at__gte=after, lead__in=today.values("lead"))
        again = again.annotate(day=TruncDate("started_at", tzinfo=organisation.zone))
        buckets |= set(again.values_list("day", "telecaller").distinct().order_by())
    return buckets


def _by_day(buckets: Sequence[Bucket]) -> dict[dt.date, set[uuid.UUID]]:
    days: dict[dt.date, set[uuid.UUID]] = defaultdict(set)
    for day, who in buckets:
        days[day] |= {who} if who else set()
    return days


def _of(people: set[uuid.UUID] | set[uuid.UUID | None]) -> Q:
    named = Q(telecaller__in=[who for who in people if who is not None])
    return named | Q(telecaller=None) if None in people else named


def store(day: dt.date, figures: Sequence[DayFigures]) -> None:
    """Write `figures` of one day over what is there; a row with nothing in it is taken away."""
    filled = [row for row in figures if row.total_calls or row.conversions]
    empty = {row.telecaller_id for row in figures} - {row.telecaller_id for row in filled}
    if empty:
        DayFigures.objects.filter(_of(empty), day=day).delete()
    DayFigures.objects.bulk_create(
        filled,
        update_conflicts=True,
        unique_fields=["organisation", "day", "telecaller"],
        update_fields=[*FIGURES, "computed_at"],
    )


def compute_alone(organisation: Organisation) -> None:
    """Wait until nobody else computes figures of `organisation`, and keep them waiting until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('jini.figures'), hashtext(%s))", [str(organisation.pk)])
