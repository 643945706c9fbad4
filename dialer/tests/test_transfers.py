"""Bringing somebody into a call and handing it over: who is asked, whose call it is, and that nobody is left alone."""

import datetime as dt
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import responses
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, DueTask
from accounts.tenancy import acting_for
from dialer import conference_tasks as tasks
from dialer.actions.calling import hang_up, start_call
from dialer.actions.controlling import control_call
from dialer.actions.supervising import LineRefused, change_mode, supervise
from dialer.actions.transferring import bring_in, hand_over, take_back
from dialer.actions.wrap_up import save_disposition
from dialer.calls import controls, handing_over
from dialer.calls.controls import NotPossible
from dialer.models import Call, Control, Disposition, Participant, QueueEntry, SimulatedCall
from dialer.providers.simulator.posting import leg_id
from dialer.tasks import hang_up as end_legs
from dialer.tasks import merge_events, reconcile_call
from dialer.tests.conversing import let_answer, make_conversation, through_twilio
from dialer.tests.factories import make_call, make_entry, open_all_day
from dialer.tests.test_line import post
from leads.models import Activity
from leads.tests.factories import make_lead
from privacy.models import ContactPolicy, DoNotCall
from teams.actions.presence import presence_of, set_presence
from teams.models import PauseCode, Presence

HTMX = {"HX-Request": "true", "HX-Target": "controls"}
OUTSIDE = "+919000055555"
State = Presence.State


@pytest.fixture
def call(scope, telecaller):
    open_all_day()
    return make_conversation(make_lead(assigned_to=telecaller), telecaller)


@pytest.fixture
def helper(colleague):
    colleague.phone = "+919000022222"
    colleague.save()
    set_presence(colleague, State.AVAILABLE)
    return colleague


def url(call):
    return reverse("dialer:transfer", args=[call.pk])


def work(call):
    while tasks.control_call(call.organisation, call.pk) is not None:
        pass


def hear(one, status, **more):
    assert post(one.call, one.leg, status, at=timezone.now(), **more).status_code == 204
    merge_events(one.organisation, [one.call_id])


def answer(one):
    """Let the phone ring, and be answered."""
    tasks.ring_participant(one.organisation, one.pk)
    let_answer(one.call, one.leg)
    hear(one, "in-progress")
    work(one.call)
    return one.reloaded()


def consulted(call, telecaller, helper, plan="warm"):
    one = bring_in(call, plan, by=telecaller, colleague=helper)
    work(call)
    return answer(one)


def handed_over(call, telecaller, helper):
    one = consulted(call, telecaller, helper)
    hand_over(call, by=telecaller)
    work(call)
    tasks.let_telecaller_go(call.organisation, call.pk)
    return one.reloaded()


def standing():
    return SimulatedCall.objects.get().settings


def states(*members):
    return [presence_of(member).state for member in members]


def is_held(call):
    return controls.standing_of(call.reloaded()).is_held


# Speaking first


def test_the_lead_waits_on_hold_while_a_colleague_is_asked(call, telecaller, helper):
    one = consulted(call, telecaller, helper)

    assert is_held(call)
    assert standing()["customer"]["is_held"] is True
    assert standing()[one.leg] == {"is_held": False, "is_muted": False, "coaches": "", "ends_call": False}
    assert (one.kind, one.plan, one.phone, one.is_on_line) == ("colleague", "warm", helper.phone, True)
    assert call.reloaded().telecaller == telecaller
    assert states(telecaller, helper) == [State.ON_CALL, State.ON_CALL]


def test_a_call_that_is_handed_over_is_the_colleagues(call, telecaller, helper):
    entry = make_entry(call.lead, leased_to=telecaller, lease_until=timezone.now() + dt.timedelta(minutes=5))

    one = handed_over(call, telecaller, helper)

    mine = call.reloaded()
    assert (mine.telecaller, mine.status, mine.is_live) == (helper, "in-progress", True)
    assert one.took_over_at is not None
    assert not is_held(call)
    assert states(telecaller, helper) == [State.AVAILABLE, State.ON_CALL]
    assert mine.lead.assigned_to == helper
    assert entry.reloaded().leased_to == helper
    told = standing()
    assert [told[one.leg]["ends_call"], told["agent"]["ends_call"], told["customer"]["is_held"]] == [True, False, False]
    assert AuditEntry.objects.get(verb="call.handed_over").details == {"participant": str(one.pk), "plan": "warm"}


