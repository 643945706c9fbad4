"""Giving a call another outcome later, from its page."""

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.tenancy import acting_for
from dialer.actions.wrap_up import TooLateToUndo, save_disposition, undo_disposition
from dialer.models import Disposition, QueueEntry
from dialer.tests.factories import make_call, make_entry
from jini.lib import figures
from leads.models import Activity, Status
from leads.tests.factories import make_lead
from privacy.models import DoNotCall


def outcome(name):
    return Disposition.objects.get(name=name)


@pytest.fixture
def call(scope, telecaller):
    lead = make_lead(assigned_to=telecaller, phone="+919000012345")
    return make_call(lead, telecaller, talk=60, disposition="Not interested")


def change(client, call, name, **more):
    sent = {"outcome": outcome(name).pk, "was": call.disposition_id or "", "reason": ""} | more
    return client.post(reverse("dialer:outcome", args=[call.pk]), sent)


def test_the_outcome_changes_and_both_stay_on_the_timeline(client_of, call, telecaller):
    client = client_of(telecaller)
    response = change(client, call, "Converted", reason="Paid in the evening")

    assert response.url == call.get_absolute_url()
    assert call.reloaded().disposition == outcome("Converted")
    assert call.lead.reloaded().last_disposition_id == outcome("Converted").pk
    line = Activity.objects.get(kind=Activity.Kind.CHANGE)
    assert (line.text, line.actor) == ("Paid in the evening", telecaller)
    text = client.get(call.lead.get_absolute_url()).content.decode()
    assert 'Outcome: <s class="text-secondary">Not interested</s> → Converted' in text
    assert AuditEntry.objects.get(verb="call.outcome_changed").subject_id == call.pk


def test_the_figures_of_the_day_are_told(client_of, call, telecaller, monkeypatch):
    told = []
    monkeypatch.setattr(figures, "_listeners", [lambda *what: told.append(what)])

    change(client_of(telecaller), call, "Already bought")

    assert (call.started_at, telecaller.pk) in told


def test_the_lead_moves_with_its_last_call_only(client_of, call, telecaller, manager):
    change(client_of(manager), call, "Converted")
    assert call.lead.reloaded().status.name == "Won"

    later = make_call(call.lead, telecaller, disposition="No answer", started_at=timezone.now())
    change(client_of(manager), call.reloaded(), "Not interested")
    assert call.lead.reloaded().status.name == "Won"
    change(client_of(manager), later, "Wrong number")
    assert call.lead.reloaded().status.kind == Status.Kind.INVALID


def test_do_not_call_bars_the_numbers_and_is_not_taken_back(client_of, call, telecaller):
    entry = make_entry(call.lead, reserved_for=telecaller)
    client = client_of(telecaller)

    change(client, call, "Do not call")
    change(client, call.reloaded(), "Interested")

    assert [row.phone for row in DoNotCall.objects.all()] == ["+919000012345"]
    assert entry.reloaded().finished_because == QueueEntry.Finished.CLOSED


def test_the_same_outcome_again_leaves_no_trace(client_of, call, telecaller):
    change(client_of(telecaller), call, "Not interested")

    assert not Activity.objects.filter(kind=Activity.Kind.CHANGE).exists()


@pytest.mark.parametrize("sent", [{"outcome": ""}, {"outcome": str(uuid.uuid4())}, {"was": "x"}, {"reason": "x" * 201}])
def test_a_bad_form_is_refused_and_the_reason_kept(client_of, call, telecaller, sent):
    response = change(client_of(telecaller), call, "Converted", **({"reason": "Because"} | sent))

    assert response.status_code == 422
    assert response.context["form"]["reason"].value() == sent.get("reason", "Because")
    assert call.reloaded().disposition == outcome("Not interested")


def test_an_outcome_that_the_talk_does_not_fit_is_refused(client_of, call, telecaller):
    response = change(client_of(telecaller), call, "No answer")

    assert response.status_code == 422
    assert "does not fit" in response.content.decode()


def test_a_stale_page_is_told_what_the_outcome_is_now(client_of, call, telecaller, manager):
    change(client_of(manager), call, "Already bought")

    response = change(client_of(telecaller), call, "Converted")

    assert response.status_code == 409
    assert response.context["form"]["was"].value() == str(outcome("Already bought").pk)
    assert call.reloaded().disposition == outcome("Already bought")


def test_a_call_that_waits_for_its_first_outcome_is_not_changed_here(client_of, scope, telecaller):
    call = make_call(make_lead(assigned_to=telecaller), telecaller, talk=9, closed_at=None, wrap_up_seconds=None)
    client = client_of(telecaller)

    assert change(client, call, "Converted").status_code == 409
    assert "Change the outcome" not in client.get(call.get_absolute_url()).content.decode()


def test_a_corrected_outcome_is_not_undone_as_if_it_were_the_first(client_of, scope, telecaller):
    lead = make_lead(assigned_to=telecaller)
    call = make_call(
        lead, telecaller, talk=60, started_at=timezone.now() - dt.timedelta(minutes=1), closed_at=None, wrap_up_seconds=None
    )  # fmt: skip
    save_disposition(call, outcome("Not interested"), by=telecaller)
    change(client_of(telecaller), call.reloaded(), "Do not call")

    with pytest.raises(TooLateToUndo):
        undo_disposition(call, by=telecaller)


def test_who_may_not(client_of, call, colleague, outsider, telecaller):
    assert change(client_of(colleague), call, "Converted").status_code == 404
    address = reverse("dialer:outcome", args=[call.pk])
    assert client_of(outsider).post(address, {}).status_code == 404
    assert client_of(telecaller).get(address).status_code == 405
    assert call.reloaded().disposition == outcome("Not interested")


@pytest.mark.parametrize("count", [1, 3])
def test_the_timeline_asks_the_same_queries_for_any_number_of_changes(client_of, call, telecaller, count):
    client = client_of(telecaller)
    names = ["Converted", "Already bought", "Not interested"]
    change(client, call, "Interested")
    with CaptureQueriesContext(connection) as before:
        client.get(call.lead.get_absolute_url(), {"show": "changes"})
    for name in names[:count]:
        change(client, call.reloaded(), name)
    with CaptureQueriesContext(connection) as after:
        client.get(call.lead.get_absolute_url(), {"show": "changes"})

    assert len(after) == len(before)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [390, 1280])
def test_changing_it_in_the_browser(visit, organisation, telecaller, width):
    with acting_for(organisation):
        lead = make_lead(name="Suresh Patil", assigned_to=telecaller)
        call = make_call(lead, telecaller, talk=60, disposition="Not interested")
    tab = visit(telecaller, width=width)
    page = tab.open(reverse("dialer:calls"))
    page.get_by_role("rowheader").get_by_role("link").click()
    page.get_by_text("Change the outcome").click()
    page.get_by_label("Outcome").select_option(label="Already bought")
    page.get_by_role("button", name="Save the outcome").click()
    page.get_by_text("Saved: Already bought").wait_for()

    with acting_for(organisation):
        assert call.reloaded().disposition.name == "Already bought"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert tab.complaints == []
    assert tab.strangers == []
