"""Moving a lead to another status, with a reason where one is asked."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEntry
from accounts.tenancy import acting_for
from leads.actions.editing import ReasonMissing, Stale, change_status, edit_lead
from leads.models import Activity, Status, StatusReason
from leads.tests.factories import make_lead
from leads.timeline import lines_of


@pytest.fixture
def lost(scope):
    return Status.objects.get(kind="lost")


@pytest.fixture
def reason(scope):
    return StatusReason.objects.get(name="Too expensive")


def url(lead, **query):
    return reverse("leads:move", args=[lead.pk], query=query)


def test_a_lost_lead_has_its_reason_until_it_leaves(scope, manager, lost, reason):
    lead = make_lead()
    with pytest.raises(ReasonMissing):
        change_status(lead, lost, by=manager)
    assert lead.reloaded().version == 1

    change_status(lead, lost, by=manager, reason=reason)
    assert lead.reloaded().lost_reason == reason
    assert Activity.objects.get().details["reason"] == str(reason.pk)
    assert AuditEntry.objects.get(verb="lead.status_changed").details["reason"] == str(reason.pk)

    change_status(lead, Status.objects.get(is_initial=True), by=manager)
    assert lead.reloaded().lost_reason is None


def test_the_reason_alone_may_change_and_the_timeline_says_which(scope, manager, lost, reason):
    lead, other = make_lead(), StatusReason.objects.get(is_fallback=True)
    change_status(lead, lost, by=manager, reason=reason)
    change_status(lead, lost, by=manager, reason=other)
    change_status(lead, lost, by=manager, reason=other)

    lines = lines_of(Activity.objects.select_related("actor__user").order_by("at", "id"))
    assert [line.changes for line in lines] == [
        [("", "New", "Lost"), ("Reason", "", "Too expensive")],
        [("Reason", "", "Other")],
    ]


def test_the_page_asks_for_the_reason_and_then_moves(client_of, telecaller, lost, reason):
    lead, client = make_lead(assigned_to=telecaller), client_of(telecaller)
    menu = client.get(lead.get_absolute_url()).content.decode()
    assert f'href="{url(lead)}?to={lost.pk}"' in menu

    asked = client.get(url(lead, to=lost.pk)).content.decode()
    assert "Too expensive" in asked
    assert f'value="{lost.pk}"' in asked.split(" checked")[0]
    refused = client.post(url(lead), {"status": lost.pk})
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["reason"])

    moved = client.post(url(lead), {"status": lost.pk, "reason": reason.pk, "version": 1})
    assert moved.url == lead.get_absolute_url()
    assert "Too expensive" in client.get(lead.get_absolute_url()).content.decode()


@pytest.mark.parametrize("sent", [{}, {"status": "x"}, {"status": "00000000-0000-0000-0000-000000000000"}])
def test_a_status_that_is_none_is_refused(client_of, scope, manager, sent):
    lead = make_lead()

    assert client_of(manager).post(url(lead), sent).status_code == 422
    assert client_of(manager).get(url(lead, to="x\x00")).status_code == 200


def test_what_is_not_in_use_or_of_others_cannot_be_chosen(client_of, rival, manager, lost, reason):
    lead = make_lead()
    StatusReason.objects.filter(pk=reason.pk).update(is_active=False)
    with acting_for(rival):
        theirs = Status.objects.get(is_initial=True)
    client = client_of(manager)

    assert client.post(url(lead), {"status": lost.pk, "reason": reason.pk}).status_code == 422
    assert client.post(url(lead), {"status": theirs.pk}).status_code == 422
    assert lead.reloaded().version == 1


def test_who_is_slower_is_told_and_may_mean_it(client_of, scope, manager, telecaller):
    lead, won = make_lead(assigned_to=telecaller), Status.objects.get(kind="won")
    change_status(lead, Status.objects.get(name="Interested"), by=telecaller)
    client = client_of(manager)

    answer = client.post(url(lead), {"status": won.pk, "version": 1})
    assert answer.status_code == 409
    assert "Interested" in answer.content.decode()
    assert 'name="version" value="2"' in answer.content.decode()

    assert client.post(url(lead), {"status": won.pk, "version": 2}).status_code == 302
    assert lead.reloaded().status == won


def test_a_lead_of_another_telecaller_and_wrong_methods(client_of, scope, telecaller, colleague, outsider):
    lead = make_lead(assigned_to=colleague)

    for method in ("get", "post"):
        assert getattr(client_of(telecaller), method)(url(lead)).status_code == 404
        assert getattr(client_of(outsider), method)(url(lead)).status_code == 404
    assert client_of(colleague).put(url(lead)).status_code == 405


def test_the_list_is_narrowed_by_reason(client_of, manager, lost, reason):
    lead, other = make_lead(), make_lead()
    change_status(lead, lost, by=manager, reason=reason)
    change_status(other, lost, by=manager, reason=StatusReason.objects.get(is_fallback=True))
    answer = client_of(manager).get(reverse("leads:list"), {"reason": reason.pk})

    assert [row.pk for row in answer.context["page"].rows] == [lead.pk]
    assert answer.context["chips"][0][0] == "Too expensive"
    assert "Too expensive" in client_of(manager).get(reverse("leads:filters")).content.decode()


def test_a_status_for_new_leads_asks_nothing_in_the_database(scope):
    with pytest.raises(IntegrityError, match="status_for_new_leads_asks_nothing"), transaction.atomic():
        Status.objects.filter(is_initial=True).update(requires_reason=True)


def test_there_is_one_fallback_in_the_database(scope):
    with pytest.raises(IntegrityError, match="reason_one_fallback"), transaction.atomic():
        StatusReason.objects.update(is_fallback=True)


def test_the_page_asks_a_constant_number_of_queries(client_of, scope, manager):
    lead, client = make_lead(), client_of(manager)

    def asked():
        with CaptureQueriesContext(connection) as queries:
            client.get(url(lead))
        return len(queries)

    asked()
    before = asked()
    for number in range(5):
        Status.objects.create(name=f"Step {number}", position=number)
        StatusReason.objects.create(name=f"Reason {number}", position=number)
    assert asked() == before


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_moves_the_lead(organisation, manager, telecaller):
    with acting_for(organisation):
        lead = make_lead()
        won, invalid = Status.objects.get(kind="won"), Status.objects.get(kind="invalid")
    results = []

    def move(status, by):
        try:
            with acting_for(organisation):
                change_status(lead, status, by=by, version=1)
            results.append("moved")
        except Stale:
            results.append("stale")
        finally:
            connection.close()

    threads = [threading.Thread(target=move, args=pair) for pair in ((won, manager), (invalid, telecaller))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == ["moved", "stale"]


def test_editing_does_not_take_the_reason_away(scope, manager, lost, reason):
    lead = make_lead()
    change_status(lead, lost, by=manager, reason=reason)
    edit_lead(lead, {"city": "Goa"}, by=manager)

    assert lead.reloaded().lost_reason == reason
