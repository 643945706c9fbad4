"""Bulk jobs over what else a lead has: custom fields, reasons, files, follow-ups."""

import pytest
from django.urls import reverse
from django.utils import timezone

from jini.lib.ids import uuid7
from leads.actions.editing import change_status
from leads.models import Activity, CustomField, FollowUp, Lead, Status, StatusReason
from leads.tests.factories import make_field, make_follow_up, make_lead
from leads.tests.test_bulk import begin, do, reasons, to_one, undo, work
from leads.tests.test_bulk_export import downloaded, rows_of, storage  # noqa: F401 -- a fixture


@pytest.fixture
def lost(scope):
    return Status.objects.get(kind=Status.Kind.LOST)


@pytest.fixture
def why(scope):
    return StatusReason.objects.get(name="Too expensive")


def confirm(client, key, **fields):
    return client.post(f"{reverse('leads:bulk', args=[key])}?all=1", {"job": str(uuid7()), **fields})


def test_a_reason_is_asked_once_for_all_and_goes_with_the_undo(scope, manager, lost, why):
    other = StatusReason.objects.get(name="Other")
    fresh, gone = make_lead(), make_lead()
    change_status(gone, lost, by=manager, reason=other)
    open_one = Status.objects.get(is_initial=True)

    job = do("status", {"status": str(lost.pk), "reason": str(why.pk)}, manager, leads=[fresh, gone])

    # Who was lost before is lost for another reason now.
    assert (fresh.reloaded().lost_reason, gone.reloaded().lost_reason) == (why, why)
    assert reasons(job) == []
    line = Activity.objects.filter(lead=fresh, kind=Activity.Kind.STATUS).get()
    assert line.details["reason"] == str(why.pk)
    undo(job, manager)
    assert (fresh.reloaded().status, fresh.reloaded().lost_reason) == (open_one, None)
    assert (gone.reloaded().status, gone.reloaded().lost_reason) == (lost, other)
    job = do("status", {"status": str(open_one.pk), "reason": None}, manager, leads=[gone])
    assert gone.reloaded().lost_reason is None
    undo(job, manager)
    assert gone.reloaded().lost_reason == other


def test_the_undo_leaves_a_reason_that_somebody_chose_since(scope, manager, lost, why):
    other, lead = StatusReason.objects.get(name="Other"), make_lead()
    again = make_lead()
    change_status(again, lost, by=manager, reason=why)
    job = do("status", {"status": str(lost.pk), "reason": str(why.pk)}, manager, leads=[lead, again])
    assert reasons(job) == ["same"]
    change_status(lead, lost, by=manager, reason=other)

    job = undo(job, manager)

    assert lead.reloaded().lost_reason == other
    assert sorted(job.rows.values_list("reason", flat=True)) == ["changed", "same"]


def test_a_status_that_asks_is_not_entered_without_a_reason(client_of, manager, lost, why):
    make_lead()
    client = client_of(manager)

    assert confirm(client, "status", status=lost.pk).status_code == 422
    assert confirm(client, "status", status=lost.pk, reason=why.pk).status_code == 302


def test_a_custom_filter_chooses_what_it_shows(scope, manager, telecaller):
    field = make_field(CustomField.Kind.CHOICE, "Gold", "Silver")
    chosen, other = make_lead(custom={field.key: "1"}), make_lead(custom={field.key: "2"})

    work(begin("assign", to_one(telecaller), manager, query={field.key: "1"}))

    assert (chosen.reloaded().assigned_to, other.reloaded().assigned_to) == (telecaller, None)


def test_a_filter_over_a_field_that_went_meanwhile_lets_nothing_in(scope, manager, telecaller):
    field = make_field(CustomField.Kind.CHOICE, "Gold")
    lead = make_lead(custom={field.key: "1"})
    job = begin("assign", to_one(telecaller), manager, query={field.key: "1"})
    CustomField.objects.update(is_active=False)

    job = work(job)

    assert lead.reloaded().assigned_to is None
    assert job.state == "failed"


def test_answers_are_written_into_the_file(client_of, scope, manager):
    plan = make_field(CustomField.Kind.CHOICES, "Gold", "Silver", name="Plan")
    budget = make_field(CustomField.Kind.MONEY, name="Budget")
    make_lead(name="Asha", custom={plan.key: ["1", "2"], budget.key: "5000.00"})
    make_lead(name="=cmd", custom={})

    job = do(
        "export", {"kind": "csv", "columns": ["name", plan.key, budget.key]}, manager, leads=list(Lead.objects.all())
    )
    rows = rows_of(downloaded(client_of(manager), job))

    assert rows[0] == ["Name", "Plan", "Budget"]
    assert ["Asha", "Gold, Silver", "5000.00"] in rows
    assert ["'=cmd", "", ""] in rows


def test_an_export_offers_the_custom_fields(client_of, scope, manager):
    make_lead()
    make_field(name="Policy number")

    page = client_of(manager).get(f"{reverse('leads:bulk', args=['export'])}?all=1").content.decode()

    assert "Policy number" in page


def test_what_is_handed_over_with_a_lead_is_counted_from_then(scope, manager, telecaller, colleague):
    lead = make_lead(assigned_to=telecaller)
    owed = make_follow_up(lead, telecaller)
    before = timezone.now()

    do("assign", to_one(colleague), manager, leads=[lead])

    moved = FollowUp.objects.get(pk=owed.pk)
    assert moved.assigned_to == colleague
    assert moved.assigned_at >= before
