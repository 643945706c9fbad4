"""What the member sees whose phone rings: who calls, and what was last said with them."""

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from accounts.models import Membership
from dialer.calls.line import active_account
from dialer.calls.ways import rings_in_browser
from dialer.models import IncomingRing, TelephonyAccount
from leads.models import Activity, Lead
from teams.actions.presence import presence_of
from teams.models import Presence
from teams.visibility import sight_of

TOLD = (Activity.Kind.NOTE, Activity.Kind.CALL)


def ringing_bar(request: HttpRequest, member: Membership) -> str:
    """The bar of the call that rings at `member`'s or that they talk on without a lead; else what goes on listening."""
    ring = (
        IncomingRing.objects.filter(member=member, ended_at=None)
        .select_related("incoming__lead__status", "incoming__lead__assigned_to__user")
        .first()
    )
    if ring is not None:
        return render_to_string("dialer/_ringing.html", _about(ring, member), request)
    return render_to_string("dialer/_listening.html", {}, request) if _may_ring(member) else ""


def _about(ring: IncomingRing, member: Membership) -> dict[str, Any]:
    lead = ring.incoming.lead
    is_simulated = ring.incoming.provider == TelephonyAccount.Provider.SIMULATOR
    return {
        "ring": ring,
        "incoming": ring.incoming,
        "lead": lead,
        "may_open": lead is not None and sight_of(member).covers(lead.assigned_to_id),
        "last_words": _last_words(lead) if lead is not None else "",
        # A practice phone is picked up on the page, and so is the browser; a real one rings on the table.
        "is_practice": not ring.in_browser and is_simulated,
        "is_simulated": is_simulated,
    }


def _last_words(lead: Lead) -> str:
    lines = Activity.objects.filter(lead=lead, kind__in=TOLD).exclude(text="").order_by("-at")
    return str(lines.values_list("text", flat=True).first() or "")


def _may_ring(member: Membership) -> bool:
    """Whether a call may come to `member` at any moment, so that the bar looks more often."""
    provider = active_account().provider
    if provider == TelephonyAccount.Provider.OWN_PHONE:
        return False
    now = presence_of(member)
    is_available = now is not None and now.state == Presence.State.AVAILABLE
    if provider == TelephonyAccount.Provider.SIMULATOR and rings_in_browser(member, provider):
        # Nothing but the bar lets the simulator's browser ring: for a call to listen to, too, that another tab asked for.
        return True
    return is_available and (bool(member.phone) or rings_in_browser(member, provider))
