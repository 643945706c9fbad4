"""Reasons, the order of statuses, and the kind of a status in use: in Settings."""

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from leads.actions.statuses import reason_unasked
from leads.models import Status, StatusReason
from leads.tests.factories import make_lead

URL = reverse("leads:statuses")
NEW = reverse("leads:reason_new")


def names(model):
    return [row.name for row in model.objects.in_order()]


def status_answers(status, **changes):
    answers = {"name": status.name, "kind": status.kind, "colour": status.colour, "position": status.position}
    return answers | {"is_active": "on"} | changes


def test_an_organisation_starts_with_reasons_and_lost_asks_for_one(scope):
    assert names(StatusReason) == ["Too expensive", "Bought elsewhere", "No need now", "Cannot reach", "Other"]
    assert [row.name for row in Status.objects.filter(requires_reason=True)] == ["Lost"]
    assert reason_unasked(Status.objects.get(kind="lost")).name == "Other"
    assert reason_unasked(Status.objects.get(kind="won")) is None


def test_a_reason_is_added_changed_and_moved_up(client_of, scope, admin):
    client = client_of(admin)
    assert client.get(NEW).status_code == 200
    assert client.post(NEW, {"name": "Moved away", "name_hi": "शहर छोड़ा", "is_active": "on"}).url == URL
    added = StatusReason.objects.get(name="Moved away")
    page = reverse("leads:reason", args=[added.pk])
    client.post(page, {"name": "Left town", "is_active": "on", "is_fallback": "on"})

    assert StatusReason.objects.get(is_fallback=True).name == "Left town"
    assert "Change history" in client.get(page).content.decode()
    assert client.post(reverse("leads:reason_order", args=[added.pk]), {"go": "earlier"}).url == URL
    assert names(StatusReason)[-2:] == ["Left town", "Other"]
    assert "Left town" in client.get(URL).content.decode()


@pytest.mark.parametrize(
    ("sent", "field"), [({"name": ""}, "name"), ({"name": "OTHER"}, "name"), ({"is_fallback": "on"}, "is_active")]
)
def test_a_wrong_reason_is_refused(client_of, scope, admin, sent, field):
    answer = client_of(admin).post(NEW, {"name": "New one", "name_hi": ""} | sent)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]


def test_the_fallback_is_moved_and_never_taken_away(client_of, scope, admin):
    fallback = StatusReason.objects.get(is_fallback=True)
    answer = client_of(admin).post(
        reverse("leads:reason", args=[fallback.pk]), {"name": fallback.name, "is_active": "on"}
    )

    assert list(answer.context["form"].errors) == ["is_fallback"]


def test_statuses_change_places_and_the_ends_stay(client_of, scope, admin):
    client, before = client_of(admin), names(Status)
    first, last = Status.objects.in_order().first(), Status.objects.in_order().last()
    client.post(reverse("leads:status_order", args=[first.pk]), {"go": "earlier"})
    client.post(reverse("leads:status_order", args=[last.pk]), {"go": "later"})
    assert names(Status) == before

    client.post(reverse("leads:status_order", args=[first.pk]), {"go": "later"})
    assert names(Status) == [before[1], before[0], *before[2:]]
    assert AuditEntry.objects.filter(verb="status.moved").count() == 1


def test_equal_positions_are_put_in_order_at_the_first_move(client_of, scope, admin):
    Status.objects.update(position=0)
    second = list(Status.objects.in_order())[1]
    client_of(admin).post(reverse("leads:status_order", args=[second.pk]), {"go": "earlier"})

    assert [row.position for row in Status.objects.in_order()] == list(range(7))
    assert Status.objects.in_order().first() == second


def test_a_status_with_leads_changes_its_kind_only_when_it_is_meant(client_of, scope, admin):
    status, client = Status.objects.get(name="Interested"), client_of(admin)
    page = reverse("leads:status", args=[status.pk])
    make_lead(status=status)
    refused = client.post(page, status_answers(status, kind="on_hold"))
    assert refused.status_code == 422
    assert "1 leads are in this status" in refused.content.decode()
    assert 'name="is_meant"' in refused.content.decode()

    assert client.post(page, status_answers(status, kind="on_hold", is_meant="on")).status_code == 302
    assert Status.objects.get(pk=status.pk).kind == "on_hold"
    assert 'name="is_meant"' not in client.get(page).content.decode()


def test_an_empty_status_changes_its_kind_at_once(client_of, scope, admin):
    status = Status.objects.get(name="Interested")

    answer = client_of(admin).post(reverse("leads:status", args=[status.pk]), status_answers(status, kind="on_hold"))

    assert answer.status_code == 302


def test_the_status_of_new_leads_asks_for_no_reason(client_of, scope, admin):
    first = Status.objects.get(is_initial=True)
    sent = status_answers(first, is_initial="on", requires_reason="on")
    answer = client_of(admin).post(reverse("leads:status", args=[first.pk]), sent)

    assert list(answer.context["form"].errors) == ["requires_reason"]


def test_others_may_not(client_of, scope, admin, manager, outsider):
    reason, status = StatusReason.objects.first(), Status.objects.first()
    orders = [
        reverse("leads:reason_order", args=[reason.pk]),
        reverse("leads:status_order", args=[status.pk]),
    ]
    for url in orders:
        assert client_of(manager).post(url).status_code == 403
        assert client_of(outsider).post(url).status_code == 404
        assert client_of(admin).get(url).status_code == 405
    page = reverse("leads:reason", args=[reason.pk])
    assert client_of(manager).get(page).status_code == 403
    assert client_of(outsider).get(page).status_code == 404
    assert client_of(admin).put(page).status_code == 405
