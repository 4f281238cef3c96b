"""A register of volunteers for the benchmark of imports, who uploads it, and how a script would bring it in."""

import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pandas as pd
import xlsxwriter
from pypinyin import lazy_pinyin
from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from app import clock, db, keys
from app.config import Settings
from app.identity import check_phone, check_resident_id
from app.identity.synthetic import synthetic_phone, synthetic_resident_id
from app.ids import new_code, new_id
from app.parties import persons
from app.parties.kinds import ConsentPurpose, PartyKind, PersonRoleKind, RegistrationState, Sex
from app.parties.models import Consent, Party, Person, PersonRole, RegistrationStep, Volunteer
from app.parties.persons import PersonData
from app.permissions import SYSTEM, Role
from app.regions.cli import DEMO_FILE
from app.regions.division_file import read_divisions
from app.regions.models import Region
from app.regions.regions import load_regions
from app.users import grants, users
from app.users.users import NewUser

CITY = "610300000000"
COUNTY = "渭滨区"
_TOWNS = ("金陵街道", "经二路街道", "清姜街道", "石鼓镇", "神农镇", "高家镇", "马营镇", "八鱼镇")
_HEADINGS = ("序号", "姓名", "身份证号码", "性别", "联系电话", "区县", "镇（街道）", "持有证书", "服务意向",
             "是否同意公示", "注册日期")  # fmt: skip
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹"
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红玲建国文辉力志永健世广义兴良海山仁波宁贵福生龙元全"
)
_DAYS = ("2024-02-05", "2024年2月5日", "20240205", "2024/2/5", "２０２４－０２－０５")


def write_register(file: Path, count: int) -> None:
    """Write a register of ``count`` invented volunteers, written as clerks write: dates in five ways, a title above."""
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("志愿者")
        sheet.write_string(0, 0, f"{COUNTY}注册志愿者名册")
        sheet.write_row(1, 0, _HEADINGS)
        for index in range(count):
            born_on = date(1950, 1, 1) + timedelta(days=index % 20_000)
            female = index % 2 == 1
            name = _SURNAMES[index % 30] + _GIVEN[index // 30 % 48] + _GIVEN[index // 1_440 % 48]
            sheet.write_row(index + 2, 0, (
                index + 1, name, synthetic_resident_id(born_on, index // 20_000, female=female),
                "女" if female else "男", synthetic_phone(index), COUNTY, _TOWNS[index % len(_TOWNS)],
                "护理员证" if index % 7 == 0 else "", "不限", "是" if index % 2 else "否", _DAYS[index % 5],
            ))  # fmt: skip


def officer(session: Session) -> UUID:
    """Load the divisions and enter a user of the city's staff; return the user's key."""
    with DEMO_FILE.open(encoding="utf-8-sig") as lines:
        load_regions(session, read_divisions(lines), actor=SYSTEM)
    person = persons.register_contact(session, PersonData("李经办", CITY), actor=SYSTEM)
    user = users.create(session, person.id, NewUser("officer", "no sign-in"), actor=SYSTEM)
    grants.write(session, user, Role.CITY_STAFF, by=SYSTEM, region_code=CITY)
    return user.id


def usual_way(settings: Settings, file: Path) -> dict[str, float]:
    """Bring the same register in as a script does: read_excel, a function per row, to_sql per table."""
    db.connect(settings)
    with db.transaction() as session:
        officer(session)
        towns = dict(session.execute(select(Region.name, Region.code)).tuples().all())
    begun = time.perf_counter()
    table = pd.read_excel(file, header=1, dtype=str, engine="openpyxl")
    read = time.perf_counter()
    moment, today = clock.now(), clock.today()
    rows: dict[Any, list[dict[str, Any]]] = {
        model: [] for model in (Party, Person, PersonRole, Volunteer, RegistrationStep, Consent)
    }
    with db.transaction() as session:
        connection = session.connection()
        known = set(pd.read_sql("SELECT identity_hash FROM person", connection)["identity_hash"])
        for _number, line in table.iterrows():
            _take(line, rows, towns, known, moment, today)
        checked = time.perf_counter()
        for model, found in rows.items():
            into: Table = model.__table__
            types: Any = {column.name: column.type for column in into.columns}
            pd.DataFrame(found).to_sql(into.name, connection, if_exists="append", index=False, dtype=types)
    return {
        "read_excel": read - begun,
        "checks row by row": checked - read,
        "to_sql": time.perf_counter() - checked,
    }


def _take(
    line: "pd.Series[Any]",
    rows: dict[Any, list[dict[str, Any]]],
    towns: dict[str, str],
    known: set[bytes],
    moment: Any,
    today: date,
) -> None:
    number = check_resident_id(line["身份证号码"], today=today)
    phone = check_phone(line["联系电话"])
    number_hash = keys.lookup_hash("id_number", number.code)
    if not number.ok or number_hash in known:
        return
    known.add(number_hash)
    party_id, role_id, name = new_id(), new_id(), line["姓名"].strip()
    rows[Party].append({
        "id": party_id, "code": new_code(), "kind": PartyKind.PERSON, "name": name,
        "sort_key": " ".join(lazy_pinyin(name)), "match_key": name, "region_code": towns[line["镇（街道）"]],
        "state": RegistrationState.SUBMITTED, "state_since": moment, "revision": 1, "created_at": moment,
    })  # fmt: skip
    rows[Person].append({
        "party_id": party_id, "identity_kind": "resident_id", "identity_number": number.code,
        "identity_hash": number_hash, "born_on": number.born_on,
        "sex": Sex.FEMALE if number.is_female else Sex.MALE, "phone": phone.code,
        "phone_hash": keys.lookup_hash("phone", phone.code),
    })  # fmt: skip
    rows[PersonRole].append(
        {"id": role_id, "person_id": party_id, "role": PersonRoleKind.VOLUNTEER, "valid_from": today}
    )
    rows[Volunteer].append({"role_id": role_id, "service_kinds": line["服务意向"], "star_level": 0})
    rows[RegistrationStep].append({
        "id": new_id(), "party_id": party_id, "to_state": RegistrationState.SUBMITTED, "happened_at": moment,
    })  # fmt: skip
    if line["是否同意公示"] == "是":
        rows[Consent].append(
            {"id": new_id(), "party_id": party_id, "purpose": ConsentPurpose.PUBLISH_NAME, "given_at": moment}
        )
