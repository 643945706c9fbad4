"""Playing a recording through the permission check, against the same file as a static one of the same server.

ROWS is the length of the recorded call in seconds, of one channel: the default is a quarter of an hour of two. Measured are
the whole file, one of a sixth of its length, in which asking who may listen weighs more, and parts of a megabyte as a player
asks for them when somebody jumps to and fro.
"""

import itertools
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from django.conf import settings

from accounts.models import Membership
from accounts.tenancy import acting_for
from benchmarks import data
from benchmarks.measuring import Failed, Figures, Sample, figures, in_turns, say
from benchmarks.web import Ask, cookie_of, get, hammer, server
from dialer.models import Recording, RecordingPlay
from dialer.models.sound import recording_storage
from dialer.tests.factories import make_call
from dialer.tests.recordings import make_recording
from leads.tests.factories import make_lead

SIZE = 1800
SHORTER = 6
CLIENTS = 4
ROUND_SECONDS = float(os.environ.get("SECONDS") or 5)
PART = 1024 * 1024


def run(rows: int) -> Figures:
    organisation = data.found("Recorded")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        settings.MEDIA_ROOT = folder
        static = folder / "static"
        static.mkdir()
        with acting_for(organisation):
            member = organisation.memberships.select_related("user").get()
            long, short = (_recorded(member, seconds, static) for seconds in (rows, max(rows // SHORTER, 1)))
        os.environ |= {"MEDIA_ROOT": str(folder), "STATIC_BESIDE": str(static)}
        address = stack.enter_context(server("benchmarks.static_settings"))
        headers = cookie_of(member)
        whole = _measure("whole", rows, address, _paths(long), headers)
        cases = {"short": _measure("short", rows // SHORTER, address, _paths(short), headers)}
        cases["parts"] = _measure("parts", rows, address, _paths(long), headers, size=long.bytes or 0)
        with acting_for(organisation):
            _check(long)
    return replace(whole, cases=cases, goals={"ratio >= 0.8": whole.ratio >= 0.8})


def _recorded(member: Membership, seconds: int, static: Path) -> Recording:
    """A recording of `seconds`, and the same file among the static ones."""
    call = make_call(make_lead(assigned_to=member), member, talk=seconds, recording_rule="on")
    recording = make_recording(call, seconds=seconds)
    (static / f"{recording.pk}.wav").write_bytes(Path(recording_storage().path(recording.file)).read_bytes())
    return recording


def _paths(recording: Recording) -> tuple[str, str]:
    return f"/calls/{recording.call_id}/recording/", f"/static/{recording.pk}.wav"


def _measure(
    name: str, rows: int, address: str, paths: tuple[str, str], headers: dict[str, str], *, size: int = 0
) -> Figures:
    """Ask for the whole file, or for its parts one after the other when its `size` is given."""

    def asks(path: str) -> Iterator[Ask]:
        begins = range(0, size, PART) if size else [None]
        for begin in itertools.cycle(begins):
            part = {} if begin is None else {"Range": f"bytes={begin}-{min(begin + PART, size) - 1}"}
            yield get(path, headers | part)

    def side(path: str) -> Sample:
        return hammer(address, lambda number: asks(path), clients=CLIENTS, seconds=ROUND_SECONDS)

    for path in paths:
        side(path)
    found = figures(rows, "answers/s", *in_turns(lambda: side(paths[0]), lambda: side(paths[1])))
    say(f"{name}: {found.value:.1f}/s of {found.limit:.1f} ({found.ratio:.2f}), p95 {found.p95_ms:.0f} ms")
    return found


def _check(recording: Recording) -> None:
    """All that was asked for belongs to one play, which was written down once."""
    plays = RecordingPlay.objects.filter(recording=recording).count()
    if plays != 1:
        raise Failed(f"{plays} plays were written down of one listener")
