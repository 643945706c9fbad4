"""Listening to a call, whispering, speaking in it: who may, what is asked, what is seen, and what is kept."""

import datetime as dt
import re
from urllib.parse import parse_qs

import pytest
import requests
import responses
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, DueTask
from accounts.permissions import Role
from accounts.tenancy import acting_for
from accounts.tests.factories import make_member
from dialer import conference_tasks as tasks
from dialer.actions.supervising import change_mode, leave, supervise
from dialer.calls import line
from dialer.calls.controls import NotPossible
from dialer.models import Call, CallEvent, Control, Participant, SimulatedCall
from dialer.providers.port import third_leg
from dialer.tasks import merge_events
from dialer.tests.conversing import let_answer, make_conversation, through_twilio
from dialer.tests.factories import make_call, open_all_day
from dialer.tests.test_line import post
from leads.tests.factories import make_lead
from teams.models import Presence, Team, TeamMembership

# What differs between two answers of the same page: the masked token, and the mark of a part that asks for itself.
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"|(?<=shown=)\w+')
HTMX = {"HX-Request": "true", "HX-Target": "console"}
LIVE = reverse("dialer:live_calls")
TWILIO = "https://api.twilio.com/2010-04-01/Accounts/AC" + "a" * 32
SUPERVISOR = "CA" + "5" * 32


@pytest.fixture
def call(scope, telecaller):
    open_all_day()
    return make_conversation(make_lead(assigned_to=telecaller), telecaller)


@pytest.fixture
def listener(manager):
    manager.phone = "+919000011111"
    manager.save()
    return manager


@pytest.fixture
def session(call, listener):
    return supervise(call, by=listener, ip="10.1.2.3", user_agent="Firefox")


@pytest.fixture
def joined(session):
    """The supervisor's phone was rung, and they answered."""
    answer(session)
    return session.reloaded()


def answer(session):
    tasks.ring_participant(session.organisation, session.pk)
    let_answer(session.call, session.leg)
    hear(session, "in-progress")


def hear(session, status, *, at=None, **more):
    answer = post(session.call, session.leg, status, at=at or timezone.now(), **more)
    assert answer.status_code == 204
    merge_events(session.organisation, [session.call_id])


def url(call):
    return reverse("dialer:supervise", args=[call.pk])


def work(call):
    while tasks.control_call(call.organisation, call.pk) is not None:
        pass


def press(client, call, what, **headers):
    return client.post(url(call), {"do": what}, headers=HTMX | headers)


def test_a_supervisor_joins_unheard_from_their_own_phone(call, listener, client_of):
    client = client_of(listener)

    rings = press(client, call, "join", **{"User-Agent": "Firefox 140"})
    session = Participant.objects.get()
    answer(session)
    listens = client.get(url(call))

    assert "Your phone rings" in rings.content.decode()
    assert (session.kind, session.member, session.phone) == ("supervisor", listener, listener.phone)
    assert (session.ip, session.user_agent) == ("127.0.0.1", "Firefox 140")
    assert SimulatedCall.objects.get().settings["third-1"] == {
        "is_held": False, "is_muted": True, "coaches": "", "ends_call": False,
    }  # fmt: skip
    assert "Meera Iyer is listening" in listens.content.decode()
    assert listens.context["session"].joined_at is not None
    assert AuditEntry.objects.get(verb="call.supervised").details == {"participant": str(session.pk)}


def test_the_telecaller_sees_who_is_there_and_how(joined, call, telecaller, listener, client_of):
    client = client_of(telecaller)
    seen = []
    for mode in ("listen", "whisper", "barge"):
        change_mode(joined, mode, by=listener)
        work(call)
        panel = client.get(reverse("dialer:panel", args=[call.lead_id])).content.decode()
        bar = client.get(reverse("dialer:active_call")).content.decode()
        seen.append([sentence in panel and sentence in bar for sentence in SENTENCES])

    assert seen == [[True, False, False], [False, True, False], [False, False, True]]


SENTENCES = [
    "Meera Iyer is listening",
    "Meera Iyer is whispering to the telecaller",
    "Meera Iyer is speaking in the call",
]


