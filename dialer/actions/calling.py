"""Starting and ending a call: an intent row first, the provider afterwards."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit, work
from accounts.models import Membership
from dialer.calls import line
from dialer.calls.contact import decide_to_call
from dialer.models import Call, Campaign, DialerSettings, TelephonyAccount
from leads.models import Lead
from privacy.contact_rules import Decision
from teams.actions.presence import set_presence
from teams.models import Presence

UNTIL_ASKED = dt.timedelta(minutes=2)
# After so long without a word on a hang-up, asking again ends the call on our side: nobody is stuck at "Ringing".
PATIENCE = dt.timedelta(seconds=15)


class LeadGone(Exception):
    """The lead went into the bin in this moment, or was merged into another one."""


class NotAllowed(Exception):
    """The contact rules refuse the call; `decision` says why, and when it may be tried again."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(str(decision.reason))
        self.decision = decision


def open_call_of(member: Membership) -> Call | None:
    """Return the call of `member` that is live or waits for its outcome."""
    call: Call | None = Call.objects.open().filter(telecaller=member).select_related("lead").first()
    return call


@transaction.atomic
def start_call(
    lead: Lead, *, by: Membership, mode: str | None = None, campaign: Campaign | None = None, phone: str = ""
) -> Call:
    """Accept a call of `by` to `lead` and owe its dialling; a second press returns the call of the first.

    `phone` is another number of the lead than its first one. Raises `NotAllowed` and `LeadGone`. The row is written before
    anybody is asked, with the version of the rules that allowed it.
    """
    running = open_call_of(by)
    if running is not None and running.lead_id == lead.pk and running.is_live:
        return running
    account = line.active_account()
    mode = _mode(account, mode)
    decision = decide_to_call(lead, by, rings_phone=mode == Call.Mode.BRIDGE, phone=phone)
    if not decision.is_allowed:
        raise NotAllowed(decision)
    # Held until the call is there: whoever merges or deletes the lead then sees it.
    if Lead.objects.select_for_update(of=("self",), no_key=True).filter(pk=lead.pk).first() is None:
        raise LeadGone
    call = Call(
        lead=lead,
        telecaller=by,
        campaign=campaign,
        phone=phone or lead.phone,
        policy_version=decision.policy_version,
    )
    try:
        with transaction.atomic():
            _write(call, account, mode)
    except IntegrityError:
        # Another press, another tab or another telecaller was quicker: the unique keys let one through.
        running = open_call_of(by)
        if running is not None and running.lead_id == lead.pk:
            return running
        raise NotAllowed(decide_to_call(lead, by, phone=phone)) from None
    set_presence(by, Presence.State.ON_CALL)
    audit.record("call.started", by=by, subject=call, lead=str(lead.pk), mode=mode, rules=call.policy_version)
    line.owe_closing(call)
    if mode != Call.Mode.OWN_PHONE:
        work.schedule("dialer.place_call", call.pk)
        work.schedule("dialer.reconcile_call", call.pk, due_at=timezone.now() + UNTIL_ASKED)
    return call


def _mode(account: TelephonyAccount, mode: str | None) -> str:
    if account.provider == TelephonyAccount.Provider.OWN_PHONE:
        return Call.Mode.OWN_PHONE
    return mode or DialerSettings.objects.get().default_mode


def _write(call: Call, account: TelephonyAccount, mode: str) -> None:
    is_own = mode == Call.Mode.OWN_PHONE
    call.mode = mode
    call.provider = TelephonyAccount.Provider.OWN_PHONE if is_own else account.provider
    call.caller_id = "" if is_own else account.caller_id
    call.status = Call.Status.INITIATED if is_own else Call.Status.INTENT
    call.started_at = timezone.now()
    call.save(force_insert=True)


@transaction.atomic
def hang_up(call: Call, *, by: Membership) -> Call:
    """End a live call: at once when nobody was asked to ring yet or on an own phone, else through the provider.

    Asked again after fifteen seconds without a word, the call ends on our side and the provider is asked once more.
    """
    found = line.locked(call.pk)
    if found is None or not found.is_live:
        return found or call
    now = timezone.now()
    audit.record("call.hung_up", by=by, subject=found)
    if found.mode == Call.Mode.OWN_PHONE:
        line.end(found, Call.Status.COMPLETED)
    elif found.agent_status == Call.Status.INTENT:
        line.end(found, Call.Status.CANCELED, failure="hung_up_before_ringing")
    elif found.hang_up_asked_at is not None and now - found.hang_up_asked_at > PATIENCE:
        line.end(found, Call.Status.FAILED, failure="no_word_of_the_end")
        work.schedule("dialer.hang_up", found.pk)
    else:
        found.hang_up_asked_at = found.hang_up_asked_at or now
        found.save(update_fields=["hang_up_asked_at"])
        work.schedule("dialer.hang_up", found.pk)
    return found
