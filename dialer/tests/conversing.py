"""Calls with both sides on the line, for tests: as a provider's events would have left them."""

import datetime as dt
from typing import Any

from django.utils import timezone

from accounts.models import Membership
from dialer.models import Call, SimulatedCall, TelephonyAccount
from dialer.providers.simulator.posting import leg_id
from leads.models import Lead
from teams.actions.presence import set_presence
from teams.models import Presence

LONG = dt.timedelta(minutes=5)


def make_conversation(lead: Lead, telecaller: Membership, *, provider: str = "simulator", **fields: Any) -> Call:
    """A call of half a minute ago on which telecaller and lead speak with each other; the lead hangs up in five minutes."""
    began = timezone.now() - dt.timedelta(seconds=30)
    call: Call = Call.objects.create(
        lead=lead,
        telecaller=telecaller,
        phone=lead.phone,
        mode=Call.Mode.BRIDGE,
        provider=provider,
        started_at=began,
        ringing_at=began,
        answered_at=began,
        **{
            "status": "in-progress",
            "agent_status": "in-progress",
            "customer_status": "in-progress",
            "caller_id": "+918045550000",
        }
        | fields,
    )
    call.agent_leg, call.customer_leg = leg_id(call.pk, "agent"), leg_id(call.pk, "customer")
    call.save()
    set_presence(telecaller, Presence.State.ON_CALL)
    _record(call, began)
    return call


def _record(call: Call, began: dt.datetime) -> None:
    over = timezone.now() + LONG
    ends = {"agent": (over + dt.timedelta(seconds=1), None), "customer": (over, 330)}
    events = [_event(call, leg, "in-progress", began) for leg in ends]
    events += [_event(call, leg, "completed", at, talked) for leg, (at, talked) in ends.items()]
    deliveries = [[row["at"], index] for index, row in enumerate(events)]
    SimulatedCall.objects.create(token=call.pk, events=events, deliveries=deliveries, sent=2, created_at=began)


def _event(call: Call, leg: str, status: str, at: dt.datetime, duration: int | None = None) -> dict[str, Any]:
    url = f"http://testserver/hooks/simulator/{call.organisation_id}/{call.pk}/{leg}/status/"
    return {"leg": leg, "status": status, "at": at.isoformat(), "duration": duration, "url": url}


def let_answer(call: Call, leg: str) -> None:
    """Let a third person whom the simulator rings have answered by now, and stay until the lead hangs up."""
    record = SimulatedCall.objects.get(token=call.pk)
    over = max(dt.datetime.fromisoformat(row["at"]) for row in record.events if row["leg"] == "customer")
    for row in record.events:
        row["cut"] = row.get("cut", False) or row["leg"] == leg
    record.events += [_event(call, leg, "in-progress", timezone.now()), _event(call, leg, "completed", over, 300)]
    record.save()


def through_twilio(call: Call) -> None:
    """Let the call go through a Twilio account."""
    TelephonyAccount.objects.update(is_active=False)
    TelephonyAccount.objects.create(
        provider="twilio", credentials={"account_sid": "AC" + "a" * 32, "auth_token": "secret"}, is_active=True
    )
    call.provider, call.agent_leg, call.customer_leg = "twilio", "CA" + "a" * 32, "CA" + "c" * 32
    call.save()
