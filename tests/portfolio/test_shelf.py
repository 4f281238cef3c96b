"""Projects, items and the reference as they are known while rows are judged."""

from datetime import date
from decimal import Decimal

import pytest

from app import db
from app.imports.faults import Found
from app.imports.registers import Reading, Row
from app.imports.values import Figure
from app.imports.vocabulary import shipped
from app.imports.world import World
from points.rulesets.kinds import ContributionKind
from projects.catalogue.reference import kind_of_word, references
from projects.catalogue.shelf import Items, Quantity, item_of, plain_number, quantity_of
from projects.needs.register import NEEDS
from projects.portfolio import queries
from projects.portfolio.shelf import Projects
from tests.contributions import city as made
from tests.contributions import ledgers
from tests.contributions.city import TODAY

EMPTY = World(today=TODAY, city=made.CITY, vocabulary=shipped())


def row(item: str, number: str, unit: str | None = None, *, beside: str | None = None) -> Row:
    readings = {
        "item": Reading(item),
        "quantity": Reading(Figure(Decimal(number), beside, EMPTY.vocabulary)),
        "unit": Reading(unit),
    }
    return Row("台账.csv", "", 2, readings, {})


@pytest.mark.parametrize(
    ("item", "number", "unit", "thousandths"),
    [
        ("大米", "20", "袋(10公斤)", 200_000),
        ("大米", "20", "袋（10公斤）", 200_000),
        ("大米", "3", "斤", 1_500),
        ("大米", "2.5", "KG", 2_500),
        ("大米", "0.5", "吨", 500_000),
        ("食用油", "4", "L", 4_000),
        ("食用油", "4", "桶(5升)", 20_000),
        ("医用口罩", "7", "个", 7_000),
        ("医用口罩", "2", "箱(2000只)", 4_000_000),
        ("成人纸尿裤", "3", "包(10片)", 30_000),
        ("棉被", "3", "件(5床)", 15_000),
        ("适老化改造", "2", "处", 2_000),
        ("适老化改造", "2", None, 2_000),
        ("资金", "1.5", "万元", 15_000_000),
        ("就业技能培训", "8", "课时", 8_000),
        ("课业辅导", "1.5", "小时", 1_500),
        ("课业辅导", "90", "分钟", 1_500),
    ],
)
def test_units_are_rows_of_the_catalogue(item: str, number: str, unit: str | None, thousandths: int) -> None:
    line = row(item, number, unit)
    assert quantity_of(line, item_of(line, EMPTY)).thousandths == thousandths


@pytest.mark.parametrize(
    ("item", "number", "unit", "word"),
    [
        ("大米", "1", "大卡车", "UNIT_UNKNOWN"),
        ("大米", "1", None, "REQUIRED_MISSING:unit"),
        ("课业辅导", "1", "批", "UNIT_UNKNOWN"),
        ("黄金", "1", "克", "ITEM_UNKNOWN"),
        ("大米", "0.0001", "公斤", "AMOUNT_NOT_POSITIVE"),
        ("大米", "99999999999", "吨", "AMOUNT_NOT_A_NUMBER"),
    ],
)
def test_what_the_catalogue_lacks_is_told(item: str, number: str, unit: str | None, word: str) -> None:
    line = row(item, number, unit)
    with pytest.raises(Found) as problem:
        quantity_of(line, item_of(line, EMPTY))
    assert problem.value.fault.word == word


def test_a_unit_in_the_cell_wins_over_that_of_the_column() -> None:
    line = row("大米", "2", "公斤", beside="吨")
    assert quantity_of(line, item_of(line, EMPTY)).thousandths == 2_000_000


def test_the_reference_counts_full_measures_only() -> None:
    known = references()
    assert kind_of_word("志愿服务") is ContributionKind.SERVICE
    assert kind_of_word("烧香") is None
    none = {"amount_fen": 0, "minutes": 0, "quantity_thousandths": 0}
    assert known[ContributionKind.SERVICE].points_of(**{**none, "minutes": 59}) == 5
    assert known[ContributionKind.FACILITY].points_of(**{**none, "amount_fen": 39_999}) == 1
    assert known[ContributionKind.TRAINING].points_of(**{**none, "quantity_thousandths": 2_500}) == 40
    some = [Quantity(2_000, "公斤", 2_000), Quantity(3_000, "斤", 1_500)]
    assert [plain_number(one) for one in some] == [2, 1.5]


def test_projects_and_items_come_from_the_tables(database: db.Database) -> None:
    with made.noon():
        city = ledgers.found()
        ledgers.enter(NEEDS, ledgers.need(), actor=ledgers.handler(city))
        with db.reading() as session:
            at = ledgers.world(session)
            shelf = at.shelf(Projects)
            fetched = shelf.want(["P0001", "P0002", "P0001"])
            assert [one.number for one in fetched] == ["P0001"]
            assert shelf.want(["P0001"]) == []
            known = shelf.find("P0001")
            assert known is not None
            assert (known.organisation, known.organisation_id) == (ledgers.HUB, city.hub)
            assert (known.start_on, known.end_on) == (date(2025, 9, 1), date(2026, 12, 31))
            assert queries.title_of(session, known.id) == "P0001 金台区课业辅导项目"
            assert queries.title_of(session, None) is None
            rice = at.shelf(Items).find("大 米")
            assert rice is not None
            assert rice.id is not None
            assert at.shelf(Items).names == Items(EMPTY).names
