"""The register of contributions: the ledgers that offices keep, one line a contribution."""

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.imports.faults import Fault, Found, found
from app.imports.kinds import Decision, Reason
from app.imports.registers import Field, Register, Row, Verdict, missing
from app.imports.values import PartyNumber, choice, day_past, fen_of, figure, label, party_number, text
from app.imports.world import World
from app.parties.duplicates import identity_hash
from app.parties.registers.shelf import KnownParty, Parties, place_of, stands
from app.permissions import Permission
from points.rulesets.kinds import ContributionKind
from projects.catalogue.reference import kind_of_word, kind_words, references
from projects.catalogue.shelf import Items, KnownItem, Quantity, item_of, plain_number, quantity_of
from projects.contributions import ledger_checks, ledgers
from projects.contributions.hours import AUTOMATIC_MINUTES
from projects.contributions.ledger_shelf import Ledger
from projects.contributions.ledgers import LedgerEntry
from projects.contributions.oddities import LARGE_FEN
from projects.contributions.rules import DAY, GIFT_KINDS, TIME_KINDS
from projects.portfolio.shelf import KnownProject, Projects


def decide(row: Row, world: World) -> Verdict:
    """Judge one line: what is missing, kind, number, giver, project, day, amount, and then what is known."""
    _ensure_filled(row)
    kind = _kind(row)
    number: PartyNumber = row.need("party")
    giver = _giver(row, world, number)
    project = _project(row, world)
    day: date = row.need("date")
    item, quantity, amount_fen = _what(row, world, kind)
    if not project.start_on <= day <= project.end_on:
        sentence = _(
            "项目期限是 %(start)s 至 %(end)s，这一天不在期限内。",
            start=project.start_on.isoformat(),
            end=project.end_on.isoformat(),
        )
        raise found(Reason.OUTSIDE_PROJECT_WINDOW, sentence, field="date")
    if kind in TIME_KINDS and number.is_uscc:
        sentence = _("志愿服务记在提供服务的个人名下，请填个人的姓名和身份证号。")
        raise found(Reason.TYPE_PARTY_MISMATCH, sentence, field="type")
    entry = LedgerEntry(
        serial=row.need("serial"),
        happened_on=day,
        number=number.code,
        giver=giver,
        kind=kind,
        project=project,
        item=item,
        quantity=quantity,
        amount_fen=amount_fen,
        remark=row.get("remark") or "",
    )
    return _against_the_known(row, world, entry, number)


def _ensure_filled(row: Row) -> None:
    """Raise Found for a field that is blank; what must be filled besides depends on the kind, if that can be read."""
    row.ensure_present("serial", "date", "party_name", "party", "type", "project")
    kind = kind_of_word(row.readings["type"].value)
    if kind is ContributionKind.MONEY:
        row.ensure_present("amount")
    elif kind is not None:
        row.ensure_present("item", "quantity")


def _kind(row: Row) -> ContributionKind:
    kind = kind_of_word(row.need("type"))
    if kind is None:
        raise found(Reason.TYPE_UNKNOWN, _("台账里没有这个贡献类型。"), field="type")
    return kind


def _giver(row: Row, world: World, number: PartyNumber) -> KnownParty:
    giver = world.shelf(Parties).find(number)
    if giver is None or not (giver.is_organisation or world.shelf(Ledger).is_own(giver.party_id)):
        sentence = (
            _("单位名册里没有统一社会信用代码 %(code)s，请先登记这个单位。", code=number.code)
            if number.is_uscc
            else _("名册里没有这个身份证号，请核对；还没有登记的，请先登记为志愿者或社会工作者。")
        )
        raise found(Reason.PARTY_UNKNOWN, sentence, field="party")
    return giver


def _project(row: Row, world: World) -> KnownProject:
    number = row.need("project")
    project = world.shelf(Projects).find(number)
    if project is None:
        sentence = _("没有编号为 %(number)s 的项目，请核对，或先导入项目需求。", number=number)
        raise found(Reason.PROJECT_UNKNOWN, sentence, field="project")
    own = world.scope.organisation_id
    if (own is not None and own != project.organisation_id) or not world.scope.covers(project.region_code):
        raise found(Reason.OUT_OF_SCOPE, _("这个项目不在您的辖区或不属于本单位。"), field="project")
    return project


