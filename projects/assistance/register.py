"""The register of assistance received: one line is one help to one household, from whatever source."""

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.ids import new_id
from app.imports.faults import found
from app.imports.kinds import Decision, Reason
from app.imports.registers import Field, Register, Row, Verdict
from app.imports.values import day_past, fen_of, figure, label, text, uscc
from app.imports.world import World
from app.parties.registers.households_shelf import Households, KnownHousehold
from app.parties.registers.shelf import KnownParty, Parties, place_of, stands
from app.permissions import Permission
from projects.assistance import assistance
from projects.assistance.assistance import AssistanceData
from projects.assistance.shelf import Kinds, Records


def decide(row: Row, world: World) -> Verdict:
    """Judge one line: number, household, kind, what and when, who gave it, known already."""
    row.ensure_present("serial", "household", "kind", "what", "date", "giver")
    number: str = row.need("serial")
    household = _household(row, world)
    kind = row.need("kind")
    kind_id = world.shelf(Kinds).find(kind)
    if kind_id is None:
        sentence = _("没有“%(name)s”这类救助，请按救助种类的名称填写。", name=kind)
        raise found(Reason.TYPE_UNKNOWN, sentence, field="kind")
    amount = fen_of(row, "amount", "amount_unit", sign="not_negative") or None
    giver, organisation = row.need("giver"), _organisation(row, world)
    content = (household.number, kind_id, row.need("what"), amount, row.need("date"), giver)
    _ensure_new(row, world, number, content)
    world.shelf(Records).remember(number, content, place_of(row))
    data = AssistanceData(
        household_id=household.party_id or new_id(),
        kind_id=kind_id,
        what=row.need("what"),
        given_on=row.need("date"),
        giver=giver,
        amount_fen=amount,
        organisation_id=organisation.party_id if organisation else None,
    )
    canonical = {
        "household": household.number,
        "kind": kind,
        "what": data.what,
        "amount_fen": amount,
        "given_on": data.given_on.isoformat(),
        "giver": giver,
    }
    return row.accepted(key=number, canonical=canonical, data=data)


def _household(row: Row, world: World) -> KnownHousehold:
    number = row.need("household")
    household = world.shelf(Households).find(number)
    if household is None or (household.party_id is None and world.session is not None):
        sentence = _("家庭档案里没有编号 %(number)s，请先立户或导入救助对象台账。", number=number)
        raise found(Reason.HOUSEHOLD_UNKNOWN, sentence, field="household")
    if not world.scope.covers(household.region_code):
        raise found(Reason.OUT_OF_SCOPE, _("这户家庭不在您的辖区内。"), field="household")
    return household


def _organisation(row: Row, world: World) -> KnownParty | None:
    code = row.get("organisation")
    if code is None:
        return None
    organisation = world.shelf(Parties).organisation(code)
    if organisation is None:
        sentence = _("单位名册里没有统一社会信用代码 %(code)s；不是参与单位的，代码留空。", code=code)
        raise found(Reason.PARTY_UNKNOWN, sentence, field="organisation")
    return organisation


def _ensure_new(row: Row, world: World, number: str, content: tuple[object, ...]) -> None:
    known = world.shelf(Records).find(number)
    if known is None:
        return
    where = stands(known.where, row)
    if known.content == content:
        sentence = _("记录编号 %(serial)s %(where)s，内容相同，不再导入。", serial=number, where=where)
        raise found(Reason.DUP_SERIAL, sentence, field="serial", decision=Decision.DUPLICATE)
    sentence = _("记录编号 %(serial)s %(where)s，但内容不同，请核对。", serial=number, where=where)
    raise found(Reason.SERIAL_CONFLICT, sentence, field="serial")


def prefetch(world: World, rows: Sequence[Row]) -> None:
    """Fetch the households, organisations and records that these lines name."""
    read = [{name: one.value for name, one in row.readings.items()} for row in rows]
    world.shelf(Households).want(numbers=[one["household"] for one in read if one.get("household")])
    world.shelf(Parties).want_organisations(one["organisation"] for one in read if one.get("organisation"))
    world.shelf(Records).want(one["serial"] for one in read if one.get("serial"))


FIELDS = (
    Field("serial", _l("救助记录编号"), label(40), required=True, example="JZ2026-0001"),
    Field("household", _l("家庭编号"), label(20), required=True, example="H00188"),
    Field("kind", _l("救助种类"), label(30), required=True, choices=lambda world: world.shelf(Kinds).names),
    Field("what", _l("救助内容"), text(200), required=True, hint=_l("例如“电热毯 1 床”。")),
    Field("amount", _l("救助金额（元）"), figure, hint=_l("物资和服务写价值；不知道的留空。")),
    Field("amount_unit", _l("金额单位"), text(20), hint=_l("元或万元，空白按元计")),
    Field("date", _l("救助日期"), day_past, required=True, example="2026-11-02"),
    Field("giver", _l("救助单位"), label(200), required=True),
    Field("organisation", _l("救助单位统一社会信用代码"), uscc),
)

ASSISTANCE = Register(
    name="assistance",
    label=_l("已获救助记录"),
    order=120,
    fields=FIELDS,
    decide=decide,
    prefetch=prefetch,
    admit=assistance.record_many,
    undo=assistance.undo_many,
    permission=Permission.ENTER_RECORDS,
    listed_at="assistance_staff.index",
    afterwards=_l("这些记录已经记在家庭名下，办理同类救助时会提示。"),
    about=_l(
        "一行是一户得到的一次救助，不论来自政府、慈善组织还是企业；用来避免重复，不向别的单位透露是谁给的。"
    ),
)
"""``order``: after the households."""