def test_modes_are_what_the_provider_confirmed(joined, call, listener, client_of):
    client = client_of(listener)
    standing = []
    for mode in ("whisper", "barge", "listen"):
        press(client, call, mode)
        waits = client.get(url(call)).context
        work(call)
        standing.append((waits["own"].mode, waits["waits"].kind, SimulatedCall.objects.get().settings["third-1"]))

    assert [one[:2] for one in standing] == [("listen", "whisper"), ("whisper", "barge"), ("barge", "listen")]
    told = [(one["is_muted"], one["coaches"]) for *_, one in standing]
    assert told == [(False, call.agent_leg), (False, ""), (True, "")]
    assert AuditEntry.objects.filter(verb="call.supervision_changed").count() == 3


def test_leaving_ends_their_leg_and_the_call_goes_on(joined, call, listener, client_of):
    press(client_of(listener), call, "leave")
    tasks.let_participant_go(call.organisation, joined.pk)
    hear(joined, "completed", duration=12)

    left = joined.reloaded()
    assert (left.status, left.counted_seconds, left.left_at is not None) == ("completed", 12, True)
    assert call.reloaded().is_live
    ends = [(row["leg"], row["status"]) for row in SimulatedCall.objects.get().events if not row.get("cut")]
    assert ends.count(("third-1", "completed")) == 1
    assert AuditEntry.objects.filter(verb="call.supervision_left").count() == 1


def test_leaving_before_anybody_was_rung_rings_nobody(session, listener):
    leave(session, by=listener)

    assert tasks.ring_participant(session.organisation, session.pk) is None
    assert (session.reloaded().status, session.reloaded().failure) == ("canceled", "call_over")
    assert SimulatedCall.objects.get().settings == {}


def test_two_supervisors_see_each_other(joined, call, owner, client_of):
    owner.phone = "+919000022222"
    owner.save()
    second = supervise(call, by=owner, ip=None, user_agent="")
    answer(second)

    console = client_of(owner).get(url(call))

    assert [one.says for one in console.context["others"]] == ["Meera Iyer is listening"]
    assert console.context["own"].row == second
    assert [one.leg for one in Participant.objects.order_by("number")] == ["third-1", "third-2"]


def test_a_second_press_is_the_same_session(session, call, listener):
    assert supervise(call, by=listener, ip=None, user_agent="") == session
    assert Participant.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"ended_at": timezone.now()}, "over"),
        ({"hang_up_asked_at": timezone.now()}, "over"),
        ({"mode": "own_phone"}, "own_phone"),
        ({"agent_status": "ringing"}, "telecaller_not_there"),
    ],
)
def test_a_call_that_cannot_be_joined_says_why(call, listener, client_of, change, code):
    Call.objects.update(**change)

    with pytest.raises(NotPossible) as refusal:
        supervise(call, by=listener, ip=None, user_agent="")
    answer = press(client_of(listener), call, "join")

    assert refusal.value.code == code
    assert answer.status_code == 409
    assert 'role="alert"' in answer.content.decode()
    assert not Participant.objects.exists()


def test_without_a_phone_or_with_another_call_nobody_joins(call, manager):
    manager.phone = ""
    with pytest.raises(NotPossible, match="no_phone"):
        supervise(call, by=manager, ip=None, user_agent="")
    manager.phone = "+919000011111"
    manager.save()
    make_conversation(make_lead(), manager)
    with pytest.raises(NotPossible, match="on_another_call"):
        supervise(call, by=manager, ip=None, user_agent="")


def test_ones_own_call_is_not_listened_to(scope, listener):
    with pytest.raises(NotPossible, match="own_call"):
        supervise(make_conversation(make_lead(), listener), by=listener, ip=None, user_agent="")


def test_one_person_listens_to_one_call(session, listener, colleague):
    other = make_conversation(make_lead(), colleague)

    with pytest.raises(NotPossible, match="on_another_call"):
        supervise(other, by=listener, ip=None, user_agent="")


def test_a_mode_is_changed_when_they_are_there(session, listener, call):
    with pytest.raises(NotPossible, match="not_connected"):
        change_mode(session, "whisper", by=listener)
    leave(session, by=listener)
    with pytest.raises(NotPossible, match="left_already"):
        change_mode(session, "whisper", by=listener)


def test_a_whisper_to_nobody_is_never_heard_by_everybody(joined, call, listener):
    change_mode(joined, "whisper", by=listener)
    Call.objects.update(agent_status="completed")

    work(call)

    assert Control.objects.get().failure == "left_the_call"
    assert SimulatedCall.objects.get().settings["third-1"]["is_muted"] is True


