"""Setting up the reasons for a break."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from accounts import audit
from accounts.models import Membership
from accounts.work import schedule
from jini.lib import ordering
from teams.actions.presence import END_LONG_BREAK
from teams.models import PauseCode, Presence


@transaction.atomic
def save_pause_code(code: PauseCode, *, fields: Sequence[str], by: Membership) -> None:
    """Save a new or changed reason. A limit that changed holds for the breaks that are going on, too."""
    code.save()
    if "longest_minutes" in fields and code.longest_minutes is not None:
        for going_on in Presence.objects.filter(pause_code=code, ended_at=None).order_by("pk"):
            ends_at = going_on.started_at + dt.timedelta(minutes=code.longest_minutes)
            schedule(END_LONG_BREAK, going_on.pk, due_at=ends_at)
    audit.record("pause_code.changed", by=by, subject=code, fields=list(fields))


@transaction.atomic
def shift_pause_code(code: PauseCode, *, earlier: bool, by: Membership) -> None:
    """Let a reason change places with the one before it, or after it; at the end of the order it stays."""
    if ordering.shift(code, earlier=earlier):
        audit.record("pause_code.moved", by=by, subject=code, earlier=earlier)
