"""Copies of what is held: whole, exact, of nobody else, and gone after their time."""

import csv
import datetime as dt
import hashlib
import io
import json
import zipfile
from dataclasses import replace

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.utils import timezone

from accounts.models import AuditEntry, Notification, Organisation
from accounts.permissions import Role
from accounts.tenancy import acting_for
from accounts.tests.factories import make_member
from dialer.tests.factories import make_call
from jini.lib import personal_data
from jini.lib.jobs import JobState
from leads.models import Lead, LeadFile
from leads.tests.factories import make_lead
from privacy.actions import exporting
from privacy.actions.exporting import EnoughForToday, OneIsWritten, ask_for_export, cancel_export
from privacy.exporting import writing
from privacy.exporting.scope import NoWay, parts_of
from privacy.models import DoNotCall, Export, ExportPart

pytestmark = pytest.mark.usefixtures("storage")
Kind = Export.Kind


@pytest.fixture
def storage(monkeypatch, tmp_path):
    for model in (ExportPart, LeadFile):
        monkeypatch.setattr(model._meta.get_field("file"), "storage", FileSystemStorage(location=tmp_path))


def written(organisation, export):
    while exporting.write_on(organisation, export.pk):
        pass
    with acting_for(organisation):
        return export.reloaded()


def copy_of(organisation, kind, by, lead=None):
    with acting_for(organisation):
        asked = ask_for_export(kind, by=by, lead_id=lead.pk if lead else None)
    return written(organisation, asked)


def archive(organisation, export, number=1):
    with acting_for(organisation), ExportPart.objects.get(export=export, number=number).file.open("rb") as file:
        return zipfile.ZipFile(io.BytesIO(file.read()))


def rows(opened, table):
    return [json.loads(line) for line in opened.read(f"exact/{table}.jsonl").decode().splitlines()]


def sheet(opened, table):
    return list(csv.reader(io.StringIO(opened.read(f"sheets/{table}.csv").decode("utf-8-sig"), newline="")))


@pytest.fixture
def two(scope, telecaller):
    one = make_lead(name='मीरा "Iyer"\n=1+1', phone="+919811000001", city="=HYPERLINK(1)", assigned_to=telecaller)
    other = make_lead(name="Ravi", phone="+919811000002", assigned_to=telecaller)
    return one, other


def test_everything_of_the_organisation_is_in_it_exactly(two, organisation, owner, rival):
    with acting_for(rival):
        make_lead(name="Foreign", phone="+919811000009")
    export = copy_of(organisation, Kind.ORGANISATION, owner)
    opened = archive(organisation, export)

    assert export.state == JobState.DONE
    found = {row["id"]: row for row in rows(opened, "leads.lead")}
    assert set(found) == {str(lead.pk) for lead in two}
    assert found[str(two[0].pk)]["name"] == two[0].name
    assert dt.datetime.fromisoformat(found[str(two[0].pk)]["created_at"]) == two[0].created_at
    assert b"Foreign" not in b"".join(opened.read(name) for name in opened.namelist())


def test_the_sheets_say_the_same_and_no_cell_of_them_is_a_formula(two, organisation, owner):
    opened = archive(organisation, copy_of(organisation, Kind.ORGANISATION, owner))
    head, *lines = sheet(opened, "leads.lead")
    named = [dict(zip(head, line, strict=True)) for line in lines]
    exact = rows(opened, "leads.lead")

    assert head == list(exact[0])
    assert [row["id"] for row in named] == [row["id"] for row in exact]
    mine = next(row for row in named if row["id"] == str(two[0].pk))
    assert mine["name"] == 'मीरा "Iyer" =1+1'
    assert mine["city"] == "'=HYPERLINK(1)"
    assert mine["phone"] == "+919811000001"


def sayings_of(value):
    """In which ways a sheet may say a value of JSON: harmless, and a time with a space and the zone in hours."""
    said = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value).replace("\n", " ")
    return {said, f"'{said}", said.replace("T", " ", 1).removesuffix(":00")}


def test_a_cell_says_what_the_exact_line_says_in_every_table(two, organisation, owner):
    opened = archive(organisation, copy_of(organisation, Kind.ORGANISATION, owner))
    names = [name.removeprefix("exact/").removesuffix(".jsonl") for name in opened.namelist() if "exact/" in name]
    kinds = set()
    for name in names:
        head, *lines = sheet(opened, name)
        for exact, line in zip(rows(opened, name), lines, strict=True):
            for column, cell in zip(head, line, strict=True):
                value = exact[column]
                kinds.add(type(value))
                if not isinstance(value, list | dict):
                    assert cell in sayings_of(value), f"{name}.{column}"
    assert kinds >= {str, int, bool, type(None), dict}


