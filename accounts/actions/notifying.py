"""Telling members what happened, having it seen, and forgetting it after a while."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Membership, Notification, Organisation
from accounts.tenancy import acting_for, current_organisation
from accounts.work import schedule

PURGE = "accounts.purge_notifications"
KEPT_FOR = dt.timedelta(days=90)
PURGE_EVERY = dt.timedelta(days=1)
MOST_PURGED = 1_000
MOST_COUNTED = 100


@transaction.atomic
def notify(
    people: Iterable[Membership], kind: str, *, url: str, details: Mapping[str, Any], once: str = ""
) -> list[Notification]:
    """Put a notice of `kind` under the bell of each of `people`, in the open scope; return the notices that are new.

    `details` are ids and times, never a name, a number or words of a person; `accounts.notices` says how they read.
    `once` names the occasion, of which nobody is told twice. Who is deactivated is not told.
    """
    # In one order, so that two who tell the same people at once wait for each other and do not deadlock.
    members = sorted({member.pk for member in people if member.deactivated_at is None})
    wanted = [Notification(member_id=pk, kind=kind, url=url, details=dict(details), once=once) for pk in members]
    Notification.objects.bulk_create(wanted, ignore_conflicts=True)
    return list(Notification.objects.filter(pk__in=[row.pk for row in wanted]).order_by("member_id"))


def unseen_count(member: Membership) -> int:
    """How many notices `member` has not seen, `MOST_COUNTED` at most."""
    return int(Notification.objects.visible_to(member).unseen().order_by()[:MOST_COUNTED].count())


@transaction.atomic
def mark_seen(notice: Notification) -> None:
    """Note that a notice was opened; the first time counts."""
    Notification.objects.filter(pk=notice.pk, seen_at=None).update(seen_at=timezone.now())


@transaction.atomic
def mark_all_seen(member: Membership) -> int:
    """Note that `member` has seen every notice so far; return how many were new."""
    return int(Notification.objects.visible_to(member).unseen().update(seen_at=timezone.now()))


def owe_purge() -> None:
    """Owe the organisation of the open scope its daily purge of old notices."""
    schedule(PURGE, current_organisation().pk, due_at=timezone.now() + PURGE_EVERY)


def purge(organisation: Organisation, _subject_id: uuid.UUID) -> dt.datetime:
    """Delete notices that are too old, a batch in each step; return when to go on."""
    now = timezone.now()
    with acting_for(organisation):
        old = Notification.objects.filter(created_at__lt=now - KEPT_FOR).order_by("created_at")
        ids = list(old.select_for_update(skip_locked=True).values_list("pk", flat=True)[:MOST_PURGED])
        Notification.objects.filter(pk__in=ids).delete()
    return now if len(ids) == MOST_PURGED else now + PURGE_EVERY
