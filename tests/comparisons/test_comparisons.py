"""Data of other departments, the nightly comparison and its desk, on both databases."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import db
from app.deadlines.models import Deadline
from app.deadlines.rules import DeadlineState
from app.errors import Conflict, InvalidInput, NotAllowed, NotFound
from app.identity.synthetic import synthetic_resident_id
from app.ids import new_id
from app.imports.judging import Judged
from app.imports.kinds import TAKEN
from app.parties import household_facts, household_moves
from app.parties.duplicates import identity_hash
from app.parties.listed import HouseholdCategory
from app.parties.models import Person
from app.permissions import SYSTEM, Role
from projects.comparisons import alerts, jobs, queries, records
from projects.comparisons.kinds import AlertKind, AlertState, DataKind
from projects.comparisons.models import ComparisonAlert, ComparisonRecord
from projects.comparisons.registers import REGISTERS
from projects.comparisons.rules import Fact, Home, findings
from tests import entering
from tests.assistance import place as there
from tests.assistance.place import OTHER_TOWN, Place, together
from tests.contributions import city as made
from tests.contributions import ledgers
from tests.parties.lists import judged

A, S = AlertKind, AlertState
DEATHS, INCOMES, VEHICLES, HOUSING, OTHER_AID = REGISTERS
LINE = 70_000


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with made.noon():
        yield


@pytest.fixture
def place(web: Flask) -> Place:
    web.config["WTF_CSRF_ENABLED"] = False
    return there.found()


def number(index: int) -> str:
    return synthetic_resident_id(date(1970, 1, 1), index)


def known(place: Place) -> list[str]:
    """Give the family's members numbers, and return them."""
    numbers = [number(index) for index in range(1, 4)]
    with db.transaction() as session:
        for person_id, one in zip(place.members, numbers, strict=True):
            session.get_one(Person, person_id).identity_hash = identity_hash(one)
    return numbers


def helped(place: Place) -> None:
    with db.transaction() as session:
        household_facts.begin_category(
            session,
            place.household,
            category="最低生活保障",
            begin_on=date(2026, 1, 1),
            reason="审核确认",
            actor=SYSTEM,
        )


def judge(register: Any, headings: list[str], rows: Sequence[list[Any]]) -> list[Judged]:
    with db.reading() as session:
        return judged(register, headings, rows, ledgers.world(session))


def enter(place: Place, register: Any, headings: list[str], *rows: list[Any]) -> list[UUID]:
    with db.transaction() as session:
        at = ledgers.world(session)
        pairs = [
            (one.row, one.verdict)
            for one in judged(register, headings, rows, at)
            if one.row and one.verdict.decision in TAKEN
        ]
        admitted = register.admit(session, pairs, actor=place.town, scope_of=at)
        return [key for key in admitted.things if key]


def found() -> list[ComparisonAlert]:
    with db.reading() as session:
        return list(session.scalars(select(ComparisonAlert).order_by(ComparisonAlert.id)))


def dead(place: Place) -> ComparisonAlert:
    """Return the alert that the head has died."""
    head = known(place)[0]
    enter(place, DEATHS, ["死亡人员身份证号", "死亡日期"], [head, "2026-10-03"])
    jobs.run()
    return found()[0]


def test_lines_go_in_once_by_the_hash_alone_and_out_again(place: Place) -> None:
    headings = ["死亡人员身份证号", "死亡日期"]
    row = [number(1), "2026-10-03"]
    made_keys = enter(place, DEATHS, headings, row, [number(2), "2026-10-04"])
    reasons = [
        one.verdict.fault.word if one.verdict.fault else ""
        for one in judge(
            DEATHS, headings, [row, [number(3), "2027-01-01"], [number(4), ""], ["12", "2026-10-01"]]
        )
    ]
    assert reasons == ["DUP_SERIAL", "DATE_FUTURE", "REQUIRED_MISSING:date", "ID_LENGTH"]
    with db.reading() as session:
        one = session.scalars(select(ComparisonRecord).order_by(ComparisonRecord.id)).first()
        assert one is not None and bytes(one.identity_hash) == identity_hash(number(1))
    with db.transaction() as session:
        records.undo_many(session, made_keys, actor=place.town, reason="名单有误")
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(ComparisonRecord)) == 0


def test_every_register_is_read(place: Place) -> None:
    one = number(1)
    for register, headings, row in (
        (INCOMES, ["身份证号码", "所属月份", "月收入（元）"], [one, "2026-10-01", "3200"]),
        (VEHICLES, ["车主身份证号", "车辆登记日期", "车型"], [one, "2025-03-01", "小型轿车"]),
        (HOUSING, ["权利人身份证号", "不动产登记日期", "房屋用途"], [one, "2020-03-01", "住宅"]),
        (
            OTHER_AID,
            ["身份证号码", "待遇起始日期", "待遇名称", "待遇金额（元）"],
            [one, "2026-01-01", "特困供养", "900"],
        ),
    ):
        assert len(enter(place, register, headings, row)) == 1


def test_a_death_opens_a_task_and_never_cuts(place: Place) -> None:
    helped(place)
    alert = dead(place)
    assert (alert.kind, alert.state, alert.household_id) == (A.DEATH, S.OPEN, place.household)
    assert "2026-10-03" in alert.reason and "家人戊100" not in alert.reason
    assert jobs.run() is None
    with db.reading() as session:
        assert session.scalars(select(HouseholdCategory.end_on)).one() is None
        assert session.scalars(select(Deadline.kind)).one() == "comparison.handle"