def test_only_the_one_who_gave_it_leaves(call, telecaller, helper):
    handed_over(call, telecaller, helper)

    now = timezone.now()
    gone = {row["leg"] for row in SimulatedCall.objects.get().events if row["status"] == "completed"
            and not row.get("cut") and dt.datetime.fromisoformat(row["at"]) <= now}  # fmt: skip
    assert gone == {"agent"}


def test_whoever_gave_it_away_is_free_and_whoever_took_it_wraps_it_up(call, telecaller, helper, client_of):
    one = handed_over(call, telecaller, helper)
    post(call, "agent", "completed", at=timezone.now())
    end = timezone.now()
    post(call, "customer", "completed", at=end, duration=90)
    hear(one, "completed", duration=20)

    ended = call.reloaded()
    assert (ended.talk_seconds, ended.is_in_wrap_up) == (90, True)
    assert states(telecaller, helper) == [State.AVAILABLE, State.WRAP_UP]
    assert start_call(make_lead(assigned_to=telecaller), by=telecaller).is_live
    assert client_of(helper).get(reverse("dialer:disposition", args=[call.pk])).status_code == 200
    assert client_of(telecaller).get(reverse("dialer:disposition", args=[call.pk])).status_code == 404
    save_disposition(ended, Disposition.objects.get(name="Not interested"), by=helper)
    assert Activity.objects.filter(kind="call").count() == 1


def test_the_colleague_has_the_call_in_their_bar_and_may_open_the_lead(call, telecaller, helper, client_of):
    client, bar = client_of(helper), reverse("dialer:active_call")
    bring_in(call, "warm", by=telecaller, colleague=helper)
    rings = client.get(bar).content.decode()
    one = answer(Participant.objects.get())
    speaks = client.get(bar).content.decode()
    hand_over(call, by=telecaller)
    work(call)
    theirs = client.get(bar).content.decode()

    assert "Asha Kulkarni is ringing your phone" in rings
    assert "On the call of Asha Kulkarni" in speaks
    assert call.lead.display_name not in rings + speaks
    assert call.lead.get_absolute_url() in theirs
    assert client.get(call.lead.get_absolute_url()).status_code == 200
    assert client.get(reverse("dialer:panel", args=[call.lead_id])).context["people"] == []
    assert one.leg == controls.speaking_leg(call)


def test_whoever_took_it_over_mutes_themselves_and_ends_it(call, telecaller, helper):
    one = handed_over(call, telecaller, helper)
    mine = call.reloaded()

    control_call(mine, "mute", by=helper)
    work(mine)
    hang_up(mine, by=helper)
    end_legs(call.organisation, call.pk)

    assert standing()[one.leg]["is_muted"] is True
    now = timezone.now()
    over = {row["leg"] for row in SimulatedCall.objects.get().events if row["status"] == "completed"
            and not row.get("cut") and dt.datetime.fromisoformat(row["at"]) <= now}  # fmt: skip
    assert over == {"agent", "customer", one.leg}


def test_a_call_is_handed_on_and_on(call, telecaller, helper, manager):
    manager.phone = "+919000033333"
    manager.save()
    first = handed_over(call, telecaller, helper)
    second = bring_in(call.reloaded(), "warm", by=helper, colleague=manager)
    work(call)
    answer(second)
    hand_over(call.reloaded(), by=helper)
    work(call)
    assert handing_over.legs_to_leave(call.reloaded())[-1] == first.leg_id

    assert call.reloaded().telecaller == manager
    assert controls.speaking_leg(call) == second.leg
    assert states(telecaller, helper, manager) == [State.AVAILABLE, State.AVAILABLE, State.ON_CALL]


