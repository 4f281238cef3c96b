"""Ledgers, needs and offers of the small city as tables, and the ways by which they go in."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app import clock, db
from app.identity import RegistrationClass
from app.identity.synthetic import synthetic_resident_id, synthetic_uscc
from app.imports.judging import Judged
from app.imports.kinds import TAKEN
from app.imports.registers import Admission, Register
from app.imports.vocabulary import shipped
from app.imports.world import Scope, World
from app.parties import names
from app.parties.duplicates import identity_hash
from app.parties.models import Organisation, Party, Person
from app.permissions import Actor, Role
from projects.contributions.register import CONTRIBUTIONS
from projects.needs.register import NEEDS
from projects.offers.register import OFFERS
from tests.contributions import city as made
from tests.contributions.city import City
from tests.parties.lists import judged

HUB = synthetic_uscc(RegistrationClass.SOCIAL_SERVICE_INSTITUTION, 1)
FACTORY = synthetic_uscc(RegistrationClass.ENTERPRISE, 2)
VOLUNTEER = synthetic_resident_id(date(1990, 1, 1), 1)
WORKER = synthetic_resident_id(date(1990, 1, 1), 2)
HUB_NAME, FACTORY_NAME = "金台区惠民社会工作服务中心", "宝鸡秦岭机械有限公司"

LEDGER = [
    "流水号", "日期", "贡献方名称", "贡献方证件号码", "贡献类型", "项目编号", "事项", "数量", "单位", "金额（元）",
    "金额单位", "备注",
]  # fmt: skip
NEED_LIST = [
    "项目编号", "项目名称", "发起单位", "发起单位统一社会信用代码", "区县", "镇（街道）", "需求类别", "需求事项",
    "需求数量", "单位", "开始日期", "结束日期", "证书要求", "紧急程度",
]  # fmt: skip
OFFER_LIST = [
    "意向编号", "提供方名称", "证件号码", "事项", "数量", "单位", "可服务区县", "可用起", "可用止", "持有证书",
]  # fmt: skip


def changed(headings: Sequence[str], line: list[Any], changes: dict[str, Any]) -> list[Any]:
    """Return a line with other values, given by heading."""
    for heading, value in changes.items():
        line[headings.index(heading)] = value
    return line


def service(serial: str = "GX001", **changes: Any) -> list[Any]:
    """Return a line of two hours of the volunteer."""
    line = [
        serial,
        "2026-11-10",
        "王秀英",
        VOLUNTEER,
        "志愿服务",
        "P0001",
        "课业辅导",
        "2小时",
        "",
        "",
        "",
        "",
    ]
    return changed(LEDGER, line, changes)


def money(serial: str = "GX101", **changes: Any) -> list[Any]:
    """Return a line of money of the factory."""
    line = [
        serial, "2026-11-10", FACTORY_NAME, FACTORY, "资金捐赠", "P0001", "资金", "", "", "10,000.00", "元", "",
    ]  # fmt: skip
    return changed(LEDGER, line, changes)


def goods(serial: str = "GX201", **changes: Any) -> list[Any]:
    """Return a line of rice of the factory."""
    line = [
        serial, "2026-11-10", FACTORY_NAME, FACTORY, "物资捐赠", "P0001", "大米", "20", "袋(10公斤)", "1200", "", "",
    ]  # fmt: skip
    return changed(LEDGER, line, changes)


def need(number: str = "P0001", **changes: Any) -> list[Any]:
    """Return a line of a project of the hub."""
    line = [
        number, "金台区课业辅导项目", HUB_NAME, HUB, "金台区", "", "志愿服务", "课业辅导", 200, "小时", "2025-09-01",
        "2026-12-31", "", 2,
    ]  # fmt: skip
    return changed(NEED_LIST, line, changes)


def offer(number: str = "Y00001", **changes: Any) -> list[Any]:
    """Return a line of rice that the factory offers."""
    line = [number, FACTORY_NAME, FACTORY, "大米", 3, "吨", "金台区、渭滨区", "2026-10-01", "2026-12-31", ""]
    return changed(OFFER_LIST, line, changes)


def found() -> City:
    """Build the small city and give those who live there their numbers."""
    city = made.found()
    with db.transaction() as session:
        for organisation_id, code in ((city.hub, HUB), (city.factory, FACTORY)):
            organisation = session.get_one(Organisation, organisation_id)
            organisation.uscc = organisation.uscc_claim = code
        for person_id, number in ((city.volunteer, VOLUNTEER), (city.worker, WORKER)):
            session.get_one(Person, person_id).identity_hash = identity_hash(number)
        for party_id in (city.hub, city.factory, city.volunteer, city.worker):
            party = session.get_one(Party, party_id)
            party.match_key = names.match_key(party.name)
    return city


def handler(city: City) -> Actor:
    """Return the county's member of staff who enters records."""
    return city.actor(Role.COUNTY_HANDLER)


def world(session: Session, actor: Actor | None = None, organisation: UUID | None = None) -> World:
    """Return the world of the database, for a member of staff, an organisation, or everybody."""
    regions = None if actor is None or organisation else actor.regions(CONTRIBUTIONS.permission)
    return World(
        today=clock.today(),
        city=made.CITY,
        vocabulary=shipped(),
        session=session,
        scope=Scope(regions, organisation),
    )


def judge(register: Register, *rows: list[Any], at: World | None = None) -> list[Judged]:
    """Return the verdicts of some lines, in the database's world or another."""
    headings = {CONTRIBUTIONS.name: LEDGER, NEEDS.name: NEED_LIST, OFFERS.name: OFFER_LIST}[register.name]
    if at is not None:
        return judged(register, headings, rows, at)
    with db.reading() as session:
        return judged(register, headings, rows, world(session))


def reasons(register: Register, *rows: list[Any], at: World | None = None) -> list[str]:
    """Return the reason of each line, empty for one that is accepted."""
    return [one.verdict.fault.word if one.verdict.fault else "" for one in judge(register, *rows, at=at)]


def enter(
    register: Register,
    *rows: list[Any],
    actor: Actor,
    organisation: UUID | None = None,
    waiting: bool = False,
) -> Admission:
    """Judge lines and take in what can go in (``waiting``: also what a person must look at)."""
    headings = {CONTRIBUTIONS.name: LEDGER, NEEDS.name: NEED_LIST, OFFERS.name: OFFER_LIST}[register.name]
    with db.transaction() as session:
        at = world(session, actor, organisation)
        lines = judged(register, headings, rows, at)
        pairs = [
            (one.row, one.verdict)
            for one in lines
            if one.row and one.verdict.data and (waiting or one.verdict.decision in TAKEN)
        ]
        return register.admit(session, pairs, actor=actor, scope_of=at)
