"""What a ledger brought in is verified together by somebody else; what is odd stays at the desk."""

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
import xlsxwriter
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from app import db
from app.audit.models import AuditEvent
from app.errors import Conflict, InvalidInput
from app.imports import approving, registers
from app.imports.models import ImportApproval
from app.parties.kinds import RegistrationState
from app.parties.models import Party
from app.permissions import Role
from points.ledger import queries as points
from points.ledger.kinds import Purse
from projects.contributions import ledger_checks
from projects.contributions.models import Contribution, ContributionNote, ContributionStep
from projects.contributions.register import CONTRIBUTIONS
from projects.contributions.rules import ContributionState
from projects.needs.register import NEEDS
from tests.contributions import city as made
from tests.contributions import ledgers
from tests.contributions.city import City
from tests.contributions.ledgers import LEDGER, enter, goods, money, need, service
from tests.imports import wizard
from tests.parties.people import sign_in_as

S = ContributionState
PLAIN = [
    service("A1"),
    service("A2", 日期="2026-11-09", 数量="3小时"),
    money("B1"),
    goods("C1"),
]
ODD = [
    service("D1", 日期="2026-11-05", 数量="5小时"),  # with the next, 8 hours and a half
    service("D2", 日期="2026-11-05", 数量="3.5小时"),
    money("E1", 日期="2026-11-06"),  # says the same as the next
    money("E2", 日期="2026-11-06"),
    money("F1", **{"金额（元）": "600000"}),  # two people
]


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with made.noon():
        yield


def states() -> dict[str, ContributionState]:
    with db.reading() as session:
        rows = session.execute(select(Contribution.serial, Contribution.state))
        return {serial or "": state for serial, state in rows}


def verified() -> set[str]:
    return {serial for serial, state in states().items() if state is S.AWARDED}


def honour(city: City) -> int:
    with db.reading() as session:
        return points.balance(session, city.volunteer, Purse.HONOUR)


def count(model: type[db.Base], *where: Any) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(model).where(*where)) or 0


def test_the_plain_ones_are_verified_and_the_odd_ones_stay(database: db.Database) -> None:
    city = ledgers.found()
    enter(NEEDS, need(), actor=ledgers.handler(city))
    things = [
        one
        for one in enter(CONTRIBUTIONS, *PLAIN, *ODD, actor=ledgers.handler(city), waiting=True).things
        if one
    ]
    with db.reading() as session:
        look = ledger_checks.look(session, things, actor=city.staff, seed="x")
        assert look.ready == 4 and sum(look.left.values()) == 5 and len(look.sample) == 9
        assert any("超过 8 小时" in reason for reason in look.left)
        assert look.sample == ledger_checks.look(session, things, actor=city.approver, seed="x").sample
        own = ledger_checks.look(session, things, actor=ledgers.handler(city), seed="x")
        assert own.ready == 0 and any("本人登记" in reason for reason in own.left)
        far = ledger_checks.look(
            session, things, actor=city.actor(Role.COUNTY_REVIEWER, region=made.OTHER_COUNTY), seed="x"
        )
        assert far.ready == 0 and far.left == {"不在您的辖区，留给当地的同事": 9}
    with pytest.raises(InvalidInput, match="怎样核对"), db.transaction() as session:
        ledger_checks.verify_plain(session, things, actor=city.staff, why=" ")
    with db.transaction() as session:
        assert ledger_checks.verify_plain(session, things, actor=city.staff, why="抽查签到表") == 4
    assert verified() == {"A1", "A2", "B1", "C1"}
    assert honour(city) > 0
    with db.reading() as session:
        notes = list(
            session.scalars(
                select(ContributionNote.note)
                .join(ContributionStep, ContributionStep.id == ContributionNote.step_id)
                .where(ContributionStep.to_state == S.VERIFIED)
            )
        )
        assert notes == ["抽查签到表"] * 4
    before = honour(city)
    with db.transaction() as session:
        assert ledger_checks.verify_plain(session, things, actor=city.staff, why="抽查签到表") == 0
    assert honour(city) == before


def test_whose_giver_is_not_approved_stays_until_he_is(database: db.Database) -> None:
    city = ledgers.found()
    enter(NEEDS, need(), actor=ledgers.handler(city))
    things = [one for one in enter(CONTRIBUTIONS, *PLAIN, actor=ledgers.handler(city)).things if one]
    _let_the_volunteer(city, RegistrationState.SUBMITTED)
    with db.transaction() as session:
        look = ledger_checks.look(session, things, actor=city.staff, seed="x")
        assert look.left == {"贡献方还没有审核通过，先办理入驻审核": 2}
        assert ledger_checks.verify_plain(session, things, actor=city.staff, why="抽查") == 2
    _let_the_volunteer(city, RegistrationState.APPROVED)
    with db.transaction() as session:
        assert ledger_checks.verify_plain(session, things, actor=city.staff, why="抽查") == 2
    assert verified() == {"A1", "A2", "B1", "C1"}


def _let_the_volunteer(city: City, state: RegistrationState) -> None:
    with db.transaction() as session:
        session.execute(update(Party).where(Party.id == city.volunteer).values(state=state))