def test_taking_it_back_lets_them_go_and_the_lead_off_hold(call, telecaller, helper):
    one = consulted(call, telecaller, helper)

    take_back(call, by=telecaller)
    work(call)
    tasks.let_participant_go(call.organisation, one.pk)
    hear(one, "completed", duration=9)
    work(call)

    assert not is_held(call)
    assert (one.reloaded().status, call.reloaded().telecaller) == ("completed", telecaller)
    assert states(telecaller, helper) == [State.ON_CALL, State.AVAILABLE]


def test_stopping_before_it_rang_rings_nobody(call, telecaller, helper):
    one = bring_in(call, "warm", by=telecaller, colleague=helper)

    take_back(call, by=telecaller)
    work(call)

    assert tasks.ring_participant(call.organisation, one.pk) is None
    assert not is_held(call)
    assert one.leg not in standing()


@pytest.mark.parametrize("plan", ["warm", "cold"])
@pytest.mark.parametrize("end", ["no-answer", "busy", "failed"])
def test_a_lead_is_not_left_on_hold_by_somebody_who_does_not_come(call, telecaller, helper, plan, end):
    one = bring_in(call, plan, by=telecaller, colleague=helper)
    work(call)
    tasks.ring_participant(call.organisation, one.pk)

    hear(one, end)
    work(call)

    assert not is_held(call)
    assert call.reloaded().telecaller == telecaller
    assert states(helper) == [State.AVAILABLE]


def test_a_colleague_goes_back_to_what_they_were(call, telecaller, helper):
    tea = PauseCode.objects.first()
    set_presence(helper, State.PAUSE, pause_code=tea)
    one = consulted(call, telecaller, helper)

    hear(one, "completed", duration=5)

    now = presence_of(helper)
    assert (now.state, now.pause_code) == (State.PAUSE, tea)


# At once, and all three


def test_a_cold_transfer_hands_over_as_soon_as_they_answer(call, telecaller, helper):
    one = consulted(call, telecaller, helper, plan="cold")

    assert call.reloaded().telecaller == helper
    assert one.took_over_at is not None
    assert states(telecaller, helper) == [State.AVAILABLE, State.ON_CALL]
    assert DueTask.objects.filter(task=handing_over.LEAVE, subject_id=call.pk).exists()


def test_somebody_who_is_added_hears_the_lead_at_once(call, telecaller, helper):
    consulted(call, telecaller, helper, plan="join")

    assert not Control.objects.filter(kind="hold").exists()
    assert not is_held(call)
    assert call.reloaded().telecaller == telecaller


# Somebody outside


def test_a_call_that_goes_outside_is_over_for_us_and_its_talk_goes_on(call, telecaller):
    one = bring_in(call, "warm", by=telecaller, phone=OUTSIDE)
    work(call)
    answer(one)
    hand_over(call, by=telecaller)
    work(call)

    mine = call.reloaded()
    assert (mine.telecaller, mine.status, mine.is_in_wrap_up) == (telecaller, "completed", True)
    assert 29 <= mine.talk_seconds <= 40
    assert states(telecaller) == [State.WRAP_UP]
    tasks.release_people(call.organisation, call.pk)
    assert one.reloaded().leave_asked_at is None

    post(call, "agent", "completed", at=timezone.now())
    merge_events(call.organisation, [call.pk])
    assert call.reloaded().talk_seconds == mine.talk_seconds
    save_disposition(mine, Disposition.objects.get(name="Not interested"), by=telecaller)
    end = timezone.now() + dt.timedelta(minutes=4)
    post(call, "customer", "completed", at=end, duration=300)
    merge_events(call.organisation, [call.pk])

    later = call.reloaded()
    assert (later.talk_seconds, later.ended_at, later.status) == (300, end, "completed")
    assert later.wrap_up_seconds < 10
    assert states(telecaller) == [State.AVAILABLE]


