"""Legal holds: they keep exactly what they name, against an oracle in plain Python, and nothing else."""

import datetime as dt
import random

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.tenancy import acting_for
from dialer.models import Call
from dialer.tests.factories import make_call
from leads.actions.merging import CannotMerge, merge_leads
from leads.models import ImportBatch, ImportRow, Lead
from leads.tests.factories import make_lead
from privacy.actions.holding import Kept, lift_hold, place_hold
from privacy.actions.purging import purge_some
from privacy.models import LegalHold, RetentionRun

DAY = dt.timedelta(days=1)
PAGE = "/settings/holds/"


def purge(organisation):
    while purge_some(organisation):
        pass


@pytest.fixture
def calls(organisation, telecaller, colleague):
    """Calls of two leads and two telecallers, of several ages, all of them due."""
    with acting_for(organisation):
        leads = [make_lead(), make_lead()]
        return [
            make_call(lead, who, started_at=timezone.now() - days * DAY)
            for lead in leads
            for who in (telecaller, colleague)
            for days in (400, 450, 500)
        ]


def is_kept(call, hold, zone):
    """The oracle: what a hold says, in words of Python."""
    if hold.rule and hold.rule != "calls":
        return False
    if hold.scope == "lead" and call.lead_id != hold.lead_id:
        return False
    if hold.scope == "member" and call.telecaller_id != hold.member_id:
        return False
    day = call.started_at.astimezone(zone).date()
    return not ((hold.records_from and day < hold.records_from) or (hold.records_until and day > hold.records_until))


@pytest.mark.parametrize("seed", range(12))
def test_a_purge_leaves_what_the_oracle_keeps_and_nothing_else(organisation, calls, admin, telecaller, seed):
    chance = random.Random(seed)
    with acting_for(organisation):
        placed = [one_hold(chance, calls, telecaller, admin) for _each in range(chance.randint(1, 3))]
        lifted = [hold for hold in placed if chance.random() < 0.3]
        for hold in lifted:
            lift_hold(hold, by=admin)
    in_force = [hold for hold in placed if hold not in lifted]
    expected = {c.pk for c in calls if any(is_kept(c, hold, organisation.zone) for hold in in_force)}

    purge(organisation)

    with acting_for(organisation):
        assert set(Call.objects.values_list("pk", flat=True)) == expected
        run = RetentionRun.objects.get(rule="calls")
        assert (run.removed, run.held) == (len(calls) - len(expected), len(expected))


def one_hold(chance, calls, telecaller, admin):
    scope = chance.choice(["lead", "member", "organisation"])
    first, last = sorted(timezone.localdate() - chance.randint(380, 520) * DAY for _each in range(2))
    kept = Kept(
        scope=scope,
        lead_id=chance.choice(calls).lead_id if scope == "lead" else None,
        member=telecaller if scope == "member" else None,
        rule=chance.choice(["", "calls", "notices"]),
        records_from=first if chance.random() < 0.5 else None,
        records_until=last if chance.random() < 0.5 else None,
    )
    return place_hold(kept, reason="Case 12 of 2026", until=None, by=admin)


def test_without_the_condition_the_held_calls_would_go(organisation, calls, admin, monkeypatch):
    with acting_for(organisation):
        place_hold(Kept(scope="organisation"), reason="Case 12", until=None, by=admin)
    monkeypatch.setattr("privacy.actions.purging.held", lambda *_asked: None)

    purge(organisation)

    with acting_for(organisation):
        assert not Call.objects.exists()


def test_a_hold_that_ended_keeps_nothing(organisation, calls, admin):
    with acting_for(organisation):
        place_hold(Kept(scope="organisation"), reason="Case 12", until=timezone.now(), by=admin)

    purge(organisation)

    with acting_for(organisation):
        assert not Call.objects.exists()


def test_a_hold_on_a_lead_keeps_its_row_of_an_import(organisation, admin):
    with acting_for(organisation):
        mine, other = make_lead(), make_lead()
        batch = ImportBatch.objects.create(
            created_by=admin, file="x.csv", file_name="x.csv", file_bytes=1, state="done"
        )
        for number, lead in enumerate((mine, other)):
            ImportRow.objects.create(batch=batch, number=number, verdict="duplicate", lead=lead)
        ImportBatch.objects.filter(pk=batch.pk).update(created_at=timezone.now() - 40 * DAY)
        place_hold(Kept(scope="lead", lead_id=mine.pk), reason="Case 12", until=None, by=admin)

    purge(organisation)

    with acting_for(organisation):
        assert ImportRow.objects.get().lead == mine
        assert ImportBatch.objects.get().file == ""


