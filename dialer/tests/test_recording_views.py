"""Playing recordings, the panel's part, the wish, the settings and the figures."""

import datetime as dt

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.utils import timezone

from accounts import permissions
from accounts.models import AuditEntry
from accounts.tenancy import acting_for
from dialer.actions.recording import note_play, note_wish
from dialer.models import Call, Recording, RecordingPlay, RecordingSettings, RecordingWish
from dialer.tests.factories import make_call
from dialer.tests.recordings import choose_recording, live_call, make_recording, sound
from leads.tests.factories import make_lead

State = Recording.State
SETTINGS = "/settings/recording/"


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def lead(scope, telecaller):
    return make_lead(assigned_to=telecaller)


@pytest.fixture
def call(lead, telecaller):
    call = make_call(lead, telecaller, talk=3, recording_rule="on")
    make_recording(call)
    return call


def url(call):
    return f"/calls/{call.pk}/recording/"


def heard(client, call, **headers):
    """Play the recording, or a part of it, to its end."""
    answer = client.get(url(call), headers=headers)
    if answer.streaming:
        answer.sound = b"".join(answer.streaming_content)
    return answer


def shown(response):
    return BeautifulSoup(response.content, "html.parser")


# Playing


def test_a_recording_is_given_as_a_sound_that_nothing_keeps(client_of, telecaller, call):
    answer = heard(client_of(telecaller), call)

    assert (answer.status_code, answer.sound) == (200, sound(3))
    assert (answer["Content-Type"], answer["Accept-Ranges"]) == ("audio/wav", "bytes")
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith('inline; filename="call-')
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_each_play_is_written_down_and_not_each_part_of_one(client_of, manager, telecaller, call):
    player = client_of(manager)
    size = len(sound(3))
    parts = [heard(player, call, Range=f"bytes={begin}-") for begin in (0, 0, 20_000)]

    assert [part.status_code for part in parts] == [206, 206, 206]
    assert heard(player, call, Range=f"bytes={size}-").status_code == 416
    assert AuditEntry.objects.filter(verb="recording.played", actor=manager).count() == 1
    heard(client_of(telecaller), call)
    with time_machine.travel(timezone.now() + dt.timedelta(hours=1)):
        heard(player, call)
    assert AuditEntry.objects.filter(verb="recording.played").count() == 3
    assert RecordingPlay.objects.count() == 3


def test_a_look_without_listening_is_no_play(client_of, manager, call):
    assert client_of(manager).head(url(call)).status_code == 200
    assert RecordingPlay.objects.count() == 0


def test_two_requests_of_one_moment_are_one_play(call, manager):
    recording = Recording.objects.get()

    assert [note_play(recording, by=manager) for _ in range(2)] == [True, False]


def test_who_does_not_see_the_call_does_not_hear_it(client_of, colleague, outsider, call):
    assert client_of(colleague).get(url(call)).status_code == 404
    assert client_of(outsider).get(url(call)).status_code == 404
    assert RecordingPlay.objects.count() == 0


def test_without_the_right_to_listen_it_is_refused(client_of, manager, call, monkeypatch):
    without = permissions.GRANTS["manager"] - {permissions.Permission.RECORDING_PLAY}
    monkeypatch.setitem(permissions.GRANTS, "manager", without)

    assert client_of(manager).get(url(call)).status_code == 403


def test_nobody_hears_it_without_signing_in(client, call):
    assert client.get(url(call)).status_code == 302
    assert client.post(url(call)).status_code in {302, 405}


def test_a_recording_is_only_read(client_of, manager, call):
    assert client_of(manager).post(url(call)).status_code == 405


@pytest.mark.parametrize(("state", "status"), [("erased", 410), ("ready", 404), ("absent", 404)])
def test_what_is_not_there_is_not_given(client_of, manager, call, state, status):
    erased = {"erased_at": timezone.now(), "erased_because": "request"} if state == "erased" else {}
    Recording.objects.update(state=state, **erased)

    assert client_of(manager).get(url(call)).status_code == status


def test_a_file_that_was_lost_is_not_found(client_of, manager, call, tmp_path):
    for file in (tmp_path / "recordings").rglob("*"):
        if file.is_file():
            file.unlink()

    assert client_of(manager).get(url(call)).status_code == 404


# Where it is shown


