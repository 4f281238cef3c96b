"""The pages of held points and of closed months."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from app import clock
from app.db import reading, transaction
from app.parties import persons
from app.parties.models import Party
from app.parties.persons import PersonData
from app.permissions import SYSTEM, Role
from app.users import grants, passwords, users
from app.users.users import NewUser
from points.awards import award
from points.ledger import awarded, queries
from points.ledger.kinds import AccountKind
from points.seals.sealing import seal
from points.verification.verifying import verify
from tests.parties.people import places
from tests.points import city

NOW = datetime(2026, 12, 1, 4, tzinfo=UTC)
PASSWORD = "lan-yu-shan-feng-07"


@pytest.fixture
def staff(web: Flask) -> Iterator[FlaskClient]:
    """A browser in which city staff is signed in, on the first of December."""
    with clock.at(NOW):
        with transaction() as session:
            city.programme(session)
            places(session)
            person = persons.register_contact(session, PersonData("王办事", city.CITY), actor=SYSTEM)
            user = users.create(session, person.id, NewUser("city", passwords.hashed(PASSWORD)), actor=SYSTEM)
            grants.write(session, user, Role.CITY_STAFF, by=SYSTEM, region_code=city.CITY)
        client = web.test_client()
        answer = client.post(
            "/sign-in",
            data={"name": "city", "password": PASSWORD, "csrf_token": token(client, "/sign-in")},
        )
        assert answer.status_code == 303
        yield client


@pytest.fixture
def source(staff: FlaskClient) -> UUID:
    with transaction() as session:
        request = city.service(city.party(session))
        award(session, request, actor=SYSTEM)
    return request.source_id


def token(client: FlaskClient, path: str) -> str:
    return client.get(path).text.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]


def test_each_line_of_a_statement_leads_to_its_own_dispute(staff: FlaskClient, source: UUID) -> None:
    with reading() as session:
        told = awarded.told(queries.postings_of(session, "contribution", source)[0])
        party = session.get_one(Party, UUID(told["party"]))
    statement, dispute = f"/staff/points/{party.code}", f"/staff/holds/contribution/{source}"
    assert f'href="{dispute}"' in staff.get(statement).text
    answer = staff.post(
        f"{dispute}/dispute", data={"reason": "单据存疑", "csrf_token": token(staff, dispute)}
    )
    assert answer.status_code == 303
    assert f'href="{dispute}"' not in staff.get(statement).text


def press(client: FlaskClient, page: str, action: str, **data: str) -> int:
    return client.post(action, data={"csrf_token": token(client, page), **data}).status_code


def balances(source: UUID) -> tuple[int, int, int]:
    with reading() as session:
        posting = queries.postings_of(session, "contribution", source)[0]
        found = queries.balances(session, UUID(awarded.told(posting)["party"]))
    return found[AccountKind.HONOUR], found[AccountKind.REDEEMABLE], found[AccountKind.HELD]


def test_a_dispute_from_beginning_to_end(staff: FlaskClient, source: UUID) -> None:
    page = f"/staff/holds/contribution/{source}"
    assert "提出争议" in staff.get(page).text
    assert press(staff, page, f"{page}/dispute", reason=" ") == 422
    assert balances(source) == (225, 225, 0)
    assert press(staff, page, f"{page}/dispute", reason="签到记录与他人重复") == 303
    assert balances(source) == (0, 0, 450)
    assert "2.25" in staff.get("/staff/holds").text
    assert "2.25" in staff.get("/staff/holds?purpose=dispute").text
    assert "现在没有冻结的积分" in staff.get("/staff/holds?purpose=exchange").text
    shown = staff.get(page).text
    assert "解除冻结，退回积分" in shown and "签到记录与他人重复" in shown
    again = staff.post(f"{page}/dispute", data={"csrf_token": token(staff, page), "reason": "再一次"})
    assert again.status_code == 422
    assert press(staff, page, f"{page}/release", reason="核对属实") == 303
    assert balances(source) == (225, 225, 0)
    assert press(staff, page, f"{page}/release", reason="核对属实") == 422


def test_what_has_no_points_has_no_page(staff: FlaskClient) -> None:
    assert staff.get(f"/staff/holds/contribution/{UUID(int=7)}").status_code == 404
    assert staff.get("/staff/holds/contribution/7").status_code == 404
    assert staff.get("/staff/holds?after=nonsense").status_code == 422


def test_a_month_is_closed_and_read(staff: FlaskClient, source: UUID) -> None:
    seal()
    assert staff.get("/staff/closing").status_code == 303
    page = "/staff/closing/social-force"
    assert "待结 2026-11" in staff.get(page).text
    assert press(staff, page, f"{page}/close", month="2026-12") == 422
    assert press(staff, page, f"{page}/close", month="2026-11") == 303
    assert press(staff, page, f"{page}/close", month="2026-11") == 303
    assert "2026-11" in staff.get(page).text
    shown = staff.get(f"{page}/2026-11").text
    assert "发放 → 荣誉积分" in shown and "没有更正以往月份的流水" in shown
    assert staff.get(f"{page}/2026-10").status_code == 404
    assert staff.get("/staff/closing/elsewhere").status_code == 404


def test_the_verification_looks_at_closed_months(web: Flask, staff: FlaskClient, source: UUID) -> None:
    assert (
        press(staff, "/staff/closing/social-force", "/staff/closing/social-force/close", month="2026-11")
        == 303
    )
    with transaction() as session:
        if session.get_bind().dialect.name == "sqlite":
            session.execute(text("DROP TRIGGER period_close_no_update"))
        else:
            session.execute(text("ALTER TABLE period_close DISABLE TRIGGER USER"))
        session.execute(text("UPDATE period_close SET tree_size = 1"))
    with reading() as session:
        assert "period_close" in {one.table for one in verify(session)}
