"""Export of leads: slice by slice into a private file, harmless to a spreadsheet, for its maker alone and not for long."""

import csv
import datetime as dt
import io

import openpyxl
import pytest
from django.core.files.storage import FileSystemStorage
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, DueTask
from jini.lib.ids import uuid7
from jini.lib.work import handler_of
from leads.actions import bulk
from leads.bulk import exporting
from leads.bulk.actions import actions
from leads.models import BulkJob, LeadPhone, LeadTag, Tag
from leads.tests.factories import make_follow_up, make_lead

EVERY = list(exporting.COLUMNS)


@pytest.fixture(autouse=True)
def storage(monkeypatch, tmp_path):
    storage = FileSystemStorage(location=tmp_path)
    monkeypatch.setattr(BulkJob._meta.get_field("file"), "storage", storage)
    return storage


def begin(by, *, kind="csv", columns=EVERY):
    return bulk.start(uuid7(), actions()["export"], {"kind": kind, "columns": columns}, by=by, query={})


def work(job):
    while handler_of(bulk.WORK).run(job.organisation, job.pk) is not None:
        pass
    return job.reloaded()


def rows_of(content):
    return list(csv.reader(io.StringIO(content.decode().removeprefix("\ufeff"))))


def downloaded(client, job):
    return b"".join(client.get(reverse("leads:bulk_file", args=[job.pk])).streaming_content)


def test_every_column_is_filled(client_of, scope, manager, telecaller):
    lead = make_lead(
        name="Suresh", city="Pune", value=100, assigned_to=telecaller, language="hi", other_languages=["mr"]
    )
    LeadTag.objects.create(lead=lead, tag=Tag.objects.create(name="Expo"))
    LeadPhone.objects.create(lead=lead, phone="+919000055555")
    make_follow_up(lead, telecaller)

    job = work(begin(manager))
    head, row = rows_of(downloaded(client_of(manager), job))

    said = dict(zip(head, row, strict=True))
    assert len(head) == len(EVERY)
    assert (said["Name"], said["Phone"], said["Value"], said["Owner"]) == (
        "Suresh",
        lead.phone,
        "100.00",
        "Asha Kulkarni",
    )
    assert (said["Tags"], said["Further numbers"], said["Language"]) == ("Expo", "+919000055555", "Hindi, Marathi")
    assert said["Next follow-up"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_formula_in_a_name_stays_text(client_of, scope, manager, kind):
    make_lead(name='=HYPERLINK("http://evil.example")', city="@SUM(1)", source="-1+1", address="a\x0bb")

    content = downloaded(
        client_of(manager), work(begin(manager, kind=kind, columns=["name", "city", "source", "address"]))
    )

    if kind == "csv":
        row = rows_of(content)[1]
    else:
        cells = list(openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows())[1]
        assert {cell.data_type for cell in cells} == {"s"}
        row = [cell.value for cell in cells]
    assert row[:3] == ['\'=HYPERLINK("http://evil.example")', "'@SUM(1)", "'-1+1"]


def test_a_number_is_one_in_excel(client_of, scope, manager):
    make_lead(value=250)

    content = downloaded(client_of(manager), work(begin(manager, kind="xlsx", columns=["phone", "value"])))

    cells = list(openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))[1]
    assert cells[1] == 250


def test_a_slice_that_was_not_committed_is_written_once(scope, manager, monkeypatch):
    monkeypatch.setattr(bulk, "MOST", 2)
    for _ in range(5):
        make_lead()
    job = begin(manager, columns=["phone"])
    bulk.take_step(scope, job.pk)
    bulk.take_step(scope, job.pk)

    def dies(*_args, **_kwargs):
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(bulk.audit, "record", dies)
        with pytest.raises(RuntimeError), transaction.atomic():
            bulk.take_step(scope, job.pk)

    job = work(job)
    phones = [row[0] for row in rows_of(exporting.part(job).read_bytes())[1:]]
    assert len(phones) == len(set(phones)) == 5


def test_only_its_maker_gets_the_file_and_it_is_noted(client_of, scope, manager, admin, telecaller):
    make_lead()
    job = work(begin(manager))
    url = reverse("leads:bulk_file", args=[job.pk])

    answer = client_of(manager).get(url)

    b"".join(answer.streaming_content)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert client_of(admin).get(url).status_code == 404
    assert client_of(telecaller).get(url).status_code == 403
    assert AuditEntry.objects.filter(verb="bulk.file_fetched", actor=manager).count() == 1


def test_after_its_time_the_file_is_gone(client_of, scope, manager, django_capture_on_commit_callbacks):
    make_lead()
    job = work(begin(manager, kind="xlsx"))
    due = DueTask.objects.get(task=bulk.FORGET, subject_id=job.pk)
    assert due.due_at == job.file_until
    BulkJob.objects.filter(pk=job.pk).update(file_until=timezone.now() - dt.timedelta(seconds=1))
    assert client_of(manager).get(reverse("leads:bulk_file", args=[job.pk])).status_code == 404

    with django_capture_on_commit_callbacks(execute=True):
        handler_of(bulk.FORGET).run(scope, job.pk)

    assert list(exporting.part(job).parent.iterdir()) == []
    assert not job.reloaded().file
    assert client_of(manager).get(reverse("leads:bulk_job", args=[job.pk])).status_code == 200


def test_too_many_for_excel_is_said_and_nothing_is_written(client_of, scope, manager, monkeypatch):
    monkeypatch.setattr(exporting, "MOST_EXCEL_ROWS", 1)
    make_lead()
    make_lead()

    job = work(begin(manager, kind="xlsx"))

    assert (job.state, job.failure) == ("failed", "excel")
    assert not exporting.part(job).exists()
    assert "Choose CSV" in client_of(manager).get(reverse("leads:bulk_job", args=[job.pk])).content.decode()
