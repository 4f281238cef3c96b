"""Loading and reading divisions, with the demo city's own list, on both databases."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict
from wtforms import Form

from app.audit.models import AuditEvent
from app.db import Database, reading, transaction
from app.errors import Conflict, InvalidInput, NotAllowed, NotFound
from app.permissions import ANYONE, SYSTEM
from app.regions import queries
from app.regions.cli import DEMO_FILE
from app.regions.division_file import RegionRow, read_divisions
from app.regions.forms import RegionField, VillageField
from app.regions.models import Region, RegionLevel
from app.regions.regions import Loaded, load_regions

TODAY = date(2026, 11, 21)
HEADING = "code,name,level,parent_code,valid_from,valid_to,successor_code\n"


def rows(*lines: str) -> list[RegionRow]:
    return read_divisions([HEADING, *(line + "\n" for line in lines)])


@pytest.fixture(scope="module")
def demo_rows() -> list[RegionRow]:
    with DEMO_FILE.open(encoding="utf-8") as file:
        return read_divisions(file)


def load(given: list[RegionRow]) -> Loaded:
    with transaction() as session:
        return load_regions(session, given, actor=SYSTEM)


def test_the_demo_city_loads_once(database: Database, demo_rows: list[RegionRow]) -> None:
    assert load(demo_rows) == Loaded(added=1504, changed=0, unchanged=0)
    assert load(demo_rows) == Loaded(added=0, changed=0, unchanged=1504)
    with reading() as session:
        levels = dict(session.execute(select(Region.level, func.count()).group_by(Region.level)).all())
        assert session.scalar(select(func.count()).select_from(AuditEvent)) == 1
        assert not queries.orphans(session)
        assert len(queries.children(session, "610300000000")) == 12
    assert levels == {
        RegionLevel.PROVINCE: 1,
        RegionLevel.CITY: 1,
        RegionLevel.COUNTY: 12,
        RegionLevel.TOWN: 120,
        RegionLevel.VILLAGE: 1370,
    }


def test_paths_and_names(database: Database, demo_rows: list[RegionRow]) -> None:
    load(demo_rows)
    with reading() as session:
        assert [one.name for one in queries.path(session, "610302001000")] == [
            "陕西省",
            "宝鸡市",
            "渭滨区",
            "金陵街道",
        ]
        names = queries.full_names(session, ["610302001000", "610302000000", "610300000000", "999999000000"])
        assert names == {
            "610302001000": "渭滨区 / 金陵街道",
            "610302000000": "渭滨区",
            "610300000000": "宝鸡市",
        }
        assert queries.full_name(session, "999999000000") == "999999000000"
        options = queries.options(session, within="610302000000", deepest=RegionLevel.TOWN, on=TODAY)
        assert options and all(one.level is RegionLevel.TOWN for one in options)
        counts = queries.child_counts(session, ["610300000000", "610302000000"], on=TODAY)
        assert counts["610300000000"] == 12 and counts["610302000000"] == len(options)
        with pytest.raises(NotFound):
            queries.path(session, "610399000000")


def test_a_retired_code_names_its_successor_and_stays_retired(database: Database) -> None:
    load(rows("61,陕西省,province,,,,", "6103,宝鸡市,city,61,,,", "610322,凤翔县,county,6103,,,"))
    retired = "610322,凤翔县,county,6103,,2021-01-07,610305"
    loaded = load(rows(retired, "610305,凤翔区,county,6103,2021-01-08,,"))
    assert loaded == Loaded(added=1, changed=1, unchanged=0)
    with reading() as session:
        assert [one.name for one in queries.successors(session, "610322000000")] == ["凤翔区"]
        assert not queries.is_in_force(session, "610322000000", on=TODAY)
        assert queries.is_in_force(session, "610322000000", on=date(2021, 1, 7))
        assert queries.is_in_force(session, "610305000000", on=TODAY)
        assert not queries.is_in_force(session, "610305000000", on=date(2021, 1, 7))
        assert [one.code for one in queries.children(session, "610300000000", on=TODAY)] == ["610305000000"]
    with pytest.raises(Conflict):
        load(rows("610322,凤翔县,county,6103,,,"))
    with pytest.raises(Conflict):
        load(rows("610322,另一县,county,6103,,2021-01-07,610305"))


def test_who_may_not_load_and_what_cannot_be_loaded(database: Database) -> None:
    with pytest.raises(NotAllowed), transaction() as session:
        load_regions(session, rows("61,陕西省,province,,,,"), actor=ANYONE)
    with pytest.raises(InvalidInput, match="两次"):
        load(rows("61,陕西省,province,,,,", "61,陕西省,province,,,,"))
    with pytest.raises(InvalidInput, match="不存在"):
        load(rows("6103,宝鸡市,city,61,,,"))
    with pytest.raises(InvalidInput, match="没有行政区划"):
        load([])


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (",陕西省,province,,,,", "没有填写代码"),
        ("6A,陕西省,province,,,,", "不是行政区划代码"),
        ("61,,province,,,,", "名称"),
        ("61,陕西省,land,,,,", "没有“land”这一级"),
        ("61,陕西省,city,,,,", "不是“市级”的代码"),
        ("6103,宝鸡市,city,62,,,", "上级代码"),
        ("61,陕西省,province,,2021-13-01,,", "不是日期"),
    ],
)
def test_a_wrong_line_is_named(line: str, words: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        rows("61,陕西省,province,,,,", line)
    assert "第 3 行" in str(refused.value) and words in str(refused.value)


def test_a_file_without_its_columns_is_refused() -> None:
    with pytest.raises(InvalidInput, match="缺少列：level"):
        read_divisions(["code,name,parent_code\n"])


class PlaceForm(Form):
    town = RegionField("镇街", shallowest=RegionLevel.TOWN)
    village = VillageField("村居")


def submitted(**values: str) -> PlaceForm:
    form = PlaceForm(MultiDict(values))
    form.validate()
    return form


def test_a_town_is_chosen_from_its_county(web: Flask, demo_rows: list[RegionRow]) -> None:
    with web.test_request_context():
        load(demo_rows)
        form = submitted(town="610302001000")
        assert not form.errors and form.town.data == "610302001000"
        html = form.town()
        assert '<optgroup label="渭滨区">' in html and "selected" in html and html.count("<option") == 121
        assert submitted(town="").town.data is None
        assert submitted(town="610302000000").errors["town"]
        assert submitted(town="' OR 1=1 --").errors["town"]


def test_a_village_is_typed_by_name_path_or_code(web: Flask, demo_rows: list[RegionRow]) -> None:
    with web.test_request_context():
        load(demo_rows)
        for typed in (
            "渭滨区 / 金陵街道",
            "渭滨区金陵街道",
            "金陵街道",
            "610302001000",
            "６１０３０２００１０００",
            "610302001",
        ):
            form = submitted(village=typed)
            assert not form.errors and form.village.data == "610302001000", typed
        many = submitted(village="城关镇")
        assert many.village.data is None and "处，请从提示中选择" in str(many.errors["village"][0])
        assert "没有找到" in str(submitted(village="<script>").errors["village"][0])
        html = submitted(village="<script>").village()
        assert "<script>" not in html and html.count("<option") == 1502
        assert PlaceForm(village="610302001000").village().count("渭滨区 / 金陵街道") >= 1
        assert submitted(village="  ").village.data is None
