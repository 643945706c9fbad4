"""Files on a lead: what is taken, who gets them, what becomes of the bytes."""

import io
import itertools
import zipfile
from pathlib import Path
from threading import Thread

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.tenancy import acting_for
from jini.lib.removal import empty_everything
from leads.actions import files
from leads.actions.files import TooMany, add_file, remove_file
from leads.file_kinds import Mismatch, UnknownKind, content_type_of, plain_name
from leads.models import Activity, LeadFile
from leads.tests.factories import make_lead
from leads.tests.importing import storage  # noqa: F401 -- a fixture

PDF = b"%PDF-1.7\n1 0 obj\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20

pytestmark = pytest.mark.usefixtures("storage")


def office(*names, size=10):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, b"\0" * size)
    return content.getvalue()


DOCX = office("[Content_Types].xml", "word/document.xml")
XLSX = office("[Content_Types].xml", "xl/workbook.xml")


@pytest.fixture
def lead(scope, telecaller):
    return make_lead(name="Suresh Patil", assigned_to=telecaller)


def address(name, lead, *more):
    return reverse(f"leads:{name}", args=[lead.pk, *more])


def send(client, lead, name="bill.pdf", content=PDF, **more):
    return client.post(address("files", lead), {"file": SimpleUploadedFile(name, content)}, **more)


def put(lead, by, name="bill.pdf", content=PDF):
    return add_file(lead, SimpleUploadedFile(name, content), name=name, content_type="application/pdf", by=by)


def on_disk(storage):  # noqa: F811
    return sorted(path.name for path in Path(storage.location).iterdir())


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", PDF),
        ("a.PDF", PDF),
        ("a.png", PNG),
        ("a.jpg", b"\xff\xd8\xff\xe0....JFIF"),
        ("a.jpeg", b"\xff\xd8\xff\xe1"),
        ("a.gif", b"GIF89a..."),
        ("a.webp", b"RIFF\x10\0\0\0WEBPVP8 "),
        ("a.wav", b"RIFF\x10\0\0\0WAVEfmt "),
        ("a.mp3", b"ID3\x04\0"),
        ("a.mp3", b"\xff\xfb\x90\x44"),
        ("a.m4a", b"\0\0\0\x20ftypM4A \0\0"),
        ("a.txt", "नमस्ते\r\n\tRs 500".encode()),
        ("a.txt", "नमस्ते".encode("utf-16")),
        ("a.txt", b"Caf\xe9"),
        ("a.csv", b"name,phone\na,<b>\n"),
        ("a.docx", DOCX),
        ("a.xlsx", XLSX),
    ],
)
def test_what_is_taken(name, content):
    assert content_type_of(name, io.BytesIO(content))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", b"MZ\x90\0"),
        ("a.pdf", PNG),
        ("a.png", b"<svg xmlns=..."),
        ("a.jpg", PDF),
        ("a.txt", b"<!DOCTYPE html><script>alert(1)</script>"),
        ("a.txt", b"\xef\xbb\xbf \n<HTML>"),
        ("a.txt", "<script>".encode("utf-16")),
        ("a.csv", b"<?xml version='1.0'?><svg/>"),
        ("a.txt", b"MZ\x90\0\x03"),
        ("a.txt", b"\x7fELF\x02"),
        ("a.wav", b"RIFF\x10\0\0\0WEBP"),
        ("a.mp3", b"\xff\xd8\xff\xe0"),
        ("a.m4a", b"\0\0\0\x20moov"),
        ("a.docx", XLSX),
        ("a.docx", office("[Content_Types].xml", "evil.exe")),
        ("a.docx", office("word/document.xml")),
        ("a.docx", office("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")),
        ("a.docx", DOCX[:60]),
        ("a.docx", b"PK\x03\x04" + b"\0" * 100),
        ("a.docx", PDF),
        ("a.pdf", b""),
    ],
    # A packed file carries the time of day, and every process must name the tests alike.
    ids=map(str, itertools.count()),
)
def test_a_content_that_is_not_what_the_name_says(name, content):
    with pytest.raises(Mismatch):
        content_type_of(name, io.BytesIO(content))


