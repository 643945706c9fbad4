"""Looking for leads that may be one person: in the background, through those that were changed since the last time."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import DueTask, Organisation
from accounts.tenancy import acting_for, current_organisation
from accounts.work import schedule
from leads.models import DuplicateSettings, Lead, LikelyDuplicate

LOOK = "leads.look_for_duplicates"
# A change is looked at once every transaction that was open with it has ended, or it would be passed over.
PAUSE = dt.timedelta(seconds=60)
STEP = 500
# Of one lead so many pairs at most are shown, and a reason that it shares with more others than this says nothing.
MOST_PAIRS, FREQUENT = 5, 10
NUMBER_SCORE, EMAIL_SCORE, FURTHER = 95, 90, 3
Reason, State = LikelyDuplicate.Reason, LikelyDuplicate.State

_LIKELY = "SELECT lead, other, same_number, same_email, likeness FROM leads_likely(%s, %s::uuid[], %s::uuid[], %s::uuid[], %s, %s, %s, %s, %s)"


class Judged(NamedTuple):
    """A pair and what makes it look like one person; no reasons: nothing does."""

    lead: uuid.UUID
    other: uuid.UUID
    reasons: list[str]
    score: int


def owe_look() -> None:
    """Owe a look at what the open transaction changes, a little after it is committed.

    Whoever changes a lead does not wait for the one row that says so: a task that waits already will see the change.
    """
    transaction.on_commit(partial(_want_look, current_organisation()), robust=True)


def _want_look(organisation: Organisation) -> None:
    if not DueTask.objects.filter(task=LOOK, subject_id=organisation.pk, lease_until=None).exists():
        with acting_for(organisation):
            schedule(LOOK, organisation.pk, due_at=timezone.now() + PAUSE)


def look_on(organisation: Organisation) -> dt.datetime | None:
    """Look at some of the leads that were changed, in one transaction; return when to go on, None when all were seen."""
    with acting_for(organisation):
        settings = duplicate_settings(lock=True)
        now = timezone.now()
        rows = list(_changed(settings)[: STEP + 1])
        due = [row for row in rows[:STEP] if row[0] <= now - PAUSE]
        if due:
            _judge(settings, [pk for __, pk in due])
            settings.seen_until, settings.seen_lead = due[-1]
        settings.looked_at = now
        settings.save(update_fields=["seen_until", "seen_lead", "looked_at"])
    if len(due) == len(rows):
        return None
    return max(rows[len(due)][0] + PAUSE, now)


def duplicate_settings(*, lock: bool = False) -> DuplicateSettings:
    """Return the settings of the open scope's organisation, made the first time that they are asked for."""
    DuplicateSettings.objects.get_or_create()
    rows = DuplicateSettings.objects.select_for_update() if lock else DuplicateSettings.objects
    settings: DuplicateSettings = rows.get()
    return settings


def _changed(settings: DuplicateSettings) -> Any:
    rows = Lead.objects.order_by("updated_at", "pk").values_list("updated_at", "pk")
    if settings.seen_until is not None:
        rows = rows.filter(updated_at__gte=settings.seen_until).filter(
            Q(updated_at__gt=settings.seen_until) | Q(pk__gt=settings.seen_lead)
        )
    return rows


def _judge(settings: DuplicateSettings, leads: Sequence[uuid.UUID]) -> None:
    """Write down the pairs that `leads` make, and forget those that they make no more."""
    known = LikelyDuplicate.objects.filter(Q(lead__in=leads) | Q(other__in=leads))
    pairs = {(lead, other): pk for pk, lead, other in known.values_list("pk", "lead", "other")}
    judged = list(_asked(settings, leads, list(pairs)))
    fits = [one for one in judged if one.reasons]
    unfit = {pairs[one.lead, one.other] for one in judged if not one.reasons and (one.lead, one.other) in pairs}
    LikelyDuplicate.objects.filter(pk__in=unfit, state=State.OPEN).delete()
    shown = [one for one in fits if (one.lead, one.other) in pairs]
    is_open = set(known.filter(state=State.OPEN).values_list("lead", "other"))
    shown += _best([one for one in fits if (one.lead, one.other) not in pairs], is_open)
    # One that somebody decided on stays as they decided: its state is not written.
    LikelyDuplicate.objects.bulk_create(
        (LikelyDuplicate(lead_id=one.lead, other_id=one.other, reasons=one.reasons, score=one.score) for one in shown),
        update_conflicts=True,
        unique_fields=["organisation", "lead", "other"],
        update_fields=["reasons", "score"],
    )


def _asked(
    settings: DuplicateSettings, leads: Sequence[uuid.UUID], pairs: Sequence[tuple[uuid.UUID, uuid.UUID]]
) -> Iterator[Judged]:
    ways = [settings.by_number, settings.by_email, settings.by_name]
    ones, others = [[str(pair[place]) for pair in pairs] for place in (0, 1)]
    asked: list[Any] = [
        current_organisation().pk,
        [str(pk) for pk in leads],
        ones,
        others,
        *ways,
        settings.name_percent,
        FREQUENT,
    ]
    with connection.cursor() as cursor:
        cursor.execute(_LIKELY, asked)
        for lead, other, is_number, is_email, likeness in cursor.fetchall():
            is_name = settings.by_name and likeness >= settings.name_percent
            scores = {
                Reason.NUMBER: NUMBER_SCORE if is_number else 0,
                Reason.EMAIL: EMAIL_SCORE if is_email else 0,
                # Many people have one name: the same name in the same city says less than an address.
                Reason.NAME: likeness * 4 // 5 if is_name else 0,
            }
            reasons = [str(reason) for reason, score in scores.items() if score]
            yield Judged(lead, other, reasons, min(100, max(scores.values()) + FURTHER * (len(reasons) - 1)))


def _best(new: Sequence[Judged], is_open: set[tuple[uuid.UUID, uuid.UUID]]) -> list[Judged]:
    """Return the new pairs that say the most, for no lead more than are shown beside those that are open."""
    counts: dict[uuid.UUID, int] = defaultdict(int)
    for lead, other in is_open:
        counts[lead] += 1
        counts[other] += 1
    best = []
    for one in sorted(new, key=lambda one: -one.score):
        if max(counts[one.lead], counts[one.other]) < MOST_PAIRS:
            counts[one.lead] += 1
            counts[one.other] += 1
            best.append(one)
    return best
