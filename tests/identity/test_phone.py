"""Telephone numbers as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.identity import PhoneKind, Problem, check_phone
from app.identity.synthetic import synthetic_phone


@given(st.integers(0, 10**8 - 1))
def test_a_mobile_number_in_any_writing(index: int) -> None:
    number = synthetic_phone(index)
    for text in (
        number,
        f"+86 {number}",
        f"0086-{number}",
        f"{number[:3]}-{number[3:7]}-{number[7:]}",
        f"（+86）{number}",
    ):
        check = check_phone(text, mobile_only=True)
        assert (check.code, check.kind, check.error) == (number, PhoneKind.MOBILE, None)


@pytest.mark.parametrize(
    ("text", "code", "kind"),
    [
        ("0917-3260000", "0917-3260000", PhoneKind.LANDLINE),
        ("（0917）３２６００００", "0917-3260000", PhoneKind.LANDLINE),
        ("09173260000", "0917-3260000", PhoneKind.LANDLINE),
        ("0917 3260000 转 801", "0917-3260000-801", PhoneKind.LANDLINE),
        ("+86-029-87290000", "029-87290000", PhoneKind.LANDLINE),
        ("010－85200000", "010-85200000", PhoneKind.LANDLINE),
        ("12345", "12345", PhoneKind.SERVICE),
        ("400-000-0000", "4000000000", PhoneKind.SERVICE),
        ("96156", "96156", PhoneKind.SERVICE),
    ],
)
def test_other_numbers(text: str, code: str, kind: PhoneKind) -> None:
    check = check_phone(text)
    assert (check.code, check.kind, check.error) == (code, kind, None)
    assert not check_phone(text, mobile_only=True).ok


@pytest.mark.parametrize(
    ("text", "problem", "words"),
    [
        ("", Problem.EMPTY, "请填写"),
        ("1420000000", Problem.LENGTH, "现在是 10 位"),
        ("142000000000", Problem.LENGTH, "现在是 12 位"),
        ("11200000000", Problem.CHARACTER, "“11”"),
        ("3260000", Problem.FORMAT, "加区号"),
        ("142OOOO0000", Problem.CHARACTER, "“O”"),
        ("1.42E+10", Problem.SPREADSHEET, "丢失"),
        ("hello", Problem.CHARACTER, "“H”"),
    ],
)
def test_a_wrong_number_is_told_why(text: str, problem: Problem, words: str) -> None:
    error = check_phone(text).error
    assert error is not None and error.problem is problem and words in str(error.sentence)


@given(st.text(max_size=24))
def test_no_text_breaks_the_check(text: str) -> None:
    check = check_phone(text)
    assert check.ok or str(check.error and check.error.sentence)