def test_an_archive_that_would_fill_the_disk_is_refused(monkeypatch):
    monkeypatch.setattr("leads.file_kinds.MOST_INFLATED", 1_000)
    with pytest.raises(Mismatch):
        content_type_of("a.xlsx", io.BytesIO(office("[Content_Types].xml", "xl/workbook.xml", size=600)))
    monkeypatch.setattr("leads.file_kinds.MOST_PARTS", 1)
    with pytest.raises(Mismatch):
        content_type_of("a.xlsx", io.BytesIO(XLSX))


@pytest.mark.parametrize("name", ["a.svg", "a.html", "a.exe", "a.pdf.exe", "a.zip", "a.docm", "a", "", ".pdf"])
def test_a_kind_that_is_not_taken(name):
    with pytest.raises(UnknownKind):
        content_type_of(name, io.BytesIO(PDF))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("bill.pdf", "bill.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\me\\bill.pdf", "bill.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie_ x=1.pdf"),
        ("bill\u202efdp.txt", "billfdp.txt"),
        ("बिजली का बिल.pdf", "बिजली का बिल.pdf"),
        ("क्\u200dष.pdf", "क्\u200dष.pdf"),
        ('a"b<c>.pdf', "a_b_c_.pdf"),
        ("...", "file"),
        ("x" * 300 + ".pdf", "x" * 146 + ".pdf"),
    ],
)
def test_a_name_is_made_harmless(given, kept):
    assert plain_name(given) == kept


def test_a_file_is_put_on_a_lead_and_given_out(client_of, lead, telecaller, storage):  # noqa: F811
    client = client_of(telecaller)

    assert send(client, lead, "बिल.pdf").status_code == 302

    kept = LeadFile.objects.get()
    assert (kept.name, kept.bytes, kept.content_type, kept.added_by) == (
        "बिल.pdf", len(PDF), "application/pdf", telecaller,
    )  # fmt: skip
    assert on_disk(storage) == [kept.file.name]
    assert len(kept.file.name) == 48
    answer = client.get(address("file", lead, kept.pk))
    assert b"".join(answer.streaming_content) == PDF
    assert answer.headers["Content-Disposition"] == "attachment; filename*=utf-8''%E0%A4%AC%E0%A4%BF%E0%A4%B2.pdf"
    assert answer.headers["Content-Length"] == str(len(PDF))
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_the_timeline_tells_of_files(client_of, lead, telecaller):
    client = client_of(telecaller)
    send(client, lead)
    kept = LeadFile.objects.get()
    client.post(address("file_removal", lead, kept.pk))

    lines = client.get(lead.get_absolute_url(), {"show": "files"}).context["lines"]

    assert [(line.title, line.more) for line in lines] == [
        ("File", "Asha Kulkarni, removed: bill.pdf"),
        ("File", "Asha Kulkarni, added: bill.pdf"),
    ]
    assert set(AuditEntry.objects.filter(verb__startswith="lead.file").values_list("verb", flat=True)) == {
        "lead.file-added",
        "lead.file-removed",
    }


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.svg", b"<svg/>", "Files of this kind are not taken."),
        ("a.pdf", b"MZ", "The content of the file is not what its name says."),
        ("a.pdf", b"", "The file is empty."),
        ("a.pdf", PDF + b"x" * 100, "The file is too large; at most 100"),
    ],
)
def test_what_is_refused_is_told_in_words(client_of, lead, telecaller, settings, storage, name, content, words):  # noqa: F811
    settings.LEAD_FILE_MAX_BYTES = 100
    answer = send(client_of(telecaller), lead, name, content, headers={"HX-Request": "true"})

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "<html" not in answer.content.decode()
    assert (LeadFile.objects.count(), on_disk(storage)) == (0, [])


def test_without_a_file_one_is_asked_for(client_of, lead, telecaller):
    answer = client_of(telecaller).post(address("files", lead), {"file": "text"})

    assert answer.status_code == 422
    assert "Choose a file." in answer.content.decode()


def test_a_lead_has_so_many_files_at_most(client_of, lead, telecaller, monkeypatch, storage):  # noqa: F811
    monkeypatch.setattr(files, "MOST_FILES", 1)
    put(lead, telecaller)

    answer = send(client_of(telecaller), lead)

    assert answer.status_code == 422
    assert len(on_disk(storage)) == LeadFile.objects.count() == 1
    remove_file(LeadFile.objects.get(), by=telecaller)
    assert send(client_of(telecaller), lead).status_code == 302


