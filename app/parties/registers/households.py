"""The register of households that receive assistance (救助对象台账)."""

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.imports.faults import found
from app.imports.kinds import Decision, Reason
from app.imports.registers import Field, Register, Row, Verdict
from app.imports.values import day_past, fen_of, figure, label, text, whole
from app.imports.world import World
from app.parties.bulk.approving import approve_many
from app.parties.bulk.households import admit_households
from app.parties.bulk.undoing import undo_many
from app.parties.duplicates import identity_hash
from app.parties.entries import HouseholdEntry
from app.parties.kinds import PersonRoleKind
from app.parties.registers.households_shelf import Households, KnownHousehold
from app.parties.registers.people import (
    NUMBER_FIELD,
    PLACE_FIELDS,
    known_person,
    learn_person,
    read_person,
    want_people,
)
from app.parties.registers.shelf import place_of, stands
from app.permissions import Permission

_COUNTY_DIGITS = 6
_MOST_MEMBERS = 999

FIELDS = (
    *PLACE_FIELDS,
    Field("household", _l("家庭编号"), label(20), required=True, example="H00188"),
    Field("head", _l("户主姓名"), label(50), required=True),
    NUMBER_FIELD,
    Field("members", _l("家庭人口（人）"), whole),
    Field("category", _l("救助类别"), label(60), fill_down=True),
    Field("cause", _l("致困原因"), label(60)),
    Field("income", _l("家庭年收入"), figure),
    Field("income_unit", _l("收入单位"), text(20), hint=_l("元或万元，空白按元计")),
    Field("begin", _l("保障起始日期"), day_past),
    Field("monthly", _l("月保障金额（元）"), figure),
)


def decide(row: Row, world: World) -> Verdict:
    """Judge one row: number and head, place, sums, day, number known, head known."""
    row.ensure_present("household", "head", "id_number")
    number: str = row.need("household")
    head, county = read_person(row, world, name_field="head")
    category = row.get("category") or ""
    members = row.get("members")
    if members is not None and not 0 <= members <= _MOST_MEMBERS:
        sentence = _("家庭人口应为 0–%(most)s 人，请核对。", most=_MOST_MEMBERS)
        raise found(Reason.AMOUNT_NOT_A_NUMBER, sentence, field="members")
    entry = HouseholdEntry(
        number,
        head,
        category,
        row.get("cause"),
        members,
        fen_of(row, "income", "income_unit", sign="not_negative"),
        fen_of(row, "monthly", sign="not_negative"),
        row.get("begin"),
    )
    content = _content(entry)
    _ensure_new(row, world, entry, content)
    known = known_person(row, world, head)
    if known is not None and PersonRoleKind.HOUSEHOLD_MEMBER in known.roles:
        sentence = _("这位户主已经是另一户的家庭成员，请先在那一户办理迁出。")
        raise found(Reason.HEAD_IN_TWO_HOUSEHOLDS, sentence, field="id_number", decision=Decision.REVIEW)
    learn_person(row, world, head, known, PersonRoleKind.HOUSEHOLD_MEMBER)
    world.shelf(Households).add(
        KnownHousehold(number, head.number_hash, content, head.region_code, place_of(row))
    )
    canonical = {
        "annual_income_fen": entry.annual_income,
        "begin": entry.begin_on.isoformat() if entry.begin_on else "",
        "county": county[:_COUNTY_DIGITS],
        "head": head.name,
        "id": head.number,
        "monthly_fen": entry.monthly_amount,
        "town": row.get("town") or "",
    }
    return row.accepted(key=number, canonical=canonical, data=entry)


def _content(entry: HouseholdEntry) -> tuple[object, ...]:
    head = entry.head
    return (
        head.number_hash,
        head.region_code,
        entry.category,
        entry.annual_income,
        entry.monthly_amount,
        entry.begin_on,
    )


def _ensure_new(row: Row, world: World, entry: HouseholdEntry, content: tuple[object, ...]) -> None:
    shelf = world.shelf(Households)
    known = shelf.find(entry.file_number)
    if known is not None:
        if known.content == content:
            sentence = _("这一户已经录入，不再重复录入（%(where)s）。", where=stands(known.where, row))
            raise found(Reason.DUP_SERIAL, sentence, field="household", decision=Decision.DUPLICATE)
        sentence = _(
            "这个家庭编号已经用于另一户或内容不同（%(where)s）。请核对编号。",
            where=_("登记册里已有") if known.where is None else stands(known.where, row),
        )
        raise found(Reason.SERIAL_CONFLICT, sentence, field="household", decision=Decision.REVIEW)
    elsewhere = shelf.of_head(entry.head.number_hash)
    if elsewhere is not None:
        sentence = _(
            "这位户主已经是 %(number)s 户的户主，请核对是否应并户或更正户主。", number=elsewhere.number
        )
        raise found(Reason.HEAD_IN_TWO_HOUSEHOLDS, sentence, field="id_number", decision=Decision.REVIEW)


def prefetch(world: World, rows: Sequence[Row]) -> None:
    """Fetch which of these households and people stand in the register already."""
    if world.session is None:
        return
    want_people(world, rows)
    numbers = [row.readings["household"].value for row in rows if "household" in row.readings]
    heads = [row.readings["id_number"].value for row in rows if "id_number" in row.readings]
    world.shelf(Households).want(
        numbers=[number for number in numbers if number is not None],
        heads=[identity_hash(number) for number in heads if number is not None],
    )


REGISTER = Register(
    "households",
    _l("救助对象台账"),
    50,
    FIELDS,
    decide,
    prefetch,
    admit_households,
    undo_many,
    Permission.ENTER_PARTIES,
    about=_l("最低生活保障等救助家庭的台账，每户一行。"),
    approve=approve_many,
)
