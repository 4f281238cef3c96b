"""Needs: judged line by line, entered with their projects, taken back while no contribution names these."""

from typing import Any

import pytest
from sqlalchemy import func, select

from app import db
from app.audit.models import AuditEvent
from app.errors import Conflict, NotAllowed
from app.permissions import Role
from projects.contributions.register import CONTRIBUTIONS
from projects.needs import queries
from projects.needs.models import ProjectNeed
from projects.needs.register import NEEDS
from projects.portfolio.models import Project, ProjectState
from tests.contributions import city as made
from tests.contributions import ledgers
from tests.contributions.city import City
from tests.contributions.ledgers import FACTORY, enter, judge, money, need, reasons


@pytest.fixture(autouse=True)
def _noon() -> object:
    with made.noon():
        yield


@pytest.fixture
def city(database: db.Database) -> City:
    return ledgers.found()


def count(model: type[db.Base]) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (need(""), "REQUIRED_MISSING:serial"),
        (need(需求数量=""), "REQUIRED_MISSING:quantity"),
        (need(需求类别="烧香"), "TYPE_UNKNOWN"),
        (need(发起单位统一社会信用代码="5161030"), "USCC_LENGTH"),
        (need(发起单位统一社会信用代码="51610300YYY00010XF"), "PARTY_UNKNOWN"),
        (need(区县="溧阳市"), "REGION_UNKNOWN"),
        (need(结束日期="2025-08-31"), "DATE_RANGE"),
        (need(开始日期="2026-02-30"), "DATE_INVALID"),
        (need(需求事项="黄金"), "ITEM_UNKNOWN"),
        (need(需求类别="物资捐赠"), "ITEM_UNKNOWN"),
        (need(需求数量="大量"), "AMOUNT_NOT_A_NUMBER"),
        (need(单位="批"), "UNIT_UNKNOWN"),
        (need(发起单位="宝鸡秦岭机械有限公司"), "NAME_CODE_MISMATCH"),
        (need(发起单位="一个没有登记的名称"), ""),
    ],
)
def test_a_line_is_told_what_is_wrong(city: City, line: list[Any], reason: str) -> None:
    assert reasons(NEEDS, line) == [reason]


def test_a_project_may_need_several_things(city: City) -> None:
    rice = {"需求类别": "物资捐赠", "需求事项": "大米", "需求数量": 2, "单位": "吨"}
    lines = [need(), need(**rice), need(**{**rice, "需求数量": 3}), need(项目名称="另一个项目"), need()]
    expected = ["", "", "SERIAL_CONFLICT", "SERIAL_CONFLICT", "DUP_SERIAL"]
    assert reasons(NEEDS, *lines) == expected
    admitted = enter(NEEDS, *lines, actor=ledgers.handler(city))
    assert len(admitted.things) == 2
    assert (count(Project), count(ProjectNeed)) == (1, 2)
    with db.reading() as session:
        project = session.scalars(select(Project)).one()
        assert (project.state, project.organisation_id) == (ProjectState.SUBMITTED, city.hub)
        assert project.region_code == made.COUNTY
        needs = queries.needs_of(session, project.id)
        assert [one.quantity_thousandths for one in needs] == [200_000, 2_000_000]
        assert (needs[0].unit, needs[0].urgency, needs[1].entered_thousandths) == ("小时", 2, 2_000)
        verb = AuditEvent.verb == "need.record_many"
        assert session.scalar(select(func.count()).select_from(AuditEvent).where(verb)) == 1
    assert reasons(NEEDS, *lines) == [
        "DUP_SERIAL",
        "DUP_SERIAL",
        "SERIAL_CONFLICT",
        "SERIAL_CONFLICT",
        "DUP_SERIAL",
    ]
    flour = need(需求类别="物资捐赠", 需求事项="面粉", 需求数量=5, 单位="kg", 证书要求="无")
    later = enter(NEEDS, flour, actor=ledgers.handler(city))
    assert len(later.things) == 1
    assert (count(Project), count(ProjectNeed)) == (1, 3)


def test_what_is_exported_stands_in_base_units(city: City) -> None:
    verdict = judge(NEEDS, need(需求数量="90分钟", 证书要求="社会工作者证"))[0].verdict
    assert verdict.canonical == {
        "org": ledgers.HUB,
        "county": "610303",
        "town": "",
        "item": "课业辅导",
        "quantity": 1.5,
        "unit": "小时",
        "start": "2025-09-01",
        "end": "2026-12-31",
        "certificate": "社会工作者证",
    }


def test_a_line_with_another_name_goes_in_when_a_person_says_so(city: City) -> None:
    line = need(发起单位="宝鸡秦岭机械有限公司")
    assert not enter(NEEDS, line, actor=ledgers.handler(city)).things
    assert enter(NEEDS, line, actor=ledgers.handler(city), waiting=True).things
    assert FACTORY not in str(judge(NEEDS, line)[0].verdict.canonical)


def test_needs_are_taken_back_while_nothing_names_their_project(city: City) -> None:
    clerk = ledgers.handler(city)
    keys = [one for one in enter(NEEDS, need(), need("P0002"), actor=clerk).things if one]
    gifts = [one for one in enter(CONTRIBUTIONS, money(), actor=clerk).things if one]
    with pytest.raises(Conflict, match="P0001"), db.transaction() as session:
        NEEDS.undo(session, keys, actor=clerk, reason="传错了文件")
    assert count(ProjectNeed) == 2
    with db.transaction() as session:
        CONTRIBUTIONS.undo(session, gifts, actor=clerk, reason="传错了文件")
        NEEDS.undo(session, keys, actor=clerk, reason="传错了文件")
    assert (count(Project), count(ProjectNeed)) == (0, 0)
    assert len(enter(NEEDS, need(), actor=clerk).things) == 1


def test_a_county_enters_its_own_projects(city: City) -> None:
    elsewhere = city.actor(Role.COUNTY_HANDLER, region=made.OTHER_COUNTY)
    with db.reading() as session:
        assert reasons(NEEDS, need(), at=ledgers.world(session, elsewhere)) == ["OUT_OF_SCOPE"]
    with pytest.raises(NotAllowed), db.transaction() as session:
        at = ledgers.world(session)
        line = judge(NEEDS, need(), at=at)[0]
        assert line.row is not None
        NEEDS.admit(session, [(line.row, line.verdict)], actor=elsewhere, scope_of=at)
