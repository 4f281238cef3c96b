"""Rows of the parties' registers through the one validator, in a world without a database."""

from datetime import date

import pytest

from app.identity import RegistrationClass
from app.imports.cells import Merge, Table
from app.imports.judging import judge_table
from app.imports.kinds import Decision, Note
from app.imports.recognition import recognise
from app.parties.registers import enterprises, households, organisations, social_workers, volunteers
from app.parties.registers.shelf import Parties
from tests.parties import lists
from tests.parties.lists import (
    ENTERPRISES,
    HOUSEHOLDS,
    ORGANISATIONS,
    VOLUNTEERS,
    WORKERS,
    code,
    enterprise_row,
    household_row,
    id_number,
    organisation_row,
    volunteer_row,
    worker_row,
)
from tests.parties.people import JINTAI


def test_a_volunteer_is_taken_with_what_the_number_tells() -> None:
    line = lists.judged(
        volunteers.REGISTER, VOLUNTEERS, [volunteer_row(1, 持有证书="护理员证、律师证")], lists.world()
    )[0]
    assert line.verdict.decision is Decision.ACCEPT
    assert line.verdict.canonical is not None
    assert line.verdict.canonical == {
        "birth": "1990-05-17",
        "certs": ["护理员证", "律师证"],
        "consent": True,
        "county": "610302",
        "id": id_number(1),
        "name": "李志愿",
        "phone": line.verdict.data.person.phone,
        "registered": "2024-03-05",
        "sex": line.verdict.canonical["sex"],
    }


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"姓名": " "}, "reject REQUIRED_MISSING:name"),
        ({"身份证号码": None}, "reject REQUIRED_MISSING:id_number"),
        ({"身份证号码": 6.1e17}, "reject ID_SCIENTIFIC"),
        ({"身份证号码": "61039919900230123"}, "reject ID_LENGTH"),
        ({"区县": "长安区"}, "reject REGION_UNKNOWN"),
        ({"镇（街道）": "墩集镇"}, "reject REGION_UNKNOWN"),
        ({"注册日期": "2026-11-22"}, "reject DATE_FUTURE"),
        ({"注册日期": "2026-02-30"}, "reject DATE_INVALID"),
        ({"身份证号码": id_number(1, date(2012, 11, 22))}, "review UNDER_14"),
        ({"身份证号码": id_number(1, date(2012, 11, 21))}, "accept"),
        ({"是否同意公示": "", "注册日期": "", "联系电话": ""}, "accept"),
        ({"持有证书": "无"}, "accept"),
        ({"持有证书": "证" * 61}, "reject TEXT_INVALID"),
        ({"姓名": "（）"}, "reject TEXT_INVALID"),
    ],
)
def test_each_fault_of_a_volunteer_is_named(changes: dict[str, object], expected: str) -> None:
    found = lists.judged(volunteers.REGISTER, VOLUNTEERS, [volunteer_row(1, **changes)], lists.world())
    assert lists.words(found) == [expected]


def test_one_person_twice_is_a_duplicate_and_two_with_one_number_are_looked_at() -> None:
    rows = [
        volunteer_row(1),
        volunteer_row(1, 姓名="李 志愿"),
        volunteer_row(1, 姓名="王别人"),
        volunteer_row(2),
    ]
    found = lists.judged(volunteers.REGISTER, VOLUNTEERS, rows, lists.world())
    assert lists.words(found) == ["accept", "duplicate DUP_SAME_ID", "review CODE_CONFLICT", "accept"]
    assert found[1].verdict.fault is not None and "第 2 行" in str(found[1].verdict.fault.sentence)


def test_a_social_worker_may_be_a_volunteer_besides() -> None:
    world = lists.world()
    first = lists.judged(social_workers.REGISTER, WORKERS, [worker_row(1), worker_row(1)], world)
    assert lists.words(first) == ["accept", "duplicate DUP_SAME_ID"]
    assert first[0].verdict.canonical is not None and first[0].verdict.canonical["level"] == "社会工作师"
    again = lists.judged(volunteers.REGISTER, VOLUNTEERS, [volunteer_row(1), volunteer_row(1)], world)
    assert lists.words(again) == ["accept", "duplicate DUP_SAME_ID"]


def test_a_row_outside_the_clerks_places_is_refused() -> None:
    found = lists.judged(volunteers.REGISTER, VOLUNTEERS, [volunteer_row(1)], lists.world(regions=(JINTAI,)))
    assert lists.words(found) == ["reject OUT_OF_SCOPE"]