def facts(*lines: tuple[DataKind, int, int | None]) -> list[Fact]:
    return [
        Fact(new_id(), kind, UUID(int=who), "张*", date(2026, 10, 1), amount, None, "某部门")
        for kind, who, amount in lines
    ]


@pytest.mark.parametrize(
    ("is_helped", "lines", "kinds"),
    [
        (True, [(DataKind.INCOME, 1, 300_000)], [A.OVER_INCOME]),
        (True, [(DataKind.INCOME, 1, 140_000)], []),
        (False, [(DataKind.INCOME, 1, 60_000), (DataKind.INCOME, 2, 60_000)], [A.UNHELPED]),
        (False, [(DataKind.INCOME, 1, 60_000)], []),
        (False, [(DataKind.INCOME, 1, 300_000), (DataKind.INCOME, 2, 0)], []),
        (True, [(DataKind.VEHICLE, 1, None)], [A.VEHICLE]),
        (False, [(DataKind.VEHICLE, 1, None), (DataKind.OTHER_AID, 1, None)], []),
        (True, [(DataKind.HOUSING, 1, None)], []),
        (True, [(DataKind.HOUSING, 1, None), (DataKind.HOUSING, 2, None)], [A.HOUSING]),
        (True, [(DataKind.OTHER_AID, 1, None)], [A.DOUBLE_AID]),
        (False, [(DataKind.DEATH, 1, None)], [A.DEATH]),
    ],
)
def test_what_data_say(
    web: Flask, is_helped: bool, lines: list[tuple[DataKind, int, int | None]], kinds: list[AlertKind]
) -> None:
    with web.test_request_context():
        home = Home(UUID(int=9), 2, is_helped, facts(*lines), "低保")
        assert [one.kind for one in findings(home, line_fen=LINE)] == kinds


def test_somebody_looks_once(place: Place) -> None:
    alert = dead(place)
    with db.transaction() as session, pytest.raises(InvalidInput):
        alerts.handle(session, alert.id, S.PASSED_ON, note="已联系殡仪馆核对", actor=place.town)
    with db.transaction() as session, pytest.raises(InvalidInput):
        alerts.handle(session, alert.id, S.LAPSED, note="已联系殡仪馆核对", actor=place.town)
    with db.transaction() as session, pytest.raises(InvalidInput):
        alerts.handle(session, alert.id, S.NOTHING, note="", actor=place.town)
    for actor in (place.stranger, place.worker, place.city.approver, place.city.clerk):
        with db.transaction() as session, pytest.raises(NotAllowed):
            alerts.handle(session, alert.id, S.NOTHING, note="核对无误", actor=actor)

    def handle(outcome: AlertState) -> Any:
        return lambda session: alerts.handle(session, alert.id, outcome, note="已上门核实", actor=place.town)

    assert together(handle(S.NOTHING), handle(S.VISIT), handle(S.REQUEST)).count(None) == 1
    with db.transaction() as session, pytest.raises(Conflict):
        alerts.handle(session, alert.id, S.NOTHING, note="核对无误", actor=place.town)
    with db.reading() as session:
        assert session.scalars(select(Deadline.state)).one() is DeadlineState.MET
    assert jobs.run() is None


def test_it_goes_along_when_the_household_moves_and_lapses_with_the_death(place: Place) -> None:
    alert = dead(place)
    with db.transaction() as session:
        household_moves.move(
            session, place.household, region_code=OTHER_TOWN, on=made.TODAY, reason="全家搬走", actor=SYSTEM
        )
    assert found()[0].region_code == OTHER_TOWN
    with db.reading() as session:
        assert queries.staff_page(session, place.town).rows == []
        with pytest.raises(NotFound):
            queries.staff_get(session, alert.code, place.town)
    with db.transaction() as session:
        household_moves.record_death(
            session,
            place.household,
            place.members[0],
            on=date(2026, 11, 20),
            reason="死亡证明",
            actor=SYSTEM,
            new_head_id=place.members[1],
        )
    assert found()[0].state is S.LAPSED


def test_the_desk(web: Flask, place: Place) -> None:
    alert = dead(place)
    client = entering.enter(web, place.town)
    page = client.get("/staff/comparisons").text
    assert "去世仍在册" in page and "家人戊100" not in page
    path = f"/staff/comparisons/{alert.code}"
    assert client.get(path).status_code == 200
    wrong = client.post(path, data={"outcome": "passed_on", "note": "已上门核实，确已去世"})
    assert wrong.status_code == 422 and "确已去世" in wrong.text and "请写明移交给哪个部门" in wrong.text
    assert client.post(path, data={"outcome": "open", "note": "已上门核实"}).status_code == 422
    answer = client.post(path, data={"outcome": "visit", "note": "已上门核实，确已去世"})
    assert answer.status_code == 303 and "接着安排走访" in client.get(path).text
    assert client.get("/staff/comparisons?state=visit&kind=death").status_code == 200
    stranger = entering.enter(web, place.stranger)
    assert stranger.get(path).status_code == 404
    assert entering.enter(web, place.city.actor(Role.AUDITOR)).get(path).status_code == 403
