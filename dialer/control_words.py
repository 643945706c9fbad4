"""Controls of a running call in words: why one is not possible, and why one failed."""

from typing import Any

from django.utils.translation import gettext_lazy as _

REASONS: dict[str, Any] = {
    "over": _("The call is over."),
    "not_connected": _("Nobody has answered yet."),
    "own_phone": _("This call is on your own phone: use the phone's own keys."),
    "no_conference": _("This provider connects the two phones itself: a running call cannot be changed from here."),
    "own_call": _("This is your own call."),
    "telecaller_not_there": _("The telecaller's phone has not been answered yet; try again in a moment."),
    "no_phone": _("Your profile has no phone number that could be rung. Add one, and try again."),
    "on_another_call": _("They are on another call."),
    "owes_outcome": _("They still owe the outcome of their last call, and can take no other."),
    "colleague_no_phone": _("Their profile has no phone number that could be rung."),
    "somebody_else": _("Somebody is being brought into this call already."),
    "leads_number": _("This is the number of the lead."),
    "not_yours": _("A colleague has taken this call over."),
    "browser_not_there": _("The browser did not answer, so the phone is rung."),
    "nobody_there": _("Nobody was brought into this call, or they have left."),
    "too_many": _("Too many people have been on this call."),
    "left_already": _("You are not on this call any more."),
    "unknown_control": _("This button is not known here; load the page again."),
    "stopped": _("All calls were stopped before the phone was rung."),
    "call_over": _("The call ended before your phone rang."),
    "number_invalid": _("The provider does not know the number that was to be rung."),
    "caller_id_refused": _("The provider refused our caller number; an admin must check it."),
    "trial_account": _("The provider's trial account does not call this number."),
    "lost": _("The provider gave no word of it."),
    "busy": _("The phone was busy."),
    "no-answer": _("The phone was not answered."),
    "failed": _("The phone could not be reached."),
    "canceled": _("The phone was not answered in time."),
    "left_the_call": _("They are not on the call any more."),
    "coached_on_hold": _("Whisper does not work while the telecaller is on hold."),
    "credentials_refused": _("The provider refused our credentials; an admin must check them."),
    "provider_refused": _("The provider refused it."),
    "provider_busy": _("The provider is too busy; try again."),
    "no_answer": _("The provider did not confirm it, so nothing changed; try again."),
    "perhaps_sent": _("The provider did not answer: the tones may have been heard. Ask before you send them again."),
}


def reason(code: str) -> str:
    return str(REASONS.get(code, REASONS["provider_refused"]))
