"""How many posts of a provider came on a day, and how many of them late, twice or in disorder: counted behind the page."""

import datetime as dt
import uuid
from collections.abc import Iterable
from functools import partial

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from accounts.models import DueTask, Organisation
from accounts.tenancy import acting_for, current_organisation
from accounts.work import schedule
from dialer.models import CallEvent, InboxDay
from dialer.models.call import ASKED

COUNT = "dialer.count_posts"
# Posts of this long are counted together.
PAUSE = dt.timedelta(minutes=1)
# Providers send a post again for so long; after that the day stands.
SETTLED = dt.timedelta(minutes=30)
Verdict = CallEvent.Verdict


def owe_counting(days: Iterable[tuple[str, dt.date]]) -> None:
    """Owe the counting of the posts of each provider and day, soon after this transaction.

    The wish takes a transaction of its own: all calls of a day share one due task, and would wait for each other.
    """
    rows = [InboxDay.objects.get_or_create(provider=provider, day=day)[0] for provider, day in sorted(days)]
    organisation = current_organisation()
    for row in rows:
        transaction.on_commit(partial(_want_counting, organisation, row.pk), robust=True)


def _want_counting(organisation: Organisation, day_id: uuid.UUID) -> None:
    soon = timezone.now() + PAUSE
    # A waiting task will see all that was committed before it begins.
    if not DueTask.objects.filter(task=COUNT, subject_id=day_id, lease_until=None, due_at__lte=soon).exists():
        with acting_for(organisation):
            schedule(COUNT, day_id, due_at=soon)


def count(organisation: Organisation, day_id: uuid.UUID) -> dt.datetime | None:
    """Count the posts of a day; return when to count them once more, None when the day stands."""
    with acting_for(organisation):
        row = InboxDay.objects.filter(pk=day_id).first()
        if row is None:
            return None
        first, after = bounds_of(row.day)
        posts = CallEvent.objects.filter(provider=row.provider, received_at__gte=first, received_at__lt=after)
        by_verdict = {
            f"of_{verdict}": Count("pk", filter=Q(verdict=verdict))
            for verdict in (Verdict.LATE, Verdict.OUT_OF_ORDER, Verdict.UNKNOWN_STATUS, Verdict.UNKNOWN_CALL)
        }
        again = Count("pk", filter=Q(copies__gt=1) & ~Q(event_key__startswith=ASKED))
        counted = posts.aggregate(of_posts=Count("pk"), of_duplicates=again, **by_verdict)
        for name in InboxDay.COUNTED:
            setattr(row, name, counted[f"of_{name}"])
        row.counted_at = timezone.now()
        row.save()
        return after + SETTLED if row.counted_at < after + SETTLED else None


def bounds_of(day: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """The first moment of `day` in the organisation's zone, and that of the day after."""
    zone = current_organisation().zone
    first, after = (dt.datetime.combine(each, dt.time.min, tzinfo=zone) for each in (day, day + dt.timedelta(days=1)))
    return first, after
