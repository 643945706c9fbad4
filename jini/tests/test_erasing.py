"""Erasing a lead: everything about the person goes, figures stay, holds stop it, and the look afterwards is honest."""

import datetime as dt
import json
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.tenancy import acting_for
from accounts.tests.factories import PASSWORD
from dialer.models import Call, CallEvent, DeviceCall, QueueEntry
from dialer.tests.factories import make_call, make_entry
from jini.lib import erasing as registry
from jini.lib.erasing import Step
from jini.lib.work import handler_of
from leads.actions.binning import restore_lead
from leads.actions.merging import CannotMerge, merge_leads
from leads.models import Activity, ImportBatch, ImportRow, Lead, LeadFile, LeadPhone
from leads.tests.factories import make_field, make_follow_up, make_lead
from privacy.actions import erasing
from privacy.actions.erasing import ERASE, AlreadyAsked, agree, ask_for, close, look_again, refuse, take_step, withdraw
from privacy.actions.holding import Kept, lift_hold, place_hold
from privacy.models import Erasure, Tombstone
from privacy.sweeping import look, pattern, tables
from reports.actions.rollups import rebuild
from reports.models import DayFigures

PHONE, FURTHER, EMAIL, NAME = "+919812345670", "+919812345671", "canary.person@mail.example", "Canary Deshmukh"
DAY = dt.timedelta(days=1)


@pytest.fixture
def person(organisation, telecaller, manager):
    """A lead with a canary in every text that can be about it."""
    with acting_for(organisation):
        field = make_field()
        batch = ImportBatch.objects.create(
            created_by=manager, file=ContentFile(f"{NAME},{PHONE}".encode(), "list.csv"), file_name="a.csv", file_bytes=9,
            header=["Name", NAME], preview={"sample": [NAME]}, state="done",
        )  # fmt: skip
        lead = make_lead(
            name=NAME, phone=PHONE, email=EMAIL, address=f"12 {NAME} Road", city="Pune", custom={field.key: EMAIL},
            assigned_to=telecaller, import_batch=batch,
        )  # fmt: skip
        LeadPhone.objects.create(lead=lead, phone=FURTHER)
        Activity.objects.create(lead=lead, kind="note", at=timezone.now(), text=f"{NAME} says 98123 45670")
        ImportRow.objects.create(batch=batch, number=1, verdict="duplicate", lead=lead, original=[NAME, PHONE])
        LeadFile.objects.create(
            lead=lead, name=f"{NAME}.pdf", file=ContentFile(b"x", "x.pdf"), bytes=1, content_type="application/pdf",
            sha256="0" * 64, added_by=manager, added_at=timezone.now(),
        )  # fmt: skip
        make_follow_up(lead, telecaller, note=f"Ask {NAME}")
        make_entry(lead)
        call = make_call(lead, telecaller, talk=30, note=f"Spoke with {NAME}", started_at=timezone.now() - DAY)
        CallEvent.objects.create(
            provider="simulator", event_key="1", call_token=call.pk, leg="customer", payload={"To": PHONE},
            received_at=timezone.now(),
        )  # fmt: skip
        DeviceCall.objects.create(
            telecaller=telecaller, call=call, joined="new", phone=PHONE, direction="outgoing", logged_at=timezone.now(),
            seconds=30, received_at=timezone.now(),
        )  # fmt: skip
    return lead


def ask(organisation, lead, by, *, at_once=True):
    with acting_for(organisation):
        made = ask_for(lead.pk, reason=f"{NAME} wrote a letter", by=by)
        agree(made, by=by, at_once=at_once)
    return made


def erase(organisation, lead, by):
    made = ask(organisation, lead, by)
    go_on(organisation, made)
    with acting_for(organisation):
        return made.reloaded()


def go_on(organisation, made):
    """Take every step; fail when it waits."""
    while (again := take_step(organisation, made.pk)) is not None:
        assert again <= timezone.now()


