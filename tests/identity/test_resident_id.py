"""Resident IDs: single errors and transpositions, dates that cannot be, fifteen digits, permits."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.identity import DocumentKind, Problem, check_document, check_resident_id, from_15_digits
from app.identity.resident_id import check_digit
from app.identity.synthetic import synthetic_resident_id

TODAY = date(2026, 11, 21)
births = st.dates(date(1900, 1, 1), TODAY)
numbers = st.builds(
    lambda born, index, female: synthetic_resident_id(born, index, female=female),
    births,
    st.integers(0, 499),
    st.booleans(),
)


def complete(first_17: str) -> str:
    return first_17 + check_digit(first_17)


@given(births, st.integers(0, 499), st.booleans())
def test_a_synthetic_number_is_valid_and_tells_its_facts(born_on: date, index: int, female: bool) -> None:
    check = check_resident_id(synthetic_resident_id(born_on, index, female=female), today=TODAY)
    assert check.ok and not check.warnings
    assert (check.born_on, check.is_female, check.region_prefix) == (born_on, female, "610399")
    assert not check.is_residence_permit


@given(numbers, st.integers(0, 17), st.sampled_from("0123456789X"))
def test_any_single_wrong_digit_is_refused(code: str, place: int, sign: str) -> None:
    assume(code[place] != sign)
    assert not check_resident_id(code[:place] + sign + code[place + 1 :], today=TODAY).ok


@given(numbers, st.integers(0, 16))
def test_two_neighbours_changed_over_are_refused(code: str, place: int) -> None:
    assume(code[place] != code[place + 1])
    assert not check_resident_id(
        code[:place] + code[place + 1] + code[place] + code[place + 2 :], today=TODAY
    ).ok


@given(st.text(max_size=24))
def test_no_text_breaks_the_check(text: str) -> None:
    check = check_resident_id(text, today=TODAY)
    assert check.ok or str(check.error and check.error.sentence)


@given(numbers)
def test_the_way_of_writing_does_not_matter(code: str) -> None:
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in code.lower())
    assert check_resident_id(f" \u200b{wide[:6]}\u3000{wide[6:]}\ufeff", today=TODAY).code == code


@given(st.dates(date(1900, 1, 1), date(1999, 12, 31)), st.integers(0, 995))
def test_fifteen_digits_become_the_same_eighteen(born_on: date, sequence: int) -> None:
    old = f"610399{born_on:%y%m%d}{sequence:03d}"
    check = check_resident_id(old, today=TODAY)
    assert check.ok and check.code == from_15_digits(old) and check.born_on == born_on
    assert check.code[:6] + check.code[8:17] == old


def test_sequences_for_centenarians_mean_the_century_before() -> None:
    check = check_resident_id("610399880102999", today=TODAY)
    assert check.ok and check.born_on == date(1888, 1, 2)
    assert [one.problem for one in check.warnings] == [Problem.AGE]


def test_born_today_is_possible_and_tomorrow_is_not() -> None:
    assert check_resident_id(synthetic_resident_id(TODAY, 0), today=TODAY).ok
    error = check_resident_id(synthetic_resident_id(TODAY + timedelta(days=1), 0), today=TODAY).error
    assert (
        error is not None and error.problem is Problem.BIRTH_IN_FUTURE and "2026-11-22" in str(error.sentence)
    )


@pytest.mark.parametrize(
    ("middle", "place", "words"),
    [
        ("19991301", 11, "1999 年 13 月 01 日不存在"),
        ("20230229", 13, "2023 年 02 月 29 日不存在"),
        ("20230431", 13, "04 月 31 日"),
        ("00000101", 7, "0000 年"),
    ],
)
def test_a_date_that_cannot_be_is_named(middle: str, place: int, words: str) -> None:
    error = check_resident_id(complete(f"610399{middle}001"), today=TODAY).error
    assert error is not None and error.problem is Problem.BIRTH_DATE
    assert error.place == place and words in str(error.sentence)


def test_a_leap_day_is_a_birthday() -> None:
    assert check_resident_id(synthetic_resident_id(date(2024, 2, 29), 1), today=TODAY).ok


def test_the_wrong_place_is_named() -> None:
    code = synthetic_resident_id(date(1980, 5, 1), 1)
    letter = check_resident_id(code[:8] + "O" + code[9:], today=TODAY).error
    assert letter is not None and (letter.problem, letter.place) == (Problem.CHARACTER, 9)
    last = check_resident_id(code[:17] + "Y", today=TODAY).error
    assert last is not None and (last.problem, last.place) == (Problem.CHARACTER, 18)
    short = check_resident_id(code[:17], today=TODAY).error
    assert short is not None and "现在是 17 位" in str(short.sentence)
    lost = check_resident_id("6.10399198005E+17", today=TODAY).error
    assert lost is not None and lost.problem is Problem.SPREADSHEET


def test_an_unknown_province_only_warns() -> None:
    check = check_resident_id(complete("99039919800501001"), today=TODAY)
    assert check.ok and [one.problem for one in check.warnings] == [Problem.REGION]


@pytest.mark.parametrize("region", ["810000", "820000", "830000"])
def test_a_residence_permit_is_told_from_an_identity_card(region: str) -> None:
    code = complete(f"{region}19800501001")
    assert check_document(DocumentKind.RESIDENCE_PERMIT, code, today=TODAY).ok
    as_card = check_document(DocumentKind.RESIDENT_ID, code, today=TODAY).error
    assert as_card is not None and "居住证" in str(as_card.sentence)
    card = synthetic_resident_id(date(1980, 5, 1), 1)
    assert check_document(DocumentKind.RESIDENT_ID, card, today=TODAY).ok
    assert not check_document(DocumentKind.RESIDENCE_PERMIT, card, today=TODAY).ok


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        (DocumentKind.HK_MACAU_PERMIT, "h 0000 0000", "H00000000"),
        (DocumentKind.HK_MACAU_PERMIT, "M0000000001", "M00000000"),
        (DocumentKind.TAIWAN_PERMIT, "０００００００１", "00000001"),
        (DocumentKind.TAIWAN_PERMIT, "0000000001(B)", "0000000001"),
        (DocumentKind.PASSPORT, "ez0000000", "EZ0000000"),
        (DocumentKind.FOREIGN_PERMANENT_RESIDENT, "XXX610000000001", "XXX610000000001"),
        (
            DocumentKind.FOREIGN_PERMANENT_RESIDENT,
            complete("91184019800501001"),
            complete("91184019800501001"),
        ),
    ],
)
def test_other_papers_are_tidied(kind: DocumentKind, text: str, code: str) -> None:
    check = check_document(kind, text, today=TODAY)
    assert check.ok and check.code == code and not check.warnings


@pytest.mark.parametrize("kind", list(DocumentKind))
@pytest.mark.parametrize("text", ["", "H123", "护照", "12345678901234567890"])
def test_what_is_no_number_of_the_paper_is_refused(kind: DocumentKind, text: str) -> None:
    check = check_document(kind, text, today=TODAY)
    assert not check.ok and check.error is not None and str(check.error.sentence)
