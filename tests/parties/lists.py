"""Lists of organisations, people and households for the tests, as tables, and the world in which they are judged."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app import clock
from app.identity import RegistrationClass
from app.identity.synthetic import synthetic_phone, synthetic_resident_id, synthetic_uscc
from app.imports.cells import Table
from app.imports.judging import Judged, judge_table
from app.imports.kinds import TAKEN, RowKind
from app.imports.recognition import recognise
from app.imports.registers import Admission, Register
from app.imports.vocabulary import shipped
from app.imports.world import Scope, World
from app.parties.registers import volunteers
from app.permissions import SYSTEM, Actor
from tests.parties.people import CITY

VOLUNTEERS = [
    "序号",
    "姓名",
    "身份证号码",
    "性别",
    "联系电话",
    "区县",
    "镇（街道）",
    "持有证书",
    "是否同意公示",
    "注册日期",
]
WORKERS = ["姓名", "身份证号码", "联系电话", "区县", "镇（街道）", "证书级别", "证书编号", "发证日期"]
ORGANISATIONS = [
    "社会组织名称",
    "统一社会信用代码",
    "登记证号",
    "成立登记日期",
    "证书有效期至",
    "信用状态",
    "所属区县",
]
ENTERPRISES = ["企业名称", "统一社会信用代码", "所属区县", "联系电话"]
HOUSEHOLDS = [
    "区县", "镇（街道）", "家庭编号", "户主姓名", "户主身份证号", "家庭人口（人）", "救助类别", "致困原因",
    "家庭年收入", "收入单位", "保障起始日期", "月保障金额（元）",
]  # fmt: skip
BORN = date(1990, 5, 17)


def id_number(index: int, born: date = BORN) -> str:
    """Return a made-up identity number."""
    return synthetic_resident_id(born, index)


def code(index: int, kind: RegistrationClass = RegistrationClass.SOCIAL_GROUP) -> str:
    """Return a made-up credit code."""
    return synthetic_uscc(kind, index)


def volunteer_row(index: int = 1, **changes: Any) -> list[Any]:
    """Return a line of the volunteers' list; ``changes`` by heading."""
    line = [
        index,
        "李志愿",
        id_number(index),
        "",
        synthetic_phone(index),
        "渭滨区",
        "金陵街道",
        "",
        "是",
        "2024-03-05",
    ]
    return _changed(VOLUNTEERS, line, changes)


def worker_row(index: int = 1, **changes: Any) -> list[Any]:
    """Return a line of the social workers' list."""
    line = [
        "李志愿",
        id_number(index),
        synthetic_phone(index),
        "渭滨区",
        "金陵街道",
        "社会工作师",
        f"SW{index}",
        "2020-06-01",
    ]
    return _changed(WORKERS, line, changes)


def organisation_row(index: int = 1, **changes: Any) -> list[Any]:
    """Return a line of the social groups' list."""
    line = [
        f"宝鸡市第{index}义工协会",
        code(index),
        f"证{index}",
        "2018-06-01",
        "2030-01-01",
        "正常",
        "渭滨区",
    ]
    return _changed(ORGANISATIONS, line, changes)


def enterprise_row(index: int = 1, **changes: Any) -> list[Any]:
    """Return a line of the enterprises' list."""
    line = [f"宝鸡第{index}食品有限公司", code(index, RegistrationClass.ENTERPRISE), "渭滨区", "0917-3260001"]
    return _changed(ENTERPRISES, line, changes)


def household_row(index: int = 1, **changes: Any) -> list[Any]:
    """Return a line of the households' ledger."""
    line = [
        "渭滨区", "金陵街道", f"H{index:05d}", "贾户主", id_number(index, date(1960, 1, 2)), 3, "农村低保", "因病",
        0.5, "万元", "2021-01-01", 420,
    ]  # fmt: skip
    return _changed(HOUSEHOLDS, line, changes)


def _changed(headings: Sequence[str], line: list[Any], changes: dict[str, Any]) -> list[Any]:
    for heading, value in changes.items():
        line[headings.index(heading)] = value
    return line


def world(session: Session | None = None, *, regions: tuple[str, ...] | None = None) -> World:
    """Return an empty world, or that of a database."""
    return World(
        today=date(2026, 11, 21) if session is None else clock.today(),
        city=CITY,
        vocabulary=shipped(),
        session=session,
        scope=Scope(regions),
    )


def judged(
    register: Register, headings: Sequence[str], rows: Sequence[Sequence[Any]], at: World, *, sheet: str = ""
) -> list[Judged]:
    """Return the verdicts of the data lines of a table."""
    table = Table(sheet, [list(headings), *(list(row) for row in rows)])
    layout = recognise(table, [register], at.vocabulary)
    assert layout is not None
    lines = judge_table(table, layout, register, at, file="名册.csv")
    return [line for line in lines if line.kind is RowKind.DATA]


def words(lines: Sequence[Judged]) -> list[str]:
    """Return of each line its decision, and the reason behind it."""
    return [
        f"{line.verdict.decision.value} {line.verdict.fault.word if line.verdict.fault else ''}".strip()
        for line in lines
    ]


def admitted(
    session: Session,
    register: Register,
    headings: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    actor: Actor = SYSTEM,
    sheet: str = "",
) -> Admission:
    """Judge a table against the database and let in what is taken."""
    at = world(session)
    lines = judged(register, headings, rows, at, sheet=sheet)
    pairs = [(line.row, line.verdict) for line in lines if line.row and line.verdict.decision in TAKEN]
    return register.admit(session, pairs, actor=actor, scope_of=at)


def admitted_volunteers(session: Session, *rows: list[Any], actor: Actor = SYSTEM) -> list[UUID]:
    """Let in these volunteers, or the first one; return the keys of what they made."""
    found = admitted(session, volunteers.REGISTER, VOLUNTEERS, rows or [volunteer_row(1)], actor=actor)
    assert found.refused == {}
    return [thing for thing in found.things if thing is not None]