@pytest.mark.parametrize(
    ("typed", "shown"),
    [("=1", "'=1"), ("+1 2", "'+1 2"), ("-1", "'-1"), ("@a", "'@a"), (" =1", "' =1"), ("\uff1d1", "'\uff1d1"),
     ("\t=1", "' =1"), ("a=1", "a=1"), ("+919811000001", "+919811000001"), ('say "x", y', 'say "x", y'),
     (" +1", "' +1"), ('"=1"', '"=1"'), ("a,=1", "a,=1"), ('+1"', "'+1\""), ("C:\\new", "C:\\new"), ("a\nb", "a b"),
     ("(=1)", "(=1)"), ("\uff0b91", "'\uff0b91")],
)  # fmt: skip
def test_what_a_spreadsheet_would_calculate_is_marked(scope, organisation, owner, telecaller, typed, shown):
    make_lead(city=typed, assigned_to=telecaller)
    opened = archive(organisation, copy_of(organisation, Kind.ORGANISATION, owner))
    head, line = sheet(opened, "leads.lead")

    assert line[head.index("city")] == shown
    assert rows(opened, "leads.lead")[0]["city"] == typed


def test_the_list_names_every_file_with_its_checksum_and_what_is_left_out(two, organisation, owner):
    opened = archive(organisation, copy_of(organisation, Kind.ORGANISATION, owner))
    manifest = json.loads(opened.read("manifest.json"))

    assert manifest["kind"] == "organisation"
    for row in manifest["files"]:
        content = opened.read(row["name"])
        assert (len(content), hashlib.sha256(content).hexdigest()) == (row["bytes"], row["sha256"])
        if row["name"].startswith("exact/"):
            assert content.count(b"\n") == row["rows"]
    listed = {row["name"] for row in manifest["files"]}
    others = set(opened.namelist()) - listed
    assert others == {"manifest.json", "README.txt"} | {name for name in others if name.startswith("meaning/")}
    assert {"table": "accounts.User", "columns": "password"}.items() <= next(
        row for row in manifest["left_out"] if row["table"] == "accounts.User"
    ).items()


def test_no_secret_is_in_any_copy(two, organisation, owner):
    Organisation.objects.filter(pk=organisation.pk).update(pan="ABCPE1234F")
    opened = archive(organisation, copy_of(organisation, Kind.ORGANISATION, owner))
    everything = b"".join(opened.read(name) for name in opened.namelist() if name.startswith("exact/"))

    assert owner.user.password.encode() not in everything
    # What is encrypted in the database and theirs is readable to them.
    assert rows(opened, "accounts.organisation")[0]["pan"] == "ABCPE1234F"


def test_the_copy_of_a_lead_is_about_that_lead_alone(two, organisation, admin, telecaller):
    one, other = two
    make_call(one, telecaller)
    make_call(other, telecaller)
    DoNotCall.objects.create(phone=one.phone, source=DoNotCall.Source.CALL, by=telecaller)
    DoNotCall.objects.create(phone=other.phone, source=DoNotCall.Source.CALL, by=telecaller)
    opened = archive(organisation, copy_of(organisation, Kind.LEAD, admin, one))

    assert [row["id"] for row in rows(opened, "leads.lead")] == [str(one.pk)]
    assert [row["lead_id"] for row in rows(opened, "dialer.call")] == [str(one.pk)]
    assert [row["phone"] for row in rows(opened, "privacy.donotcall")] == [one.phone]
    assert "exact/accounts.user.jsonl" not in opened.namelist()


def test_the_copy_of_a_person_is_about_them_alone(two, organisation, telecaller, colleague):
    make_call(two[0], telecaller)
    make_call(two[1], colleague)
    opened = archive(organisation, copy_of(organisation, Kind.MINE, telecaller))

    assert [row["email"] for row in rows(opened, "accounts.user")] == [telecaller.user.email]
    assert [row["telecaller_id"] for row in rows(opened, "dialer.call")] == [str(telecaller.pk)]
    assert "exact/leads.lead.jsonl" not in opened.namelist()


def test_files_of_rows_are_in_archives_of_their_own(two, organisation, owner, monkeypatch):
    monkeypatch.setattr("privacy.exporting.packing.MOST_BYTES", 10)
    for number in range(2):
        LeadFile.objects.create(
            lead=two[0], name=f"../offer {number}.txt", file=ContentFile(b"nine byte", name=f"{number}"), bytes=9,
            content_type="text/plain", sha256="0" * 64, added_by=owner, added_at=timezone.now(),
        )  # fmt: skip
    lost = LeadFile.objects.order_by("pk").last()
    lost.file.storage.delete(lost.file.name)
    export = copy_of(organisation, Kind.ORGANISATION, owner)
    opened = archive(organisation, export, 2)
    manifest = json.loads(opened.read("manifest.json"))

    names = [row["name"] for row in manifest["files"]]
    assert all(".." not in name.split("/") and name.startswith("files/leads.leadfile/") for name in names)
    assert [row.get("missing", False) for row in manifest["files"]] == [False, True]
    assert opened.read(names[0]) == b"nine byte"


