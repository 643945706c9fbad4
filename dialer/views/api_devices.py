"""What an own phone asks: to be paired, which of its numbers are leads', and to hand in its call log."""

import re
import uuid
from typing import Annotated, Any, ClassVar

from django.http import JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Schema
from ninja.responses import Status as Answer
from pydantic import AwareDatetime, Field

from accounts.api import ApiRequest, ByKey, Refused, Sent, organisation_named
from accounts.models.bearer import read_token
from accounts.permissions import Permission, requires
from accounts.tenancy import acting_for
from dialer.actions.device_calls import MOST_SKEW, Batch, ClockOff, KeyReused, take_batch
from dialer.actions.devices import MOST_HASHES, PAIR, NoSuchCode, known_among, pair, salt
from dialer.models import Device

router = Router(tags=["own phones"])
MOST_ROWS = 200
_KEY = re.compile(r"[\x21-\x7e]{8,64}")
_HASH = r"^[0-9a-f]{64}$"


class ByDevice(ByKey):
    """An operation that a paired phone asks with its own secret."""

    kind: ClassVar[str] = Device.KIND


class PairIn(Sent):
    """`hardware_id`: made by the app and the same after a reinstall; no number of the phone's."""

    code: str = Field(max_length=200)
    name: str = Field(min_length=1, max_length=80)
    hardware_id: str = Field(min_length=8, max_length=64)
    app_version: str = Field("", max_length=40)


class PairOut(Schema):
    device_id: uuid.UUID
    token: str
    telecaller: str
    organisation: str
    salt: str


class KnownIn(Sent):
    """SHA-256 in hex of the salt and the number in E.164, such as of salt + "+919000000012"."""

    hashes: list[str] = Field(max_length=MOST_HASHES)


class KnownOut(Schema):
    salt: str
    known: list[str]


class Reported(Sent):
    battery_percent: Annotated[int | None, Field(ge=0, le=100)] = None
    is_battery_saver_on: bool | None = None
    may_read_call_log: bool | None = None
    may_run_in_background: bool | None = None


class BatchIn(Sent):
    """Each row: {id, number, direction: outgoing or incoming, started_at, duration: seconds of talk, 0 for none}."""

    RAW = frozenset({"calls"})

    sent_at: AwareDatetime
    install_id: str = Field(min_length=8, max_length=64)
    app_version: str = Field("", max_length=40)
    device: Reported = Reported()
    calls: list[Any] = Field(max_length=MOST_ROWS)


class ResultOut(Schema):
    row: int
    id: str
    verdict: str
    call_id: uuid.UUID | None = None
    code: str | None = None
    field: str | None = None
    message: str | None = None


class ClockOut(Schema):
    ahead_seconds: int
    corrected: bool


class BatchOut(Schema):
    results: list[ResultOut]
    counts: dict[str, int]
    clock: ClockOut


@router.post("devices/pair/", auth=None, response={201: PairOut}, summary="Exchange a pairing code for a secret")
def pairing(request: ApiRequest, payload: PairIn) -> Answer[Any]:
    """The code is shown as a QR code under My phones, works once and for ten minutes."""
    named = read_token(payload.code)
    organisation = organisation_named(named[1]) if named and named[0] == PAIR else None
    if organisation is None:
        raise _no_such_code()
    with acting_for(organisation):
        try:
            device, token = pair(
                payload.code, name=payload.name, hardware_id=payload.hardware_id, app_version=payload.app_version
            )
        except NoSuchCode as error:
            raise _no_such_code() from error
        about = {"telecaller": device.member.name, "organisation": organisation.name, "salt": salt()}
    return Answer(201, {"device_id": device.pk, "token": token, **about})


def _no_such_code() -> Refused:
    said = _("This code was used or is over. Show a new one under My phones.")
    return Refused(422, "no_such_code", said, fields={"code": [said]})


@router.post("device-calls/known/", auth=ByDevice(), response=KnownOut, summary="Which of these numbers are leads'")
@requires(Permission.CALL_MAKE)
def known(request: ApiRequest, payload: KnownIn) -> dict[str, Any]:
    """Asked before a call log is sent, so that numbers of no lead stay on the phone. Nothing of the question is kept."""
    wrong = [number for number, one in enumerate(payload.hashes) if not re.match(_HASH, one)]
    if wrong:
        said = _("64 small hexadecimal digits, the SHA-256 of salt and number.")
        raise Refused(422, "invalid", _("Some fields are wrong."), fields={f"hashes.{wrong[0]}": [said]})
    return {"salt": salt(), "known": known_among(payload.hashes)}


@router.post(
    "device-calls/",
    auth=ByDevice(),
    response=BatchOut,
    exclude_none=True,
    summary="Hand in at most 200 rows of the call log",
)
@requires(Permission.CALL_MAKE)
def device_calls(request: ApiRequest, payload: BatchIn) -> JsonResponse:
    """Needs an Idempotency-Key header: asked again with the same one, it has no second effect and gives the same answer.

    A wrong row does not hold up the others: each has its own verdict. A clock up to 48 hours off is corrected by
    `sent_at`, which is to be the phone's clock at the moment of sending.
    """
    device: Any = request.bearer
    key = request.headers.get("Idempotency-Key", "")
    if not _KEY.fullmatch(key):
        said = _("Send 8 to 64 letters, digits or signs, new for every batch.")
        raise Refused(400, "key_invalid", said, fields={"Idempotency-Key": [said]})
    batch = Batch(
        rows=payload.calls,
        key=key,
        sent_at=payload.sent_at,
        install_id=payload.install_id,
        app_version=payload.app_version,
        reported=payload.device.dict(exclude_none=True),
    )
    try:
        # As it is: two hundred verdicts would take longer to be held against the schema than to be made.
        return JsonResponse(take_batch(device, batch))
    except ClockOff as off:
        raise _clock_off(off) from off
    except KeyReused as error:
        said = _("This key was used for another batch.")
        raise Refused(409, "key_reused", said, fields={"Idempotency-Key": [said]}) from error


def _clock_off(off: ClockOff) -> Refused:
    said = _("The phone's clock is off by more than %(hours)d hours. Set it right, then send again.")
    fields = {"sent_at": [said % {"hours": MOST_SKEW.total_seconds() // 3600}]}
    seconds = round(off.skew.total_seconds())
    now = timezone.now().isoformat()
    return Refused(422, "clock_off", fields["sent_at"][0], fields=fields, ahead_seconds=seconds, now=now)