def _what(row: Row, world: World, kind: ContributionKind) -> tuple[KnownItem, Quantity | None, int | None]:
    if kind is ContributionKind.MONEY:
        money = world.shelf(Items).of_kind(kind)
        item = money[0] if money and row.is_blank("item") else item_of(row, world, kind=kind)
        amount_fen = fen_of(row, "amount", "amount_unit")
        if amount_fen is None:
            raise missing("amount")
        return item, None, amount_fen
    item = item_of(row, world, kind=kind)
    quantity = quantity_of(row, item)
    return item, quantity, fen_of(row, "amount", "amount_unit") if kind in GIFT_KINDS else None


def _against_the_known(row: Row, world: World, entry: LedgerEntry, number: PartyNumber) -> Verdict:
    ledger, parties = world.shelf(Ledger), world.shelf(Parties)
    row_key = entry.row_key = row_key_of(entry)
    known = ledger.find(entry.serial)
    if known is not None and known.row_key == row_key:
        sentence = _("这一笔曾经导入，后来撤回了；内容没有改动，不再导入。")
        if not known.is_withdrawn:
            where = stands(known.where, row)
            sentence = _(
                "流水号 %(serial)s %(where)s，内容相同，不再导入。", serial=entry.serial, where=where
            )
        raise found(Reason.DUP_SERIAL, sentence, field="serial", decision=Decision.DUPLICATE)
    if known is not None and not known.is_withdrawn:
        where = stands(known.where, row)
        sentence = _("流水号 %(serial)s %(where)s，但内容不同，请核对。", serial=entry.serial, where=where)
        return _waiting(
            row, entry, Fault(Reason.SERIAL_CONFLICT, sentence, "serial", Decision.REVIEW), data=None
        )
    problem = None
    name = row.need("party_name")
    if parties.is_other(name, entry.giver):
        sentence = _("号码和名称属于两个不同的登记主体，请核对“%(name)s”的号码。", name=name)
        problem = Fault(Reason.NAME_CODE_MISMATCH, sentence, "party_name", Decision.REVIEW)
    elif (entry.amount_fen or 0) > LARGE_FEN:
        sentence = _("单笔超过 1,000 万元，请核对单位是元还是万元。")
        problem = Fault(Reason.AMOUNT_OVER_LIMIT, sentence, "amount", Decision.REVIEW)
    elif entry.minutes:
        problem = _count_hours(ledger, entry, number)
    ledger.remember(entry.serial, row_key, place_of(row))
    if problem is not None:
        return _waiting(row, entry, problem, data=entry)
    return row.accepted(key=entry.serial, canonical=canonical_of(entry), data=entry)


def _count_hours(ledger: Ledger, entry: LedgerEntry, number: PartyNumber) -> Fault | None:
    total = ledger.minutes(number.code, entry.happened_on) + entry.minutes
    told = {"day": entry.happened_on.isoformat(), "hours": f"{total / 60:g}"}
    if total > DAY:
        sentence = _("这个人 %(day)s 的服务合计 %(hours)s 小时，超过 24 小时。", **told)
        raise Found(Fault(Reason.HOURS_OVER_24, sentence, "quantity"))
    ledger.add_minutes(number.code, entry.happened_on, entry.minutes)
    if total <= AUTOMATIC_MINUTES:
        return None
    sentence = _("这个人 %(day)s 的服务合计 %(hours)s 小时，超过 8 小时，请核实。", **told)
    return Fault(Reason.HOURS_OVER_8, sentence, "quantity", Decision.REVIEW)


def _waiting(row: Row, entry: LedgerEntry, fault: Fault, *, data: LedgerEntry | None) -> Verdict:
    return row.accepted(
        key=entry.serial,
        canonical=canonical_of(entry),
        data=data,
        decision=Decision.REVIEW,
        fault=fault,
    )


def row_key_of(entry: LedgerEntry) -> str:
    """Return the digest of what a line says; two lines of one serial say the same when it is the same."""
    content = (
        entry.serial,
        entry.happened_on.isoformat(),
        identity_hash(entry.number).hex(),
        entry.kind.value,
        entry.project.number,
        entry.item.name,
        str(entry.quantity.thousandths if entry.quantity else 0),
        str(entry.amount_fen or 0),
        str(entry.minutes),
    )
    return hashlib.sha256("\n".join(content).encode()).hexdigest()


