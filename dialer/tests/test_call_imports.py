"""Call logs as files: columns guessed, a look ahead, run as a job, each row told."""

import csv
import datetime as dt
import io
import zoneinfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.actions.api_keys import revoke
from dialer.actions import importing_calls
from dialer.device_calls.files import FileRows, guess
from dialer.device_calls.reading import Row
from dialer.models import Call, CallLogImport, Device
from dialer.tests.phones import Phone
from jini.lib.work import handler_of
from leads.tests.factories import make_lead

LIST = reverse("dialer:call_imports")
INDIA = zoneinfo.ZoneInfo("Asia/Kolkata")
NOW = dt.datetime(2026, 11, 26, 12, 0, tzinfo=INDIA)

pytestmark = pytest.mark.usefixtures("scope")


def upload(client, text, telecaller, name="calls.csv"):
    return client.post(LIST, {"file": SimpleUploadedFile(name, text.encode()), "telecaller": telecaller.pk})


def run(organisation, job):
    while (again := handler_of(importing_calls.RUN).run(organisation, job.pk)) is not None:
        assert again
    job.refresh_from_db()
    return job


def line(moment, number="9000012345", kind="Outgoing", length="2:05"):
    return f"{number},{timezone.localtime(moment, INDIA).strftime('%d/%m/%Y %I:%M:%S %p')},{kind},{length}\n"


HEAD = "Phone Number,Call Date Time,Call Type,Duration\n"


def test_a_file_becomes_calls_and_its_other_rows_are_listed(client_of, manager, telecaller, organisation):
    client, lead = client_of(manager), make_lead(phone="+919000012345")
    then = timezone.now() - dt.timedelta(days=2)
    rows = [
        line(then),
        line(then + dt.timedelta(hours=1), kind="Missed", length="30"),
        line(then + dt.timedelta(hours=2), number="9820055555"),
        line(then, number="112"),
        "9000012345,soon,Outgoing,5\n",
        line(then),
    ]

    page = client.get(upload(client, HEAD + "".join(rows), telecaller).url)

    assert page.context["job"].mapping == {"0": "number", "1": "started_at", "2": "direction", "3": "duration"}
    assert page.context["counts"] == {"taken": 3, "unknown": 1, "wrong": 2}
    assert Call.objects.count() == 0
    job = CallLogImport.objects.get()
    client.post(reverse("dialer:call_import_run", args=[job.pk]))
    client.post(reverse("dialer:call_import_run", args=[job.pk]))
    run(organisation, job)

    assert (job.state, job.counts, job.rows) == ("done", {"accepted": 2, "duplicate": 1, "refused": 3}, [])
    calls = Call.objects.filter(lead=lead, telecaller=telecaller).order_by("started_at")
    assert [(call.direction, call.talk_seconds, call.mode) for call in calls] == [
        ("outgoing", 125, "own_phone"),
        ("incoming", None, "own_phone"),
    ]
    assert client.get(reverse("dialer:call_import", args=[job.pk])).status_code == 200
    errors = b"".join(client.get(reverse("dialer:call_import_errors", args=[job.pk])).streaming_content).decode()
    assert [(one[-3], one[-2], one[-1]) for one in list(csv.reader(io.StringIO(errors)))[1:]] == [
        ("4", "number", "No lead has this number."),
        ("5", "number", "Short, emergency and premium numbers are not called."),
        ("6", "started_at", "This is no date with a time."),
    ]


def test_what_a_phone_has_handed_in_is_not_counted_again(client_of, manager, telecaller, organisation):
    lead, phone = make_lead(phone="+919000012345"), Phone(telecaller)
    moment = (timezone.now() - dt.timedelta(days=1)).replace(microsecond=0)
    phone.sync(phone.row(lead.phone, started_at=moment.isoformat(), duration=125))
    revoke(Device.objects.get(), by=manager)
    client = client_of(manager)
    upload(client, HEAD + line(moment), telecaller)
    job = CallLogImport.objects.get()

    importing_calls.start_import(job, by=manager)
    run(organisation, job)

    assert (job.counts, Call.objects.count()) == ({"duplicate": 1}, 1)


