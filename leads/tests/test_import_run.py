"""The run: what stands in the database afterwards, also when it is stopped, tried twice, raced or undone."""

import pytest
from django.db import connection

from accounts.tenancy import acting_for
from jini.lib.jobs import JobState
from leads.actions import importing, undoing_import
from leads.actions.editing import add_note, edit_lead
from leads.importing import ahead, loading, stored
from leads.models import Activity, ImportBatch, ImportRow, Lead, LeadPhone, LeadTag, Tag
from leads.tests.factories import make_follow_up, make_lead
from leads.tests.importing import import_list, look, run, step, storage, upload  # noqa: F401 -- a fixture
from privacy.models import DoNotCall

LIST = """Name,Mobile,City,Email,Value,Note
Kavita Rao,90000 00022,Pune,kavita@mail.example,"₹1,85,000",Call in the evening
राजेश गुप्ता,९०००० ०००२३ / 90000 00024,पुणे,,,
Bhavna Shah,90000 0024,Nashik,,,
,9000000025,,nonsense,,
Kavita R,9000000022,Mumbai,kavita@mail.example,,again
"""

pytestmark = pytest.mark.usefixtures("storage")


def counted(batch):
    return {name: batch.counts[name] for name in importing.COUNTED}


def test_a_list_becomes_leads(scope, manager, telecaller, colleague, django_capture_on_commit_callbacks):
    tag = Tag.objects.create(name="expo")
    options = {"source": "Expo", "legal_ground": "enquiry", "tags": [str(tag.pk)]}
    with django_capture_on_commit_callbacks(execute=True):
        batch = import_list(LIST, manager, owners=[str(telecaller.pk), str(colleague.pk)], **options)

    assert batch.state == JobState.DONE
    assert counted(batch) == {"new": 3, "updated": 0, "duplicate": 1, "error": 1, "warnings": 1}
    kavita, rajesh, nameless = Lead.objects.order_by("phone")
    assert (kavita.name, kavita.city, kavita.email, str(kavita.value)) == (
        "Kavita Rao", "Pune", "kavita@mail.example", "185000.00"
    )  # fmt: skip
    assert (kavita.source, kavita.legal_ground, kavita.status.is_initial) == ("Expo", "enquiry", True)
    assert [lead.assigned_to for lead in (kavita, rajesh, nameless)] == [telecaller, colleague, telecaller]
    assert (kavita.import_batch_id, kavita.created_by) == (batch.pk, manager)
    assert LeadPhone.objects.get().phone == "+919000000024"
    assert LeadTag.objects.count() == 3
    assert Activity.objects.get(kind=Activity.Kind.NOTE).text == "Call in the evening"
    assert nameless.email == ""
    assert not stored.rows_path(batch).exists()


def test_every_row_that_is_no_new_lead_is_kept_with_its_reason(scope, manager):
    batch = import_list(LIST, manager)

    kept = {row.number: (row.verdict, row.errors, row.original) for row in batch.rows.all()}
    assert kept[4] == (
        "error",
        [{"field": "phone", "code": "phone_invalid"}],
        ["Bhavna Shah", "90000 0024", "Nashik"],
    )
    assert kept[5][:2] == ("new", [{"field": "email", "code": "email_invalid"}])
    assert kept[6][0] == "duplicate"
    assert set(kept) == {4, 5, 6}


@pytest.mark.parametrize(
    ("duplicates", "name", "city", "counts"),
    [
        ("skip", "Old", "", {"new": 2, "updated": 0, "duplicate": 2, "error": 1}),
        ("link", "Old", "", {"new": 2, "updated": 0, "duplicate": 2, "error": 1}),
        ("fill", "Old", "Pune", {"new": 2, "updated": 1, "duplicate": 1, "error": 1}),
        ("update", "Kavita R", "Mumbai", {"new": 2, "updated": 2, "duplicate": 0, "error": 1}),
    ],
)
def test_a_lead_that_is_there_already(scope, manager, duplicates, name, city, counts):
    lead = make_lead(name="Old", phone="+919000000022")
    batch = look(upload(LIST, manager), duplicates=duplicates)
    promised = {verdict: batch.preview[verdict] for verdict in counts}
    batch = run(batch)

    lead = lead.reloaded()
    assert (lead.name, lead.city) == (name, city)
    assert {verdict: batch.counts[verdict] for verdict in counts} == counts == promised
    lines = Activity.objects.filter(lead=lead, kind=Activity.Kind.IMPORT).count()
    assert lines == {"skip": 0, "link": 2, "fill": 1, "update": 2}[duplicates]


