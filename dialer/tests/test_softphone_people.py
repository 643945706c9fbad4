"""Colleagues and supervisors whose phone is the browser: rung there, asked or put through, and else on the phone."""

from urllib.parse import parse_qs

import pytest
import responses
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import DueTask
from dialer import conference_tasks as tasks
from dialer.actions.softphone import choose_mode
from dialer.actions.supervising import ring_phone_instead, supervise
from dialer.actions.transferring import bring_in, hand_over, take_back
from dialer.calls import controls
from dialer.calls.controls import NotPossible
from dialer.calls.falling_back import RING_PHONE
from dialer.models import Call, CallCharge, Dialling, Participant, SimulatedCall, Softphone
from dialer.tests.conversing import let_answer, make_conversation, through_twilio
from dialer.tests.factories import open_all_day
from dialer.tests.test_line import post
from dialer.tests.test_softphone import TAB, register
from dialer.tests.test_transfers import hear, states, work
from leads.tests.factories import make_lead
from teams.actions.presence import set_presence
from teams.models import Presence

RINGING, SIMULATED = reverse("dialer:softphone_ringing"), reverse("dialer:softphone_simulated")
BAR = reverse("dialer:active_call")
OTHER_TAB = "aaaaaaaa.9999999999999999"


@pytest.fixture
def call(scope, telecaller):
    open_all_day()
    return make_conversation(make_lead(assigned_to=telecaller), telecaller)


@pytest.fixture
def helper(colleague):
    colleague.phone = "+919000022222"
    colleague.save()
    set_presence(colleague, Presence.State.AVAILABLE)
    choose_mode(colleague, "browser")
    return colleague


@pytest.fixture
def listener(manager):
    manager.phone = "+919000011111"
    manager.save()
    choose_mode(manager, "browser")
    return manager


@pytest.fixture
def page(client_of, helper):
    client = client_of(helper)
    register(client)
    return client


@pytest.fixture
def ear(client_of, listener):
    client = client_of(listener)
    register(client)
    return client


def rung(call, by, plan="warm", *, helper):
    one = bring_in(call, plan, by=by, colleague=helper)
    work(call)
    tasks.ring_participant(one.organisation, one.pk)
    return one.reloaded()


def rings(one):
    """The browser rings by now."""
    record = SimulatedCall.objects.get(token=one.call_id)
    for row in record.events:
        if row["leg"] == one.leg and row["status"] == "ringing":
            row["at"] = timezone.now().isoformat()
    record.save()
    hear(one, "ringing")
    return one.reloaded()


def asked(client, one, tab=TAB):
    return client.post(RINGING, {"tab": tab, "leg": one.leg_id}).json()["answer"]


def is_held(call):
    return controls.standing_of(call.reloaded()).is_held


def owed():
    return list(DueTask.objects.filter(task=RING_PHONE).values_list("subject_id", flat=True))


# A colleague is asked


def test_a_colleague_is_rung_in_their_browser_and_asked(call, telecaller, helper, page):
    one = rings(rung(call, telecaller, helper=helper))

    assert (one.in_browser, one.leg_id, one.offered_at) == (True, f"t1-{call.pk}", None)
    assert asked(page, one) == "ask"
    assert one.reloaded().offered_at is not None
    bar = page.get(BAR).content.decode()
    assert f'data-jini-simulated-leg="{one.leg_id}" data-jini-simulated-state="ringing"' in bar
    assert f"{telecaller.name} asks you into a call" in bar
    assert 'data-jini-phone-press="answer"' in bar


def test_whoever_presses_is_on_the_call_and_takes_it_over_in_the_browser(call, telecaller, helper, page):
    one = rings(rung(call, telecaller, helper=helper))

    assert page.post(SIMULATED, {"tab": TAB, "leg": one.leg_id}).status_code == 204
    assert page.post(SIMULATED, {"tab": TAB, "leg": one.leg_id}).status_code == 409
    hear(one, "in-progress")
    hand_over(call, by=telecaller)
    work(call)

    mine = call.reloaded()
    assert (mine.telecaller, states(telecaller, helper)) == (helper, ["available", "on_call"])
    # The leg is the same one, in the bar of a call that is theirs now.
    told = f'data-jini-simulated-leg="{one.leg_id}" data-jini-simulated-state="in-progress"'
    assert told in page.get(BAR).content.decode()
    assert asked(page, one.reloaded()) == "refuse"
    ends = [row for row in SimulatedCall.objects.get().events if row["leg"] == one.leg and not row.get("cut")]
    assert [row["status"] for row in ends] == ["initiated", "ringing", "in-progress", "completed"]