def test_two_leads_one_of_which_is_held_are_not_merged(organisation, admin):
    with acting_for(organisation):
        keep, gone = make_lead(), make_lead()
        hold = place_hold(Kept(scope="lead", lead_id=gone.pk), reason="Case 12", until=None, by=admin)
        with pytest.raises(CannotMerge, match="legal hold"):
            merge_leads(keep, gone, choices=[], by=admin, versions=(keep.version, gone.version))
        lift_hold(hold, by=admin)
        merge_leads(keep, gone, choices=[], by=admin, versions=(keep.version, gone.version))


@pytest.mark.parametrize(
    "fields", [{"scope": "lead"}, {"scope": "member"}, {"scope": "organisation", "lead_id": "1" * 32}]
)
def test_the_database_refuses_a_hold_without_its_subject(scope, admin, fields):
    with pytest.raises(IntegrityError, match="legal_hold_scope_fits"), transaction.atomic():
        LegalHold.objects.create(**fields, reason="x", placed_by=admin)


def test_the_database_refuses_a_time_the_wrong_way_round(scope, admin):
    first, last = dt.date(2026, 2, 1), dt.date(2026, 1, 1)
    with pytest.raises(IntegrityError, match="legal_hold_time_in_order"), transaction.atomic():
        LegalHold.objects.create(
            scope="organisation", records_from=first, records_until=last, reason="x", placed_by=admin
        )


def test_an_admin_places_a_hold_on_the_lead_with_a_number_and_lifts_it(client_of, admin, scope):
    lead = make_lead(name="Suresh Patil")
    client = client_of(admin)

    response = client.post(PAGE, {"scope": "lead", "phone": lead.phone, "reason": "Case 12 of 2026"})

    assert response.status_code == 302
    hold = LegalHold.objects.get()
    assert (hold.lead_id, hold.placed_by) == (lead.pk, admin)
    assert "Suresh Patil" in client.get(PAGE).content.decode()
    for _press in range(2):
        assert client.post(reverse("privacy:hold_lifting", args=[hold.pk])).status_code == 302
    hold.refresh_from_db()
    assert not hold.is_in_force
    assert hold.lifted_by == admin


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"scope": "lead", "phone": ""}, "phone"),
        ({"scope": "lead", "phone": "+919999999999"}, "phone"),
        ({"scope": "member"}, "member"),
        ({"scope": "organisation", "until": "2020-01-01"}, "until"),
        ({"scope": "organisation", "records_from": "2026-02-01", "records_until": "2026-01-01"}, "records_until"),
        ({"scope": "organisation", "reason": ""}, "reason"),
        ({"scope": "organisation", "rule": "nothing"}, "rule"),
    ],
)
def test_what_is_missing_is_said(client_of, admin, fields, field):
    response = client_of(admin).post(PAGE, {"reason": "Case 12"} | fields)

    assert response.status_code == 422
    assert field in response.context["form"].errors


def test_others_lift_nothing(client_of, admin, manager, outsider, organisation):
    with acting_for(organisation):
        hold = place_hold(Kept(scope="organisation"), reason="Case 12", until=None, by=admin)
    address = reverse("privacy:hold_lifting", args=[hold.pk])

    assert client_of(manager).post(address).status_code == 403
    assert client_of(outsider).post(address).status_code == 404
    assert client_of(admin).get(address).status_code == 405


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_as_often_for_many_as_for_one(client_of, admin, organisation, django_assert_num_queries, count):
    with acting_for(organisation):
        for _each in range(count):
            place_hold(Kept(scope="lead", lead_id=make_lead().pk), reason="Case 12", until=None, by=admin)
    client = client_of(admin)
    client.get(PAGE)

    with django_assert_num_queries(15):
        client.get(PAGE)


@pytest.mark.parametrize("scope", ["member", "rule"])
def test_a_lead_whose_time_is_over_stays_while_a_hold_keeps_something_about_it(organisation, telecaller, admin, scope):
    ago = timezone.now() - 800 * DAY
    with acting_for(organisation):
        lead, other = make_lead(), make_lead()
        call = make_call(lead, telecaller, talk=10, started_at=ago, note="As agreed")
        Lead.objects.update(created_at=ago, updated_at=ago, last_called_at=ago)
        kept = Kept("member", member=telecaller) if scope == "member" else Kept("organisation", rule="calls")
        hold = place_hold(kept, reason="Case 12", until=None, by=admin)

    purge(organisation)

    with acting_for(organisation):
        assert Call.objects.get().note == "As agreed"
        assert list(Lead.everything.filter(erased_at=None)) == [lead]
        assert not Lead.everything.filter(pk=other.pk).exists()
        lift_hold(hold, by=admin)
        RetentionRun.objects.all().delete()
    purge(organisation)
    with acting_for(organisation):
        assert not Lead.everything.filter(erased_at=None).exists()
        assert not Call.objects.filter(pk=call.pk).exists()