def test_the_look_ahead_counts_what_the_run_does_whatever_the_stretches(scope, manager, monkeypatch):
    text = "Phone,Name,City\n" + "".join(
        f"90000{number % 37:05d},{'' if number % 3 else 'N' + str(number % 5)},{'C' if number % 7 == 0 else ''}\n"
        for number in range(200)
    )
    for size, duplicates in ((7, "update"), (1000, "fill"), (13, "fill"), (11, "skip")):
        monkeypatch.setattr(ahead, "STRETCH", size)
        Lead.objects.filter(import_batch__isnull=False).delete()
        batch = look(upload(text, manager), duplicates=duplicates)
        promised = {name: batch.preview[name] for name in importing.COUNTED}
        batch = run(batch)
        assert counted(batch) == promised
        assert sum(counted(batch)[verdict] for verdict in ImportRow.Verdict.values) == 200
        ImportRow.objects.all().delete()


def test_the_look_ahead_writes_no_lead_and_tells_of_do_not_call(scope, manager):
    DoNotCall.objects.create(phone="+919000000025", source=DoNotCall.Source.IMPORT)
    batch = look(upload(LIST, manager))

    assert not Lead.objects.exists()
    assert batch.preview["barred"] == 1
    assert [row["verdict"] for row in batch.preview["sample"]] == ["new", "new", "error", "new", "duplicate"]
    assert dict(map(tuple, batch.preview["causes"])) == {"phone:phone_invalid": 1, "email:email_invalid": 1}


def test_a_stretch_tried_twice_is_done_once(scope, manager, monkeypatch):
    monkeypatch.setattr(ahead, "STRETCH", 2)
    batch = look(upload(LIST, manager))
    importing.start_run(batch, by=manager)

    with ahead.ReadAhead() as reading:
        while importing.run_stretch(scope, batch.pk, reading):
            pass
        importing.run_stretch(scope, batch.pk, reading)
    step(importing.RUN, batch)

    assert Lead.objects.count() == 3
    assert counted(batch.reloaded()) == {"new": 3, "updated": 0, "duplicate": 1, "error": 1, "warnings": 1}