def test_somebody_on_hold_cannot_be_coached(joined, call, listener, client_of):
    record = SimulatedCall.objects.get()
    record.settings["agent"] = {"is_held": True, "is_muted": False, "coaches": "", "ends_call": True}
    record.save()

    press(client_of(listener), call, "whisper")
    work(call)
    console = client_of(listener).get(url(call))

    assert "Whisper does not work while the telecaller is on hold." in console.content.decode()
    assert console.context["own"].mode == "listen"


# What ends, and what is never heard of


def test_everybody_is_let_go_when_the_call_ends(joined, call):
    at = timezone.now()
    post(call, "customer", "completed", at=at, duration=30)
    merge_events(call.organisation, [call.pk])

    assert DueTask.objects.filter(task=line.RELEASE, subject_id=call.pk).exists()
    tasks.release_people(call.organisation, call.pk)
    tasks.let_participant_go(call.organisation, joined.pk)

    assert joined.reloaded().leave_asked_at is not None
    assert any(row["leg"] == "third-1" and row["status"] == "completed" for row in SimulatedCall.objects.get().events)


def test_whoever_is_rung_as_the_call_ends_is_let_go(session, call):
    assert tasks._heard(_ended(session), tasks.DialAnswer(tasks.DialOutcome.ACCEPTED, "t1")) is None

    assert session.reloaded().leave_asked_at is not None
    assert DueTask.objects.filter(task="dialer.let_participant_go", subject_id=session.pk).exists()


def _ended(session):
    Participant.objects.update(status="queued")
    line.end(session.call.reloaded(), "completed")
    return tasks.participants.locked(session.pk)


def test_nobody_is_rung_for_a_call_that_is_over(session, call):
    line.end(call.reloaded(), "completed")

    assert tasks.ring_participant(call.organisation, session.pk) is None

    assert (session.reloaded().status, session.reloaded().failure) == ("canceled", "call_over")
    assert SimulatedCall.objects.get().settings == {}


def test_an_end_that_is_never_posted_is_asked_for(joined, call):
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=30)):
        assert tasks.reconcile_participant(call.organisation, joined.pk) is None

    assert (joined.reloaded().status, joined.reloaded().left_at is not None) == ("completed", True)
    assert CallEvent.objects.filter(leg="third-1", event_key__startswith="asked:").exists()


def test_somebody_of_whom_nobody_knows_is_struck_off_after_ten_minutes(session, call):
    Participant.objects.update(status="queued", asked_at=timezone.now() - dt.timedelta(minutes=11))

    assert tasks.reconcile_participant(call.organisation, session.pk) is None

    assert (session.reloaded().status, session.reloaded().failure) == ("failed", "lost")


def test_a_worker_that_died_after_asking_never_asks_again(session, call):
    Participant.objects.update(status="queued")

    assert tasks.ring_participant(call.organisation, session.pk) is None
    assert SimulatedCall.objects.get().settings == {}


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 3, 0, 1), (3, 0, 3, 1, 2)])
def test_posts_in_any_order_and_twice_come_to_the_same_end(session, call, order):
    tasks.ring_participant(call.organisation, session.pk)
    at, second = timezone.now(), dt.timedelta(seconds=1)
    story = [
        ("initiated", at, {}), ("ringing", at + second, {}), ("in-progress", at + 3 * second, {}),
        ("completed", at + 20 * second, {"duration": 17}),
    ]  # fmt: skip
    for index in order:
        status, moment, more = story[index]
        hear(session, status, at=moment, **more)

    found = session.reloaded()
    assert (found.status, found.joined_at, found.left_at) == ("completed", at + 3 * second, at + 20 * second)
    assert (found.leg_id, found.counted_seconds) == (f"t1-{call.pk}", 17)
    assert call.reloaded().status == "in-progress"
    assert not CallEvent.objects.filter(verdict__in=["waiting", "unknown_call"]).exists()


def test_a_post_about_a_person_who_is_not_there_has_no_effect(call):
    post(call, third_leg(7), "completed", at=timezone.now())
    merge_events(call.organisation, [call.pk])

    assert CallEvent.objects.get().verdict == "unknown_call"


