"""What people do with calls that come in: passing one on, ending it, making a lead of the caller, agreeing on the rules."""

import uuid
from collections.abc import Sequence

from django.db import transaction

from accounts import audit, work
from accounts.models import Membership
from accounts.tenancy import current_organisation
from dialer.calls import line
from dialer.incoming import answering, lines, missing
from dialer.incoming.unknown import lead_for
from dialer.models import IncomingCall, IncomingRing, IncomingSettings, TelephonyAccount
from dialer.providers import simulator
from leads.models import Lead

HANG_UP = "dialer.hang_up_incoming"


class NoNumber(Exception):
    """The number is withheld: nobody can be called, and no lead be made of it."""


@transaction.atomic
def pass_on(ring: IncomingRing, *, by: Membership) -> bool:
    """Let the call ring at somebody else's; False when it rings no more, or was picked up."""
    incoming = lines.locked(ring.incoming_id)
    row = IncomingRing.objects.select_for_update(of=("self",)).get(pk=ring.pk)
    if incoming is None or row.ended_at is not None or row.answered_at is not None:
        return False
    lines.close(row, IncomingRing.Outcome.DECLINED)
    work.schedule(lines.STEP, incoming.pk)
    audit.record("incoming.passed_on", by=by, subject=incoming)
    return True


@transaction.atomic
def pick_up_practice(ring: IncomingRing) -> bool:
    """Let the simulated phone of a member be picked up; False when it rings no more."""
    return simulator.pick_up(ring.pk)


@transaction.atomic
def hang_up(incoming: IncomingCall, *, by: Membership) -> None:
    """End a call of a member with somebody who is no lead; the end itself is told by the provider."""
    if incoming.is_live:
        work.schedule(HANG_UP, incoming.pk)
        audit.record("incoming.hung_up", by=by, subject=incoming)


@transaction.atomic
def make_lead(incoming: IncomingCall, *, by: Membership) -> Lead:
    """Make a lead of an unknown caller, owned by `by`; what was said is written on its timeline, a missed call is owed.

    Pressed again, it is the same lead. Raises `NoNumber`.
    """
    row = lines.locked(incoming.pk)
    if row is None or not row.caller:
        raise NoNumber
    if row.lead is not None:
        return row.lead
    row.lead = lead_for(row, by=by)
    row.save(update_fields=["lead"])
    if row.answered_at is not None:
        answering.attach(row)
    elif row.ended_at is not None:
        missing.owe(row)
    audit.record("incoming.made_lead", by=by, subject=row, lead=str(row.lead.pk))
    return row.lead


def can_simulate() -> bool:
    """Whether calls go through the simulator, so that somebody may be played who calls."""
    return TelephonyAccount.objects.filter(provider=TelephonyAccount.Provider.SIMULATOR, is_active=True).exists()


@transaction.atomic
def simulate_call(caller: str, *, patience: int, message: int, by: Membership) -> uuid.UUID:
    """Let the simulator call the organisation's number; see `simulator.call_in`. Return the token of the call."""
    organisation, provider = current_organisation(), TelephonyAccount.Provider.SIMULATOR
    token = simulator.call_in(
        caller,
        line.account_named(provider).caller_id,
        post_to=line.hook_address(provider, organisation.pk, "incoming"),
        ended_to=line.hook_address(provider, organisation.pk, "incoming/over"),
        patience=patience,
        message=message,
    )
    audit.record("incoming.simulated", by=by, subject=line.account_named(provider))
    return token


@transaction.atomic
def save_incoming_settings(settings: IncomingSettings, *, fields: Sequence[str], by: Membership) -> None:
    """Save the changed `fields` of how calls are taken."""
    if fields:
        settings.save(update_fields=list(fields))
        audit.record("incoming_settings.changed", by=by, subject=settings, fields=list(fields))
