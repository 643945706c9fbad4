"""Fetching a recording: bad files, broken connections, and what is erased on the way."""

import datetime as dt
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.models import DueTask
from dialer import recording_tasks
from dialer.actions.recording import fetch_again
from dialer.models import Recording
from dialer.models.sound import recording_storage
from dialer.providers.port import Media, MediaRefused, ProviderUnavailable
from dialer.recordings import pulling
from dialer.recordings.erasing import erase_recordings
from dialer.tests.factories import make_call
from dialer.tests.recordings import make_recording, sound
from leads.tests.factories import make_lead

State = Recording.State
WHOLE = sound(4)


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def recording(scope, telecaller):
    call = make_call(make_lead(assigned_to=telecaller), telecaller, talk=4, recording_rule="on")
    ready = {"state": State.READY, "kept_at": None, "bytes": None, "sha256": "", "content_type": ""}
    return make_recording(call, seconds=4, **ready)


class Telephone:
    """A provider's store of one recording: `content` in pieces, of which the connection breaks after `breaks_after`."""

    def __init__(self, content=WHOLE, *, kind="audio/wav", total=None, breaks_after=None, knows_ranges=True):
        self.content, self.kind, self.breaks_after = content, kind, breaks_after
        self.total = len(content) if total is None else total
        self.knows_ranges = knows_ranges
        self.offsets = []

    @contextmanager
    def media(self, provider_id, offset, *, channels=2):
        self.offsets.append(offset)
        begin = offset if self.knows_ranges else 0
        yield Media(begin, self.total, self.kind, self._pieces(begin))

    def _pieces(self, begin):
        for number, at in enumerate(range(begin, len(self.content), 10_000)):
            if self.breaks_after is not None and number == self.breaks_after:
                raise ProviderUnavailable("ConnectionError")
            yield self.content[at : at + 10_000]


def gather(recording, telephone):
    """Take the part's way through `telephone` as the task does, and return the fault, or None."""
    if not recording.file:
        recording.name_file()
        recording.save()
    try:
        with pulling._alone(recording.part) as part:
            if not pulling._gather(part, telephone, recording):
                return "more"
            seconds = pulling._checked(part, recording)
            pulling._keep(recording.organisation, recording, part, seconds)
    except (pulling.Faulty, MediaRefused) as fault:
        return str(fault)
    return None


def stored(recording):
    return Path(recording_storage().path(recording.reloaded().file))


def test_the_file_is_checked_named_and_owed_to_be_deleted_elsewhere(recording):
    assert gather(recording, Telephone()) is None

    kept = recording.reloaded()
    assert (kept.state, kept.bytes, kept.sha256) == (State.KEPT, len(WHOLE), sha256(WHOLE).hexdigest())
    assert stored(kept).read_bytes() == WHOLE
    assert not kept.part.exists()
    assert DueTask.objects.filter(task=Recording.CLEAR).exists()


def test_a_connection_that_breaks_goes_on_where_it_was(recording):
    with pytest.raises(ProviderUnavailable):
        gather(recording, Telephone(breaks_after=3))
    telephone = Telephone()

    assert gather(recording, telephone) is None

    assert telephone.offsets == [30_000]
    assert stored(recording).read_bytes() == WHOLE


def test_a_provider_that_knows_no_parts_begins_anew(recording):
    with pytest.raises(ProviderUnavailable):
        gather(recording, Telephone(breaks_after=3))

    assert gather(recording, Telephone(knows_ranges=False)) is None
    assert stored(recording).read_bytes() == WHOLE


def test_what_ends_too_soon_is_gone_on_with(recording):
    assert gather(recording, Telephone(WHOLE[:50_000], total=len(WHOLE))) == "more"
    assert gather(recording, Telephone()) is None


@pytest.mark.parametrize(
    ("telephone", "fault"),
    [
        (Telephone(WHOLE[:50_000]), "truncated"),
        (Telephone(sound(9)), "other_length"),
        (Telephone(WHOLE, total=500), "other_size"),
        (Telephone(b"<html>Sign in</html>", kind="text/html; charset=utf-8"), "no_audio"),
        (Telephone(b"not a sound at all, but called one"), "no_audio"),
        (Telephone(b"ID4", kind="audio/mpeg"), "no_audio"),
        (Telephone(WHOLE, total=10**10), "too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_is_not_the_recording_is_not_kept(recording, telephone, fault):
    assert gather(recording, telephone) == fault
    assert recording.reloaded().state == State.READY


def test_another_kind_of_sound_is_taken_by_its_first_bytes(recording):
    assert gather(recording, Telephone(b"ID3" + bytes(5_000), kind="audio/mpeg")) is None
    assert recording.reloaded().content_type == "audio/mpeg"


def test_a_fault_is_tried_again_five_times_and_then_said(recording, admin):
    waits = [pulling._fail(recording.organisation, recording, "truncated") for _ in range(pulling.MOST_TRIES)]

    assert [wait is None for wait in waits] == [False, False, False, False, True]
    broken = recording.reloaded()
    assert (broken.state, broken.fault, broken.deleted_at_provider_at) == (State.BROKEN, "truncated", None)
    assert fetch_again(broken, by=admin)
    assert not fetch_again(broken, by=admin)
    assert (broken.reloaded().state, broken.reloaded().tries) == (State.READY, 0)


def test_the_task_says_what_is_wrong(recording):
    # The simulator has no such recording.
    assert recording_tasks.pull_recording(recording.organisation, recording.pk) > timezone.now()
    assert (recording.reloaded().fault, recording.reloaded().tries) == ("gone", 1)


def test_what_is_erased_while_it_is_fetched_is_not_kept(recording, admin):
    recording.name_file()
    recording.save()
    with pulling._alone(recording.part) as part:
        pulling._gather(part, Telephone(), recording)
        erase_recordings([recording.pk], by=admin, reason="request")
        pulling._keep(recording.organisation, recording, part, 4)

    assert recording.reloaded().state == State.ERASED
    assert not stored(recording).exists()


def test_two_workers_do_not_write_into_one_part(recording):
    recording.name_file()
    recording.save()
    with pulling._alone(recording.part) as first, pulling._alone(recording.part) as second:
        assert first is not None
        assert second is None
        next_at = recording_tasks.pull_recording(recording.organisation, recording.pk)
    assert next_at > timezone.now() + dt.timedelta(seconds=5)


def test_a_kept_one_is_not_fetched_again(scope, telecaller):
    kept = make_recording(make_call(make_lead(), telecaller, talk=4))

    assert recording_tasks.pull_recording(scope, kept.pk) is None
