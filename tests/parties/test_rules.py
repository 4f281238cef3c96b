"""Pure rules of the register: names, numbers, ages, and the tables that they stand in."""

from datetime import date

import pytest
from pypinyin import lazy_pinyin

from app.errors import InvalidInput
from app.parties import names, rules
from app.parties.kinds import ActingRole, OrganisationKind, PartyKind, PersonRoleKind, RegistrationState
from app.parties.registrations import MOVES


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("单田芳", "shan tian fang"),
        ("仇和", "qiu he"),
        ("查良镛", "zha liang yong"),
        ("曾国藩", "zeng guo fan"),
        ("万俟卨", "mo qi xie"),
        ("解晓东", "xie xiao dong"),
        ("任重", "ren zhong"),
        ("王重阳", "wang chong yang"),
        ("阿凡提", "a fan ti"),
        ("John Smith", "john smith"),
    ],
)
def test_persons_sort_by_the_reading_of_their_surname(name: str, key: str) -> None:
    assert names.sort_key(name, PartyKind.PERSON) == key


def test_organisations_sort_by_words() -> None:
    assert names.sort_key("单县中医院", PartyKind.ORGANISATION).split()[1] == "xian"
    assert names.sort_key("宝鸡市重阳养老中心", PartyKind.ORGANISATION).startswith("bao ji shi chong yang")
    assert len(names.sort_key("宝" * 900, PartyKind.ORGANISATION)) <= 600


def test_names_are_compared_without_what_people_leave_out() -> None:
    same = {
        names.match_key(one)
        for one in ("宝鸡市（渭滨）爱心协会", "宝鸡(渭滨区) 爱心协会", "宝鸡渭滨爱心协会")
    }
    assert len(same) == 1
    assert (
        names.similarity("宝鸡爱心协会", "宝鸡爱心服务协会")
        >= 60
        > names.similarity("宝鸡爱心协会", "陇县敬老院")
    )


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [
        (date(2008, 11, 21), date(2026, 11, 20), 17),
        (date(2008, 11, 21), date(2026, 11, 21), 18),
        (date(2004, 2, 29), date(2022, 2, 28), 17),
        (date(2004, 2, 29), date(2022, 3, 1), 18),
    ],
)
def test_age_counts_completed_years(born: date, on: date, years: int) -> None:
    assert rules.age(born, on) == years
    assert rules.is_minor(born, on) == (years < 18)


@pytest.mark.parametrize(
    ("born", "guardian", "phone", "field"),
    [
        (date(2020, 1, 1), "张", "1", "identity_number"),
        (date(2012, 1, 1), "", "1", "guardian_name"),
        (date(2012, 1, 1), "张", "", "guardian_phone"),
        (date(2012, 1, 1), "张", "1", None),
        (date(1990, 1, 1), "", "", None),
        (None, "", "", None),
    ],
)
def test_volunteers_of_every_age(born: date | None, guardian: str, phone: str, field: str | None) -> None:
    def ask() -> None:
        rules.ensure_volunteer_age(born, date(2026, 11, 21), guardian_name=guardian, guardian_phone=phone)

    if field is None:
        ask()
    else:
        with pytest.raises(InvalidInput) as refused:
            ask()
        assert refused.value.field == field


def test_every_state_has_its_moves_and_none_is_a_dead_end_but_by_choice() -> None:
    assert set(MOVES) == set(RegistrationState)
    reached = {new for targets in MOVES.values() for new in targets}
    assert reached == set(RegistrationState)


def test_every_kind_of_organisation_acts_as_itself() -> None:
    for kind in OrganisationKind:
        assert rules.acting_role(kind).label == kind.label
    assert rules.acting_role(None, PersonRoleKind.VOLUNTEER) is ActingRole.VOLUNTEER
    assert rules.acting_role(None, PersonRoleKind.HOUSEHOLD_MEMBER) is ActingRole.PERSON


def test_volunteer_numbers_are_never_taken_for_identity_numbers() -> None:
    assert rules.volunteer_number("610302001000", 42) == "61030000000042"
    assert len(rules.volunteer_number("610302001000", 42)) == 14


def test_short_names_read_as_the_whole_dictionary_reads_them() -> None:
    signs = "朱翔宝王伟李梅文许强平唐艳小长乐朝阳曾重庆行藏都会音和了得A1·"
    texts = [one + other + third for one in signs for other in signs for third in ("", "乐", "会", "b")]
    for text in texts:
        expected = " ".join(
            filter(None, (one.strip().lower() for one in lazy_pinyin(text, errors=str.lower)))
        )
        assert names.sort_key(text, PartyKind.ORGANISATION) == expected
