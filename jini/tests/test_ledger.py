"""The ledger of erasures: on the disk before anything is deleted, and a restored backup is erased again after it."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from accounts.tenancy import acting_for
from dialer.tests.factories import make_call
from jini.lib.ids import uuid7
from jini.tests.restoring import back_up, restore
from leads.actions.merging import merge_leads
from leads.models import Activity, FollowUp, Lead, LeadPhone
from leads.tests.factories import make_follow_up, make_lead
from privacy import ledger
from privacy.actions import erasing
from privacy.actions.erasing import agree, ask_for, take_step
from privacy.actions.holding import Kept, lift_hold, place_hold
from privacy.ledger import FILE, Kind, note, read
from privacy.ledger_checks import nothing_erased_has_come_back
from privacy.models import Erasure, NotedErasure
from privacy.sweeping import tables
from privacy.tombstones import buried

PHONE, FURTHER, EMAIL, NAME = "+919812345670", "+919812345671", "canary.person@mail.example", "Canary Deshmukh"


@pytest.fixture
def erased(organisation, owner):
    """A function that erases a lead wholly and returns the erasure."""

    def erase(lead):
        with acting_for(organisation):
            made = ask_for(lead.pk, reason=f"{NAME} wrote", by=owner)
            agree(made, by=owner, at_once=True)
        while (again := take_step(organisation, made.pk)) is not None:
            assert again <= timezone.now()
        return made

    return erase


def make_person(telecaller):
    lead = make_lead(name=NAME, phone=PHONE, email=EMAIL, assigned_to=telecaller)
    LeadPhone.objects.create(lead=lead, phone=FURTHER)
    Activity.objects.create(lead=lead, kind="note", at=timezone.now(), text=f"{NAME} says 98123 45670")
    make_follow_up(lead, telecaller, note=f"Ask {NAME}")
    make_call(lead, telecaller, talk=30, note=f"Spoke with {NAME}", started_at=timezone.now())
    return lead


def hits(organisation):
    """In how many tables of the organisation anything of the person stands: an independent look."""
    found = []
    with acting_for(organisation), connection.cursor() as cursor:
        for table, _names in tables():
            cursor.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t")
            text = cursor.fetchone()[0]
            found += [table for canary in (PHONE[3:], FURTHER[3:], EMAIL, NAME) if canary in text]
    return sorted(set(found))


def replayed(capsys):
    call_command("replay_erasures")
    return capsys.readouterr().out


def test_a_restored_backup_is_erased_again(restorable, organisation, telecaller, erased, capsys):
    with acting_for(organisation):
        lead = make_person(telecaller)
        other = make_lead(name="Somebody Else", phone="+919812345699")
    back_up(restorable)
    erased(lead)
    assert hits(organisation) == []

    restore(restorable)
    assert len(hits(organisation)) == 5
    assert [found.id for found in nothing_erased_has_come_back(["default"])] == ["jini.W013"]

    assert "1 unknown to this database: 1 erased again" in replayed(capsys)

    assert hits(organisation) == []
    assert nothing_erased_has_come_back(["default"]) == []
    with acting_for(organisation):
        assert Lead.objects.get().pk == other.pk
        assert buried([PHONE, FURTHER], [EMAIL]) == {PHONE, FURTHER, EMAIL}
        assert Erasure.objects.get().state == "done"
    assert "0 unknown to this database" in replayed(capsys)
    assert len(read().entries) == 1


def test_without_the_ledger_the_backup_would_bring_them_back(
    restorable, organisation, telecaller, erased, capsys, monkeypatch
):
    monkeypatch.setattr(erasing.ledger, "note", lambda *args, **kwargs: None)
    with acting_for(organisation):
        lead = make_person(telecaller)
    back_up(restorable)
    erased(lead)

    restore(restorable)
    replayed(capsys)

    assert hits(organisation) != []


def test_who_came_and_went_after_the_backup_is_not_taken_in_again(restorable, organisation, telecaller, erased, capsys):
    back_up(restorable)
    with acting_for(organisation):
        lead = make_person(telecaller)
    erased(lead)

    restore(restorable)
    assert "1 had not come back" in replayed(capsys)

    with acting_for(organisation):
        assert buried([PHONE], [EMAIL]) == {PHONE, EMAIL}


def test_leads_merged_after_the_backup_all_go(restorable, organisation, telecaller, owner, erased, capsys):
    with acting_for(organisation):
        keep, gone = make_person(telecaller), make_lead(name=NAME, phone="+919812345672")
    back_up(restorable)
    with acting_for(organisation):
        merge_leads(keep, gone, choices=[], by=owner, versions=(keep.version, gone.version))
    erased(keep)

    restore(restorable)
    replayed(capsys)

    assert hits(organisation) == []
    with acting_for(organisation):
        assert not Lead.everything.filter(erased_at=None).exists()


def test_what_a_hold_keeps_is_owed_and_goes_when_it_ends(organisation, telecaller, owner, capsys):
    with acting_for(organisation):
        lead = make_person(telecaller)
        hold = place_hold(Kept(scope="lead", lead_id=lead.pk), reason="Case 12", until=None, by=owner)
    back = NotedErasure.objects.all()
    with transaction.atomic():
        note(Kind.LEAD, lead.pk, organisation=organisation.pk, by=owner.pk)
    back.delete()

    assert "1 wait for a hold" in replayed(capsys)
    assert "0 unknown to this database" in replayed(capsys)

    with acting_for(organisation):
        assert Lead.objects.get(pk=lead.pk).name == NAME
        lift_hold(hold, by=owner)
        made = Erasure.objects.get()
    while take_step(organisation, made.pk) is not None:
        pass
    with acting_for(organisation):
        assert made.reloaded().state == "done"


def test_it_is_written_before_anything_is_deleted_and_only_when_it_cannot_be_called_off(
    organisation, telecaller, owner
):
    with acting_for(organisation):
        lead = make_person(telecaller)
        made = ask_for(lead.pk, reason="", by=owner)
        agree(made, by=owner, at_once=True)
    take_step(organisation, made.pk)
    assert read().entries == []

    take_step(organisation, made.pk)

    entry = read().entries[0]
    assert (entry.subject, entry.organisation, entry.by) == (lead.pk, organisation.pk, owner.pk)
    with acting_for(organisation):
        assert FollowUp.objects.count() == 1


def test_where_it_cannot_be_written_nothing_is_deleted(organisation, telecaller, owner, settings, tmp_path):
    (tmp_path / "file").write_text("")
    settings.ERASURE_LEDGER = tmp_path / "file" / "ledger"
    with acting_for(organisation):
        lead = make_person(telecaller)
        made = ask_for(lead.pk, reason="", by=owner)
        agree(made, by=owner, at_once=True)
    take_step(organisation, made.pk)

    for _again in range(2):
        with pytest.raises(ledger.Unreadable):
            take_step(organisation, made.pk)

    with acting_for(organisation):
        assert made.reloaded().state == "erasing"
        assert FollowUp.objects.count() == 1


def test_no_personal_data_are_in_it(organisation, telecaller, erased, ledger):
    with acting_for(organisation):
        lead = make_person(telecaller)
    erased(lead)

    written = (ledger / FILE).read_text()
    assert str(lead.pk) in written
    assert len(json.loads(written)["marks"]) == 3
    for canary in (PHONE[3:], FURTHER[3:], EMAIL, NAME, "Canary"):
        assert canary not in written


def noted(count=1):
    with transaction.atomic():
        for _number in range(count):
            note(Kind.LEAD, uuid7())


def test_twice_is_once_and_a_step_undone_is_noted_when_it_is_taken_again(db, ledger):
    lead = uuid7()
    with transaction.atomic():
        note(Kind.LEAD, lead)
        transaction.set_rollback(True)
    assert not NotedErasure.objects.exists()

    for _again in range(2):
        with transaction.atomic():
            note(Kind.LEAD, lead)

    assert NotedErasure.objects.count() == 1
    assert [entry.number for entry in read().entries] == [1]
    assert (ledger / FILE).stat().st_mode & 0o077 == 0


def test_a_torn_last_line_is_noticed_and_the_next_entry_stands(db, ledger):
    noted(2)
    whole = (ledger / FILE).read_bytes()
    (ledger / FILE).write_bytes(whole[:-40])
    assert len(read().entries) == 1
    assert "line 2 is torn" in read().faults[0]
    with pytest.raises(CommandError, match="torn"):
        call_command("replay_erasures")

    noted()

    assert [entry.number for entry in read().entries] == [1, 2]
    assert read().faults == []


def test_a_line_that_was_changed_or_taken_out_is_noticed(db, ledger):
    noted(3)
    lines = (ledger / FILE).read_bytes().splitlines(keepends=True)
    for faulty in ([lines[0], lines[2]], [lines[0], lines[1].replace(b'"lead"', b'"user"'), lines[2]], lines[1:]):
        (ledger / FILE).write_bytes(b"".join(faulty))
        assert "missing or were changed" in read().faults[0]
        assert "jini.W012" in {found.id for found in nothing_erased_has_come_back(["default"])}


def test_the_ledger_of_another_installation_is_noticed(db, ledger):
    noted(2)
    (ledger / FILE).unlink()

    assert [found.id for found in nothing_erased_has_come_back(["default"])] == ["jini.W014"]
    assert nothing_erased_has_come_back(None) == []


def test_an_organisation_that_is_not_there_is_no_reason_to_stop(db, capsys):
    with transaction.atomic():
        note(Kind.LEAD, uuid7(), organisation=uuid7(), marks=[("phone", "0" * 64)])
    NotedErasure.objects.all().delete()

    assert "1 had not come back" in replayed(capsys)
    assert nothing_erased_has_come_back(["default"]) == []