def everything_of(organisation):
    """All rows of all tables of the organisation, as one text: the independent count of what is left."""
    texts = []
    with acting_for(organisation), connection.cursor() as cursor:
        for table, _names in tables():
            cursor.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t")
            texts.append(cursor.fetchone()[0])
    return " ".join(texts)


def test_nothing_of_the_person_is_left_anywhere(organisation, person, owner):
    before = everything_of(organisation)
    list_file = Path(person.import_batch.file.path)
    assert list_file.exists()

    done = erase(organisation, person, owner)

    assert (done.state, done.found, done.values) == ("done", {}, None)
    after = everything_of(organisation)
    for canary in (PHONE, FURTHER, EMAIL, NAME, "98123 45670", PHONE[3:]):
        assert canary in before or canary == "98123 45670"
        assert canary not in after
    assert not list_file.exists()
    with acting_for(organisation):
        assert not QueueEntry.objects.exists()
        lead = Lead.everything.get(pk=person.pk)
        assert (lead.name, lead.display_name) == ("", "An erased person")
        assert restore_lead(lead, by=owner).deleted_at is not None


def test_the_certificate_counts_what_an_independent_look_counts(organisation, person, owner):
    with acting_for(organisation):
        expected = {
            "leads.Activity": Activity.objects.count(),
            "leads.FollowUp": 1,
            "leads.LeadPhone": 1,
            "leads.LeadFile": 1,
            "leads.ImportRow": 1,
            "leads.ImportBatch": 1,
            "leads.Lead": 1,
            "dialer.Call": Call.objects.count(),
            "dialer.CallEvent": 1,
            "dialer.DeviceCall": 1,
            "dialer.QueueEntry": QueueEntry.objects.count(),
        }

    said = erase(organisation, person, owner).certificate

    assert said["erased"] == expected
    assert "privacy.DoNotCall" in said["kept"]
    assert said["looked_through"]["columns"] > 100
    assert NAME not in json.dumps(said)


def test_figures_are_as_they_were(organisation, person, owner):
    rebuild(organisation)
    with acting_for(organisation):
        before = list(
            DayFigures.objects.order_by("day", "pk").values("day", "total_calls", "talk_time", "connected_calls")
        )

    erase(organisation, person, owner)
    rebuild(organisation)

    with acting_for(organisation):
        after = list(
            DayFigures.objects.order_by("day", "pk").values("day", "total_calls", "talk_time", "connected_calls")
        )
        assert Call.objects.get().talk_seconds == 30
    assert after == before


def test_a_lead_that_nobody_called_is_gone_altogether(organisation, owner):
    with acting_for(organisation):
        lead = make_lead(name=NAME, phone=PHONE)

    erase(organisation, lead, owner)

    with acting_for(organisation):
        assert not Lead.everything.exists()
        assert Tombstone.objects.count() == 1


def test_merged_leads_are_the_same_person(organisation, owner):
    with acting_for(organisation):
        keep, gone = make_lead(name=NAME, phone=PHONE), make_lead(name="C Deshmukh", phone=FURTHER)
        merge_leads(keep, gone, choices=[], by=owner, versions=(keep.version, gone.version))

    done = erase(organisation, keep, owner)

    assert done.state == "done"
    assert FURTHER not in everything_of(organisation)
    assert done.certificate["erased"]["leads.Lead"] == 2


def test_killed_after_any_step_it_goes_on(organisation, person, owner):
    """Each step is one transaction; a step that is undone before its commit is taken again."""
    made = ask(organisation, person, owner)
    steps = 0
    while True:
        with transaction.atomic():
            take_step(organisation, made.pk)
            transaction.set_rollback(True)
        steps += 1
        if take_step(organisation, made.pk) is None:
            break

    with acting_for(organisation):
        assert made.reloaded().state == "done"
    assert steps > 10
    assert PHONE not in everything_of(organisation)