def _uploaded(web: Flask, lines: list[list[Any]]) -> tuple[City, FlaskClient, str]:
    with web.app_context():
        city = ledgers.found()
        enter(NEEDS, need(), actor=ledgers.handler(city))
    web.config["WTF_CSRF_ENABLED"] = False
    clerk = web.test_client()
    sign_in_as(clerk, "jintai-clerk", Role.COUNTY_HANDLER, region=made.COUNTY, index=7000)
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("台账")
        for place, line in enumerate([LEDGER, *lines]):
            sheet.write_row(place, 0, line)
    address = wizard.upload(clerk, target.getvalue(), "台账.xlsx", register="contributions")
    wizard.check(clerk, address)
    assert "等另一位工作人员核验" in wizard.accept(clerk, address)
    return city, clerk, address


def _verifier(web: Flask, name: str = "jintai-reviewer", index: int = 7010) -> FlaskClient:
    client = web.test_client()
    sign_in_as(client, name, Role.COUNTY_REVIEWER, region=made.COUNTY, index=index)
    return client


def test_the_receipt_leads_a_verifier_to_it_and_never_the_uploader(web: Flask) -> None:
    city, clerk, address = _uploaded(web, [*PLAIN, *ODD[2:4]])
    assert clerk.get(f"{address}/approve").status_code == 403
    assert clerk.post(f"{address}/approve", data={"why": "我自己看过"}).status_code == 403
    assert not verified()
    verifier = _verifier(web)
    assert "核验本批" in verifier.get(address).get_data(as_text=True)
    page = verifier.get(f"{address}/approve").get_data(as_text=True)
    assert "4 条可以一起核验通过" in page and "留在核验台的 2 条" in page and "内容相同" in page
    answer = verifier.post(f"{address}/approve", data={"why": ""}, follow_redirects=True)
    assert "请写明怎样核对的" in answer.get_data(as_text=True) and not verified()
    answer = verifier.post(f"{address}/approve", data={"why": "抽查签到表"}, follow_redirects=True)
    assert "已核验通过 4 条" in answer.get_data(as_text=True)
    assert verified() == {"A1", "A2", "B1", "C1"}
    before = honour(city)
    verifier.post(f"{address}/approve", data={"why": "再按一次"})
    assert verified() == {"A1", "A2", "B1", "C1"} and honour(city) == before
    assert wizard.the_upload(address).approved_rows == 4
    assert count(AuditEvent, AuditEvent.verb == "import.approve") == 2
    assert (
        clerk.post(f"{address}/undo", data={"reason": "选错了文件"}, follow_redirects=True).status_code < 500
    )
    assert verified() == {"A1", "A2", "B1", "C1"}  # verified ones are not undone


def test_a_large_ledger_is_verified_by_the_job_once_when_two_press(
    web: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(approving, "PART", 3)
    city, clerk, address = _uploaded(web, [*PLAIN, *ODD[2:4]])
    first, second = _verifier(web), _verifier(web, "jintai-second", 7011)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda one: _press(one, address), (first, second)))
    assert {one.status_code for one in answers} == {303}
    assert count(ImportApproval) == 1 and not verified()
    page = first.get(address).get_data(as_text=True)
    assert "0 / 6 条" in page and "data-live" in page
    refused = clerk.post(f"{address}/undo", data={"reason": "选错了"}, follow_redirects=True)
    assert "正在由后台审核" in refused.get_data(as_text=True)
    with web.app_context(), ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _one: _job(web), range(2)))
    assert verified() == {"A1", "A2", "B1", "C1"}
    assert wizard.the_upload(address).approved_rows == 4
    with db.reading() as session:
        done = session.scalars(select(ImportApproval)).one()
        assert (done.done_things, done.approved, done.problem) == (6, 4, None) and done.ended_at is not None
    assert "已核验通过 4 条" in first.get(address).get_data(as_text=True)
    assert honour(city) > 0


def test_the_job_goes_on_where_it_stopped_and_one_refused_entry_stops_no_other(
    web: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(approving, "PART", 2)
    _city, _clerk, address = _uploaded(web, PLAIN)
    _press(_verifier(web), address)
    done: list[int] = []
    real = ledger_checks.verify_plain

    def breaking(session: Any, things: Any, **how: Any) -> int:
        done.append(len(things))
        if len(done) == 2:
            raise RuntimeError("the power is gone")
        if len(done) > 2 and "C1" in _serials(session, things):
            raise Conflict("这一条刚刚有人改过")
        return real(session, things, **how)

    register = replace(CONTRIBUTIONS, approve=breaking)
    monkeypatch.setattr(registers, "by_name", lambda _name: register)
    with web.app_context(), pytest.raises(RuntimeError):
        approving.take_up()
    assert len(verified()) == 2 and wizard.the_upload(address).approved_rows == 2
    _press(_verifier(web, "jintai-second", 7011), address)  # pressing again does the rest
    _job(web)
    assert verified() == {"A1", "A2", "B1"}
    with db.reading() as session:
        last = approving.last_of(session, wizard.the_upload(address).id)
        assert last is not None and last.problem == "这一条刚刚有人改过" and last.done_things == 4


def _serials(session: Any, things: Any) -> set[str | None]:
    return set(session.scalars(select(Contribution.serial).where(Contribution.id.in_(things))))


def _press(client: FlaskClient, address: str) -> Any:
    with made.noon():
        return client.post(f"{address}/approve", data={"why": "抽查"})


def _job(web: Flask) -> None:
    with web.app_context(), made.noon():
        approving.take_up()
