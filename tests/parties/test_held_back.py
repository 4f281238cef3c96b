"""What an approval leaves, as the receipt tells it: who does what, and the button for what is left."""

import csv
import io

from flask import Flask
from sqlalchemy import select

from app.db import reading, transaction
from app.parties import jobs
from app.parties.kinds import PartyKind, RegistrationState
from app.parties.models import Party
from app.parties.registers import households
from app.permissions import Role
from tests.imports import wizard
from tests.parties import lists
from tests.parties.lists import HOUSEHOLDS, household_row
from tests.parties.people import WEIBIN, places, sign_in_as


def test_the_receipt_says_who_does_what_with_the_rest(web: Flask) -> None:
    with transaction() as session:
        places(session)
        lists.admitted(session, households.REGISTER, HOUSEHOLDS, [household_row(1)])
    client, _clerk = wizard.clerk(web)
    address = wizard.upload(
        client, _ledger(household_row(2), household_row(3, 户主姓名="王户主")), "台账.csv"
    )
    wizard.check(client, address)
    assert "等另一位工作人员审核" in wizard.accept(client, address)
    with web.app_context():
        jobs.compare_new()
    reviewer = web.test_client()
    sign_in_as(reviewer, "weibin-reviewer", Role.COUNTY_REVIEWER, region=WEIBIN, index=7002)
    page = reviewer.post(f"{address}/approve", follow_redirects=True).get_data(as_text=True)
    assert "已审核通过 1 条" in page and "疑似重复的，请到“入驻审核”" in page and "再审核剩下的" in page
    page = client.get(address).get_data(as_text=True)
    assert "疑似重复的" in page and "再审核剩下的" not in page  # never by who brought it

    desk = reviewer.get("/staff/registrations", follow_redirects=True).get_data(as_text=True)
    assert "贾户主" in desk and "疑似重复" in desk and "农村低保" not in desk and "H00002" not in desk
    with reading() as session:
        head = _waiting(PartyKind.PERSON)
        other = session.scalars(
            select(Party.code).where(
                Party.name == "贾户主",
                Party.kind == PartyKind.PERSON,
                Party.state == RegistrationState.APPROVED,
            )
        ).one()
    told = {"other": other, "reason": "已核对身份证，是两个人"}
    answer = reviewer.post(f"/staff/registrations/{head}/different", data=told)
    assert answer.status_code == 303
    assert "已说明是不同的主体" in reviewer.get(answer.headers["Location"]).get_data(as_text=True)
    page = reviewer.post(f"{address}/approve", follow_redirects=True).get_data(as_text=True)
    assert "已审核通过 2 条" in page and "再审核剩下的" not in page


def _waiting(kind: PartyKind) -> str:
    with reading() as session:
        wanted = select(Party.code).where(Party.kind == kind, Party.state == RegistrationState.SUBMITTED)
        return session.scalars(wanted).one()


def _ledger(*rows: list[object]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([HOUSEHOLDS, *rows])
    return text.getvalue().encode("utf-8-sig")