def test_columns_are_chosen_by_hand_and_looked_at_again(client_of, manager, telecaller):
    client = client_of(manager)
    make_lead(phone="+919000012345")
    address = upload(client, "A,B\n2026-11-20 10:00:00,9000012345\n", telecaller).url
    assert client.get(address).context["problem"]
    run_it = client.post(address.rstrip("/") + "/run/")
    assert (run_it.status_code, CallLogImport.objects.get().state) == (302, "draft")

    refused = client.post(address, {"column_0": "number", "column_1": "number"})
    client.post(address, {"column_0": "started_at", "column_1": "number"})

    assert refused.status_code == 422
    assert CallLogImport.objects.get().mapping == {"0": "started_at", "1": "number"}
    assert not client.get(address).context["problem"]


@pytest.mark.parametrize("text", ["", "Phone Number,Date\n", '{"a": 1}', "%PDF-1.4\n", "a,b\n" * 20_002])
def test_what_is_no_call_log_is_refused(client_of, manager, telecaller, text):
    answer = upload(client_of(manager), text, telecaller)

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["file"])
    assert CallLogImport.objects.count() == 0


def test_who_may_not_import_does_not_come_in_and_whose_calls_must_be_seen(client_of, telecaller, manager, outsider):
    assert client_of(telecaller).get(LIST).status_code == 403
    answer = upload(client_of(manager), HEAD + line(timezone.now()), outsider)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["telecaller"])


@pytest.mark.parametrize(
    ("when", "meant"),
    [
        ("2026-11-24 16:05:09", "2026-11-24T16:05:09+05:30"),
        ("2026-11-24T10:35:09Z", "2026-11-24T10:35:09+00:00"),
        ("24/11/2026 4:05 pm", "2026-11-24T16:05:00+05:30"),
        ("24-11-2026 12:05:09 AM", "2026-11-24T00:05:09+05:30"),
        ("24 Nov 2026, 16:05", "2026-11-24T16:05:00+05:30"),
        ("२४/११/२०२६ १६:०५", "2026-11-24T16:05:00+05:30"),
        ("1795516509000", "2026-11-24T10:35:09+00:00"),
        ("24/11/2026", None),
        ("24/11/2026 25:05", None),
        ("99/99/2026 10:00", None),
        ("soon", None),
        ("2099-01-01 10:00:00", None),
    ],
)
def test_times_as_they_are_written(when, meant):
    read = FileRows({"0": "number", "1": "started_at"}, zone=INDIA, now=NOW).read(2, ["9000012345", when])

    found = read.started_at.isoformat() if isinstance(read, Row) else None
    assert found == meant or dt.datetime.fromisoformat(found) == dt.datetime.fromisoformat(meant)


@pytest.mark.parametrize(
    ("length", "seconds"),
    [("125", 125), ("125.0", 125), ("2:05", 125), ("00:02:05", 125), ("2m 5s", 125), ("1 hr 2 min", 3720), ("", 0), ("long", None),
     ("1e9", None), ("-5", None), ("99:00:00", None)],
)  # fmt: skip
def test_lengths_as_they_are_written(length, seconds):
    rows = FileRows({"0": "number", "1": "date", "2": "time", "3": "duration"}, zone=INDIA, now=NOW)
    read = rows.read(2, ["9000012345", "24/11/2026", "10:00", length])

    assert (read.seconds if isinstance(read, Row) else None) == seconds


def test_headings_are_understood_in_both_languages():
    assert guess(["नंबर", "दिनांक", "समय", "प्रकार", "अवधि", "?"]) == {
        "0": "number",
        "1": "date",
        "2": "time",
        "3": "direction",
        "4": "duration",
    }