def test_the_look_meets_what_the_registry_does_not_know(organisation, person, owner, telecaller):
    with acting_for(organisation):
        other = make_lead(name="Somebody Else")
        note = Activity.objects.create(lead=other, kind="note", at=timezone.now(), text="Ask (981) 234-5670 too")

    found = erase(organisation, person, owner)

    assert (found.state, found.found) == ("found", {"leads_activity.text": 1})
    assert found.values
    with acting_for(organisation):
        Activity.objects.filter(pk=note.pk).update(text="")
        look_again(found, by=owner)
    go_on(organisation, found)
    with acting_for(organisation):
        assert found.reloaded().state == "done"


def test_what_is_somebody_elses_is_closed_with_a_reason_on_the_certificate(organisation, person, owner):
    with acting_for(organisation):
        LeadPhone.objects.create(lead=make_lead(), phone=PHONE)
    found = erase(organisation, person, owner)

    with acting_for(organisation):
        close(found, why="The number of the whole family", by=owner)
        done = found.reloaded()
    assert (done.state, done.values) == ("done", None)
    assert done.certificate["found"] == {"leads_leadphone.phone": 1}


def test_without_a_step_the_look_would_find_what_it_left(organisation, person, owner, monkeypatch):
    kept = [step for step in registry.steps() if step.model != "leads.FollowUp"]
    monkeypatch.setattr(erasing, "steps", lambda: kept)

    assert "leads_followup.note" in erase(organisation, person, owner).found


@pytest.mark.parametrize("scope", ["organisation", "lead", "member"])
def test_a_hold_stops_it_and_lifting_lets_it_go_on(organisation, person, owner, telecaller, scope):
    with acting_for(organisation):
        hold = place_hold(
            Kept(
                scope=scope,
                lead_id=person.pk if scope == "lead" else None,
                member=telecaller if scope == "member" else None,
            ),
            reason="Case 12",
            until=None,
            by=owner,
        )
    made = ask(organisation, person, owner)

    assert take_step(organisation, made.pk) > timezone.now() + dt.timedelta(hours=1)
    with acting_for(organisation):
        assert Lead.objects.get(pk=person.pk).name == NAME
        lift_hold(hold, by=owner)
    go_on(organisation, made)
    assert PHONE not in everything_of(organisation)


@pytest.mark.parametrize("kept", [{"rule": "notices"}, {"records_until": dt.date(2020, 1, 1), "rule": "calls"}])
def test_a_hold_on_something_else_does_not_stop_it(organisation, person, owner, kept):
    with acting_for(organisation):
        place_hold(Kept(scope="lead", lead_id=person.pk, **kept), reason="Case 12", until=None, by=owner)
        place_hold(Kept(scope="lead", lead_id=make_lead().pk), reason="Case 13", until=None, by=owner)

    assert erase(organisation, person, owner).state == "done"


def test_it_waits_for_a_call_and_for_its_day(organisation, person, owner, telecaller):
    made = ask(organisation, person, owner, at_once=False)
    due = take_step(organisation, made.pk)
    assert timezone.now() + 2.9 * DAY < due < timezone.now() + 3.1 * DAY
    with acting_for(organisation):
        agree(made, by=owner, at_once=True)
        Call.objects.update(closed_at=None, ended_at=None)

    assert take_step(organisation, made.pk) < timezone.now() + dt.timedelta(minutes=2)
    with acting_for(organisation):
        assert Lead.objects.filter(pk=person.pk).exists()


def test_it_is_asked_for_once_and_ended_before_it_begins(organisation, person, owner, admin):
    with acting_for(organisation):
        made = ask_for(person.pk, reason="", by=owner)
        with pytest.raises(AlreadyAsked):
            ask_for(person.pk, reason="", by=admin)
        assert withdraw(made, by=owner)
        again = ask_for(person.pk, reason="", by=owner)
        assert agree(again, by=admin)
        assert not agree(again, by=admin)
        assert refuse(again, why="A debt is open", by=admin)
        assert not refuse(again, why="A debt is open", by=admin)
    assert handler_of(ERASE).run(organisation, again.pk) is None
    with acting_for(organisation):
        assert Lead.objects.filter(pk=person.pk).exists()
        assert AuditEntry.objects.filter(verb="erasure.refused").count() == 1