# Through Twilio


@pytest.fixture
def twilio(call):
    through_twilio(call)
    with responses.RequestsMock() as mock:
        yield mock


def adding(call):
    return f"{TWILIO}/Conferences/{call.pk}/Participants.json"


def test_twilio_rings_a_listener_muted_without_a_beep_who_neither_begins_nor_ends_it(call, listener, twilio):
    session = supervise(call, by=listener, ip=None, user_agent="")
    twilio.post(adding(call), status=201, json={"call_sid": SUPERVISOR})

    tasks.ring_participant(call.organisation, session.pk)

    form = parse_qs(twilio.calls[0].request.body)
    told = {"Muted": "true", "Beep": "false", "EndConferenceOnExit": "false", "StartConferenceOnEnter": "false"}
    assert {name: form[name] for name in told} == {name: [value] for name, value in told.items()}
    assert (form["To"], form["From"], form["EarlyMedia"]) == ([listener.phone], [call.caller_id], ["false"])
    assert form["StatusCallback"][0].endswith(f"/{call.pk}/third-1/status/")
    assert session.reloaded().leg_id == SUPERVISOR


@pytest.mark.parametrize(
    ("status", "code", "failure"),
    [
        (400, 21211, "number_invalid"),
        (400, 21217, "number_invalid"),
        (400, 21210, "caller_id_refused"),
        (401, 20003, "credentials_refused"),
        (400, 21219, "trial_account"),
    ],
)
def test_what_twilio_refuses_is_said_to_the_supervisor(call, listener, twilio, client_of, status, code, failure):
    session = supervise(call, by=listener, ip=None, user_agent="")
    twilio.post(adding(call), status=status, json={"code": code, "message": "no", "status": status})

    assert tasks.ring_participant(call.organisation, session.pk) is None

    assert (session.reloaded().failure, session.reloaded().left_at is not None) == (failure, True)
    assert 'class="j-note amber m-0" role="alert"' in client_of(listener).get(url(call)).content.decode()


def test_twilio_that_is_too_busy_is_asked_again_for_a_minute(call, listener, twilio):
    session = supervise(call, by=listener, ip=None, user_agent="")
    twilio.post(adding(call), status=429, json={"code": 20429, "message": "later", "status": 429})

    again = tasks.ring_participant(call.organisation, session.pk)
    Participant.objects.update(asked_at=timezone.now() - dt.timedelta(minutes=2))
    given_up = tasks.ring_participant(call.organisation, session.pk)

    assert again > timezone.now()
    assert (given_up, session.reloaded().failure) == (None, "provider_busy")


@pytest.mark.parametrize("fault", ["timeout", "500"])
def test_an_unclear_ringing_is_asked_about_and_never_repeated(call, listener, twilio, fault):
    session = supervise(call, by=listener, ip=None, user_agent="")
    unclear = {"timeout": {"body": requests.ReadTimeout()}, "500": {"status": 500, "json": {"code": 20500}}}
    twilio.post(adding(call), **unclear[fault])
    twilio.get(
        f"{TWILIO}/Calls.json",
        json={"calls": [{"sid": SUPERVISOR, "status": "in-progress", "duration": None}], "next_page_uri": None},
    )

    assert tasks.ring_participant(call.organisation, session.pk) is None
    assert tasks.ring_participant(call.organisation, session.pk) is None
    assert tasks.reconcile_participant(call.organisation, session.pk) is not None

    assert [asked.request.method for asked in twilio.calls] == ["POST", "GET"]
    assert (session.reloaded().leg_id, session.reloaded().is_on_line) == (SUPERVISOR, True)


# Who may


def test_telecallers_do_not_listen(call, colleague, client_of):
    client = client_of(colleague)

    assert [client.get(url(call)).status_code, client.post(url(call)).status_code, client.get(LIVE).status_code] == [
        403, 403, 403,
    ]  # fmt: skip


def test_other_organisations_calls_are_not_found(call, outsider, client_of):
    assert client_of(outsider).post(url(call), {"do": "join"}).status_code == 404
    assert client_of(outsider).get(LIVE).context["rows"] == []


