"""Calls that nobody wrapped up: closed by the system, so that no telecaller is stuck and no lead is lost."""

import datetime as dt
import uuid

from django.db import transaction
from django.utils import timezone

from accounts import audit
from dialer.actions.wrap_up import bring_up_to_date
from dialer.calls import line
from dialer.campaigns.settling import settle
from dialer.models import Call, DialerSettings, Disposition
from teams.actions.presence import is_at_work, presence_of, set_presence
from teams.models import Presence

# A call on an own phone has no provider who would tell of its end.
LONGEST_OWN_CALL = dt.timedelta(hours=2)
System = Disposition.System


@transaction.atomic
def close_if_forgotten(call_id: uuid.UUID) -> dt.datetime | None:
    """Close the call with an outcome of the system when its time is over; return when to look again, None for never."""
    call = line.locked(call_id)
    if call is None or call.closed_at is not None:
        return None
    at, code = _due(call)
    if not code or at > timezone.now():
        return at
    _close(call, code)
    return None


def _due(call: Call) -> tuple[dt.datetime, str]:
    """Return when the call is to be closed, and by which code; without a code, when to look again."""
    if call.ended_at is None:
        if call.mode == Call.Mode.OWN_PHONE:
            return call.started_at + LONGEST_OWN_CALL, System.CUSTOMER_GONE
        # The line's own reconciler ends it.
        return timezone.now() + line.LATER, ""
    minutes = DialerSettings.objects.get().outcome_minutes
    if not minutes:
        return timezone.now() + line.LATER, ""
    code = System.NO_OUTCOME if is_at_work(call.telecaller) else System.AWAY
    return call.ended_at + dt.timedelta(minutes=minutes), code


def _close(call: Call, code: str) -> None:
    if call.is_live:
        line.end(call, Call.Status.COMPLETED)
    # Nobody worked on it since: there is no after-call work to count.
    call.disposition, call.closed_at = Disposition.objects.get(system_code=code), timezone.now()
    call.save(update_fields=["disposition", "closed_at"])
    settle(call)
    bring_up_to_date(call)
    now = presence_of(call.telecaller)
    if now is not None and now.state in {Presence.State.WRAP_UP, Presence.State.ON_CALL}:
        # Whoever has not answered for so long is not there, and is handed nothing until they say so.
        set_presence(call.telecaller, Presence.State.OFFLINE, because=Presence.Because.NO_OUTCOME)
    audit.record("call.closed_by_system", by=None, subject=call, code=code)
