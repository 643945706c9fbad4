"""Registration numbers of India: real ones pass, every slip of the finger is refused."""

import contextlib

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from jini.lib import indian

LETTER = st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
DIGIT = st.sampled_from("0123456789")
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@st.composite
def pans(draw):
    digits = draw(st.integers(1, 9999))
    holder = draw(st.sampled_from("PCHFATBLJG"))
    return f"{draw(LETTER)}{draw(LETTER)}{draw(LETTER)}{holder}{draw(LETTER)}{digits:04d}{draw(LETTER)}"


@st.composite
def gstins(draw):
    first = f"{draw(st.sampled_from(sorted(indian.STATE_CODES)))}{draw(pans())}{draw(st.sampled_from(ALPHABET[1:]))}Z"
    return first + indian.gstin_check_character(first)


@pytest.mark.parametrize("gstin", ["27AAPFU0939F1ZV", "38AABCU9603R1ZH", "97AABCU9603R1ZD", "99AABCU9603R1Z9"])
def test_real_and_new_state_codes_are_accepted(gstin):
    # The last three: the same firm in Ladakh, in other territory and at the centre, their check characters by hand.
    indian.validate_gstin(gstin[:14] + indian.gstin_check_character(gstin[:14]))


def test_the_published_example_has_the_published_check_character():
    assert indian.gstin_check_character("27AAPFU0939F1Z") == "V"


@given(gstins())
def test_every_well_formed_number_is_accepted(gstin):
    indian.validate_gstin(gstin)
    indian.validate_pan(indian.pan_of_gstin(gstin))


@given(gstins(), st.integers(0, 14), st.sampled_from(ALPHABET))
def test_every_single_mistyped_character_is_refused(gstin, place, character):
    mistyped = gstin[:place] + character + gstin[place + 1 :]
    if mistyped != gstin:
        with pytest.raises(ValidationError):
            indian.validate_gstin(mistyped)


@given(gstins(), st.integers(0, 13))
def test_every_pair_of_swapped_characters_is_refused(gstin, place):
    swapped = gstin[:place] + gstin[place + 1] + gstin[place] + gstin[place + 2 :]
    if swapped != gstin:
        with pytest.raises(ValidationError):
            indian.validate_gstin(swapped)


@given(st.text(max_size=20))
def test_whatever_is_typed_gets_an_answer(text):
    for validate in (indian.validate_gstin, indian.validate_pan, indian.validate_pin):
        with contextlib.suppress(ValidationError):
            validate(indian.compact(text))


@pytest.mark.parametrize("pan", ["AAPFU0000F", "AAPXU0939F", "AAPFU939F", "aapfu0939f", "AAPFU0939F1"])
def test_what_is_no_pan_is_refused(pan):
    with pytest.raises(ValidationError):
        indian.validate_pan(pan)


@pytest.mark.parametrize("pin", ["011001", "41100", "4110011", "41100A"])
def test_what_is_no_pin_code_is_refused(pin):
    with pytest.raises(ValidationError):
        indian.validate_pin(pin)


def test_numbers_are_stored_without_the_spaces_they_are_grouped_with():
    assert indian.compact(" 27 aapfu-0939 f1zv ") == "27AAPFU0939F1ZV"


def test_the_menu_of_states_stores_english_names():
    choices = indian.state_choices()

    assert len(choices) == 37
    assert choices[21] == ("Maharashtra", "Maharashtra")
