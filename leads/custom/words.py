"""What is said of a value that cannot be understood."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from leads.phone_faults import PHONE_FAULTS

FAULTS: dict[str, Any] = {f"phone_{fault}": said for fault, said in PHONE_FAULTS.items()} | {
    "too_long": _("The text is too long."),
    "number_invalid": _("This is no number."),
    "value_invalid": _("This is no amount."),
    "date_invalid": _("This is no date; one looks like 25/11/2026."),
    "choice_unknown": _("This is none of the choices."),
    "email_invalid": _("This is no e-mail address."),
    "url_invalid": _("This is no web address; one looks like https://example.in."),
    "yes_no_invalid": _("Write yes or no."),
}
