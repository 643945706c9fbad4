"""What the simulator can do with the people of a running call; how each stands is in its own record of the call."""

import datetime as dt
import random
import uuid
from dataclasses import asdict

from django.utils import timezone

from accounts import work
from accounts.models import Organisation
from accounts.tenancy import acting_for
from dialer.models import SimulatedCall
from dialer.providers.port import DialAnswer, DialOutcome, Status
from dialer.providers.port.conferences import (
    ControlAnswer,
    ControlRefusal,
    DigitsRequest,
    JoinRequest,
    LegChange,
    LegSetting,
)
from dialer.providers.port.softphones import CLIENT
from dialer.providers.simulator.posting import leg_id, leg_of
from dialer.providers.simulator.record import (
    Happening,
    customers_end,
    events_of,
    is_on_line,
    put_off_end,
    setting,
    tell,
)

# Whoever is put on hold waits so much longer before they hang up than they would have talked.
PATIENCE = dt.timedelta(minutes=2)
ANSWERS = 0.9


class SimulatedConferences:
    """The port's `Conferences` for the simulator."""

    def __init__(self, organisation: Organisation, *, is_unruly: bool = False) -> None:
        self.organisation = organisation
        self.is_unruly = is_unruly

    def add(self, request: JoinRequest) -> DialAnswer:
        """Ring a third person, who answers in nine of ten calls, and leaves when the lead does; in a browser they press."""
        now = timezone.now()
        dice = random.Random(f"{request.token}{request.leg}")  # noqa: S311 -- a seed, no secret
        with acting_for(self.organisation):
            record = _found(request.token)
            if record is not None and not events_of(record, request.leg):
                put_off_end(record, now + PATIENCE, now, is_unruly=self.is_unruly)
                is_browser = request.to.startswith(CLIENT)
                script = _browser(request, now) if is_browser else _third(now, dice, customers_end(record, now))
                tell(record, request.leg, script, request.status_url, is_unruly=self.is_unruly)
                record.settings[request.leg] = asdict(LegSetting(is_muted=request.is_muted))
                record.save()
                work.schedule("simulator.emit", record.pk)
        return DialAnswer(DialOutcome.ACCEPTED, leg_id(request.token, request.leg))

    def change(self, change: LegChange) -> ControlAnswer:
        now = timezone.now()
        with acting_for(self.organisation):
            record, leg = _found(change.token), leg_of(change.leg_id)
            if record is None or not is_on_line(record, leg, now):
                return ControlAnswer(DialOutcome.REFUSED, ControlRefusal.LEFT)
            if change.coaches and (refusal := _coaching(record, leg_of(change.coaches), now)):
                return ControlAnswer(DialOutcome.REFUSED, refusal)
            wanted = {name: value for name in STANDING if (value := getattr(change, name)) is not None}
            record.settings[leg] = asdict(setting(record, leg)) | wanted
            if change.is_held:
                put_off_end(record, now + PATIENCE, now, is_unruly=self.is_unruly)
                work.schedule("simulator.emit", record.pk)
            record.save()
        return ControlAnswer(DialOutcome.ACCEPTED)

    def setting_of(self, token: uuid.UUID, leg_id: str) -> LegSetting | None:
        with acting_for(self.organisation):
            record, leg = _found(token), leg_of(leg_id)
            is_there = record is not None and is_on_line(record, leg, timezone.now())
            return setting(record, leg) if record is not None and is_there else None

    def send_digits(self, request: DigitsRequest) -> ControlAnswer:
        """Count the tones; which they were is not kept."""
        with acting_for(self.organisation):
            record, leg = _found(request.token), leg_of(request.leg_id)
            if record is None or not is_on_line(record, leg, timezone.now()):
                return ControlAnswer(DialOutcome.REFUSED, ControlRefusal.LEFT)
            record.tones += len(request.digits)
            record.save(update_fields=["tones"])
        return ControlAnswer(DialOutcome.ACCEPTED)


def _browser(request: JoinRequest, now: dt.datetime) -> list[Happening]:
    """A person's page answers it, or nobody does."""
    second = dt.timedelta(seconds=1)
    rings: list[Happening] = [(Status.INITIATED, now, None), (Status.RINGING, now + second * 0.3, None)]
    return [*rings, (Status.NO_ANSWER, now + second * request.ring_seconds, None)]


def _third(now: dt.datetime, dice: random.Random, over: dt.datetime | None) -> list[Happening]:
    second = dt.timedelta(seconds=1)
    script: list[Happening] = [(Status.INITIATED, now, None), (Status.RINGING, now + second * 0.3, None)]
    if dice.random() >= ANSWERS:
        return [*script, (Status.NO_ANSWER, now + second * 8, None)]
    answered = now + second * dice.uniform(1, 3)
    script.append((Status.IN_PROGRESS, answered, None))
    if over is not None:
        script.append((Status.COMPLETED, over + second, int((over + second - answered).total_seconds())))
    return script


STANDING = ("is_held", "is_muted", "coaches", "ends_call")


def _coaching(record: SimulatedCall, coached: str, now: dt.datetime) -> ControlRefusal | None:
    if not is_on_line(record, coached, now):
        return ControlRefusal.LEFT
    return ControlRefusal.COACHED_ON_HOLD if setting(record, coached).is_held else None


def _found(token: uuid.UUID) -> SimulatedCall | None:
    record: SimulatedCall | None = SimulatedCall.objects.select_for_update().filter(token=token).first()
    return record