def test_a_cold_transfer_hands_over_as_soon_as_they_press(call, telecaller, helper, page):
    one = rings(rung(call, telecaller, "cold", helper=helper))
    page.post(SIMULATED, {"tab": TAB, "leg": one.leg_id})
    hear(one, "in-progress")
    work(call)

    assert call.reloaded().telecaller == helper


def test_whoever_declines_is_not_rung_on_the_phone_and_the_lead_is_off_hold(call, telecaller, helper, page):
    one = rings(rung(call, telecaller, helper=helper))
    assert is_held(call)

    for _ in range(2):
        page.post(reverse("dialer:leave_call", args=[call.pk]))
    tasks.let_participant_go(one.organisation, one.pk)
    hear(one, "busy")
    work(call)

    assert (owed(), is_held(call), one.reloaded().left_at is not None) == ([], False, True)
    assert page.post(reverse("dialer:leave_call", args=[call.pk])).status_code == 302


def test_declining_before_anybody_was_rung_rings_nobody(call, telecaller, helper, page):
    one = bring_in(call, "warm", by=telecaller, colleague=helper)
    work(call)
    page.post(reverse("dialer:leave_call", args=[call.pk]))
    work(call)

    assert (one.reloaded().status, is_held(call), owed()) == ("canceled", False, [])


def test_leaving_is_ones_own(call, telecaller, helper, client_of, outsider):
    one = rung(call, telecaller, helper=helper)
    leaving = reverse("dialer:leave_call", args=[call.pk])

    assert client_of(telecaller).post(leaving).status_code == 302
    assert one.reloaded().leave_asked_at is None
    assert client_of(outsider).post(leaving).status_code == 404
    assert client_of(helper).get(leaving).status_code == 405


def test_whoever_was_shown_it_and_did_not_press_is_like_a_phone_that_is_not_picked_up(call, telecaller, helper, page):
    one = rings(rung(call, telecaller, helper=helper))
    asked(page, one)

    hear(one, "no-answer")
    work(call)

    assert (owed(), is_held(call)) == ([], False)


# A supervisor is put through


def test_a_supervisors_browser_answers_by_itself(call, listener, ear):
    answer = ear.post(reverse("dialer:supervise", args=[call.pk]), {"do": "join"}, follow=True).content.decode()
    one = Participant.objects.get()
    tasks.ring_participant(one.organisation, one.pk)
    one = rings(one.reloaded())

    assert "This browser is being connected" in answer
    assert one.in_browser
    assert asked(ear, one) == "accept"
    assert one.reloaded().offered_at is None
    assert ear.post(SIMULATED, {"tab": TAB, "leg": one.leg_id}).status_code == 204
    hear(one, "in-progress")
    assert SimulatedCall.objects.get().settings[one.leg]["is_muted"] is True
    assert "On the call of" in ear.get(BAR).content.decode()


def test_the_console_says_where_it_will_be_heard(call, ear, client_of, owner):
    page = reverse("dialer:supervise", args=[call.pk])

    assert "Listen in the browser" in ear.get(page).content.decode()
    assert "Listen on my phone" in client_of(owner).get(page).content.decode()


# Two tabs, and whose it is


def test_another_tab_and_another_member_are_not_asked(call, telecaller, helper, page, client_of):
    one = rings(rung(call, telecaller, helper=helper))

    assert asked(page, one, tab=OTHER_TAB) == "refuse"
    assert asked(client_of(telecaller), one) == "refuse"
    for client, tab in ((page, OTHER_TAB), (client_of(telecaller), TAB)):
        assert client.post(SIMULATED, {"tab": tab, "leg": one.leg_id}).status_code == 409
    assert one.reloaded().offered_at is None


def test_another_leg_than_the_one_that_was_rung_is_refused(call, telecaller, helper, page):
    one = rings(rung(call, telecaller, helper=helper))
    one.leg_id = "t9-other"

    assert asked(page, one) == "refuse"


# Else the phone


@pytest.mark.parametrize("away", ["denied", "long ago", "no browser"])
def test_the_phone_rings_while_the_browser_is_away(call, telecaller, helper, page, away):
    if away == "no browser":
        Softphone.objects.all().delete()
    else:
        seen_at = timezone.now() - timezone.timedelta(minutes=3)
        Softphone.objects.update(**({"state": "denied"} if away == "denied" else {"seen_at": seen_at}))

    one = rung(call, telecaller, helper=helper)

    assert (one.in_browser, one.phone) == (False, helper.phone)
    assert asked(page, one) == "refuse"