def test_the_player_stands_on_the_call_and_on_the_timeline(client_of, manager, call):
    on_call = shown(client_of(manager).get(call.get_absolute_url())).select_one("audio")
    on_lead = client_of(manager).get(call.lead.get_absolute_url())

    assert (on_call["src"], on_call["preload"]) == (url(call), "none")
    assert "media-src 'self'" in on_lead["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"state": "absent", "absent_because": "never_came"}, "The provider never gave the recording"),
        ({"state": "broken", "fault": "truncated"}, "The file breaks off before its end."),
        (
            {"state": "erased", "erased_because": "wish", "erased_at": "now"},
            "The customer did not want to be recorded.",
        ),
        ({"state": "ended"}, "Being made ready by the provider"),
    ],
)
def test_every_state_is_said_in_plain_words(client_of, admin, call, fields, words):
    if "erased_at" in fields:
        fields = fields | {"erased_at": timezone.now()}
    Recording.objects.update(**fields)

    page = shown(client_of(admin).get(call.get_absolute_url()))

    assert words in page.select_one("section[aria-labelledby=recording]").get_text()
    assert page.select("audio") == []


def test_who_listened_is_for_who_sees_the_teams_figures(client_of, manager, telecaller, call):
    heard(client_of(telecaller), call)

    assert "Who listened" in client_of(manager).get(call.get_absolute_url()).content.decode()
    assert "Who listened" not in client_of(telecaller).get(call.get_absolute_url()).content.decode()


def test_a_broken_one_is_fetched_again_by_an_admin(client_of, admin, manager, call):
    Recording.objects.update(state=State.BROKEN, fault="truncated")

    assert client_of(manager).post(f"{url(call)}fetching/").status_code == 403
    assert client_of(admin).post(f"{url(call)}fetching/").status_code == 302
    assert Recording.objects.get().state == State.READY


# The panel


@pytest.fixture
def live(lead, telecaller):
    choose_recording()
    call = live_call(lead, telecaller, seconds=60)
    Recording.objects.create(call=call, provider="simulator", state=State.RUNNING, provider_id=f"r-{call.pk}")
    return call


def test_the_panel_pauses_and_goes_on(client_of, telecaller, live):
    telecallers = client_of(telecaller)
    assert "Pause recording" in telecallers.get(live.lead.get_absolute_url()).content.decode()

    assert telecallers.post(f"{url(live)}pause/").status_code == 302
    page = telecallers.get(live.lead.get_absolute_url()).content.decode()

    assert Recording.objects.get().wanted == "pause"
    assert "Go on recording" in page
    assert "Pausing: wait with the card number." in page
    telecallers.post(f"{url(live)}run/")
    assert Recording.objects.get().wanted == "run"


def test_a_fault_of_the_pause_is_said(client_of, telecaller, live):
    Recording.objects.update(wanted="pause", fault="not_steered")

    assert "take no card data now" in client_of(telecaller).get(live.lead.get_absolute_url()).content.decode()


def test_only_ones_own_recording_is_paused(client_of, colleague, manager, outsider, telecaller, live):
    for member in (colleague, manager, outsider):
        assert client_of(member).post(f"{url(live)}pause/").status_code == 404
    assert client_of(telecaller).get(f"{url(live)}pause/").status_code == 405
    assert client_of(telecaller).post(f"{url(live)}louder/").status_code == 404
    Recording.objects.update(state=State.KEPT, kept_at=timezone.now(), bytes=1, file="x", sha256="x")
    assert client_of(telecaller).post(f"{url(live)}pause/").status_code == 302
    assert Recording.objects.get().wanted == "run"


def test_the_panel_says_nothing_before_the_organisation_chose(client_of, telecaller, lead):
    assert "recording-panel" not in client_of(telecaller).get(lead.get_absolute_url()).content.decode()


def test_a_wish_is_noted_shown_and_taken_back(client_of, telecaller, lead, outsider):
    choose_recording()
    telecallers, there = client_of(telecaller), f"/leads/{lead.pk}/recording-wish/"
    assert "nothing of it is kept" in telecallers.get(there).content.decode()

    assert telecallers.post(there, {"reason": "x" * 300}).status_code == 422
    assert telecallers.post(there, {"reason": "not on tape"}).status_code == 302
    page = telecallers.get(lead.get_absolute_url()).content.decode()

    assert "Not recorded: the customer does not want it." in page
    assert "Does not want to be recorded" in page
    assert "not on tape" in page
    assert telecallers.post(f"{there}withdrawal/").status_code == 302
    assert RecordingWish.objects.get().withdrawn_by == telecaller
    assert client_of(outsider).post(there).status_code == 404
    assert client_of(outsider).post(f"{there}withdrawal/").status_code == 404
    assert telecallers.get(f"{there}withdrawal/").status_code == 405


