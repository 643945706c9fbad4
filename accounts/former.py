"""People who left for good: what an organisation still knows of them is a number, "Former member 3"."""

import re

from django.utils.translation import gettext as _

# Reserved for names that lead nowhere (RFC 2606), so no message can reach them.
HOST = "former.invalid"
_FORMER = re.compile(rf"former-(?P<number>\d+)\.[0-9a-f]+@{re.escape(HOST)}")
_GONE = re.compile(rf"gone\.[0-9a-f]+@{re.escape(HOST)}")


def address(number: int, organisation: str) -> str:
    """Return the address of the nobody who stands for the organisation's former member `number`."""
    return f"former-{number}.{organisation}@{HOST}"


def gone_address(person: str) -> str:
    """Return what stands in the place of the address of somebody whose account was erased."""
    return f"gone.{person}@{HOST}"


def name_behind(email: str) -> str:
    """Return what a former member is called, in the active language; "" for everybody else."""
    if found := _FORMER.fullmatch(email):
        return _("Former member %(number)s") % {"number": found["number"]}
    return _("An erased account") if _GONE.fullmatch(email) else ""