def test_the_provider_is_asked_about_a_call_that_went_outside_until_it_ends(call, telecaller):
    one = answer(bring_in(call, "cold", by=telecaller, phone=OUTSIDE))
    assert one.took_over_at is not None

    assert reconcile_call(call.organisation, call.pk) is not None
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=30)):
        assert reconcile_call(call.organisation, call.pk) is None

    assert call.reloaded().customer_status == "completed"


@pytest.mark.parametrize("why", ["do not call", "country", "no number"])
def test_a_number_that_the_rules_forbid_is_not_rung(call, telecaller, why):
    phone = OUTSIDE
    if why == "do not call":
        DoNotCall.objects.create(phone=OUTSIDE, source="manual")
    elif why == "country":
        ContactPolicy.objects.update(countries=["US"])
    else:
        phone = "+910000"

    with pytest.raises(LineRefused):
        bring_in(call, "warm", by=telecaller, phone=phone)

    assert not Participant.objects.exists()
    assert not Control.objects.exists()


# What is refused


@pytest.mark.parametrize(
    ("arrange", "code"),
    [
        (lambda call, helper: Call.objects.update(ended_at=timezone.now()), "over"),
        (lambda call, helper: Call.objects.update(customer_status="ringing"), "not_connected"),
        (lambda call, helper: Call.objects.update(telecaller=helper), "not_yours"),
        (lambda call, helper: make_conversation(make_lead(), helper), "on_another_call"),
        (lambda call, helper: make_call(make_lead(), helper, talk=5, closed_at=None, wrap_up_seconds=None), "owes_outcome"),
        (lambda call, helper: type(helper).objects.filter(pk=helper.pk).update(phone=""), "colleague_no_phone"),
    ],
)  # fmt: skip
def test_a_transfer_that_cannot_be_says_why(call, telecaller, helper, arrange, code):
    arrange(call, helper)
    helper.refresh_from_db()

    with pytest.raises(NotPossible) as refusal:
        bring_in(call, "warm", by=telecaller, colleague=helper)

    assert refusal.value.code == code
    assert not Participant.objects.exists()


def test_one_is_brought_in_at_a_time_and_the_lead_is_not_rung_again(call, telecaller, helper, manager):
    with pytest.raises(NotPossible, match="leads_number"):
        bring_in(call, "warm", by=telecaller, phone=call.phone)
    bring_in(call, "warm", by=telecaller, colleague=helper)
    manager.phone = "+919000033333"
    manager.save()
    with pytest.raises(NotPossible, match="somebody_else"):
        bring_in(call, "warm", by=telecaller, colleague=manager)


def test_with_nobody_there_nothing_is_handed_over_or_taken_back(call, telecaller, helper):
    for act in (hand_over, take_back):
        with pytest.raises(NotPossible, match="nobody_there"):
            act(call, by=telecaller)
    bring_in(call, "warm", by=telecaller, colleague=helper)
    with pytest.raises(NotPossible, match="not_connected"):
        hand_over(call, by=telecaller)


def test_a_colleague_who_takes_another_call_meanwhile_does_not_get_this_one(call, telecaller, helper):
    one = consulted(call, telecaller, helper)
    hand_over(call, by=telecaller)
    make_call(make_lead(), helper, talk=5, closed_at=None, wrap_up_seconds=None)

    work(call)

    assert (call.reloaded().telecaller, one.reloaded().took_over_at) == (telecaller, None)
    assert controls.standing_of(call).failed.failure == "on_another_call"
    assert [standing()[leg]["ends_call"] for leg in ("agent", one.leg)] == [True, False]


def test_a_supervisor_goes_on_whispering_to_who_took_it_over(call, telecaller, helper, manager):
    manager.phone = "+919000033333"
    manager.save()
    session = answer(supervise(call, by=manager, ip=None, user_agent=""))
    change_mode(session, "whisper", by=manager)
    one = consulted(call, telecaller, helper)

    hand_over(call, by=telecaller)
    work(call)

    assert standing()[session.leg]["coaches"] == leg_id(call.pk, one.leg)


