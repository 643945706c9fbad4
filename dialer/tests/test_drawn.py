"""The bar and the panel of a live call are drawn again when something of it changed, and only then."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from dialer.calls.controls import NEWS
from dialer.calls.drawn import drawn_from
from dialer.models import Call, CallScript, Control, Participant, Recording, RecordingWish, ScriptVersion
from dialer.scripts.content import Content, Step
from dialer.tests.factories import give_script, make_call, make_campaign
from leads.models import Lead
from leads.tests.factories import make_lead

LIVE = {"ended_at": None, "closed_at": None, "wrap_up_seconds": None, "ring_seconds": None, "status": "in-progress"}
BAR = reverse("dialer:active_call")


@pytest.fixture
def call(scope, telecaller):
    return make_call(make_lead(assigned_to=telecaller), telecaller, talk=30, talk_seconds=None, **LIVE)


def panel_of(call):
    return reverse("dialer:panel", args=[call.lead_id])


def ask(client, address):
    return client.get(address, headers={"HX-Request": "true"})


def again(client, address):
    """Where the part asks next, as it says itself."""
    text = ask(client, address).content.decode()
    return next(url for url in re.findall(r'hx-get="([^"]*shown=\w+)"', text) if url.startswith(address))


@pytest.mark.parametrize("address_of", [lambda call: BAR, panel_of], ids=["bar", "panel"])
def test_what_is_shown_already_costs_one_question(client_of, telecaller, call, address_of, django_assert_num_queries):
    client = client_of(telecaller)
    address = again(client, address_of(call))

    # Who asks (three), their scope with its savepoint within that of the test (six), and the one question.
    with django_assert_num_queries(10):
        assert ask(client, address).status_code == 204


def controlled(call, **fields):
    defaults = {"leg": "customer", "kind": "hold", "asked_by": call.telecaller, "asked_at": timezone.now()}
    Control.objects.create(call=call, **(defaults | fields))


def joined_by_somebody(call):
    Participant.objects.create(
        call=call,
        number=1,
        kind="outside",
        phone="+919000000077",
        plan="warm",
        asked_by=call.telecaller,
        asked_at=timezone.now(),
    )


def recorded(call):
    Recording.objects.create(call=call, provider="simulator", state=Recording.State.RUNNING)


def wished(call):
    RecordingWish.objects.create(lead=call.lead, noted_at=timezone.now(), noted_by=call.telecaller)


def answered_in_the_script(call):
    script = give_script(make_campaign(call.telecaller), Content([Step("s1", "Opening", "Namaste.")]))
    CallScript.objects.create(call=call, version=ScriptVersion.objects.get(script=script))


CHANGES = [
    lambda call: Call.objects.filter(pk=call.pk).update(hang_up_asked_at=timezone.now()),
    lambda call: Call.objects.filter(pk=call.pk).update(answered_by="machine_start"),
    lambda call: Lead.objects.filter(pk=call.lead_id).update(name="Somebody Else"),
    controlled,
    joined_by_somebody,
    recorded,
    wished,
    answered_in_the_script,
]


@pytest.mark.parametrize("change", CHANGES)
def test_what_happens_in_the_call_is_another_state(telecaller, call, change):
    before = drawn_from(telecaller)

    change(call)

    assert drawn_from(telecaller) != before


def test_a_failure_is_another_state_once_it_is_no_news(telecaller, call):
    now = timezone.now()
    controlled(call, state="failed", failure="no_answer", asked_at=now - NEWS / 2, answered_at=now)
    before = drawn_from(telecaller)

    Control.objects.update(asked_at=now - NEWS)
    old = drawn_from(telecaller)

    Control.objects.update(asked_at=now - NEWS / 2)
    assert (drawn_from(telecaller), old != before) == (before, True)


def test_a_sign_of_life_is_nothing_new(telecaller, call):
    before = drawn_from(telecaller)

    Call.objects.update(seen_at=timezone.now())

    assert drawn_from(telecaller) == before


def test_another_language_is_another_state(client_of, telecaller, call):
    client = client_of(telecaller)
    address = again(client, panel_of(call))
    telecaller.user.language = "hi"
    telecaller.user.save(update_fields=["language"])

    assert ask(client, address).status_code == 200


def test_there_is_no_state_but_that_of_the_own_live_call(telecaller, colleague, call):
    assert drawn_from(telecaller, call.lead_id)
    assert drawn_from(colleague) == ""
    assert drawn_from(telecaller, make_lead(assigned_to=telecaller).pk) == ""

    Call.objects.update(ended_at=timezone.now())

    assert drawn_from(telecaller) == ""


def test_what_shows_the_state_of_a_call_that_was_given_away_says_so(client_of, telecaller, colleague, call):
    client = client_of(telecaller)
    address = again(client, panel_of(call))
    Call.objects.update(telecaller=colleague)
    Lead.objects.filter(pk=call.lead_id).update(assigned_to=colleague)

    assert ask(client, address).status_code == 404
