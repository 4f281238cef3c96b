"""Ledgers: judged line by line, entered for verification, verified into points, taken back."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app import db
from app.audit.models import AuditEvent
from app.errors import Conflict, NotAllowed
from app.identity.synthetic import synthetic_resident_id
from app.imports.kinds import Decision, Note
from app.imports.vocabulary import shipped
from app.imports.world import World
from app.parties.models import Party
from app.permissions import Role
from points.ledger import queries as points
from points.ledger.kinds import Purse
from projects.catalogue import queries as catalogue
from projects.contributions import contributions, forms, queries, screens, verification
from projects.contributions.models import Contribution, ContributionStep
from projects.contributions.oddities import Oddity
from projects.contributions.register import CONTRIBUTIONS
from projects.contributions.rules import ContributionState, Source, ValueBasis
from projects.needs.register import NEEDS
from tests.contributions import city as made
from tests.contributions import ledgers
from tests.contributions.city import TODAY, City
from tests.contributions.ledgers import FACTORY, VOLUNTEER, enter, goods, judge, money, need, reasons, service

S = ContributionState


@pytest.fixture(autouse=True)
def _noon() -> object:
    with made.noon():
        yield


@pytest.fixture
def city(database: db.Database) -> City:
    found = ledgers.found()
    enter(NEEDS, need(), actor=ledgers.handler(found))
    return found


def entry(serial: str) -> Contribution:
    with db.reading() as session:
        return session.scalars(select(Contribution).where(Contribution.serial == serial)).one()


def count(model: type[db.Base], *where: Any) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(model).where(*where)) or 0


def honour(party_id: UUID) -> int:
    with db.reading() as session:
        return points.balance(session, party_id, Purse.HONOUR)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (service(流水号=""), "REQUIRED_MISSING:serial"),
        (service(项目编号=""), "REQUIRED_MISSING:project"),
        (service(数量=""), "REQUIRED_MISSING:quantity"),
        (money(**{"金额（元）": ""}), "REQUIRED_MISSING:amount"),
        (service(贡献类型="烧香"), "TYPE_UNKNOWN"),
        (service(贡献方证件号码="6.10399E+17"), "ID_SCIENTIFIC"),
        (service(贡献方证件号码=VOLUNTEER[:-1] + ("1" if VOLUNTEER[-1] != "1" else "2")), "ID_CHECK_DIGIT"),
        (service(贡献方证件号码=synthetic_resident_id(date(1980, 2, 3), 9)), "PARTY_UNKNOWN"),
        (service(项目编号="P9999"), "PROJECT_UNKNOWN"),
        (service(日期="2026-02-30"), "DATE_INVALID"),
        (service(日期="2027-01-01"), "DATE_FUTURE"),
        (service(日期="11月10日"), "DATE_NO_YEAR"),
        (service(数量="若干"), "AMOUNT_NOT_A_NUMBER"),
        (service(数量="0"), "AMOUNT_NOT_POSITIVE"),
        (service(数量="2", 单位="批"), "UNIT_UNKNOWN"),
        (goods(单位="大卡车"), "UNIT_UNKNOWN"),
        (goods(单位=""), "REQUIRED_MISSING:unit"),
        (goods(事项="黄金"), "ITEM_UNKNOWN"),
        (goods(事项="课业辅导"), "ITEM_UNKNOWN"),
        (goods(**{"金额（元）": "1.2.3"}), "AMOUNT_NOT_A_NUMBER"),
        (service(日期="2025-01-01"), "OUTSIDE_PROJECT_WINDOW"),
        (service(贡献方证件号码=FACTORY, 贡献方名称="宝鸡秦岭机械有限公司"), "TYPE_PARTY_MISMATCH"),
        (money(贡献方名称="金台区惠民社会工作服务中心"), "NAME_CODE_MISMATCH"),
        (money(**{"金额（元）": "1001", "金额单位": "万元"}), "AMOUNT_OVER_LIMIT"),
        (service(数量="9小时"), "HOURS_OVER_8"),
        (service(数量="25小时"), "HOURS_OVER_24"),
        (service(数量="100分钟"), ""),
        (money(), ""),
        (goods(), ""),
    ],
)  # fmt: skip
def test_a_line_is_told_what_is_wrong_first(city: City, line: list[Any], reason: str) -> None:
    assert reasons(CONTRIBUTIONS, line) == [reason]


def test_serials_and_hours_are_known_from_line_to_line_and_from_the_register(city: City) -> None:
    lines = [
        service("A", 数量="5"),
        service("A", 数量="5", 日期="2026年11月10日"),
        service("A", 数量="6"),
        service("B", 数量="4"),
        service("C", 数量="16"),
        service("D", 数量="1", 日期="2026-11-11"),
    ]
    expected = ["", "DUP_SERIAL", "SERIAL_CONFLICT", "HOURS_OVER_8", "HOURS_OVER_24", ""]
    assert reasons(CONTRIBUTIONS, *lines) == expected
    enter(CONTRIBUTIONS, lines[0], actor=ledgers.handler(city))
    assert reasons(CONTRIBUTIONS, *lines) == ["DUP_SERIAL", *expected[1:]]
    again = judge(CONTRIBUTIONS, lines[0])[0].verdict
    assert again.decision is Decision.DUPLICATE
    assert again.fault is not None and "登记册里已有" in str(again.fault.sentence)


def test_the_world_without_a_database_decides_alike() -> None:
    with made.noon():
        empty = World(today=TODAY, city=made.CITY, vocabulary=shipped())
        assert reasons(CONTRIBUTIONS, service(), at=empty) == ["PARTY_UNKNOWN"]


def test_what_is_exported_counts_in_fen_minutes_and_base_units(city: City) -> None:
    rice, hours = judge(CONTRIBUTIONS, goods(**{"金额（元）": "0.12万元"}), service(数量="2小时30分"))
    assert rice.verdict.canonical == {
        "serial": "GX201", "date": "2026-11-10", "party": FACTORY, "type": "物资捐赠", "project": "P0001",
        "item": "大米", "quantity": 200, "amount_fen": 120_000, "minutes": 0, "points": 12,
    }  # fmt: skip
    assert set(rice.verdict.notes) == {Note.UNIT_IN_CELL, Note.UNIT_WAN}
    assert hours.verdict.canonical is not None
    assert (hours.verdict.canonical["minutes"], hours.verdict.canonical["quantity"]) == (150, 2.5)
    assert hours.verdict.canonical["points"] == 25


def test_a_ledger_goes_in_and_becomes_points_by_somebody_else(city: City) -> None:
    clerk = ledgers.handler(city)
    lines = [service(), money(), goods(备注="电话 13912345678"), service("GX002", 日期="2025-12-01")]
    admitted = enter(CONTRIBUTIONS, *lines, actor=clerk)
    assert not admitted.refused and all(admitted.things)
    hours, gift, rice, old = (entry(one) for one in ("GX001", "GX101", "GX201", "GX002"))
    assert {one.state for one in (hours, gift, rice, old)} == {S.SUBMITTED}
    assert {one.organisation_id for one in (hours, gift)} == {city.hub}
    assert (hours.source, hours.service_minutes, hours.start_minute) == (Source.IMPORTED, 120, None)
    assert not old.backfilled
    assert rice.lines[0].basis is ValueBasis.LEDGER
    assert (rice.quantity_thousandths, rice.amount_fen, rice.description) == (200_000, 120_000, "电话 —")
    assert Oddity.NO_RECEIPT in [one["oddity"] for one in gift.oddities]
    assert count(AuditEvent, AuditEvent.verb == "contribution.record_many") == 1
    with pytest.raises(NotAllowed), db.transaction() as session:
        verification.verify(session, gift.id, revision=1, actor=clerk)
    for one in (hours, gift, rice, old):
        with db.transaction() as session:
            done = verification.verify(session, one.id, revision=1, actor=city.staff)
        assert done.state is S.AWARDED
        assert done.awarded_centipoints
    assert honour(city.volunteer) > 0
    assert honour(city.factory) > 0
    assert reasons(CONTRIBUTIONS, service(), money(), goods()) == ["DUP_SERIAL"] * 3


def test_a_long_day_that_was_let_in_needs_the_bureau(city: City) -> None:
    lines = [service("A", 数量="7"), service("B", 数量="6")]
    enter(CONTRIBUTIONS, *lines, actor=ledgers.handler(city), waiting=True)
    with pytest.raises(NotAllowed, match="12 小时"), db.transaction() as session:
        verification.verify(session, entry("B").id, revision=1, actor=city.staff)
    with db.transaction() as session:
        done = verification.verify(session, entry("B").id, revision=1, actor=city.city_staff)
    assert done.verified_minutes == 360


def test_hours_of_a_ledger_stand_in_the_way_of_a_day_too_long(city: City) -> None:
    day = TODAY.replace(day=20).isoformat()
    lines = [service("A", 数量="22", 日期=day)]
    enter(CONTRIBUTIONS, *lines, actor=ledgers.handler(city), waiting=True)
    with pytest.raises(Conflict, match="24 小时"), db.transaction() as session:
        logged = contributions.log(session, city.service(), organisation_id=city.hub, actor=city.manager)
        contributions.submit(session, logged.id, revision=1, actor=city.manager)


def test_a_ledger_can_be_taken_back_while_nobody_judged_it(city: City) -> None:
    clerk = ledgers.handler(city)
    first = enter(CONTRIBUTIONS, service(), money(), actor=clerk)
    keys = [one for one in first.things if one]
    with db.transaction() as session:
        CONTRIBUTIONS.undo(session, keys, actor=clerk, reason="传错了文件")
    assert {entry("GX001").state, entry("GX101").state} == {S.WITHDRAWN}
    assert count(ContributionStep, ContributionStep.to_state == S.WITHDRAWN) == 2
    again = enter(CONTRIBUTIONS, service(), money(), actor=clerk)
    assert all(again.things)
    with db.reading() as session:
        gift = session.scalars(
            select(Contribution).where(Contribution.serial == "GX101", Contribution.state == S.SUBMITTED)
        ).one()
    with db.transaction() as session:
        verification.verify(session, gift.id, revision=1, actor=city.staff)
    keys = [one for one in again.things if one]
    with pytest.raises(Conflict, match="已有人办理"), db.transaction() as session:
        CONTRIBUTIONS.undo(session, keys, actor=clerk, reason="传错了文件")
    assert count(Contribution, Contribution.state == S.SUBMITTED) == 1


def test_an_organisation_enters_its_own_projects_and_people_only(city: City) -> None:
    clerk = city.clerk
    with db.transaction() as session:
        at = ledgers.world(session, clerk, city.hub)
        assert reasons(CONTRIBUTIONS, service(), money(), at=at) == ["PARTY_UNKNOWN", ""]
        stranger = ledgers.world(session, clerk, city.factory)
        assert reasons(CONTRIBUTIONS, money(), at=stranger) == ["OUT_OF_SCOPE"]
    made.join(city.volunteer, city.hub)
    enter(CONTRIBUTIONS, service(日期="2026-10-25"), money(), actor=clerk, organisation=city.hub)
    hours = entry("GX001")
    assert hours.backfilled
    with db.transaction() as session, pytest.raises(NotAllowed, match="两名工作人员"):
        verification.verify(session, hours.id, revision=1, actor=city.staff)


def test_a_county_enters_what_lies_in_it(city: City) -> None:
    elsewhere = city.actor(Role.COUNTY_HANDLER, region=made.OTHER_COUNTY)
    with db.reading() as session:
        assert reasons(CONTRIBUTIONS, money(), at=ledgers.world(session, elsewhere)) == ["OUT_OF_SCOPE"]
    with pytest.raises(NotAllowed), db.transaction() as session:
        at = ledgers.world(session)
        line = judge(CONTRIBUTIONS, money(), at=at)[0]
        assert line.row is not None
        CONTRIBUTIONS.admit(session, [(line.row, line.verdict)], actor=elsewhere, scope_of=at)


def test_what_was_sent_back_is_mended_as_the_line_it_is(city: City) -> None:
    enter(CONTRIBUTIONS, service(日期="2026-03-01"), actor=ledgers.handler(city))
    hours = entry("GX001")
    with db.transaction() as session:
        verification.send_back(session, hours.id, revision=1, reason="请补充起止时间", actor=city.staff)
    with db.transaction() as session:
        mended = city.service(happened_on=hours.happened_on)
        contributions.edit(session, hours.id, mended, revision=1, actor=city.clerk)
        contributions.submit(session, hours.id, revision=2, actor=city.clerk)
    now = entry("GX001")
    assert (now.source, now.service_minutes, now.backfilled) == (Source.IMPORTED, 150, False)
    assert now.row_key == hours.row_key
    assert reasons(CONTRIBUTIONS, service(日期="2026-03-01")) == ["DUP_SERIAL"]


def test_the_form_of_a_ledgers_goods_asks_for_a_basis(city: City) -> None:
    enter(CONTRIBUTIONS, goods(), actor=ledgers.handler(city))
    rice = entry("GX201")
    with db.reading() as session:
        items = {rice.lines[0].item_id: catalogue.get(session, rice.lines[0].item_id)}
    values = forms.values_of(rice, items=items, giver="宝鸡秦岭机械有限公司")
    assert values["lines"][0]["basis"] == ValueBasis.NONE.value
    assert values["lines"][0]["item"].endswith("袋(10公斤)")


def test_givers_that_wait_for_approval_may_be_named_but_earn_nothing(city: City) -> None:
    with db.transaction() as session:
        session.get_one(Party, city.factory).state = made.RegistrationState.SUBMITTED
    enter(CONTRIBUTIONS, money(), actor=ledgers.handler(city))
    with pytest.raises(Conflict), db.transaction() as session:
        verification.verify(session, entry("GX101").id, revision=1, actor=city.staff)


def test_two_ledgers_at_once_bring_a_line_once(city: City) -> None:
    clerk = ledgers.handler(city)
    with db.transaction() as session:
        at = ledgers.world(session, clerk)
        line = judge(CONTRIBUTIONS, money(), at=at)[0]
        assert line.row is not None
        pair = (line.row, line.verdict)
        first = CONTRIBUTIONS.admit(session, [pair, pair], actor=clerk, scope_of=at)
    assert first.things[1] is None
    assert "已有登记" in str(first.refused[1])


def test_pages_name_the_project_and_the_line(city: City) -> None:
    enter(CONTRIBUTIONS, money(), actor=ledgers.handler(city))
    with db.reading() as session:
        row = queries.staff_page(session, city.staff, queries.Filters()).rows[0]
        thing = screens.thing(session, row)
    facts = {str(pair[0]): pair[1] for pair in thing.facts}
    assert facts["台账流水号"] == "GX101"
    assert facts["帮扶项目"] == "P0001 金台区课业辅导项目"