def test_the_same_content_may_be_there_twice(lead, telecaller, storage):  # noqa: F811
    first, second = put(lead, telecaller), put(lead, telecaller)

    assert first.sha256 == second.sha256
    assert len(on_disk(storage)) == 2


def test_a_removal_asks_first_and_deletes_the_bytes(
    client_of,
    lead,
    telecaller,
    storage,  # noqa: F811
    django_capture_on_commit_callbacks,
):
    kept = put(lead, telecaller)
    client = client_of(telecaller)
    url = address("file_removal", lead, kept.pk)

    assert "cannot be brought back" in client.get(url).content.decode()
    assert on_disk(storage) == [kept.file.name]
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(url).status_code == 302

    assert on_disk(storage) == []
    assert client.get(address("file", lead, kept.pk)).status_code == 404
    assert client.post(url).status_code == 404
    assert not remove_file(kept, by=telecaller)
    assert Activity.objects.filter(lead=lead, kind="file").count() == 2


def test_bytes_that_are_gone_are_not_found(client_of, lead, telecaller, storage):  # noqa: F811
    kept = put(lead, telecaller)
    storage.delete(kept.file.name)

    assert client_of(telecaller).get(address("file", lead, kept.pk)).status_code == 404


def test_nothing_is_left_on_disk_when_the_row_is_refused(lead, telecaller, storage, monkeypatch):  # noqa: F811
    monkeypatch.setattr(files, "write", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        put(lead, telecaller)

    assert (LeadFile.objects.count(), on_disk(storage)) == (0, [])


def test_emptying_the_organisation_deletes_the_bytes(
    lead,
    telecaller,
    storage,  # noqa: F811
    django_capture_on_commit_callbacks,
):
    put(lead, telecaller)

    with django_capture_on_commit_callbacks(execute=True):
        assert empty_everything()["leads.leadfile"] == 1

    assert on_disk(storage) == []


def test_a_removed_file_says_who_and_has_no_bytes(lead, telecaller):
    kept = put(lead, telecaller)
    with pytest.raises(IntegrityError), transaction.atomic():
        LeadFile.objects.filter(pk=kept.pk).update(removed_at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        LeadFile.objects.filter(pk=kept.pk).update(removed_at=timezone.now(), removed_by=telecaller)


def test_files_of_a_lead_out_of_sight_are_not_found(client_of, lead, telecaller, colleague, outsider):
    kept = put(lead, telecaller)
    mine = make_lead(assigned_to=colleague)
    for member in (colleague, outsider):
        client = client_of(member)
        assert send(client, lead).status_code == 404
        assert client.get(address("file", lead, kept.pk)).status_code == 404
        assert client.get(address("file", mine, kept.pk)).status_code == 404
        assert client.post(address("file_removal", lead, kept.pk)).status_code == 404
        assert client.post(address("file_removal", mine, kept.pk)).status_code == 404
    assert LeadFile.objects.kept().count() == 1


def test_the_card_is_the_same_in_the_lead_and_by_itself(client_of, lead, telecaller):
    client = client_of(telecaller)
    put(lead, telecaller)

    assert 'id="lead-files"' in client.get(lead.get_absolute_url()).content.decode()
    answer = send(client, lead, headers={"HX-Request": "true"})
    assert answer.headers["HX-Trigger-After-Settle"] == "timeline"
    assert answer.content.decode().count("bill.pdf</a>") == 2
    assert client.get(address("files", lead)).content.decode().count("bill.pdf</a>") == 2


@pytest.mark.parametrize("count", [1, 4])
def test_the_card_asks_the_same_queries_for_any_number_of_files(
    client_of, lead, telecaller, count, django_assert_num_queries
):
    for _ in range(count):
        put(lead, telecaller)
    client = client_of(telecaller)
    client.get(lead.get_absolute_url())

    with django_assert_num_queries(11):
        client.get(address("files", lead), headers={"HX-Request": "true"})


@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_not_pass_the_limit(organisation, telecaller, monkeypatch, storage):  # noqa: F811
    monkeypatch.setattr(files, "MOST_FILES", 1)
    with acting_for(organisation):
        lead = make_lead(assigned_to=telecaller)
    refused = []

    def work():
        try:
            with acting_for(organisation):
                put(lead, telecaller)
        except TooMany:
            refused.append(1)
        finally:
            connection.close()

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(refused), len(on_disk(storage))) == (1, 1)