def test_handing_over_twice_is_handing_over_once(call, telecaller, helper):
    consulted(call, telecaller, helper)

    assert hand_over(call, by=telecaller) == hand_over(call, by=telecaller)


# Through Twilio

TWILIO = "https://api.twilio.com/2010-04-01/Accounts/AC" + "a" * 32
CONFERENCE = f"{TWILIO}/Conferences/CF{'f' * 32}/Participants"
TAKER, AGENT, CUSTOMER = (f"{CONFERENCE}/CA{letter * 32}.json" for letter in "7ac")
STANDS = {"hold": False, "muted": False, "coaching": False}


@pytest.fixture
def asked(call, telecaller, helper):
    """A hand-over that was asked for, through Twilio, whose answers are to be said."""
    through_twilio(call)
    one = Participant.objects.create(
        call=call, number=1, kind="colleague", plan="warm", member=helper, phone=helper.phone, asked_by=telecaller,
        asked_at=timezone.now(), status="in-progress", joined_at=timezone.now(), leg_id="CA" + "7" * 32,
    )  # fmt: skip
    hand_over(call, by=telecaller)
    with responses.RequestsMock() as mock:
        mock.get(f"{TWILIO}/Conferences.json", json={"conferences": [{"sid": "CF" + "f" * 32}]})
        yield mock
    assert one.call_id == call.pk


def told(mock):
    return [
        (urlsplit(one.request.url).path[-7], parse_qs(one.request.body or ""))
        for one in mock.calls
        if one.request.method == "POST"
    ]


def test_twilio_is_told_who_ends_the_call_before_anybody_leaves(call, helper, asked):
    asked.post(TAKER, json=STANDS | {"end_conference_on_exit": True})
    asked.post(AGENT, json=STANDS | {"end_conference_on_exit": False})
    asked.post(CUSTOMER, json=STANDS | {"end_conference_on_exit": True})
    asked.post(f"{TWILIO}/Calls/CA{'a' * 32}.json", json={"sid": "CA"})

    work(call)
    tasks.let_telecaller_go(call.organisation, call.pk)

    assert told(asked) == [
        ("7", {"EndConferenceOnExit": ["true"]}),
        ("a", {"EndConferenceOnExit": ["false"]}),
        ("c", {"Hold": ["false"]}),
        ("a", {"Status": ["completed"]}),
    ]
    assert call.reloaded().telecaller == helper


def test_a_hand_over_that_twilio_refuses_halfway_is_undone(call, telecaller, asked):
    asked.post(TAKER, json=STANDS | {"end_conference_on_exit": True})
    asked.post(AGENT, status=400, json={"code": 21201, "message": "no", "status": 400})

    work(call)

    assert [form for _, form in told(asked)][2:] == [
        {"EndConferenceOnExit": ["true"]},
        {"EndConferenceOnExit": ["false"]},
    ]
    assert (call.reloaded().telecaller, controls.standing_of(call).failed.failure) == (telecaller, "provider_refused")


def test_a_hand_over_of_which_nothing_is_heard_is_given_up_with_the_telecaller_there(call, telecaller, asked):
    asked.post(TAKER, body=requests.ReadTimeout())
    asked.get(TAKER, json=STANDS | {"end_conference_on_exit": False})

    work(call)

    assert (call.reloaded().telecaller, controls.standing_of(call).failed.failure) == (telecaller, "no_answer")


# The buttons


def test_whom_to_bring_in_is_asked_for_when_it_is_opened(call, telecaller, helper, outsider, client_of):
    client, form = client_of(telecaller), reverse("dialer:transfer_form", args=[call.pk])

    panel = client.get(reverse("dialer:panel", args=[call.lead_id])).content.decode()
    opened = client.get(form).content.decode()

    assert (form in panel, helper.name in panel) == (True, False)
    assert (helper.name in opened, telecaller.name in opened, outsider.name in opened) == (True, False, False)
    assert client_of(helper).get(form).status_code == 404


