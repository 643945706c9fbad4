"""Why nobody reached the lead, when that is not the lead's doing: the codes of `Call.failure` in words."""

from typing import Any

from django.utils.translation import gettext_lazy as _

FAILURES: dict[str, Any] = {
    "telecaller_hung_up": _("The telecaller hung up before the lead was rung."),
    "telecaller_busy": _("The telecaller's phone was busy."),
    "telecaller_no_answer": _("The telecaller's phone was not answered."),
    "telecaller_failed": _("The telecaller's phone could not be reached."),
    "hung_up_before_ringing": _("The call was ended before it rang."),
    "provider_busy": _("The provider did not take the call; try again later."),
    "no_word_of_the_end": _("The provider did not say how the call ended."),
    "number_invalid": _("The provider does not know this number."),
    "caller_id_refused": _("The provider refused our caller number; an admin must check it."),
    "trial_account": _("The provider's trial account does not call this number."),
    "credentials_refused": _("The provider refused our credentials; an admin must check them."),
    "provider_refused": _("The provider refused the call."),
    "lost": _("The provider gave no word of the call."),
}
