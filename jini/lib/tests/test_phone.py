"""Numbers as people write them."""

import random

import phonenumbers
import pytest

from jini.lib.phone import Fault, format_national, read_phone

NUMBER = "+919876543210"


@pytest.mark.parametrize(
    "raw",
    ["9876543210", "+91 98765 43210", "0091-9876543210", "09876543210", "98765.43210", "९८७६५४३२१०", "tel:+919876543210",
     "(98765) 43210", "9876543210.0", "Mob: 98765 43210"],
)  # fmt: skip
def test_the_ways_a_number_is_written(raw):
    assert read_phone(raw).numbers == (NUMBER,)


def test_two_numbers_in_one_cell():
    assert read_phone("98765 43210 / 97654 32109").numbers == (NUMBER, "+919765432109")


@pytest.mark.parametrize(
    ("raw", "fault"),
    [("", Fault.EMPTY), ("call me", Fault.LETTERS), ("9.19E+11", Fault.SCIENTIFIC), ("98765", Fault.TOO_SHORT),
     ("+14155552671", Fault.FOREIGN), ("100", Fault.SPECIAL)],
)  # fmt: skip
def test_what_is_no_number_says_why(raw, fault):
    assert read_phone(raw) == ((), fault, ())


def test_the_fast_path_agrees_with_the_library():
    chance = random.Random(7)
    for _ in range(3000):
        digits = chance.choice("56789") + "".join(chance.choices("0123456789", k=9))
        parsed = phonenumbers.parse(digits, "IN")
        valid = phonenumbers.is_valid_number(parsed) and phonenumbers.number_type(parsed) == 1
        found = read_phone(digits).numbers
        assert (found == (f"+91{digits}",)) or not valid


def test_a_number_is_grouped_for_reading():
    assert format_national(NUMBER) == "98765 43210"
