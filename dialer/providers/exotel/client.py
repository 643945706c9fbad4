"""The way to Exotel: where requests are sent, and what a refusal means."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import requests

from dialer.providers.port import DialAnswer, DialOutcome, ProviderUnavailable, Refusal

# https://developer.exotel.com/docs/voice-v1/quickstart: an account lives in one of the two.
HOSTS = {"mumbai": "https://api.in.exotel.com", "singapore": "https://api.exotel.com"}
TIMEOUT_SECONDS = 10
UNAUTHORISED, PAYMENT_REQUIRED, FORBIDDEN, NOT_FOUND, TOO_MANY, UNAVAILABLE = 401, 402, 403, 404, 429, 503
OK, SERVER_ERROR = 200, 500
# Exotel gives a status and a sentence, no code. What the sentence is about, looked for in this order.
_ABOUT = (
    (re.compile(r"\b(dnd|ndnc|ncpr|whitelist\w*|blacklist\w*)\b", re.IGNORECASE), Refusal.ON_REGISTER),
    (re.compile(r"\b(trial|kyc)\b", re.IGNORECASE), Refusal.TRIAL_ACCOUNT),
    (re.compile(r"\b(caller ?id|exophone|virtual number)\b", re.IGNORECASE), Refusal.CALLER_ID),
    (re.compile(r"\b(balance|credits?)\b", re.IGNORECASE), Refusal.NO_CREDIT),
    # The telecaller's own number is no fault of the lead's.
    (re.compile(r"\bfrom\b", re.IGNORECASE), Refusal.OTHER),
    (re.compile(r"\b(number|to)\b", re.IGNORECASE), Refusal.NUMBER_INVALID),
)


class Client:
    """Exotel's HTTP interface for one account. `base_url` is another server that speaks it, in the place of `region`."""

    def __init__(self, *, account_sid: str, api_key: str, api_token: str, region: str, base_url: str = "") -> None:
        self.account_sid = account_sid
        self.auth = (api_key, api_token)
        self.is_elsewhere = bool(base_url)
        self.base_url = (base_url or HOSTS.get(region, HOSTS["mumbai"])).rstrip("/")

    def post(self, path: str, form: Mapping[str, str]) -> requests.Response:
        """Send a form, once; raises what `requests` does."""
        return self._send("POST", f"v1/Accounts/{quote(self.account_sid, safe='')}/{path}", data=form)

    def get(self, path: str, asked: Mapping[str, str], *, version: str = "v1") -> dict[str, Any] | None:
        """Return the object that stands there, None when there is none. Raises `ProviderUnavailable`."""
        try:
            answer = self._send("GET", f"{version}/Accounts/{quote(self.account_sid, safe='')}/{path}", params=asked)
        except requests.RequestException as error:
            raise ProviderUnavailable(type(error).__name__) from error
        if answer.status_code == NOT_FOUND:
            return None
        if answer.status_code != OK:
            raise ProviderUnavailable(str(answer.status_code))
        found = object_in(answer)
        if not found:
            raise ProviderUnavailable("unreadable")
        return found

    def _send(self, method: str, path: str, **more: Any) -> requests.Response:
        url = f"{self.base_url}/{path}"
        return requests.request(method, url, auth=self.auth, timeout=TIMEOUT_SECONDS, allow_redirects=False, **more)


def object_in(answer: requests.Response) -> dict[str, Any]:
    """Return the JSON object that an answer holds, an empty one when it holds something else."""
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def refused(answer: requests.Response) -> DialAnswer:
    """Read an answer other than a success: https://developer.exotel.com/docs/references/error-codes."""
    status = answer.status_code
    if status in {TOO_MANY, UNAVAILABLE}:
        return DialAnswer(DialOutcome.TRY_LATER, code=str(status))
    if status >= SERVER_ERROR or status < 400:
        # The call may have been begun all the same.
        return DialAnswer(DialOutcome.UNCLEAR, code=str(status))
    return DialAnswer(DialOutcome.REFUSED, refusal=_refusal(status, _sentence(answer)), code=str(status))


def _refusal(status: int, said: str) -> Refusal:
    about = next((refusal for pattern, refusal in _ABOUT if pattern.search(said)), None)
    if status == UNAUTHORISED or (status == FORBIDDEN and about not in {Refusal.ON_REGISTER, Refusal.TRIAL_ACCOUNT}):
        return Refusal.CREDENTIALS
    if status == PAYMENT_REQUIRED:
        return Refusal.NO_CREDIT
    return about or Refusal.OTHER


def _sentence(answer: requests.Response) -> str:
    said = object_in(answer).get("RestException")
    return str(said.get("Message", "")) if isinstance(said, dict) else ""
