"""Why a number is refused, in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jini.lib.phone import Fault

PHONE_FAULTS: dict[Fault, str | Promise] = {
    Fault.EMPTY: _("Enter a phone number."),
    Fault.LETTERS: _("A phone number has no letters."),
    Fault.SCIENTIFIC: _("This is a rounded number of a spreadsheet; enter all of its digits."),
    Fault.TOO_SHORT: _("The number is too short."),
    Fault.TOO_LONG: _("The number is too long."),
    Fault.INVALID: _("No such number exists in India."),
    Fault.FOREIGN: _("Numbers of other countries are not called."),
    Fault.SPECIAL: _("Short, emergency and premium numbers are not called."),
}
