"""The catalogue: lists taken in, items added and changed on a page."""

from pathlib import Path

import pytest
from flask import Flask

from app import db
from app.errors import InvalidInput, NotAllowed
from app.permissions import SYSTEM, Role
from points.rulesets.kinds import ContributionKind
from projects.catalogue import items, queries
from tests.contributions.city import City
from tests.contributions.test_pages import Enter, _noon, city, enter  # noqa: F401


def test_the_standard_list_is_whole_and_taken_in_twice_changes_nothing(database: db.Database) -> None:
    rows = items.read_list()
    assert {row.kind for row in rows} == set(ContributionKind)
    for _time in range(2):
        with db.transaction() as session:
            items.load(session, rows, actor=SYSTEM)
    with db.reading() as session:
        found = queries.every(session)
        rice = queries.by_slug(session, "rice")
        assert len(found) == len(rows)
        assert queries.factor_of(rice, "吨") == 1_000_000
        assert queries.factor_of(rice, "斤") == 500
        with pytest.raises(InvalidInput):
            queries.factor_of(rice, "箱")


def test_a_wrong_list_names_its_line(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    head = "slug,kind,category,name,base_unit,units,professional,qualification\n"
    for line in ("a,none,组,名,个,个=1,,", "a,goods,组,名,个,个=0,,", "a,goods,组,名,个,个=1.0005,,"):
        path.write_text(head + line + "\n", encoding="utf-8")
        with pytest.raises(InvalidInput, match="第 2 行"):
            items.read_list(path)


def test_staff_add_and_change_an_item(city: City, enter: Enter, web: Flask) -> None:  # noqa: F811
    staff = enter(city.city_staff)
    assert "大米" in staff.get("/staff/catalogue?kind=goods").text
    item = {
        "kind": "goods",
        "name": "电热毯",
        "category": "衣被取暖",
        "base_unit": "条",
        "units": "箱(20条)=20",
    }
    for wrong in ("箱20", "箱=0", "箱=NaN", "箱=Infinity", "箱=1e99", "=5", "箱" * 21 + "=5"):
        assert staff.post("/staff/catalogue/new", data={**item, "units": wrong}).status_code == 422, wrong
    assert staff.post("/staff/catalogue/new", data={**item, "name": "大米"}).status_code == 422
    assert staff.post("/staff/catalogue/new", data=item).status_code == 303
    with db.reading() as session:
        blanket = queries.offered(session, ContributionKind.GOODS)[-1]
        assert (blanket.name, queries.factor_of(blanket, "箱(20条)")) == ("电热毯", 20_000)
    assert "箱(20条)=20" in staff.get(f"/staff/catalogue/{blanket.slug}").text
    changed = {"name": "电热毯（双人）", "category": "衣被取暖", "units": "件(5条)=5"}
    assert staff.post(f"/staff/catalogue/{blanket.slug}", data=changed).status_code == 303
    with db.reading() as session:
        blanket = queries.found(session, blanket.slug)
        assert not blanket.is_offered
        assert {unit.name for unit in blanket.units} == {"条", "箱(20条)", "件(5条)"}
    assert staff.get("/staff/catalogue/nothing").status_code == 404
    assert enter(city.staff).get("/staff/catalogue").status_code == 403


def test_only_the_city_changes_the_catalogue(city: City) -> None:  # noqa: F811
    row = items.read_list()[0]
    for role in set(Role) - {Role.CITY_STAFF}:
        with pytest.raises(NotAllowed), db.transaction() as session:
            items.add(session, row, actor=city.actor(role))
