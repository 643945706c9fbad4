"""A no that is said in the instant in which a call is begun: it is before the call and stops it, or after the call."""

import threading

import pytest
from django.db import connection

from accounts.models import DueTask
from accounts.tenancy import acting_for
from dialer import tasks
from dialer.actions import calling
from dialer.actions.calling import NotAllowed, start_call
from dialer.actions.wrap_up import save_disposition
from dialer.models import Call, Disposition, SimulatedCall
from dialer.tests.factories import make_call, open_all_day
from leads.actions.consents import Said, note_consent
from leads.actions.editing import edit_lead
from leads.models import Consent, Lead
from leads.tests.factories import make_lead
from leads.tests.threads import at_once
from privacy.actions.do_not_call import bar
from privacy.contact_facts import Channel, Purpose
from privacy.models import ContactPolicy, DoNotCall

pytestmark = pytest.mark.django_db(transaction=True)
# Longer than anything takes here that does not wait.
LONG = 1.0


def withdraw(lead, by):
    note_consent(lead, Said(Purpose.SERVICE, Channel.CALL, Consent.State.WITHDRAWN, Consent.Source.CALL), by=by)


def bar_it(lead, by):
    bar([lead.phone], source=DoNotCall.Source.REQUEST, by=by)


WAYS = {"consent": (withdraw, "consent_withdrawn"), "do_not_call": (bar_it, "on_do_not_call")}


@pytest.fixture(params=WAYS)
def way(request):
    return WAYS[request.param]


@pytest.fixture
def lead(organisation, telecaller):
    with acting_for(organisation):
        open_all_day()
        return make_lead(assigned_to=telecaller)


def elsewhere(organisation, work):
    """Begin `work` with a connection of its own, and return the thread."""

    def run():
        with acting_for(organisation):
            work()
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def called_while_refusing(organisation, lead, telecaller, say_no):
    """Say no, wait before that holds, and press "Call" meanwhile; return what the press came to."""
    said, answers = threading.Event(), []

    def refuse():
        say_no(lead, telecaller)
        said.set()
        pressing.join(LONG)

    def press():
        said.wait(5)
        try:
            answers.append(start_call(lead, by=telecaller))
        except NotAllowed as refusal:
            answers.append(refusal)

    pressing = elsewhere(organisation, press)
    elsewhere(organisation, refuse).join()
    pressing.join()
    return answers[0]


def refused_while_calling(organisation, lead, telecaller, say_no, monkeypatch):
    """Press "Call", and say no between what the gates read and the row; return whether the no held before the row was there."""
    decide, held = calling.decide_to_call, []

    def and_then_somebody_says_no(*args, **more):
        decision = decide(*args, **more)
        refusing = elsewhere(organisation, lambda: say_no(lead, telecaller))
        refusing.join(LONG)
        held.append((not refusing.is_alive(), refusing))
        return decision

    monkeypatch.setattr(calling, "decide_to_call", and_then_somebody_says_no)
    with acting_for(organisation):
        start_call(lead, by=telecaller)
    [(was_before, refusing)] = held
    refusing.join()
    return was_before


def without_the_control(monkeypatch):
    monkeypatch.setattr(calling, "_held", lambda lead, phone: lead)


def test_a_no_that_is_being_written_is_waited_for_and_stops_the_call(organisation, lead, telecaller, way):
    say_no, reason = way

    answer = called_while_refusing(organisation, lead, telecaller, say_no)

    assert isinstance(answer, NotAllowed)
    assert answer.decision.reason == reason
    with acting_for(organisation):
        assert not Call.objects.exists()


def test_a_no_never_comes_between_the_gates_and_the_row(organisation, lead, telecaller, way, monkeypatch):
    assert not refused_while_calling(organisation, lead, telecaller, way[0], monkeypatch)


def test_without_the_control_the_no_comes_between_and_the_call_is_there(
    organisation, lead, telecaller, way, monkeypatch
):
    without_the_control(monkeypatch)

    assert refused_while_calling(organisation, lead, telecaller, way[0], monkeypatch)
    with acting_for(organisation):
        assert Call.objects.count() == 1


def test_without_the_control_nobody_waits_for_a_no(organisation, lead, telecaller, way, monkeypatch):
    without_the_control(monkeypatch)

    assert isinstance(called_while_refusing(organisation, lead, telecaller, way[0]), Call)


def test_the_number_that_is_called_is_the_one_that_the_lead_has_by_now(organisation, lead, telecaller):
    with acting_for(organisation):
        edit_lead(Lead.objects.get(pk=lead.pk), {"phone": "+919812345671"}, by=telecaller)
        bar(["+919812345671"], source=DoNotCall.Source.REQUEST, by=telecaller)
        with pytest.raises(NotAllowed) as refusal:
            start_call(lead, by=telecaller)

    assert refusal.value.decision.reason == "on_do_not_call"


def test_calls_outcomes_and_lists_of_one_number_at_once_end(organisation, telecaller, colleague, manager):
    """Each takes its locks in the same order: nobody waits in a circle."""
    with acting_for(organisation):
        open_all_day()
        bars = Disposition.objects.filter(is_do_not_call=True).first()
        leads = [make_lead(assigned_to=telecaller) for _ in range(6)]
        calls = [make_call(lead, colleague, ended_at=lead.created_at, closed_at=None) for lead in leads[:1]]
    everything = [lead.phone for lead in leads]

    def inside(work):
        def run():
            with acting_for(organisation):
                return work()

        return run

    answers = at_once(
        inside(lambda: start_call(leads[0], by=telecaller)),
        inside(lambda: start_call(leads[1], by=manager)),
        inside(lambda: save_disposition(calls[0], bars, by=colleague)),
        inside(lambda: bar(everything, source=DoNotCall.Source.IMPORT, by=manager)),
        inside(lambda: bar(everything[::-1], source=DoNotCall.Source.IMPORT, by=manager)),
        inside(lambda: withdraw(leads[1], manager)),
    )

    assert [answer for answer in answers if isinstance(answer, Exception) and not isinstance(answer, NotAllowed)] == []
    with acting_for(organisation):
        assert set(DoNotCall.objects.standing().values_list("phone", flat=True)) == set(everything)


# Between the accepted call and the ringing of the person lie a worker and the telecaller's phone.


@pytest.mark.parametrize("is_answered", [False, True])
def test_a_no_after_the_press_keeps_the_phone_from_ringing(organisation, telecaller, lead, way, is_answered):
    say_no, _ = way
    with acting_for(organisation):
        call = start_call(lead, by=telecaller)
        if is_answered:
            Call.objects.update(agent_status="in-progress", status="in-progress", agent_leg="a-1")
        say_no(lead, telecaller)

    task = tasks.ring_customer if is_answered else tasks.place_call
    assert task(organisation, call.pk) is None

    with acting_for(organisation):
        ended = call.reloaded()
        assert (ended.status, ended.failure, ended.customer_status) == ("failed", "refused_since", "intent")
        # Whose phone rang for nothing is let go.
        assert DueTask.objects.filter(task="dialer.hang_up").exists() is is_answered
        assert SimulatedCall.objects.count() == 0


def test_what_the_call_itself_uses_up_does_not_refuse_it(organisation, telecaller, lead):
    with acting_for(organisation):
        ContactPolicy.objects.update(lifetime_attempts=1, daily_attempts=1, minimum_gap_minutes=60)
        call = start_call(lead, by=telecaller)

    tasks.place_call(organisation, call.pk)

    with acting_for(organisation):
        assert SimulatedCall.objects.count() == 1
        assert call.reloaded().is_live
