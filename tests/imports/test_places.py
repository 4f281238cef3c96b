"""Places as people write them, with and without a database."""

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask

from app import db
from app.imports.faults import Found
from app.imports.kinds import Reason
from app.imports.places import SHIPPED, Places, county_of, town_of, village_of
from app.imports.registers import Reading, Row
from app.imports.vocabulary import shipped
from app.imports.world import World
from app.permissions import SYSTEM
from app.regions.division_file import read_divisions
from app.regions.regions import load_regions
from tests.imports.plain import speaking  # noqa: F401

CITY, WEIBIN, JINTAI = "610300000000", "610302000000", "610303000000"


def world(city: str = CITY) -> World:
    return World(today=date(2026, 11, 21), city=city, vocabulary=shipped())


@pytest.fixture
def asking(database: db.Database) -> Iterator[World]:
    with db.transaction() as session, (SHIPPED / "baoji.csv").open(encoding="utf-8-sig") as lines:
        load_regions(session, read_divisions(lines), actor=SYSTEM)
    with db.reading() as session:
        yield World(today=date(2026, 11, 21), city=CITY, vocabulary=shipped(), session=session)


def row(**cells: str) -> Row:
    return Row("f", "", 1, {name: Reading(text) for name, text in cells.items()}, {})


@pytest.mark.parametrize(
    "name",
    [
        "渭滨区",
        " 渭滨 区",
        "渭滨",
        "宝鸡市渭滨区",
        "陕西省宝鸡市渭滨区",
        "610302",
        "610302000000",
        "６１０３０２",
    ],
)
def test_a_county_by_many_names(name: str) -> None:
    assert world().shelf(Places).county(name) == WEIBIN


@pytest.mark.parametrize("name", ["长安区", "", "区", "宝鸡市", "宝鸡", "渭滨区区", "61", "渭滨区金陵街道"])
def test_no_county(name: str) -> None:
    assert world().shelf(Places).county(name) is None


@pytest.mark.parametrize(
    "name",
    [
        "东风路街道",
        "东风路",
        "东风路街道办事处",
        "东风路办事处",
        "金台区东风路街道",
        "宝鸡市金台区东风路街道",
    ],
)
def test_a_town_by_many_names(name: str) -> None:
    places = world().shelf(Places)
    code = places.town(JINTAI, name)
    assert code is not None
    assert places.name(code) == "东风路街道"
    assert places.town(WEIBIN, name) is None


def test_the_tables_say_what_the_shipped_list_says(asking: World) -> None:
    own, there = world().shelf(Places), asking.shelf(Places)
    for county in own.names_below(CITY):
        code = own.county(county)
        assert code
        assert there.county(county) == code
        assert there.names_below(code) == own.names_below(code)


def test_sentences_say_what_there_is(speaking: Flask) -> None:  # noqa: F811
    here = world()
    assert county_of(row(county="金台区"), here) == JINTAI
    assert town_of(row(town="中山东路街道"), here, JINTAI) is not None
    assert county_of(row(), here) is None
    for given, expected in (("金石区", "是不是"), ("长安路", "有：")):
        with pytest.raises(Found) as found:
            county_of(row(county=given), here)
        assert found.value.fault.reason is Reason.REGION_UNKNOWN
        assert found.value.fault.field == "county"
        assert expected in str(found.value.fault.sentence)
    with pytest.raises(Found) as found:
        town_of(row(town="墩集镇"), here, JINTAI)
    assert "东风路街道" in str(found.value.fault.sentence)
    assert village_of(row(village="没有的村"), here, JINTAI) is None


def test_without_a_city_no_place_is_checked(speaking: Flask) -> None:  # noqa: F811
    anywhere = world("")
    assert county_of(row(county="东城区"), anywhere) is None
    assert town_of(row(town="某镇"), anywhere, None) is None
