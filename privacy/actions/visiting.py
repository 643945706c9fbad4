"""Keeping what the browser of somebody who allows it says of their visits, and forgetting it when they do not."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts.models import Membership, User
from accounts.tenancy import acting_for
from jini.lib.purging import delete_rows
from jini.lib.user_agents import parse
from privacy.actions.choosing import lock
from privacy.actions.purging import due_rows
from privacy.choices import is_given
from privacy.holds import in_force, wait_for_holds
from privacy.models import Choice, PageVisit
from privacy.models.page_visit import LONGEST
from privacy.purging import VISITS


class NotAllowed(Exception):
    """The person has not allowed it, or takes it back at this moment."""


@dataclass(frozen=True)
class Seen:
    """What a browser says of one visit: it began so long ago, and the page was before the eyes for so long of it."""

    key: uuid.UUID
    page: str
    ago: dt.timedelta
    spent: dt.timedelta


@transaction.atomic
def note_visits(
    visits: Sequence[Seen], *, by: Membership, device: uuid.UUID, ip_address: str | None, user_agent: str
) -> int:
    """Keep the visits of `by` in one statement, each once, and return how many came. Raises `NotAllowed`.

    A visit cannot have lasted longer than since it began, nor than `LONGEST`.
    """
    # A withdrawal takes the same lock, and so does the end of an account: it finds these rows and deletes them, or this
    # finds it and keeps none.
    if not lock(by.user).is_active or not is_given(by.user, Choice.Purpose.USAGE):
        raise NotAllowed
    now, agent = timezone.now(), parse(user_agent)
    rows = [
        PageVisit(
            member=by,
            key=visit.key,
            page=visit.page,
            at=now - visit.ago,
            seconds=int(min(visit.spent, visit.ago, LONGEST).total_seconds()),
            ip_address=ip_address,
            browser=agent.browser,
            system=agent.system,
            device_type=agent.device,
            device=device,
        )
        for visit in visits
    ]
    PageVisit.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def forget_visits(user: User) -> None:
    """Delete the visits of `user` in every organisation, but for what a legal hold keeps until it is lifted."""
    for member in user.memberships.select_related("organisation"):
        with acting_for(member.organisation):
            wait_for_holds(alone=False)
            # Also what a clock that goes wrong dated ahead.
            until = timezone.now() + dt.timedelta(days=1)
            mine = due_rows(VISITS, until, in_force()).filter(member=member)
            delete_rows(PageVisit, list(mine.values_list("pk", flat=True)))
