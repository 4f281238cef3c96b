"""Credit codes: every single wrong character is refused, old numbers are told apart, the inner check only warns."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.identity import Problem, RegistrationClass, check_uscc
from app.identity.synthetic import synthetic_uscc
from app.identity.uscc import ALPHABET, check_digit, inner_check_digit

codes = st.builds(synthetic_uscc, st.sampled_from(list(RegistrationClass)), st.integers(0, 31**5 - 1))


@given(codes)
def test_a_synthetic_code_is_valid_and_tells_its_facts(code: str) -> None:
    check = check_uscc(code)
    assert check.ok and check.code == code and not check.warnings
    assert check.registration_class is RegistrationClass(code[:2])
    assert check.region_prefix == "610399"
    assert check.organisation_code == code[8:17]


@given(codes, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_any_single_wrong_character_is_refused(code: str, place: int, sign: str) -> None:
    assume(code[place] != sign)
    assert not check_uscc(code[:place] + sign + code[place + 1 :]).ok


@given(codes, st.integers(0, 16))
def test_two_neighbours_changed_over_are_refused(code: str, place: int) -> None:
    assume(code[place] != code[place + 1])
    assert not check_uscc(code[:place] + code[place + 1] + code[place] + code[place + 2 :]).ok


@given(codes)
def test_the_way_of_writing_does_not_matter(code: str) -> None:
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in code)
    spaced = "\ufeff\u3000" + code[:6].lower() + "\u200b \u00a0" + code[6:] + "\u202c\t"
    assert check_uscc(wide) == check_uscc(spaced) == check_uscc("'" + code) == check_uscc(code)


@given(st.text(max_size=24))
def test_no_text_breaks_the_check(text: str) -> None:
    check = check_uscc(text)
    assert check.ok or str(check.error and check.error.sentence)


def test_a_wrong_inner_check_digit_only_warns() -> None:
    wrong = "51610399" + "YYY00001" + ("0" if inner_check_digit("YYY00001") != "0" else "1")
    check = check_uscc(wrong + check_digit(wrong))
    assert check.ok
    assert [(one.problem, one.place) for one in check.warnings] == [(Problem.INNER_CHECK_DIGIT, 17)]


def test_an_unknown_class_only_warns() -> None:
    first_17 = "99610399YYY00001" + inner_check_digit("YYY00001")
    check = check_uscc(first_17 + check_digit(first_17))
    assert check.ok and check.registration_class is None
    assert [one.problem for one in check.warnings] == [Problem.CLASS]


@pytest.mark.parametrize(
    ("text", "problem", "words"),
    [
        ("", Problem.EMPTY, "请填写"),
        ("   ", Problem.EMPTY, "请填写"),
        ("6103990000001", Problem.OLD_REGISTRATION_NUMBER, "13 位"),
        ("610399000000001", Problem.OLD_REGISTRATION_NUMBER, "15 位"),
        ("YYY00001-" + inner_check_digit("YYY00001"), Problem.OLD_ORGANISATION_CODE, "第 9–17 位"),
        ("5.16104E+17", Problem.SPREADSHEET, "数字已经丢失"),
        ("51610399YYY0000", Problem.LENGTH, "现在是 15 位"),
        ("５１６１０３９９ＹＹＹ", Problem.LENGTH, "现在是 11 位"),
    ],
)
def test_a_code_of_another_length_is_called_what_it_is(text: str, problem: Problem, words: str) -> None:
    error = check_uscc(text).error
    assert error is not None and error.problem is problem and words in str(error.sentence)


def test_the_wrong_character_is_named() -> None:
    code = synthetic_uscc(RegistrationClass.FOUNDATION, 7)
    letter_o = check_uscc(code[:13] + "O" + code[14:]).error
    assert letter_o is not None and letter_o.place == 14 and "可能是“0”" in str(letter_o.sentence)
    region = check_uscc(code[:4] + "A" + code[5:]).error
    assert region is not None and region.place == 5 and "应为数字" in str(region.sentence)


def test_only_a_wrong_check_digit_may_be_overridden() -> None:
    code = synthetic_uscc(RegistrationClass.SOCIAL_GROUP, 3)
    wrong = code[:17] + ("0" if code[17] != "0" else "1")
    check = check_uscc(wrong)
    assert check.may_be_overridden and check.error is not None
    assert f"应为“{code[17]}”" in str(check.error.sentence)
    assert not check_uscc(code).may_be_overridden
    assert not check_uscc("610399000000001").may_be_overridden
