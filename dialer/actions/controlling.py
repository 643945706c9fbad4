"""Asking something of a running call: the row first, the provider afterwards."""

from django.db import transaction

from accounts.models import Membership
from dialer.calls import controls, line
from dialer.calls.controls import NotPossible
from dialer.models import Call, Control, TelephonyAccount
from dialer.providers.accounts import has_conferences
from dialer.providers.port import Leg

Kind = Control.Kind


@transaction.atomic
def control_call(call: Call, kind: str, *, by: Membership, digits: str = "") -> Control:
    """Owe a change of `call`; a second press returns what the first one asked for. Raises `NotPossible`."""
    found = line.locked(call.pk)
    if found is None:
        raise NotPossible("over")
    refuse_uncontrollable(found)
    leg: str = controls.speaking_leg(found) if kind in {Kind.MUTE, Kind.UNMUTE} else Leg.CUSTOMER
    return controls.owe(found, kind, leg, by=by, digits=digits)


def refuse_uncontrollable(call: Call) -> None:
    """Raise `NotPossible` for a call that is over, or that goes through no conference."""
    if not call.is_live or call.hang_up_asked_at is not None:
        raise NotPossible("over")
    if call.mode == Call.Mode.OWN_PHONE or call.provider == TelephonyAccount.Provider.OWN_PHONE:
        raise NotPossible("own_phone")
    if not has_conferences(call.provider):
        raise NotPossible("no_conference")