@pytest.mark.parametrize(
    ("sheet", "changes", "expected"),
    [
        ("社会团体", {}, "accept"),
        ("基金会", {}, "reject USCC_TYPE_MISMATCH"),
        ("名册", {}, "accept"),
        ("社会团体", {"统一社会信用代码": "51610304YYY00002X"}, "reject USCC_LENGTH"),
        ("社会团体", {"统一社会信用代码": code(1).lower()}, "accept"),
        ("社会团体", {"证书有效期至": "2026-11-20"}, "review CERTIFICATE_EXPIRED"),
        ("社会团体", {"证书有效期至": "2026-11-21"}, "accept"),
        ("社会团体", {"证书有效期至": "1970-01-01"}, "accept"),
        ("社会团体", {"证书有效期至": "2017-01-01"}, "reject DATE_RANGE"),
        ("社会团体", {"成立登记日期": "12月17日"}, "reject DATE_NO_YEAR"),
        ("社会团体", {"成立登记日期": "2027-01-01"}, "reject DATE_FUTURE"),
        ("社会团体", {"所属区县": "长安区"}, "reject REGION_UNKNOWN"),
        ("社会团体", {"所属区县": ""}, "reject REQUIRED_MISSING:county"),
    ],
)
def test_an_organisation_is_judged_by_sheet_code_place_and_days(
    sheet: str, changes: dict[str, str], expected: str
) -> None:
    rows = [organisation_row(1, **changes)]
    found = lists.judged(organisations.REGISTER, ORGANISATIONS, rows, lists.world(), sheet=sheet)
    assert lists.words(found) == [expected]


def test_an_organisation_again_is_a_duplicate_under_another_name_a_conflict() -> None:
    world = lists.world()
    rows = [
        organisation_row(1, 社会组织名称="宝鸡市渭滨区秦岭（义工）协会"),
        organisation_row(1, 社会组织名称="宝鸡渭滨秦岭(义工)协会"),
        organisation_row(1, 社会组织名称="宝鸡市另一个协会"),
    ]
    found = lists.judged(organisations.REGISTER, ORGANISATIONS, rows, world, sheet="社会团体")
    assert lists.words(found) == ["accept", "duplicate DUP_SAME_CODE", "review CODE_CONFLICT"]
    known = world.shelf(Parties).organisation(code(1))
    assert known is not None
    assert not world.shelf(Parties).is_other("宝鸡渭滨秦岭义工协会", known)
    assert not world.shelf(Parties).is_other("谁也不认识的协会", known)


def test_a_name_of_another_known_party_is_noticed() -> None:
    world = lists.world()
    lists.judged(enterprises.REGISTER, ENTERPRISES, [enterprise_row(1), enterprise_row(2)], world)
    shelf = world.shelf(Parties)
    known = shelf.organisation(code(1, RegistrationClass.ENTERPRISE))
    assert known is not None and shelf.is_other("宝鸡第2食品有限公司", known)
    assert [one.name for one in shelf.named("宝鸡市第2食品有限公司")] == ["宝鸡第2食品有限公司"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "accept"),
        ({"家庭年收入": -10, "收入单位": "元"}, "reject AMOUNT_NEGATIVE"),
        ({"月保障金额（元）": "###"}, "reject AMOUNT_NOT_A_NUMBER"),
        ({"家庭年收入": 0}, "accept"),
        ({"镇（街道）": "墩集镇"}, "reject REGION_UNKNOWN"),
        ({"保障起始日期": "2020-02-30"}, "reject DATE_INVALID"),
        ({"家庭编号": ""}, "reject REQUIRED_MISSING:household"),
        ({"家庭人口（人）": -3}, "reject AMOUNT_NOT_A_NUMBER"),
        ({"家庭人口（人）": 10**12}, "reject AMOUNT_NOT_A_NUMBER"),
    ],
)
def test_a_household_is_judged(changes: dict[str, object], expected: str) -> None:
    found = lists.judged(households.REGISTER, HOUSEHOLDS, [household_row(1, **changes)], lists.world())
    assert lists.words(found) == [expected]


def test_sums_of_a_household_are_fen() -> None:
    found = lists.judged(households.REGISTER, HOUSEHOLDS, [household_row(1)], lists.world())[0].verdict
    assert found.canonical is not None
    assert (found.canonical["annual_income_fen"], found.canonical["monthly_fen"]) == (500_000, 42_000)
    assert found.notes == (Note.UNIT_WAN,)


def test_a_household_number_or_head_again() -> None:
    same, other = household_row(1), household_row(1, 户主身份证号=id_number(9, date(1961, 1, 2)))
    head_again = household_row(2, 户主身份证号=id_number(1, date(1960, 1, 2)))
    rows = [household_row(1), same, other, head_again]
    found = lists.judged(households.REGISTER, HOUSEHOLDS, rows, lists.world())
    assert lists.words(found) == [
        "accept",
        "duplicate DUP_SERIAL",
        "review SERIAL_CONFLICT",
        "review HEAD_IN_TWO_HOUSEHOLDS",
    ]


def test_a_town_over_several_lines_counts_for_each() -> None:
    rows = [HOUSEHOLDS, household_row(1), household_row(2, **{"镇（街道）": ""})]
    table = Table("", rows, merges=(Merge(2, 3, 1, 1),))
    world = lists.world()
    layout = recognise(table, [households.REGISTER], world.vocabulary)
    assert layout is not None
    found = list(judge_table(table, layout, households.REGISTER, world, file="台账.xlsx"))[2].verdict
    assert found.canonical is not None and found.canonical["town"] == "金陵街道"
    assert Note.MERGED_CELL in found.notes
