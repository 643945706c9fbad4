"""The steps of a connection test in words: what was found, and what to do when it failed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dialer.models import TelephonyAccount
from dialer.providers.port import CheckOutcome
from jini.lib.words import phone_number

Provider = TelephonyAccount.Provider
REFUSED = {"20003", "20404", "401", "403", "404"}
Said = dict[str, Any]


@dataclass(frozen=True)
class Line:
    """One step as the page shows it; `outcome` is "passed", "failed" or "skipped"."""

    title: str
    text: str
    outcome: str


@dataclass(frozen=True)
class Phrases:
    """What is said otherwise of each provider. `error` has the marks %(code)s."""

    accepts: Any
    refused: Any
    copy_again: Any
    error: Any
    no_number: Any
    not_yours: Any


_PHRASES = {
    Provider.TWILIO: Phrases(
        accepts=gettext_lazy("Twilio accepts the account SID and the auth token"),
        refused=gettext_lazy("Twilio refused the account SID or the auth token"),
        copy_again=gettext_lazy("Copy both again from the first page of the Twilio console, save, and test again."),
        error=gettext_lazy("It answered with error %(code)s, explained at twilio.com/docs/api/errors/%(code)s."),
        no_number=gettext_lazy("Buy a number at Twilio, or verify one that you own as a caller ID."),
        not_yours=gettext_lazy(
            "Choose one of the account's numbers, or verify this one at Twilio under “Verified caller IDs”."
        ),
    ),
    Provider.EXOTEL: Phrases(
        accepts=gettext_lazy("Exotel accepts the API key and the token"),
        refused=gettext_lazy("Exotel refused the account SID, the API key or the token"),
        copy_again=gettext_lazy(
            "Copy all three again from Exotel's page “API settings”, see that the region is the one that it names, and"
            " test again."
        ),
        error=gettext_lazy(
            "It answered with status %(code)s. Test again in a minute; status.exotel.com tells of faults."
        ),
        no_number=gettext_lazy("Ask Exotel for an ExoPhone: calls show it to your leads."),
        not_yours=gettext_lazy("Choose one of the ExoPhones on Exotel's page of that name."),
    ),
}


def line_of(step: Mapping[str, Any], provider: str) -> Line:
    """Return a stored step (see `TelephonyAccount.check_result`) of a test of `provider` in words."""
    outcome, said = step["outcome"], dict(step["details"])
    if outcome == CheckOutcome.SKIPPED:
        return Line(_skipped_title(step["name"]), _skipped_text(step["name"], step["reason"], said), outcome)
    # The simulator has no step that is said otherwise.
    phrases = _PHRASES.get(Provider(provider), _PHRASES[Provider.TWILIO])
    said["provider"] = Provider(provider).label
    title, text = _WORDS[step["name"]](step["reason"], said, phrases, is_passed=outcome == CheckOutcome.PASSED)
    return Line(str(title), str(text), outcome)


def _credentials(reason: str, said: Said, phrases: Phrases, *, is_passed: bool) -> tuple[Any, Any]:
    if is_passed:
        is_trial = said.get("type") == "Trial"
        text = _("It is a trial account: Twilio calls only numbers that you have verified there.") if is_trial else ""
        return phrases.accepts, text
    if reason == "not_active":
        text = _("Its status is “%(status)s”. Sign in at Twilio to see why; calls go out when it is active again.")
        return _("The account is not active at Twilio"), text % said
    if reason in REFUSED:
        return phrases.refused, phrases.copy_again
    if reason.isdigit():
        return _("%(provider)s could not answer") % said, phrases.error % {"code": reason}
    text = _(
        "No answer came from %(provider)s (%(reason)s). Test again in a minute; if it stays so, this server may not"
        " reach it."
    )
    return _("%(provider)s could not be reached") % said, text % (said | {"reason": reason})


def _numbers(_reason: str, said: Said, phrases: Phrases, *, is_passed: bool) -> tuple[Any, Any]:
    if is_passed:
        count = said["count"]
        return ngettext("%(count)s number found", "%(count)s numbers found", count) % {"count": count}, ""
    return _("The account has no number"), phrases.no_number


def _caller_id(reason: str, said: Said, phrases: Phrases, *, is_passed: bool) -> tuple[Any, Any]:
    shown = {"phone": phone_number(said["phone"], country=True)}
    if not is_passed:
        return _("%(phone)s may not be shown to leads") % shown, phrases.not_yours
    text = _("Verified at Twilio as a caller ID.") if reason == "verified" else _("A number of the account.")
    return _("%(phone)s may be shown to leads") % shown, text


def _reachable(reason: str, said: Said, _phrases: Phrases, *, is_passed: bool) -> tuple[Any, Any]:
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


def _permissions(_reason: str, said: Said, _phrases: Phrases, *, is_passed: bool) -> tuple[Any, Any]:
    if is_passed:
        return _("Twilio lets the account call: %(countries)s") % said, ""
    text = _("Switch them on in the Twilio console under Voice, Settings, Geo permissions, and test again.")
    return _("Twilio does not let the account call: %(countries)s") % said, text


def _softphone(reason: str, _said: Said, _phrases: Phrases, *, is_passed: bool) -> tuple[Any, Any]:
    if is_passed:
        return _("Browsers can be phones"), _("A telecaller may choose to speak through the browser.")
    text = _("Twilio made no key for them (%(reason)s). Calls that ring a phone are not concerned; test again later.")
    return _("Browsers cannot be phones yet"), text % {"reason": reason}


def _skipped_title(name: str) -> str:
    titles = {
        "credentials": _("Account"),
        "numbers": _("Numbers of the account"),
        "caller_id": _("Number shown to leads"),
        "permissions": _("Countries that may be called"),
        "reachable": _("Call events reach JiNi"),
    }
    return titles[name]


def _skipped_text(name: str, reason: str, said: Said) -> str:
    if name == "permissions" and reason == "unknown":
        return _("Twilio did not say. Its console shows them under Voice, Settings, Geo permissions.")
    if name == "numbers" and "count" in said:
        return _("It has none, and needs none while a verified caller ID is shown.")
    return _("Runs when the step before has passed.")


_WORDS = {
    "credentials": _credentials,
    "numbers": _numbers,
    "caller_id": _caller_id,
    "permissions": _permissions,
    "reachable": _reachable,
    "softphone": _softphone,
}
