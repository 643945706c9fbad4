"""Why there is no recording, or what is wrong with one, in plain words."""

from django.utils.translation import gettext_lazy as _

ABSENCES = {
    "call_over": _("The call was over before the recording could begin."),
    "refused": _("The provider refused to record the call."),
    "absent": _("The provider says that nothing was recorded."),
    "deleted_elsewhere": _("The recording was deleted at the provider before JiNi had fetched it."),
    "never_came": _("The provider never gave the recording, and knows of none."),
}
FAULTS = {
    "not_steered": _("The provider did not do what was asked. It may still be recording: take no card data now."),
    "no_audio": _("What the provider gave is no sound file."),
    "truncated": _("The file breaks off before its end."),
    "other_length": _("The file has another length than the provider told."),
    "other_size": _("The file has another size than the provider told."),
    "too_large": _("The file is larger than any call can be."),
    "gone": _("The provider has no such file."),
    "foreign_address": _("The provider pointed to an address that is not its own; nothing was fetched from there."),
    "too_many_redirects": _("The provider sent from one address to the next without end."),
}
ERASURES = {
    "wish": _("The customer did not want to be recorded."),
    "retention": _("The time for which recordings are kept was over."),
    "request": _("Erasure was asked for."),
}
