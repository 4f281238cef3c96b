"""Tables of volunteers as clerks write them, and a clerk who uploads them."""

import io
import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import xlsxwriter
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import func, select

from app import clock
from app.db import reading, transaction
from app.identity.synthetic import synthetic_phone, synthetic_resident_id
from app.imports.models import ImportUpload
from app.parties.kinds import RegistrationState
from app.parties.models import Party, PersonRole
from app.permissions import Actor, Role
from app.users.models import User, UserGrant
from tests.parties.people import WEIBIN, sign_in_as

HEADINGS = (
    "序号",
    "志愿者姓名",
    "身份证号",
    "联系电话",
    "所在区县",
    "镇街",
    "是否同意公示",
    "注册日期",
    "鞋码",
)


def number(index: int) -> str:
    """Return the resident number of the volunteer of an index."""
    return synthetic_resident_id(date(1985, 3, 2) + timedelta(days=index // 300), index % 300)


def child(index: int) -> str:
    """Return the resident number of a child."""
    return synthetic_resident_id(date(2016, 5, 1), index)


def volunteer(index: int, **changes: Any) -> list[Any]:
    """Return a good row; ``changes`` by the place of the column."""
    row: list[Any] = [
        index,
        f"秦{'子丑寅卯辰巳午未申酉'[index % 10]}{'甲乙丙丁戊己庚辛壬癸'[index // 10 % 10]}",
        number(index),
        synthetic_phone(index),
        "渭滨区",
        "金陵街道",
        "是",
        "2026年3月5日",
        42,
    ]
    for name, value in changes.items():
        row[int(name.removeprefix("c"))] = value
    return row


def book(rows: Sequence[Sequence[Any]], *, title: str | None = "渭滨区志愿者名册（2026 年）") -> bytes:
    """Return a workbook with a title above its headings."""
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False}
    with xlsxwriter.Workbook(target, options) as made:
        sheet = made.add_worksheet("名册")
        lines: list[Sequence[Any]] = [HEADINGS, *rows]
        if title:
            lines = [[title], *lines]
        for place, line in enumerate(lines):
            sheet.write_row(place, 0, line)
    return target.getvalue()


def messy() -> bytes:
    """Return 8 rows: 4 go in, one of them written oddly; the others are each wrong in another way."""
    wrong = number(6)
    wrong = wrong[:17] + ("1" if wrong[17] != "1" else "2")
    return book(
        [
            volunteer(1),
            volunteer(2, c1=" 秦 寅甲 ", c2="\u200b" + number(2)),
            volunteer(3, c7="20260305"),
            volunteer(4, c4="=渭滨区"),
            volunteer(5),
            volunteer(6, c2=wrong),
            volunteer(1, c0=7),
            volunteer(8, c2=child(8)),
        ]
    )


def clerk(web: Flask, name: str = "weibin-clerk", index: int = 7000) -> tuple[FlaskClient, Actor]:
    """Return a browser in which a clerk of 渭滨区 is signed in."""
    web.config["WTF_CSRF_ENABLED"] = False
    client = web.test_client()
    return client, sign_in_as(client, name, Role.COUNTY_HANDLER, region=WEIBIN, index=index)


def upload(client: FlaskClient, data: bytes, name: str = "名册.xlsx", **fields: Any) -> str:
    """Upload a file; return the address of its page."""
    sent = {"files": [(io.BytesIO(data), name)], **fields}
    answer = client.post("/staff/imports", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.headers["Location"]


def columns_of(page: str) -> dict[str, str]:
    """Return what the form on the columns page would send as it stands."""
    sent: dict[str, str] = {}
    for name, body in re.findall(r'<select[^>]* name="(t\d[^"]*)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', body)
        first = re.search(r'<option value="([^"]*)"', body)
        sent[name] = (chosen or first).group(1)  # type: ignore[union-attr]
    for name, value in re.findall(r'name="(t\d[^"]*header)"[^>]*value="([^"]*)"', page):
        sent[name] = value
    return sent


def check(client: FlaskClient, address: str, **changes: str) -> str:
    """Send the columns as they were recognised; return the page that follows."""
    page = client.get(address).get_data(as_text=True)
    sent = {**columns_of(page), **{name.replace("__", "-"): value for name, value in changes.items()}}
    answer = client.post(f"{address}/columns", data={**sent, "act": "check"})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return client.get(address).get_data(as_text=True)


def accept(client: FlaskClient, address: str) -> str:
    """Press the accepting button; return the page that follows."""
    answer = client.post(f"{address}/accept")
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return client.get(address).get_data(as_text=True)


def rows_of(data: bytes) -> list[list[Any]]:
    """Return the first sheet of a workbook."""
    sheet = load_workbook(io.BytesIO(data)).worksheets[0]
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def the_upload(address: str) -> ImportUpload:
    """Return the upload behind an address."""
    with reading() as session:
        code = address.rpartition("/")[2]
        return session.scalars(select(ImportUpload).where(ImportUpload.code == code)).one()


def volunteers() -> int:
    """Return how many people stand in the register as volunteers."""
    with reading() as session:
        return int(session.scalar(select(func.count()).select_from(PersonRole)) or 0)


def volunteers_in_force() -> int:
    """Return how many people stand in the register as volunteers and were not taken out of it again."""
    with reading() as session:
        found = select(Party.id).join(PersonRole, PersonRole.person_id == Party.id)
        return len(set(session.scalars(found.where(Party.state != RegistrationState.CLOSED))))


def end_grants(name: str) -> None:
    """Take all roles from a user."""
    with transaction() as session:
        user = session.scalars(select(User).where(User.name == name)).one()
        for grant in session.scalars(select(UserGrant).where(UserGrant.user_id == user.id)):
            grant.ended_at = clock.now()