def test_a_manager_listens_to_their_own_teams_only(call, organisation, listener, telecaller, client_of):
    stranger = make_member(organisation, Role.MANAGER, phone="+919000033333")
    north, south = Team.objects.create(name="North"), Team.objects.create(name="South")
    TeamMembership.objects.create(team=north, member=listener, is_lead=True)
    TeamMembership.objects.create(team=north, member=telecaller)
    TeamMembership.objects.create(team=south, member=stranger, is_lead=True)

    assert [row.pk for row, _ in client_of(listener).get(LIVE).context["rows"]] == [call.pk]
    assert client_of(stranger).get(LIVE).context["rows"] == []
    assert client_of(stranger).post(url(call), {"do": "join"}).status_code == 404
    with acting_for(organisation):
        assert not Participant.objects.exists()


def test_what_is_no_button_is_refused(call, listener, client_of):
    client = client_of(listener)

    assert client.post(url(call), {"do": "explode"}, headers=HTMX).status_code == 422
    assert client.delete(url(call)).status_code == 405
    assert client.post(LIVE).status_code == 405


@pytest.mark.parametrize("what", ["listen", "leave"])
def test_whoever_is_not_on_the_call_has_nothing_to_change(call, listener, client_of, what):
    assert press(client_of(listener), call, what).status_code == 409


# The pages


@pytest.mark.parametrize("count", [1, 3])
def test_live_calls_asks_the_same_queries_for_any_number(scope, organisation, listener, client_of, count):
    open_all_day()
    for _ in range(count):
        member = make_member(organisation, Role.TELECALLER)
        call = make_conversation(make_lead(), member)
        Participant.objects.create(
            call=call, number=1, kind="supervisor", member=member, phone="+919000000001", asked_by=member,
            asked_at=timezone.now(),
        )  # fmt: skip
    client = client_of(listener)
    client.get(LIVE)

    with CaptureQueriesContext(connection) as asked:
        page = client.get(LIVE)

    assert len(page.context["rows"]) == count
    assert len([one for one in asked.captured_queries if "dialer_" in one["sql"]]) == 4


def test_live_calls_are_open_ones_the_longest_first(call, colleague, telecaller, listener, client_of):
    make_call(make_lead(), telecaller, talk=5)
    older = make_conversation(make_lead(), colleague)
    Call.objects.filter(pk=older.pk).update(started_at=timezone.now() - dt.timedelta(hours=1), mode="own_phone")

    page = client_of(listener).get(LIVE)

    assert [row.pk for row, _ in page.context["rows"]] == [older.pk, call.pk]
    assert "On their own phone: nobody can listen." in page.content.decode()


def test_the_fragment_is_the_same_region_of_the_page(call, listener, client_of):
    client = client_of(listener)
    for address, region in ((LIVE, 'id="rows"'), (url(call), 'id="console"')):
        part = TOKEN.sub("", client.get(address, headers={"HX-Request": "true"}).content.decode().strip())

        assert part in TOKEN.sub("", client.get(address).content.decode())
        assert region in part


def test_managers_see_the_session_on_the_page_of_the_call(joined, call, listener, telecaller, client_of):
    change_mode(joined, "whisper", by=listener)
    work(call)
    page = reverse("dialer:call", args=[call.pk])

    seen, hidden = client_of(listener).get(page).content.decode(), client_of(telecaller).get(page).content.decode()

    assert "10.1.2.3" in seen
    assert "Firefox" in seen
    assert "Whisper" in seen
    assert "10.1.2.3" not in hidden


def test_listening_is_no_call_of_the_supervisor(joined, listener):
    assert not Presence.objects.filter(member=listener).exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"number": 1},
        {"number": 0},
        {"kind": "outside"},
        {"member": None},
    ],
)
def test_the_constraints(session, call, colleague, fields):
    row = {"number": 2, "kind": "supervisor", "member": colleague, "phone": "+919000000001", "asked_by": colleague}
    with pytest.raises(IntegrityError), transaction.atomic():
        Participant.objects.create(call=call, asked_at=timezone.now(), **row | fields)


def test_only_of_a_supervisor_it_is_kept_from_where_they_came(call, colleague):
    with pytest.raises(IntegrityError), transaction.atomic():
        Participant.objects.create(
            call=call, number=1, kind="colleague", member=colleague, phone="+919000000001", asked_by=colleague,
            asked_at=timezone.now(), ip="10.0.0.1",
        )  # fmt: skip
