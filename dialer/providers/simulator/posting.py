"""The simulator's posts to us: signed, and put off until we take them."""

import datetime as dt
import hashlib
import hmac
import uuid
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import requests
from django.utils import timezone

from accounts.models import Organisation
from accounts.tenancy import acting_for
from dialer.models import SimulatedCall, TelephonyAccount
from dialer.providers.port import Beside, Leg, ProviderUnavailable

TIMEOUT_SECONDS = 5
# The telecaller's leg when it is a browser; a phone that rings in its place later on is another leg here.
BROWSER = "browser"


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return the HMAC-SHA-256 of timestamp and body, in hex: what the simulator signs and we verify."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


# Does what the answer to a question says: of an organisation, a record, and what it was told.
Obey = Callable[[Organisation, uuid.UUID, Mapping[str, Any]], None]


def emit(organisation: Organisation, record_id: uuid.UUID, *, obey: Obey) -> dt.datetime | None:
    """Post the deliveries that are due, in the order of their times; return when the next one is, None after the last.

    A post that is not accepted stays due: the exception puts the task off, and the next run begins with it. One that
    asks what to do is answered, and what is due then may be something else.
    """
    with acting_for(organisation):
        record = SimulatedCall.objects.get(pk=record_id)
        secret = secret_of()
    waiting = sorted(record.deliveries, key=lambda delivery: delivery[0])[record.sent :]
    for number, (due_at, index) in enumerate(waiting, start=record.sent):
        if moment(due_at) > timezone.now():
            return moment(due_at)
        row = record.events[index]
        answer = None if row.get("cut") else _post(secret, record.token, row, index)
        with acting_for(organisation):
            SimulatedCall.objects.filter(pk=record_id, sent=number).update(sent=number + 1)
        if answer is not None and row.get("asks"):
            obey(organisation, record_id, answer.json())
            return timezone.now()
    return None


def secret_of() -> str:
    """Return what the simulator signs with in the open scope's organisation."""
    return TelephonyAccount.objects.get(provider=TelephonyAccount.Provider.SIMULATOR).credentials["secret"]


def _post(secret: str, token: uuid.UUID, row: Mapping[str, Any], index: int) -> requests.Response:
    # What is told beside the legs is about the customer's.
    leg = Leg.CUSTOMER if row["leg"] in set(Beside) else row["leg"]
    form = {"status": row["status"], "at": row["at"], "leg_id": leg_id(token, leg), "sequence": str(index)}
    form |= row.get("form", {})
    if row["duration"] is not None:
        form["duration"] = str(row["duration"])
    return deliver(secret, row["url"], form)


def deliver(secret: str, url: str, form: Mapping[str, str]) -> requests.Response:
    """Post a signed form to us and return our answer; raise `ProviderUnavailable` when we do not take it."""
    body = urlencode(form).encode()
    timestamp = str(int(timezone.now().timestamp()))
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Jini-Timestamp": timestamp,
        "X-Jini-Signature": signature(secret, timestamp, body),
    }
    try:
        answer = requests.post(url, data=body, headers=headers, timeout=TIMEOUT_SECONDS)
    except requests.RequestException as error:
        raise ProviderUnavailable from error
    if not answer.ok:
        raise ProviderUnavailable(str(answer.status_code))
    return answer


def leg_id(token: uuid.UUID, leg: str) -> str:
    """Return the simulator's id of a leg: a-…, b-… and c-… of telecaller, their browser and customer, t2-… of the second third person."""
    return f"{leg[0]}{leg.partition('-')[2]}-{token}"


def leg_of(leg_id: str) -> str:
    """Return the leg that `leg_id` names."""
    short = leg_id.partition("-")[0]
    return {"a": str(Leg.AGENT), "b": BROWSER, "c": str(Leg.CUSTOMER)}.get(short) or f"third-{short[1:]}"


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)
