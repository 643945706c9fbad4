"""The nightly comparison of the rollup with the rows it was counted from."""

import datetime as dt
import logging
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Min
from django.utils import timezone

from accounts.models import Organisation
from accounts.tenancy import acting_for, current_organisation
from accounts.work import schedule
from dialer.models import Call
from reports.actions.rollups import FIGURES, compute_alone, first_counted_day, recompute, store
from reports.counting import count_day, count_organisation
from reports.days import DAY, day_of
from reports.models import DayFigures

logger = logging.getLogger(__name__)

VERIFY = "reports.verify"
AT = dt.time(3)
# A night compares the last five weeks, and of the days before every 28th, so that each is met within four weeks.
RECENT_DAYS, ROUND = 35, 28


@dataclass(frozen=True)
class Difference:
    """Figures of one day that were not what the rows say; telecaller None is the whole organisation."""

    day: dt.date
    telecaller: uuid.UUID | None
    figures: tuple[str, ...]


def verify(organisation: Organisation, today: dt.date) -> list[Difference]:
    """Compare the days before `today`, each in a transaction of its own; repair, log and return what differed."""
    while recompute(organisation):
        pass
    with acting_for(organisation):
        days = list(days_to_verify(organisation, today))
    found: list[Difference] = []
    for day in days:
        with acting_for(organisation):
            found += _verify_day(organisation, day)
    for difference in found:
        logger.warning(
            "figures.repaired",
            extra={
                "organisation": str(organisation.pk),
                "day": difference.day.isoformat(),
                "telecaller": str(difference.telecaller),
                "figures": difference.figures,
            },
        )
    return found


def days_to_verify(organisation: Organisation, today: dt.date) -> Iterator[dt.date]:
    """The days that a night compares, the latest first."""
    called = Call.objects.aggregate(at=Min("started_at"))["at"]
    kept = DayFigures.objects.aggregate(day=Min("day"))["day"]
    first = min(kept or today, day_of(called, organisation.zone) if called else today)
    first = max(first, first_counted_day(organisation))
    for age in range(1, (today - first).days + 1):
        if age <= RECENT_DAYS or (today - age * DAY).toordinal() % ROUND == today.toordinal() % ROUND:
            yield today - age * DAY


def _verify_day(organisation: Organisation, day: dt.date) -> list[Difference]:
    compute_alone(organisation)
    true = count_day(day, organisation.zone)
    true.append(count_organisation(day, organisation.zone, true))
    kept = {row.telecaller_id: row for row in DayFigures.objects.filter(day=day)}
    nobody = kept.keys() - {row.telecaller_id for row in true}
    true += [DayFigures(day=day, telecaller_id=who) for who in nobody]
    found = [Difference(day, row.telecaller_id, names) for row in true if (names := _wrong(kept, row))]
    wrong = {difference.telecaller for difference in found}
    store(day, [row for row in true if row.telecaller_id in wrong])
    return found


def _wrong(kept: dict[uuid.UUID | None, DayFigures], true: DayFigures) -> tuple[str, ...]:
    row = kept.get(true.telecaller_id)
    if not (true.total_calls or true.conversions):
        return tuple(FIGURES) if row else ()
    return tuple(name for name in FIGURES if row is None or getattr(row, name) != getattr(true, name))


def next_night(organisation: Organisation) -> dt.datetime:
    """The next time that it is three in the morning where `organisation` is."""
    now = timezone.now().astimezone(organisation.zone)
    day = now.date() if now.time() < AT else now.date() + DAY
    return dt.datetime.combine(day, AT, tzinfo=organisation.zone)


def owe_verification() -> None:
    """Have the organisation of the open scope verified, every night from the next one on."""
    organisation = current_organisation()
    schedule(VERIFY, organisation.pk, due_at=next_night(organisation))
