"""Telling members what happened, and having it seen."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Membership, Notification

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
    # They are few, and every page asks: to have PostgreSQL count them takes a question of twice the size.
    return len(Notification.objects.visible_to(member).unseen().order_by().values_list("pk")[:MOST_COUNTED])


@transaction.atomic
def mark_seen(notice: Notification) -> None:
    """Note that a notice was opened; the first time counts."""
    Notification.objects.filter(pk=notice.pk, seen_at=None).update(seen_at=timezone.now())


@transaction.atomic
def mark_all_seen(member: Membership) -> int:
    """Note that `member` has seen every notice so far; return how many were new."""
    return int(Notification.objects.visible_to(member).unseen().update(seen_at=timezone.now()))