@pytest.mark.parametrize("end", ["no-answer", "busy", "failed"])
def test_a_browser_that_went_offline_is_followed_by_the_phone(call, telecaller, helper, page, end):
    one = rings(rung(call, telecaller, helper=helper))
    Softphone.objects.update(state="")

    hear(one, end)
    work(call)
    assert (one.reloaded().failure, is_held(call), owed()) == ("browser_not_there", True, [one.pk])
    for _ in range(2):
        tasks.ring_phone(one.organisation, one.pk)

    second = Participant.objects.open().get()
    assert (second.number, second.in_browser, second.phone, second.plan) == (2, False, helper.phone, "warm")
    assert CallCharge.objects.filter(participant__isnull=False, state="reserved").count() == 1
    tasks.ring_participant(second.organisation, second.pk)
    let_answer(call, second.leg)
    hear(second, "in-progress")
    # What is still told of the browser's leg has no effect.
    post(call, one.leg, "in-progress", at=timezone.now())
    hand_over(call, by=telecaller)
    work(call)
    assert call.reloaded().telecaller == helper


def test_a_browser_that_goes_away_before_it_is_rung_is_not_rung(call, telecaller, helper, page):
    one = bring_in(call, "warm", by=telecaller, colleague=helper)
    Softphone.objects.update(state="offline")

    tasks.ring_participant(one.organisation, one.pk)

    assert (one.reloaded().status, owed()) == ("failed", [one.pk])
    assert "third-1" not in SimulatedCall.objects.get().settings


def test_a_supervisors_phone_rings_in_place_of_a_browser_that_does_not_answer(call, listener, ear):
    one = supervise(call, by=listener, ip="10.1.2.3", user_agent="Firefox")
    tasks.ring_participant(one.organisation, one.pk)
    hear(one, "no-answer")

    second = ring_phone_instead(one.pk)

    assert (second.kind, second.phone, second.ip, second.user_agent) == (
        "supervisor", listener.phone, "10.1.2.3", "Firefox",
    )  # fmt: skip
    assert "Your phone rings" in ear.get(reverse("dialer:supervise", args=[call.pk])).content.decode()


def test_without_a_phone_nobody_else_is_rung(call, telecaller, helper, page):
    helper.phone = ""
    helper.save()
    one = rings(rung(call, telecaller, helper=helper))
    assert one.in_browser

    hear(one, "no-answer")
    work(call)

    assert (owed(), is_held(call)) == ([], False)
    Softphone.objects.update(state="")
    with pytest.raises(NotPossible, match="colleague_no_phone"):
        bring_in(call, "warm", by=telecaller, colleague=helper)


@pytest.mark.parametrize("why", ["over", "somebody else", "stopped", "busy"])
def test_the_phone_is_not_rung_when_it_is_too_late(call, telecaller, helper, listener, page, why):
    one = rings(rung(call, telecaller, helper=helper))
    hear(one, "no-answer")
    if why == "over":
        Call.objects.update(ended_at=timezone.now())
    elif why == "somebody else":
        bring_in(call, "warm", by=telecaller, colleague=listener)
    elif why == "stopped":
        Dialling.objects.update(stopped_at=timezone.now(), stopped_by=telecaller)
    else:
        make_conversation(make_lead(), helper)

    assert ring_phone_instead(one.pk) is None

    work(call)
    assert not Participant.objects.filter(member=helper, in_browser=False).exists()
    assert is_held(call) == (why in {"over", "somebody else"})


def test_taking_it_back_while_the_browser_rings_rings_no_phone(call, telecaller, helper, page):
    one = rings(rung(call, telecaller, helper=helper))
    take_back(call, by=telecaller)
    hear(one, "no-answer")
    work(call)

    assert (owed(), is_held(call)) == ([], False)


@responses.activate
def test_twilio_is_asked_to_ring_the_browser(call, telecaller, listener, ear):
    through_twilio(call)
    register(ear)
    Softphone.objects.update(state="ready", seen_at=timezone.now())
    base = "https://api.twilio.com/2010-04-01/Accounts/AC" + "a" * 32
    added = responses.post(f"{base}/Conferences/{call.pk}/Participants.json", json={"call_sid": "CA" + "5" * 32})
    one = supervise(call, by=listener, ip=None, user_agent="")

    tasks.ring_participant(one.organisation, one.pk)

    sent = parse_qs(added.calls[0].request.body)
    assert sent["To"] == [f"client:{Softphone.objects.get().identity}"]
    assert (sent["Timeout"], sent["Muted"], sent["Beep"]) == (["15"], ["true"], ["false"])
    assert one.reloaded().leg_id == "CA" + "5" * 32


@pytest.mark.parametrize(
    "fields",
    [{"in_browser": False, "offered_at": timezone.now()}, {"in_browser": True, "member": None, "kind": "outside"}],
)
def test_the_constraints(call, telecaller, helper, fields):
    row = {"kind": "colleague", "member": helper, "phone": "", "plan": "warm", "asked_by": telecaller}

    with pytest.raises(IntegrityError), transaction.atomic():
        Participant.objects.create(call=call, number=1, asked_at=timezone.now(), **row | fields)
