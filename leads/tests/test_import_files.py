"""Files as phones, Excel, Facebook and other systems save them; and what is no list at all."""

import io
import zipfile

import openpyxl
import pytest

from jini.lib.jobs import JobState
from leads.importing import sandbox, stored
from leads.importing.reader import Refused
from leads.tests.importing import storage, upload  # noqa: F401 -- a fixture

TEXT = "Name,Mobile,City\nराजेश,९०००० ०००२३,पुणे\nKavita,+91 90000 00022,Pune\n"
ROWS = [["Name", "Mobile", "City"], ["राजेश", "९०००० ०००२३", "पुणे"], ["Kavita", "+91 90000 00022", "Pune"]]

pytestmark = pytest.mark.usefixtures("storage")


def rows(batch):
    return stored.head(batch, 100)


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace(",", ";").encode(),
        TEXT.replace(",", "\t").encode("utf-16"),
        TEXT.replace(",", "|").encode(),
        b"sep=;\n" + TEXT.replace(",", ";").encode(),
        ("\n\n" + TEXT + ",,\n\n").encode(),
    ],
)
def test_encodings_delimiters_and_empty_rows(scope, manager, content):
    batch = upload(content, manager)

    assert (batch.state, batch.failure) == (JobState.DONE, {})
    assert rows(batch) == ROWS
    assert batch.total == 2
    assert batch.mapping == {"0": "name", "1": "phone", "2": "city"}


def test_windows_letters(scope, manager):
    batch = upload("Name;Phone\nJosé D’Souza;9000000029\n".encode("cp1252"), manager)

    assert batch.format["encoding"] == "cp1252"
    assert rows(batch)[1][0] == "José D’Souza"


def test_a_quoted_line_break_stays_in_its_cell(scope, manager):
    batch = upload('Name,Phone,Address\nA,9000000029,"12, MG Road\nPune"\nB,9000000030,x\n', manager)

    assert rows(batch)[1][2] == "12, MG Road\nPune"
    assert batch.total == 2


def test_numbers_alone_without_a_heading(scope, manager):
    batch = upload("9000000029\n90000 00030\n", manager)

    assert not batch.format["has_header"]
    assert batch.total == 2
    assert batch.mapping == {"0": "phone"}


def test_fifty_columns(scope, manager):
    head = ",".join(["Phone", *(f"Question {number}" for number in range(49))])
    batch = upload(f"{head}\n9000000029{',x' * 49}\n", manager)

    assert len(batch.header) == 50
    assert batch.mapping == {"0": "phone"}


def test_a_workbook(scope, manager):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Name", "Phone", "PIN", "Since"])
    sheet.append(["राजेश", 9000000023, 411004.0, None])
    sheet.append([])
    sheet.append(["Kavita", "+91 90000 00022", "", None])
    book.create_sheet("Notes").append(["x"])
    file = io.BytesIO()
    book.save(file)
    batch = upload(file.getvalue(), manager, "leads.xlsx")

    assert batch.state == JobState.DONE, batch.failure
    assert rows(batch)[1] == ["राजेश", "9000000023", "411004"]
    assert [number for number, __ in stored.stretch(batch, 0, 99).rows] == [2, 4]
    assert (batch.format["sheets"], batch.format["empty"]) == (2, 1)


def test_a_workbook_that_begins_further_down_keeps_its_row_numbers(scope, manager):
    book = openpyxl.Workbook()
    book.active["B3"] = "Phone"
    book.active["B4"] = "9000000023"
    file = io.BytesIO()
    book.save(file)
    batch = upload(file.getvalue(), manager, "leads.xlsx")

    assert [number for number, __ in stored.stretch(batch, 0, 99).rows] == [4]
    assert "phone" in batch.mapping.values()


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Phone No.", "phone"),
        ("phone_number", "phone"),
        ("Phone 1 - Value", "phone"),
        ("मोबाइल नंबर", "phone"),
        ("फ़ोन", "phone"),
        ("WhatsApp Number", "phone"),
        ("full_name", "name"),
        ("ग्राहक का नाम", "name"),
        ("E-mail Address", "email"),
        ("शहर", "city"),
        ("Pin Code", "pin"),
    ],
)
def test_headings_are_understood(scope, manager, heading, field):
    batch = upload(f"{heading},Other thing\n,x\n", manager)

    assert batch.mapping.get("0") == field


def test_the_column_of_numbers_is_the_phone_whatever_it_is_called(scope, manager):
    batch = upload("Who,Reach at\nA,9000000029\nB,9000000030\n", manager)

    assert batch.mapping == {"1": "phone"}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"   \n\n", "empty"),
        (b",,\n,,\n", "empty"),
        (b"Name,Phone\n", "only_header"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)), "binary"),
        (b"%PDF-1.7\n1 0 obj << /Type /Catalog >>", "markup"),
        (b"<!DOCTYPE html><html><body>x</body></html>", "markup"),
        (b'[{"phone": "9000000029"}]', "markup"),
        ("नाम,फ़ोन\n".encode() + b"\x81\x8d\xff", "encoding"),
        (b'Name,Phone\n"never closed,9000000029\n' + b"x" * 200_000, "quote"),
        (b"," * 300 + b"x\n", "columns"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 2000, "broken"),
    ],
)
def test_what_is_no_list_is_refused_with_the_reason(scope, manager, content, code):
    batch = upload(content, manager)

    assert (batch.state, batch.failure.get("code")) == (JobState.FAILED, code)


def archive(*parts: tuple[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts:
            packed.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"PK\x03\x04 but no archive", "broken"),
        (archive(("list.csv", b"x")), "zip"),
        (archive(("xl/worksheets/sheet1.xml", b"0" * 30_000_000)), "bomb"),
        (archive(*((f"xl/{number}", b"") for number in range(1_001))), "bomb"),
    ],
    ids=["empty", "no archive", "archive of a list", "ratio", "parts"],
)
def test_what_shows_from_outside_is_refused_before_it_is_kept(content, code):
    with pytest.raises(Refused) as refusal:
        sandbox.kind_of(io.BytesIO(content), len(content))

    assert refusal.value.code == code


def test_a_reader_over_its_limits_is_stopped(monkeypatch, tmp_path):
    source = tmp_path / "list.csv"
    source.write_text("9000000029\n")
    monkeypatch.setattr(sandbox, "LONGEST_READING", 0.001)

    with pytest.raises(Refused) as refusal:
        sandbox.read("csv", source, tmp_path / "rows")

    assert refusal.value.code == "too_complex"
    assert not (tmp_path / "rows").exists()


def test_an_excel_file_whose_archive_lies_about_its_size_meets_the_limits_of_the_child(scope, manager):
    content = bytearray(archive(("xl/workbook.xml", b"<" + b"a" * 40_000_000)))
    # The directory says 100 bytes; the part unpacks to 40 MB.
    place = content.rindex(b"PK\x01\x02")
    content[place + 24 : place + 28] = (100).to_bytes(4, "little")
    batch = upload(bytes(content), manager, "leads.xlsx")

    assert batch.state == JobState.FAILED
    assert batch.failure["code"] in {"broken", "too_complex"}
