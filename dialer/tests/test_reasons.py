"""Why a lead was lost, where nobody is asked: in a wrap-up and when an outcome is corrected."""

import pytest
from django.urls import reverse

from dialer.actions.wrap_up import save_disposition, undo_disposition
from dialer.models import Disposition
from dialer.tests.factories import make_call
from leads.actions.editing import change_status
from leads.models import Status, StatusReason
from leads.tests.factories import make_lead


@pytest.fixture
def call(scope, telecaller):
    lead = make_lead(assigned_to=telecaller)
    return make_call(lead, telecaller, talk=60, closed_at=None, wrap_up_seconds=None)


def outcome(name):
    return Disposition.objects.get(name=name)


def why(call):
    reason = call.lead.reloaded().lost_reason
    return reason.name if reason else None


@pytest.mark.parametrize(
    ("name", "reason"),
    [("Already bought", "Bought elsewhere"), ("Not interested", "No need now"), ("Do not call", "Other")],
)
def test_an_outcome_brings_its_reason_or_the_fallback(call, telecaller, name, reason):
    save_disposition(call, outcome(name), by=telecaller)

    assert why(call) == reason
    undo_disposition(call, by=telecaller)
    assert why(call) is None


def test_one_press_saves_it(client_of, call, telecaller):
    answer = client_of(telecaller).post(
        reverse("dialer:disposition", args=[call.pk]), {"outcome": outcome("Not interested").pk}
    )

    assert answer.status_code == 302
    assert why(call) == "No need now"


def test_a_lost_lead_keeps_and_gets_back_the_reason_somebody_gave(call, telecaller):
    lost, expensive = Status.objects.get(kind="lost"), StatusReason.objects.get(name="Too expensive")
    change_status(call.lead, lost, by=telecaller, reason=expensive)
    save_disposition(call, outcome("Not interested"), by=telecaller)
    assert why(call) == "Too expensive"
    undo_disposition(call, by=telecaller)
    assert why(call) == "Too expensive"

    save_disposition(call.reloaded(), outcome("Converted"), by=telecaller)
    assert why(call) is None
    undo_disposition(call.reloaded(), by=telecaller)
    assert why(call) == "Too expensive"


def test_a_corrected_outcome_moves_with_its_reason(client_of, call, telecaller):
    save_disposition(call, outcome("Converted"), by=telecaller)
    sent = {"outcome": outcome("Already bought").pk, "was": outcome("Converted").pk, "reason": ""}
    client_of(telecaller).post(reverse("dialer:outcome", args=[call.pk]), sent)

    assert why(call) == "Bought elsewhere"


def test_the_reason_of_an_outcome_is_chosen_in_settings(client_of, scope, admin):
    disposition, other = outcome("Do not call"), StatusReason.objects.get(name="Cannot reach")
    page = reverse("dialer:disposition_edit", args=[disposition.pk])
    client = client_of(admin)
    form = client.get(page).context["form"]
    sent = {name: form[name].value() for name in form.fields if form[name].value() not in {None, False}}

    assert client.post(page, sent | {"reason": other.pk}).status_code == 302
    assert outcome("Do not call").reason == other
    assert client.post(page, sent | {"reason": disposition.pk}).status_code == 422
