"""Recordings for tests: calls that are being recorded, files that are kept, and posts of the simulator that reach us."""

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import requests
import responses
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import Membership
from dialer.models import Call, CallerMessage, IncomingCall, Recording, RecordingSettings, SimulatedCall
from dialer.models.sound import recording_storage
from dialer.providers.simulator.recordings import header, second_of
from dialer.tests.factories import make_call
from leads.models import Lead


def choose_recording(**fields: Any) -> RecordingSettings:
    """The organisation's choice to record."""
    chosen: RecordingSettings = RecordingSettings.objects.create(**({"is_on": True} | fields))
    return chosen


def sound(seconds: int) -> bytes:
    """A WAV file of so many seconds."""
    return header(seconds) + second_of(440) * seconds


def make_recording(call: Call, *, seconds: int = 3, content: bytes | None = None, **fields: Any) -> Recording:
    """A recording that is kept, with its file."""
    content = sound(seconds) if content is None else content
    defaults: dict[str, Any] = {
        "provider": call.provider,
        "provider_id": f"r-{call.pk}",
        "state": Recording.State.KEPT,
        "asked_at": call.started_at,
        "started_at": call.answered_at,
        "seconds": seconds,
        "bytes": len(content),
        "sha256": sha256(content).hexdigest(),
        "content_type": "audio/wav",
        "kept_at": timezone.now(),
    }
    recording = Recording(call=call, **(defaults | fields))
    if recording.state == Recording.State.KEPT:
        recording.name_file()
        path = Path(recording_storage().path(recording.file))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    recording.save()
    return recording


def make_message(caller: IncomingCall, *, seconds: int = 3, **fields: Any) -> CallerMessage:
    """What a caller said onto the voicemail, kept, with its file."""
    content = sound(seconds)
    defaults: dict[str, Any] = {
        "provider": caller.provider,
        "provider_id": f"m-{caller.pk}",
        "state": CallerMessage.State.KEPT,
        "asked_at": caller.started_at,
        "seconds": seconds,
        "bytes": len(content),
        "sha256": sha256(content).hexdigest(),
        "content_type": "audio/wav",
        "kept_at": timezone.now(),
    }
    message = CallerMessage(incoming=caller, **(defaults | fields))
    if message.state == CallerMessage.State.KEPT:
        message.name_file()
        path = Path(recording_storage().path(message.file))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    message.save()
    IncomingCall.objects.filter(pk=caller.pk).update(message_id=message.provider_id, message_seconds=seconds)
    return message


def live_call(lead: Lead, telecaller: Membership, *, seconds: int = 4, **fields: Any) -> Call:
    """A call whose customer is on the line, at the simulator too, where it lasts `seconds` from now."""
    now = timezone.now()
    live: dict[str, Any] = {"ended_at": None, "closed_at": None, "wrap_up_seconds": None, "ring_seconds": None}
    live |= {"status": "in-progress", "agent_status": "in-progress", "customer_status": "in-progress"}
    call = make_call(
        lead, telecaller, **(live | {"answered_at": now, "started_at": now, "recording_rule": "on"} | fields)
    )
    Call.objects.filter(pk=call.pk).update(customer_leg=f"c-{call.pk}", agent_leg=f"a-{call.pk}")
    url = f"{settings.PUBLIC_URL}/hooks/simulator/{call.organisation_id}/{call.pk}/customer/status/"
    leg = {"leg": "customer", "duration": None, "url": url}
    events = [leg | {"status": "in-progress", "at": now.isoformat()}]
    events.append(leg | {"leg": "agent", "status": "in-progress", "at": now.isoformat()})
    events.append(leg | {"status": "completed", "at": (now + dt.timedelta(seconds=seconds)).isoformat()})
    SimulatedCall.objects.create(token=call.pk, events=events, created_at=now)
    return call.reloaded()


@contextmanager
def reaching_us() -> Iterator[None]:
    """Let what the simulator posts come to our own addresses."""

    def forward(request: requests.PreparedRequest) -> Any:
        path = str(request.url).removeprefix(settings.PUBLIC_URL)
        headers = {name: value for name, value in request.headers.items() if name.startswith("X-Jini")}
        kind = request.headers["Content-Type"]
        answer = Client().post(path, request.body, content_type=kind, headers=headers)
        return answer.status_code, {}, answer.content

    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.add_callback(responses.POST, re.compile(rf"{re.escape(settings.PUBLIC_URL)}/hooks/.*"), forward)
        yield