# Settings and figures


def test_recording_is_off_until_somebody_chooses(client_of, admin, scope):
    admins = client_of(admin)
    assert "Nothing is recorded until" in admins.get(SETTINGS).content.decode()
    assert RecordingSettings.objects.count() == 0

    chosen = {"is_on": "on", "announcement": "We record this call.", "voice": "hi-IN"}
    assert admins.post(SETTINGS, chosen).status_code == 302

    own = RecordingSettings.objects.get()
    assert (own.is_on, own.announcement, own.voice) == (True, "We record this call.", "hi-IN")
    assert AuditEntry.objects.filter(verb="recording_settings.changed").count() == 1
    admins.post(SETTINGS, {"announcement": "We record this call.", "voice": "hi-IN"})
    assert not RecordingSettings.objects.get().is_on


def test_a_recording_is_never_without_its_sentence(client_of, admin, scope):
    assert client_of(admin).post(SETTINGS, {"is_on": "on", "announcement": "", "voice": "en-IN"}).status_code == 422
    assert RecordingSettings.objects.count() == 0


def test_the_settings_are_the_admins(client_of, manager, telecaller, admin):
    assert client_of(manager).get(SETTINGS).status_code == 403
    assert client_of(telecaller).post(SETTINGS).status_code == 403
    assert client_of(admin).put(SETTINGS).status_code == 405


STATES = {
    "kept": {"state": "kept"},
    "erased": {"state": "erased", "erased_at": timezone.now(), "erased_because": "request"},
    "underway": {"state": "ready"},
    "broken": {"state": "broken"},
    "absent-refused": {"state": "absent", "absent_because": "refused"},
    "absent-never_came": {"state": "absent", "absent_because": "never_came"},
}


@pytest.fixture
def calls(lead, telecaller):
    """One call of every fate, and three that are not counted."""
    for fields in STATES.values():
        make_recording(make_call(lead, telecaller, talk=3, recording_rule="on"), **fields)
    for rule in ("on", "wish", "unsupported", ""):
        make_call(lead, telecaller, talk=3, recording_rule=rule)
    make_call(lead, telecaller, recording_rule="on")


def test_each_figure_links_to_its_rows(client_of, admin, calls):
    admins = client_of(admin)
    page = shown(admins.get(SETTINGS)).select_one("section[aria-labelledby=coverage]")

    links = {link["href"]: int(link.get_text()) for link in page.select("a")}
    found = {there: len(shown(admins.get(there)).select("tbody tr")) for there in links}

    assert found == links
    assert {there.split("recording=")[1].split("&")[0]: count for there, count in links.items()} == dict.fromkeys(
        STATES, 1
    ) | {"due": 7, "unasked": 1, "wish": 1, "unsupported": 1}
    # Kept and erased, of all that are over.
    assert "Recorded: 33 % of those that are over." in " ".join(page.get_text().split())


def test_the_call_log_finds_what_can_be_played_and_what_is_missing(client_of, manager, calls):
    managers = client_of(manager)

    def rows(kind):
        return len(shown(managers.get(f"/calls/?recording={kind}")).select("tbody tr"))

    assert [rows(kind) for kind in ("kept", "missing", "nonsense")] == [1, 4, 11]


def test_the_settings_ask_the_same_for_any_number_of_calls(
    client_of, admin, scope, lead, telecaller, django_assert_max_num_queries
):
    admins = client_of(admin)
    counts = []
    for _ in range(2):
        make_recording(make_call(lead, telecaller, talk=3, recording_rule="on"))
        with django_assert_max_num_queries(20) as asked:
            admins.get(SETTINGS)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_another_organisations_calls_are_not_counted(client_of, outsider, rival, calls):
    with acting_for(rival):
        assert Call.objects.count() == 0
    assert "No call was to be recorded" in client_of(outsider).get(SETTINGS).content.decode()


def test_a_wish_noted_by_a_colleague_in_this_moment_is_one(lead, telecaller, manager):
    assert note_wish(lead, by=telecaller) == note_wish(lead, by=manager)
