"""A row of a file as a lead would have it, and what becomes of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.importing.columns import FIELDS, TARGETS
from leads.importing.deciding import decide, merged
from leads.importing.rows import Row, RowReader

COLUMNS = ["phone", *FIELDS, "note", "phone2"]
reader = RowReader(dict(enumerate(COLUMNS)), fields={}, source="Expo")


def read(**cells):
    row = reader.read(2, [cells.get(name, "") for name in COLUMNS])
    return row, dict(zip(FIELDS, row.values, strict=True))


@pytest.mark.parametrize(
    "text",
    [
        "9876543210",
        "+919876543210",
        "0091 98765 43210",
        "098765-43210",
        "98765.43210",
        "९८७६५ ४३२१०",
        "p:+919876543210",
        "9876543210.0",
    ],
)
def test_a_number_as_people_write_it(text):
    assert read(phone=text)[0].phone == "+919876543210"


def test_two_numbers_in_a_cell_and_a_further_column():
    row, __ = read(phone="98765 43210 / 97765 43210", phone2="9900000000")

    assert (row.phone, row.others) == ("+919876543210", ("+919776543210", "+919900000000"))
    assert row.faults == ()


def test_the_further_number_stands_in_for_a_missing_first_one():
    row, __ = read(phone="", phone2="9900000000")

    assert (row.phone, row.others, row.faults) == ("+919900000000", (), ())


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "phone_empty"),
        ("98X00 12345", "phone_letters"),
        ("90000 0024", "phone_invalid"),
        ("90000", "phone_too_short"),
        ("9.87654E+09", "phone_scientific"),
        ("+1 650 253 0000", "phone_foreign"),
        ("112", "phone_special"),
    ],
)
def test_a_row_without_a_number_says_why(text, code):
    row, __ = read(phone=text, name="A")

    assert row.phone == ""
    assert row.faults == (("phone", code),)


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("name", "  Asha \n Kulkarni ", "Asha Kulkarni"),
        ("name", "'=HYPERLINK(1)", "=HYPERLINK(1)"),
        ("email", "A.B@Mail.Example", "a.b@mail.example"),
        ("pin", "४११००४", "411004"),
        ("pin", "411004.0", "411004"),
        ("language", "हिंदी", "hi"),
        ("language", "marathi", "mr"),
        ("language", "TA", "ta"),
        ("value", "₹1,85,000", "185000.00"),
        ("value", "Rs. 3,000/-", "3000.00"),
        ("value", "२९५०.५", "2950.50"),
        ("score", "072", "72"),
        ("score", "८७.0", "87"),
        ("score", "1000", "1000"),
        ("source", "", "Expo"),
        ("source", "Website", "Website"),
    ],
)
def test_values_are_read(field, text, value):
    row, values = read(phone="9876543210", **{field: text})

    assert (values[field], row.faults) == (value, ())


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("email", "not an address", "email_invalid"),
        ("value", "about a lot", "value_invalid"),
        ("value", "99999999999", "value_invalid"),
        ("score", "1001", "score_invalid"),
        ("score", "-1", "score_invalid"),
        ("score", "8.5", "score_invalid"),
        ("score", "9" * 5000, "score_invalid"),
        ("language", "Klingon", "language_unknown"),
        ("name", "x" * 121, "too_long"),
    ],
)
def test_what_cannot_be_read_is_left_out_and_named(field, text, code):
    row, values = read(phone="9876543210", **{field: text})

    assert row.phone
    assert values[field] == ""
    assert row.faults == ((field, code),)


def test_first_and_last_name_make_a_name():
    both = RowReader({0: "phone", 1: "first_name", 2: "last_name"}, fields={})

    assert both.read(2, ["9876543210", "Asha", "Kulkarni"]).values[0] == "Asha Kulkarni"
    assert both.read(2, ["9876543210", "", "Kulkarni"]).values[0] == "Kulkarni"


def test_a_row_shorter_than_the_heading():
    assert reader.read(2, ["9876543210"]).phone == "+919876543210"


@given(st.lists(st.text(max_size=40), max_size=len(COLUMNS)))
def test_any_cells_give_values_the_table_can_hold(cells):
    row = reader.read(2, cells)

    assert len(row.values) == len(FIELDS)
    assert all("\t" not in value and "\n" not in value and "\r" not in value for value in row.values)
    assert all(name in TARGETS for name, __ in row.faults)
    assert bool(row.phone) or any(name == "phone" for name, __ in row.faults)


def row(number, phone, name="", city=""):
    return Row(number, phone, (), (name, "", "", city, "", "", "", "", ""), "", ())


def verdicts(rows, known, duplicates):
    return [(decision.row.number, decision.verdict) for decision in decide(rows, known, duplicates)]


def test_a_number_that_comes_again_meets_the_lead_of_its_first_row():
    rows = [row(2, "+911", "A"), row(3, "+911", "", "Pune"), row(4, "+911", "B"), row(5, "")]

    assert verdicts(rows, {}, "skip") == [(2, "new"), (3, "duplicate"), (4, "duplicate"), (5, "error")]
    known = {}
    assert verdicts(rows, known, "fill") == [(2, "new"), (3, "updated"), (4, "duplicate"), (5, "error")]
    assert known["+911"] == row(0, "", "A", "Pune").values
    known = {}
    assert verdicts(rows, known, "update") == [(2, "new"), (3, "updated"), (4, "updated"), (5, "error")]
    assert known["+911"] == row(0, "", "B", "Pune").values


values = st.tuples(*[st.sampled_from(["", "a", "b"])] * len(FIELDS))


@given(values, values)
def test_filling_never_overwrites_and_updating_never_empties(now, new):
    filled, updated = merged(now, new, "fill"), merged(now, new, "update")

    assert all(after == (before or said) for before, said, after in zip(now, new, filled, strict=True))
    assert all(after == (said or before) for before, said, after in zip(now, new, updated, strict=True))
    assert merged(now, new, "skip") == merged(now, new, "link") == now