def test_a_stretch_that_dies_in_the_middle_leaves_nothing_and_goes_on(scope, manager, monkeypatch):
    batch = look(upload(LIST, manager))
    importing.start_run(batch, by=manager)
    with monkeypatch.context() as broken:
        broken.setattr(importing, "_terms", lambda batch: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            step(importing.RUN, batch)
    assert not Lead.objects.exists()

    assert step(importing.RUN, batch).state == JobState.DONE
    assert Lead.objects.count() == 3


def test_stopping_keeps_what_was_imported_and_going_on_takes_the_rest(scope, manager, monkeypatch):
    monkeypatch.setattr(ahead, "STRETCH", 2)
    batch = look(upload(LIST, manager))
    importing.start_run(batch, by=manager)
    importing.run_stretch(scope, batch.pk, ahead.ReadAhead())
    importing.stop_run(batch, by=manager)

    assert not importing.run_stretch(scope, batch.pk, ahead.ReadAhead())
    assert Lead.objects.count() == 2
    with pytest.raises(importing.NotPossible):
        importing.stop_run(batch, by=manager)

    batch = run(batch.reloaded())
    assert (batch.state, Lead.objects.count()) == (JobState.DONE, 3)
    with pytest.raises(importing.NotPossible):
        importing.start_run(batch, by=manager)


def test_a_lead_that_somebody_adds_in_the_same_moment_is_met_as_one_that_was_there(scope, manager, monkeypatch):
    batch = look(upload(LIST, manager), duplicates="fill")
    looked = loading.known_leads

    def and_then_somebody_adds_one(phones, fields, *, lock=False):
        found = looked(phones, fields, lock=lock)
        if not Lead.objects.filter(phone="+919000000022").exists():
            make_lead(name="Somebody else's", phone="+919000000022")
        return found

    monkeypatch.setattr(loading, "known_leads", and_then_somebody_adds_one)
    batch = run(batch)

    assert counted(batch) == {"new": 2, "updated": 1, "duplicate": 1, "error": 1, "warnings": 1}
    assert Lead.objects.get(phone="+919000000022").city == "Pune"


def test_a_file_that_is_gone_ends_the_import_with_a_word(scope, manager):
    batch = look(upload(LIST, manager))
    stored.rows_path(batch).unlink()
    batch = run(batch)

    assert (batch.state, batch.failure) == (JobState.FAILED, {"code": "file_missing"})


def test_the_next_list_with_the_same_headings_is_mapped_as_the_last(scope, manager):
    batch = upload("Who,Reach\nA,9000000029\n", manager)
    importing.set_terms(batch, {0: "note", 1: "phone"}, {**look(batch).options, "source": "Expo"}, by=batch.created_by)
    run(step(importing.PREVIEW, batch))
    again = upload("who,REACH\nB,9000000030\n", manager)

    assert again.mapping == {"0": "note", "1": "phone"}
    assert again.options["source"] == "Expo"


def test_undoing_takes_untouched_leads_away_and_updates_back(scope, manager):
    old = make_lead(name="", city="Delhi", phone="+919000000022")
    batch = import_list(LIST, manager, duplicates="update")
    rajesh = Lead.objects.get(phone="+919000000023")
    add_note(rajesh, "spoke", by=manager)
    undoing_import.start_undo(batch, by=manager)
    batch = step(importing.UNDO, batch)

    assert (batch.state, bool(batch.undone_at)) == (JobState.DONE, True)
    assert set(Lead.objects.all()) == {old, rajesh}
    old = old.reloaded()
    assert (old.name, old.city, old.email, old.value) == ("", "Delhi", "", None)
    assert {name: batch.counts[name] for name in ("removed", "kept", "restored")} == {
        "removed": 1, "kept": 1, "restored": 2
    }  # fmt: skip
    with pytest.raises(importing.NotPossible):
        undoing_import.start_undo(batch, by=manager)


def test_undoing_leaves_a_field_that_was_edited_since(scope, manager):
    old = make_lead(name="Old", city="Delhi", phone="+919000000022")
    batch = import_list("Name,Phone,City\nNew,9000000022,Pune\n", manager, duplicates="update")
    edit_lead(old.reloaded(), {"city": "Goa"}, by=manager)
    undoing_import.start_undo(batch, by=manager)
    step(importing.UNDO, batch)

    assert (old.reloaded().name, old.reloaded().city) == ("Old", "Goa")


def test_a_lead_with_a_follow_up_stays(scope, manager, telecaller):
    batch = import_list(LIST, manager)
    make_follow_up(Lead.objects.get(phone="+919000000022"), telecaller)
    undoing_import.start_undo(batch, by=manager)
    step(importing.UNDO, batch)

    assert Lead.objects.get().phone == "+919000000022"


def test_the_other_organisation_with_the_same_number_is_not_met(scope, manager, rival):
    with acting_for(rival):
        make_lead(name="Theirs", phone="+919000000022")
    batch = import_list(LIST, manager, duplicates="update")

    assert batch.counts["new"] == 3
    with acting_for(rival):
        assert Lead.objects.get().name == "Theirs"


def test_a_stretch_asks_a_constant_number_of_queries(scope, manager, django_assert_max_num_queries):
    text = "Phone\n" + "".join(f"90000{number:05d}\n" for number in range(300))
    batch = look(upload(text, manager))
    importing.start_run(batch, by=manager)

    with django_assert_max_num_queries(20, connection=connection):
        importing.run_stretch(scope, batch.pk, ahead.ReadAhead())

    assert ImportBatch.objects.get(pk=batch.pk).counts["new"] == 300
