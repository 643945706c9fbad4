"""A telephone company that exists only here, and says so: it keeps its own record and posts signed events to us."""

import datetime as dt
import hashlib
import hmac
import random
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts import work
from accounts.models import Organisation
from accounts.tenancy import acting_for
from dialer.models import SimulatedCall, SimulatedRecording
from dialer.providers.address import check_address
from dialer.providers.port import (
    LONGEST_CALL,
    MOST_EVENTS,
    TERMINAL,
    CheckStep,
    DialAnswer,
    DialOutcome,
    DialRequest,
    ForgedPost,
    Leg,
    LegQuery,
    Machines,
    ProviderEvent,
    Recorder,
    Recordings,
    StalePost,
    Status,
    WebhookPost,
    moment_of,
    number_in,
)
from dialer.providers.port.incoming import Incoming
from dialer.providers.port.numbers import Numbers
from dialer.providers.port.softphones import CLIENT
from dialer.providers.simulator.conferences import SimulatedConferences
from dialer.providers.simulator.incoming import SimulatedIncoming, hang_up_caller, is_caller
from dialer.providers.simulator.machines import SimulatedMachines, heard_in
from dialer.providers.simulator.posting import BROWSER, leg_id, leg_of, moment, signature
from dialer.providers.simulator.record import Happening, Script, cut, events_of, tell
from dialer.providers.simulator.recordings import RECORD, SimulatedRecordings
from dialer.providers.simulator.softphones import SimulatedSoftphones, answer, telecallers_leg
from dialer.providers.simulator.spending import SimulatorSpending

# Older posts, though rightly signed, are replays.
FRESH = dt.timedelta(minutes=15)
ANSWERS = 0.6