def test_a_worker_that_dies_leaves_no_row_twice_and_none_out(two, organisation, owner, monkeypatch):
    monkeypatch.setattr(writing, "SLICE", 1)
    with acting_for(organisation):
        asked = ask_for_export(Kind.ORGANISATION, by=owner)
    real, died_over = exporting.write_slice, set()

    def dying(part, after, *files):
        answer = real(part, after, *files)
        if (part.name, after) not in died_over:
            died_over.add((part.name, after))
            raise SystemExit
        return answer

    monkeypatch.setattr(exporting, "write_slice", dying)
    going_on = True
    while going_on:
        try:
            going_on = exporting.write_on(organisation, asked.pk)
        except SystemExit:
            continue
    opened = archive(organisation, asked)
    assert sorted(row["id"] for row in rows(opened, "leads.lead")) == sorted(str(lead.pk) for lead in two)
    assert len(sheet(opened, "leads.lead")) == 3
    assert len(died_over) > 20


def test_an_archive_over_which_a_worker_died_does_not_stay_beside_the_whole_one(two, organisation, owner):
    with acting_for(organisation):
        asked = ask_for_export(Kind.ORGANISATION, by=owner)
    exporting.write_on(organisation, asked.pk)
    (asked.folder / "tables.4711.half").write_bytes(b"half a million leads")

    written(organisation, asked)

    assert [each.name for each in asked.folder.iterdir()] == ["tables.zip"]


def test_whoever_dies_right_after_finishing_leaves_nothing_for_good(two, organisation, owner, monkeypatch):
    with acting_for(organisation):
        asked = ask_for_export(Kind.ORGANISATION, by=owner)
    with monkeypatch.context() as patched:
        patched.setattr(exporting.packing, "drop_tables", lambda export: None)
        written(organisation, asked)
    assert len(list(asked.folder.iterdir())) > 1

    assert exporting.write_on(organisation, asked.pk) is False

    assert [each.name for each in asked.folder.iterdir()] == ["tables.zip"]


def test_one_copy_at_a_time_and_two_a_day(scope, telecaller, organisation):
    first = ask_for_export(Kind.MINE, by=telecaller)
    with pytest.raises(OneIsWritten):
        ask_for_export(Kind.MINE, by=telecaller)
    written(organisation, first)
    written(organisation, ask_for_export(Kind.MINE, by=telecaller))
    with pytest.raises(EnoughForToday):
        ask_for_export(Kind.MINE, by=telecaller)

    Export.objects.update(created_at=timezone.now() - dt.timedelta(days=1, seconds=1))
    assert ask_for_export(Kind.MINE, by=telecaller).is_going_on


def test_a_copy_that_is_stopped_leaves_nothing(two, organisation, owner):
    with acting_for(organisation):
        asked = ask_for_export(Kind.ORGANISATION, by=owner)
    exporting.write_on(organisation, asked.pk)
    assert asked.folder.exists()
    with acting_for(organisation):
        cancel_export(asked, by=owner)

    assert exporting.write_on(organisation, asked.pk) is False
    assert exporting.forget_export(organisation, asked.pk) is None
    assert not asked.folder.exists()


def test_after_its_time_the_files_are_removed(two, organisation, owner):
    export = copy_of(organisation, Kind.ORGANISATION, owner)
    assert exporting.forget_export(organisation, export.pk) == export.until
    with acting_for(organisation):
        Export.objects.update(until=timezone.now())

    assert exporting.forget_export(organisation, export.pk) is None
    with acting_for(organisation):
        assert not ExportPart.objects.exists()
        assert export.reloaded().removed_at is not None
    assert not export.folder.exists()


def test_owners_are_told_who_asked_and_the_one_when_it_is_ready(two, organisation, owner):
    second = make_member(organisation, Role.OWNER)
    export = copy_of(organisation, Kind.ORGANISATION, owner)
    with acting_for(organisation):
        told = [(row.kind, row.member_id) for row in Notification.objects.order_by("kind")]
        verbs = set(AuditEntry.objects.filter(subject_id=export.pk).values_list("verb", flat=True))

    assert sorted(told) == sorted(
        [(exporting.ASKED, owner.pk), (exporting.ASKED, second.pk), (exporting.READY, owner.pk)]
    )
    assert verbs == {"export.asked", "export.written"}


@pytest.mark.parametrize("kind", Kind.values)
def test_every_table_that_is_declared_for_a_copy_is_found(scope, telecaller, kind):
    lead = make_lead(assigned_to=telecaller)
    export = Export(kind=kind, created_by=telecaller, organisation=scope, lead_id=lead.pk if kind == "lead" else None)

    assert len(parts_of(export)) > 5
    for part in parts_of(export):
        assert part.rows.count() >= 0


def test_a_table_without_a_way_to_its_person_is_refused(scope, telecaller, monkeypatch):
    lost = next(table for table in personal_data.tables() if table.model == "privacy.DoNotCall")
    monkeypatch.setitem(personal_data._declared, (personal_data.Table, lost.model), replace(lost, number=""))

    with pytest.raises(NoWay):
        parts_of(Export(kind=Kind.LEAD, created_by=telecaller, organisation=scope, lead_id=make_lead().pk))


def test_leads_in_the_bin_are_held_and_so_exported(two, organisation, owner):
    with acting_for(organisation):
        Lead.objects.filter(pk=two[0].pk).update(deleted_at=timezone.now(), deleted_by=owner)

    assert len(rows(archive(organisation, copy_of(organisation, Kind.ORGANISATION, owner)), "leads.lead")) == 2