def test_a_lead_that_is_to_be_erased_is_not_merged(organisation, person, owner):
    with acting_for(organisation):
        ask_for(person.pk, reason="", by=owner)
        other = make_lead()
        with pytest.raises(CannotMerge, match="to be erased"):
            merge_leads(other, person, choices=[], by=owner, versions=(other.version, person.version))


def test_a_long_kept_lead_goes_with_all_that_is_about_it(organisation, person, owner):
    from privacy.actions.purging import purge_some  # noqa: PLC0415

    with acting_for(organisation):
        long_ago = timezone.now() - 731 * DAY
        Lead.objects.filter(pk=person.pk).update(created_at=long_ago, last_called_at=long_ago, updated_at=long_ago)
    while purge_some(organisation):
        pass

    assert PHONE not in everything_of(organisation)
    with acting_for(organisation):
        assert not Tombstone.objects.exists()


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("9812345670", True),
        ("+91 98123-45670.", True),
        ("(981) 234 5670", True),
        ("19812345670", False),
        ("98123456701", False),
        (EMAIL.upper(), True),
        (f"see {NAME.lower()}", True),
        ("Canary", False),
    ],
)
def test_the_look_reads_numbers_as_people_write_them(scope, text, is_found):
    Activity.objects.create(lead=make_lead(), kind="note", at=timezone.now(), text=text)
    wanted = pattern({"phones": [PHONE], "emails": [EMAIL], "names": [NAME]})

    assert dict(look("leads_activity", ["text"], wanted)) == ({"leads_activity.text": 1} if is_found else {})
    assert dict(look("leads_activity", ["text"], pattern({}))) == {}


def test_every_table_with_a_way_to_a_lead_has_a_step(db):
    models = [step.model for step in registry.steps()]

    assert {"leads.Activity", "dialer.Call", "dialer.Skip", "leads.ImportRow"} <= set(models)
    assert len(models) == len(set(models))
    assert all(isinstance(step, Step) for step in registry.steps())


def test_the_database_keeps_an_erasure_in_order(scope, owner):
    lead = make_lead()
    for fields, name in (
        ({"state": "waiting"}, "waits_for_a_day"),
        ({"state": "done"}, "done_knows_nobody"),
        ({"decided_at": timezone.now()}, "decided_at_and_by"),
    ):
        with pytest.raises(IntegrityError, match=f"erasure_{name}"), transaction.atomic():
            Erasure.objects.create(lead_id=lead.pk, asked_by=owner, **fields)
    Tombstone.objects.create(kind="phone", digest="x")
    with pytest.raises(IntegrityError, match="tombstone_once"), transaction.atomic():
        Tombstone.objects.create(kind="phone", digest="x")
    with pytest.raises(IntegrityError, match="lead_erased_is_empty"), transaction.atomic():
        Lead.objects.filter(pk=lead.pk).update(erased_at=timezone.now())


def test_an_owner_erases_at_once_with_the_password_alone(client_of, organisation, person, owner, admin):
    with acting_for(organisation):
        made = ask_for(person.pk, reason="", by=admin)
    address = reverse("privacy:request_at_once", args=[made.pk])

    assert client_of(admin).post(address).status_code in {302, 403}
    with acting_for(organisation):
        assert made.reloaded().state == "asked"
    client = client_of(owner)
    assert client.post(address).url.startswith("/accounts/reauthenticate/")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert client.post(address).url == reverse("privacy:request", args=[made.pk])
    with acting_for(organisation):
        assert made.reloaded().due_at <= timezone.now()
