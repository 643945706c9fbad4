"""The steps of a connection test in words: what was found, and what to do when it failed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dialer.providers.port import CheckOutcome
from jini.lib.words import phone_number

REFUSED = {"20003", "20404", "401", "403", "404"}


@dataclass(frozen=True)
class Line:
    """One step as the page shows it; `outcome` is "passed", "failed" or "skipped"."""

    title: str
    text: str
    outcome: str


def line_of(step: Mapping[str, Any]) -> Line:
    """Return a stored step (see `TelephonyAccount.check_result`) in words."""
    outcome, said = step["outcome"], dict(step["details"])
    if outcome == CheckOutcome.SKIPPED:
        return Line(_skipped_title(step["name"]), _skipped_text(step["name"], said), outcome)
    title, text = _WORDS[step["name"]](step["reason"], said, is_passed=outcome == CheckOutcome.PASSED)
    return Line(title, text, outcome)


def _credentials(reason: str, said: dict[str, Any], *, is_passed: bool) -> tuple[str, str]:
    if is_passed:
        is_trial = said.get("type") == "Trial"
        text = _("It is a trial account: Twilio calls only numbers that you have verified there.") if is_trial else ""
        return _("Twilio accepts the account SID and the auth token"), text
    if reason == "not_active":
        text = _("Its status is “%(status)s”. Sign in at Twilio to see why; calls go out when it is active again.")
        return _("The account is not active at Twilio"), text % said
    if reason in REFUSED:
        text = _("Copy both again from the first page of the Twilio console, save, and test again.")
        return _("Twilio refused the account SID or the auth token"), text
    if reason.isdigit():
        text = _("It answered with error %(code)s, explained at twilio.com/docs/api/errors/%(code)s.")
        return _("Twilio could not answer"), text % {"code": reason}
    text = _(
        "No answer came from Twilio (%(reason)s). Test again in a minute; if it stays so, this server may not reach it."
    )
    return _("Twilio could not be reached"), text % {"reason": reason}


def _numbers(_reason: str, said: dict[str, Any], *, is_passed: bool) -> tuple[str, str]:
    if is_passed:
        count = said["count"]
        return ngettext("%(count)s number found", "%(count)s numbers found", count) % {"count": count}, ""
    return _("The account has no number"), _("Buy a number at Twilio, or verify one that you own as a caller ID.")


def _caller_id(reason: str, said: dict[str, Any], *, is_passed: bool) -> tuple[str, str]:
    shown = {"phone": phone_number(said["phone"], country=True)}
    if not is_passed:
        text = _("Choose one of the account's numbers, or verify this one at Twilio under “Verified caller IDs”.")
        return _("%(phone)s may not be shown to leads") % shown, text
    text = _("Verified at Twilio as a caller ID.") if reason == "verified" else _("A number of the account.")
    return _("%(phone)s may be shown to leads") % shown, text


def _reachable(reason: str, said: dict[str, Any], *, is_passed: bool) -> tuple[str, str]:
    if is_passed:
        return _("Call events can reach JiNi"), _("Each call carries its own address under %(address)s.") % said
    if reason == "local_address":
        text = _("%(address)s is known to this machine or network only. Whoever runs the server sets PUBLIC_URL.")
    elif reason.isdigit():
        text = _(
            "%(address)s answers with %(code)s. Whoever runs the server checks PUBLIC_URL and the proxy before it."
        )
    else:
        text = _("Nothing answers at %(address)s. Whoever runs the server checks PUBLIC_URL and the proxy before it.")
    return _("Call events cannot reach JiNi"), text % (said | {"code": reason})


def _skipped_title(name: str) -> str:
    titles = {
        "credentials": _("Account"),
        "numbers": _("Numbers of the account"),
        "caller_id": _("Number shown to leads"),
        "reachable": _("Call events reach JiNi"),
    }
    return titles[name]


def _skipped_text(name: str, said: dict[str, Any]) -> str:
    if name == "numbers" and "count" in said:
        return _("It has none, and needs none while a verified caller ID is shown.")
    return _("Runs when the step before has passed.")


_WORDS = {"credentials": _credentials, "numbers": _numbers, "caller_id": _caller_id, "reachable": _reachable}
