"""Starting and ending a call: an intent row first, the provider afterwards."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit, work
from accounts.models import Membership
from dialer.calls import line, ways
from dialer.calls.caller import shown_in
from dialer.calls.charges import lock_means, reserve
from dialer.calls.contact import decide_to_call
from dialer.models import Call, Campaign, TelephonyAccount
from leads.models import Lead
from privacy.actions.do_not_call import hold_number
from privacy.contact_rules import Decision
from teams.actions.presence import set_presence
from teams.models import Presence

UNTIL_ASKED = dt.timedelta(minutes=2)
UNTIL_BROWSER_IS_ASKED = dt.timedelta(seconds=line.BROWSER_RING_SECONDS + 5)
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
    line.one_line_at_a_time(by)
    running = open_call_of(by)
    if running is not None and running.lead_id == lead.pk and running.is_live:
        return running
    # From here on no other call of the organisation is accepted before this one is: so that its limits hold.
    dialling = lock_means()
    account = line.active_account()
    mode = _mode(account, by, mode)
    shown = shown_in(campaign, mode)
    lead = _held(lead, phone)
    decision = decide_to_call(lead, by, rings_phone=mode == Call.Mode.BRIDGE, phone=phone, shown=shown)
    if not decision.is_allowed:
        raise NotAllowed(decision)
    call = Call(
        lead=lead,
        telecaller=by,
        campaign=campaign,
        phone=phone or lead.phone,
        policy_version=decision.policy_version,
        caller_id=shown.phone,
    )
    try:
        with transaction.atomic():
            _write(call, account, mode)
            reserve(call, dialling)
    except IntegrityError:
        # Another press, another tab or another telecaller was quicker: the unique keys let one through.
        running = open_call_of(by)
        if running is not None and running.lead_id == lead.pk:
            return running
        raise NotAllowed(decide_to_call(lead, by, phone=phone, shown=shown)) from None
    set_presence(by, Presence.State.ON_CALL)
    audit.record(
        "call.started",
        by=by,
        subject=call,
        lead=str(lead.pk),
        mode=mode,
        rules=call.policy_version,
        purpose=shown.purpose,
    )
    line.owe_closing(call)
    if mode != Call.Mode.OWN_PHONE:
        work.schedule("dialer.place_call", call.pk)
        work.schedule("dialer.reconcile_call", call.pk, due_at=timezone.now() + _until_asked(call))
    return call


def _held(lead: Lead, phone: str) -> Lead:
    """Hold the lead and the number until the call is there, and return the lead as it is by now.

    Whoever merges or deletes it then sees the call; whoever takes consent back or bars the number was before it, and the
    decision that follows knows, or is after it.
    """
    found: Lead | None = Lead.objects.select_for_update(of=("self",), no_key=True).filter(pk=lead.pk).first()
    if found is None:
        raise LeadGone
    hold_number(phone or found.phone)
    return found


def _mode(account: TelephonyAccount, member: Membership, mode: str | None) -> str:
    if account.provider == TelephonyAccount.Provider.OWN_PHONE:
        return Call.Mode.OWN_PHONE
    return mode or ways.mode_of(member)


def _until_asked(call: Call) -> dt.timedelta:
    """A browser that does not answer, and of which no word comes, is to be replaced by the phone soon."""
    return UNTIL_BROWSER_IS_ASKED if call.mode == Call.Mode.BROWSER else UNTIL_ASKED


def _write(call: Call, account: TelephonyAccount, mode: str) -> None:
    is_own = mode == Call.Mode.OWN_PHONE
    call.mode = mode
    call.provider = TelephonyAccount.Provider.OWN_PHONE if is_own else account.provider
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