def test_the_buttons_lead_through_a_transfer(call, telecaller, helper, client_of):
    client = client_of(telecaller)

    rings = client.post(url(call), {"do": "warm", "colleague": str(helper.pk), "phone": ""}, headers=HTMX)
    answer(Participant.objects.get())
    speaks = client.get(reverse("dialer:panel", args=[call.lead_id])).content.decode()
    gives = client.post(url(call), {"do": "hand_over"}, headers=HTMX)
    work(call)

    assert "Stop ringing" in rings.content.decode()
    assert "Bilal Shaikh is on the call" in speaks
    assert "Hand the call over" in speaks
    assert gives.status_code == 200
    assert client.post(url(call), {"do": "take_back"}).status_code == 404


@pytest.mark.parametrize(
    "sent",
    [
        {"do": "warm"},
        {"do": "warm", "phone": "12"},
        {"do": "warm", "colleague": "nobody"},
        {"do": "explode", "phone": OUTSIDE},
        {"do": "warm", "phone": OUTSIDE, "colleague": "both"},
    ],
)
def test_what_is_no_transfer_is_refused_in_words(call, telecaller, helper, client_of, sent):
    if sent.get("colleague") == "both":
        sent = sent | {"colleague": str(helper.pk)}

    answered = client_of(telecaller).post(url(call), sent, headers=HTMX)

    assert answered.status_code == 422
    assert 'role="alert"' in answered.content.decode()
    assert not Participant.objects.exists()


def test_a_colleague_of_another_organisation_is_nobody(call, telecaller, outsider, client_of):
    sent = {"do": "warm", "colleague": str(outsider.pk)}

    assert client_of(telecaller).post(url(call), sent, headers=HTMX).status_code == 422


def test_without_script_it_leads_back_or_says_why_not(call, telecaller, client_of):
    client = client_of(telecaller)

    assert client.post(url(call), {"do": "join", "phone": OUTSIDE}).url == call.lead.get_absolute_url()
    refused = client.post(url(call), {"do": "hand_over"})
    assert (refused.status_code, "Nobody has answered yet." in refused.content.decode()) == (409, True)
    DoNotCall.objects.create(phone="+919000066666", source="manual")
    take_back(call, by=telecaller)
    assert client.post(url(call), {"do": "join", "phone": "+919000066666"}).status_code == 409


def test_the_page_of_whoever_gave_it_says_so_though_the_lead_is_gone(call, telecaller, helper, outsider, client_of):
    panel = reverse("dialer:panel", args=[call.lead_id])
    before = client_of(helper).get(panel).status_code
    handed_over(call, telecaller, helper)

    said = client_of(telecaller).get(panel)

    assert (before, said.status_code) == (404, 200)
    assert "A colleague has taken this call over." in said.content.decode()
    assert client_of(outsider).get(panel).status_code == 404


def test_only_the_telecaller_of_the_call_transfers_it(call, colleague, manager, outsider, client_of):
    for member in (colleague, manager, outsider):
        assert client_of(member).post(url(call), {"do": "join", "phone": OUTSIDE}).status_code == 404
    assert client_of(manager).get(url(call)).status_code == 405
    with acting_for(call.organisation):
        assert not Participant.objects.exists()


@pytest.mark.parametrize("fields", [{"plan": ""}, {"took_over_at": timezone.now()}])
def test_the_constraints(call, telecaller, helper, fields):
    row = {"kind": "colleague", "plan": "warm", "member": helper, "phone": helper.phone, "asked_by": telecaller}
    with pytest.raises(IntegrityError), transaction.atomic():
        Participant.objects.create(call=call, number=1, asked_at=timezone.now(), **row | fields)


def test_a_lead_that_waits_with_the_colleague_is_laid_down_for_the_call(call, telecaller, helper):
    other = make_entry(make_lead(), leased_to=helper, lease_until=timezone.now() + dt.timedelta(minutes=5))

    handed_over(call, telecaller, helper)

    assert QueueEntry.objects.get(pk=other.pk).leased_to is None