def canonical_of(entry: LedgerEntry) -> dict[str, Any]:
    """Return the entry as it is exported: fen, minutes, base units, and the points of the reference."""
    reference = references()[entry.kind]
    thousandths = entry.quantity.thousandths if entry.quantity else 0
    quantity = plain_number(entry.quantity) if entry.quantity else 0
    return {
        "serial": entry.serial,
        "date": entry.happened_on.isoformat(),
        "party": entry.number,
        "type": reference.name,
        "project": entry.project.number,
        "item": entry.item.name,
        "quantity": entry.minutes / 60 if entry.minutes else quantity,
        "amount_fen": entry.amount_fen or 0,
        "minutes": entry.minutes,
        "points": reference.points_of(
            amount_fen=entry.amount_fen or 0, minutes=entry.minutes, quantity_thousandths=thousandths
        ),
    }


def prefetch(world: World, rows: Sequence[Row]) -> None:
    """Fetch the givers, projects and entries that these lines name, and what the givers served on these days."""
    if world.session is None:
        return
    read = [{name: one.value for name, one in row.readings.items()} for row in rows]
    parties, ledger = world.shelf(Parties), world.shelf(Ledger)
    numbers = [one["party"] for one in read if one.get("party")]
    parties.want(numbers=numbers, names=[one["party_name"] for one in read if one.get("party_name")])
    world.shelf(Projects).want(one["project"] for one in read if one.get("project"))
    ledger.want_serials(one["serial"] for one in read if one.get("serial"))
    served = []
    for one in read:
        number, day = one.get("party"), one.get("date")
        if number is not None and day is not None and not number.is_uscc:
            giver = parties.find(number)
            if giver is not None and giver.party_id is not None:
                served.append((number.code, giver.party_id, day))
    ledger.want_minutes(served)


FIELDS = (
    Field("serial", _l("流水号"), label(40), required=True, example="GX202511000001"),
    Field("date", _l("日期"), day_past, required=True, example="2025-11-13"),
    Field("party_name", _l("贡献方名称"), label(200), required=True),
    Field(
        "party",
        _l("贡献方证件号码（统一社会信用代码/身份证号）"),
        party_number,
        required=True,
        secret=True,
        hint=_l("单位填统一社会信用代码，个人填身份证号码；要先在名册里。"),
    ),
    Field(
        "type",
        _l("贡献类型"),
        choice("contribution_kind", Reason.TYPE_UNKNOWN),
        required=True,
        choices=kind_words,
    ),
    Field(
        "project",
        _l("项目编号"),
        label(40),
        required=True,
        hint=_l("帮扶项目的编号，由发布需求的民政部门告知。"),
        example="P0001",
    ),
    Field("item", _l("事项"), label(60), choices=lambda world: world.shelf(Items).names),
    Field("quantity", _l("数量"), figure, hint=_l("服务写时长，例如 2.5 小时或 150分钟；资金不填。")),
    Field("unit", _l("单位"), label(20), hint=_l("写事项目录里的单位，例如“箱(2000只)”。")),
    Field("amount", _l("金额（元）"), figure, hint=_l("资金必填；物资和设施写折合金额。")),
    Field("amount_unit", _l("金额单位"), label(20), hint=_l("元或万元；不填按元。")),
    Field("remark", _l("备注"), text(500), is_remark=True),
)

CONTRIBUTIONS = Register(
    name="contributions",
    label=_l("贡献台账"),
    order=70,
    fields=FIELDS,
    decide=decide,
    prefetch=prefetch,
    admit=ledgers.record_many,
    undo=ledgers.undo_many,
    approve=ledger_checks.verify_plain,
    approving=Permission.VERIFY_CONTRIBUTIONS,
    look=ledger_checks.look,
    permission=Permission.ENTER_RECORDS,
    member_permission=Permission.LOG_CONTRIBUTIONS,
    listed_at="contributions_staff.register",
    shown_at="contributions_staff.show",
    about=_l("一行是一笔贡献。导入后为“待核验”，由另一名工作人员在核验台核验以后才计积分。"),
)
"""``order``: after the projects that its lines name."""
