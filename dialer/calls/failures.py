"""Why nobody reached the lead, when that is not the lead's doing: the codes of `Call.failure` in words."""

from typing import Any

from django.utils.translation import gettext_lazy as _

FAILURES: dict[str, Any] = {
    "telecaller_hung_up": _("The telecaller hung up before the lead was rung."),
    "telecaller_busy": _("The telecaller's phone was busy."),
    "telecaller_no_answer": _("The telecaller's phone was not answered."),
    "telecaller_failed": _("The telecaller's phone could not be reached."),
    "browser_not_there": _("The telecaller's browser did not answer, and no phone of theirs is known."),
    "hung_up_before_ringing": _("The call was ended before it rang."),
    "provider_busy": _("The provider was too busy to take the call. Call again in a minute."),
    "no_word_of_the_end": _("The provider did not say how the call ended."),
    "number_invalid": _("The provider does not know this number. Correct it on the lead."),
    "caller_id_refused": _(
        "The provider refused our caller number. An admin checks it under Telephony; until then calls fail."
    ),
    "trial_account": _("The provider's trial account does not call this number."),
    "credentials_refused": _(
        "The provider refused our credentials. An admin enters them again under Telephony; until then calls fail."
    ),
    "on_provider_register": _("The provider calls no number that is on the Do Not Disturb register."),
    "no_credit": _("The account with the provider has no credit left; an admin must top it up."),
    "provider_refused": _("The provider refused the call."),
    "refused_since": _("The lead was put on do not call, or took consent back, before it was rung."),
    "stopped": _("All calls were stopped before this one was dialled."),
    "lost": _("The provider gave no word of the call."),
}