class Simulator:
    """The port's simulator. What a call does is drawn from its token, so the same call always goes the same way.

    The telecaller answers at once; the customer rings 1 to 4 seconds and answers in about 60 % of calls. `is_unruly`
    (demonstration) posts every third event twice and lets events overtake each other.
    """

    rings_both: ClassVar[bool] = False
    can_hang_up: ClassVar[bool] = True
    hears_machines: ClassVar[bool] = True
    keeps_recordings: ClassVar[bool] = False

    def __init__(self, *, organisation: Organisation, secret: str, address: str, is_unruly: bool = False) -> None:
        self.organisation = organisation
        self.secret = secret
        self.address = address
        self.is_unruly = is_unruly
        self.incoming: Incoming | None = SimulatedIncoming(organisation)
        # Calls to its numbers come here by themselves.
        self.numbers: Numbers | None = None
        self.keys = None
        self.spending = SimulatorSpending(organisation)
        self.recorder: Recorder | None = SimulatedRecordings(organisation)
        self.recordings: Recordings | None = self.recorder
        self.machines: Machines | None = SimulatedMachines(organisation)

    @property
    def conferences(self) -> SimulatedConferences:
        """Control of running calls."""
        return SimulatedConferences(self.organisation, is_unruly=self.is_unruly)

    @property
    def softphones(self) -> SimulatedSoftphones:
        """Browsers as phones."""
        return SimulatedSoftphones()

    def dial(self, request: DialRequest) -> DialAnswer:
        now = timezone.now()
        dice = random.Random(f"{request.token}{request.leg}")  # noqa: S311 -- a seed, no secret
        leg = BROWSER if request.to.startswith(CLIENT) else str(request.leg)
        script = _script(request, leg, now, dice)
        with acting_for(self.organisation):
            record, _ = SimulatedCall.objects.select_for_update().get_or_create(
                token=request.token, defaults={"created_at": now}
            )
            if not events_of(record, leg):
                tell(record, leg, script, request.status_url, is_unruly=self.is_unruly)
                if request.machine_url and (heard := heard_in(request, script)) is not None:
                    record.deliveries.append([heard["at"], len(record.events)])
                    record.events.append(heard)
                record.announces = record.announces or request.announces
                if request.leg is Leg.CUSTOMER:
                    ends = next(at for status, at, _ in script if status in TERMINAL)
                    self._let_go(record, ends + dt.timedelta(seconds=1))
                record.save()
                work.schedule("simulator.emit", record.pk)
        return DialAnswer(DialOutcome.ACCEPTED, leg_id(request.token, leg))

    def answer(self, token: uuid.UUID, leg: str = BROWSER) -> bool:
        """Let the browser that rings as `leg` of the call `token` be answered; False when it does not ring (any more)."""
        with acting_for(self.organisation):
            return answer(token, leg, is_unruly=self.is_unruly)

    def _let_go(self, record: SimulatedCall, at: dt.datetime) -> None:
        """Let the telecaller's leg end, which was open without an end in sight until the customer's was dialled."""
        leg = telecallers_leg(record)
        for known in events_of(record, leg)[:1]:
            tell(record, leg, [(Status.COMPLETED, at, None)], known["url"], is_unruly=self.is_unruly)

    def hang_up(self, legs: Sequence[str]) -> None:
        now = timezone.now()
        tokens = {uuid.UUID(leg.split("-", 1)[1]) for leg in legs}
        with acting_for(self.organisation):
            for record in SimulatedCall.objects.select_for_update().filter(token__in=tokens):
                if is_caller(record) and leg_id(record.token, Leg.CUSTOMER) in legs:
                    hang_up_caller(record)
                    continue
                for leg in legs:
                    if leg.endswith(str(record.token)):
                        cut(record, leg_of(leg), now, is_unruly=self.is_unruly)
                record.save()
                work.schedule("simulator.emit", record.pk)
            for recording in SimulatedRecording.objects.filter(token__in=tokens, ended_at=None):
                work.schedule(RECORD, recording.pk)

    def fetch(self, query: LegQuery) -> list[ProviderEvent]:
        with acting_for(self.organisation):
            record = SimulatedCall.objects.filter(token=query.token).first()
        if record is None:
            return []
        # Of a call that came in, the browser's leg is known as any member's.
        is_browser = query.leg == Leg.AGENT and query.to.startswith(CLIENT) and not query.provider_id.startswith("a-")
        leg = BROWSER if is_browser else str(query.leg)
        past = [row for row in events_of(record, leg) if moment(row["at"]) <= timezone.now()]
        return [_event(query, leg, past[-1])] if past else []

    def check(self) -> list[CheckStep]:
        """Ask our own address, to which the simulator posts, whether it is alive."""
        return [check_address(self.address, from_outside=False)]

    def verify(self, post: WebhookPost) -> None:
        timestamp = post.headers.get("X-Jini-Timestamp", "")
        expected = signature(self.secret, timestamp, post.body)
        # Bytes: letters that are none of ours are no reason to stumble.
        if not hmac.compare_digest(expected.encode(), post.headers.get("X-Jini-Signature", "").encode()):
            raise ForgedPost
        if not timestamp.isdecimal() or abs(post.received_at.timestamp() - int(timestamp)) > FRESH.total_seconds():
            raise StalePost

    def parse(self, post: WebhookPost, leg: str) -> list[ProviderEvent]:
        form = post.form
        at = None
        with suppress(ValueError):
            at = parse_datetime(form.get("at", ""))
        event = ProviderEvent(
            leg=leg,
            status=form.get("status", ""),
            at=moment_of(at, post.received_at),
            provider_id=form.get("leg_id", ""),
            sequence=number_in(form.get("sequence", ""), MOST_EVENTS),
            duration=number_in(form.get("duration", ""), LONGEST_CALL),
            event_key=hashlib.sha256(post.body).hexdigest(),
            raw={name: form[name] for name in ("status", "at", "leg_id", "sequence", "duration") if name in form},
        )
        return [event]


def _script(request: DialRequest, leg: str, now: dt.datetime, dice: random.Random) -> Script:
    if leg == Leg.CUSTOMER:
        return _customer(now, dice)
    second = dt.timedelta(seconds=1)
    rings: list[Happening] = [(Status.INITIATED, now, None), (Status.RINGING, now + second * 0.3, None)]
    if leg == BROWSER:
        # A person's page answers it, or nobody does.
        return [*rings, (Status.NO_ANSWER, now + second * request.ring_seconds, None)]
    return [*rings, (Status.IN_PROGRESS, now + second * 0.8, None)]


def _customer(now: dt.datetime, dice: random.Random) -> Script:
    ringing = now + dt.timedelta(seconds=0.4)
    over = ringing + dt.timedelta(seconds=dice.uniform(1, 4))
    script: list[Happening] = [(Status.INITIATED, now, None), (Status.RINGING, ringing, None)]
    if dice.random() < ANSWERS:
        talk = dice.randint(8, 40)
        return [*script, (Status.IN_PROGRESS, over, None), (Status.COMPLETED, over + dt.timedelta(seconds=talk), talk)]
    ends = dice.choices([Status.NO_ANSWER, Status.BUSY, Status.FAILED], [6, 3, 1])[0]
    return [*script, (ends, over, None)]


def _event(query: LegQuery, leg: str, row: Mapping[str, Any]) -> ProviderEvent:
    known_as = leg_id(query.token, leg)
    return ProviderEvent(query.leg, row["status"], moment(row["at"]), provider_id=known_as, duration=row["duration"])
