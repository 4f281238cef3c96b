"""The register of projects and what they need: one line is one need of one project."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.imports.faults import Fault, found
from app.imports.kinds import Decision, Reason
from app.imports.places import county_names
from app.imports.registers import Field, Register, Row, Verdict
from app.imports.values import choice, day, figure, label, text, uscc
from app.imports.world import World
from app.parties.registers.places import region_of
from app.parties.registers.shelf import KnownParty, Parties, place_of, stands
from app.permissions import Permission
from projects.catalogue.reference import kind_of_word, kind_words
from projects.catalogue.shelf import (
    Items,
    item_of,
    plain_number,
    qualifications_of,
    quantity_of,
)
from projects.needs import needs, queries
from projects.needs.needs import NeedData
from projects.portfolio.shelf import KnownProject, Projects

_COUNTY_DIGITS = 6


def decide(row: Row, world: World) -> Verdict:
    """Judge one line. What is looked at first is what a clerk can mend in the line itself."""
    row.ensure_present("serial", "name", "organisation", "county", "item", "quantity", "start", "end")
    kind = kind_of_word(row.get("type"))
    number, name, code = row.need("serial"), row.need("name"), row.need("organisation")
    organisation = world.shelf(Parties).organisation(code)
    if organisation is None:
        sentence = _("单位名册里没有统一社会信用代码 %(code)s，请先登记发起单位。", code=code)
        raise found(Reason.PARTY_UNKNOWN, sentence, field="organisation")
    _county, region = region_of(row, world)
    start_on, end_on = row.need("start"), row.need("end")
    if end_on < start_on:
        raise found(Reason.DATE_RANGE, _("结束日期早于开始日期，请核对。"), field="end")
    item = item_of(row, world, kind=kind)
    quantity = quantity_of(row, item)
    qualifications = qualifications_of(row, world, "certificate")
    project = KnownProject(
        number, name, code, region, start_on, end_on, place_of(row), None, organisation.party_id
    )
    data = NeedData(project, item, quantity, "、".join(qualifications)[:60] or None, _urgency(row))
    stated = row.get("organisation_name")
    if stated and world.shelf(Parties).is_other(stated, organisation):
        return _other_name(row, number, stated, organisation, data)
    known = world.shelf(Projects).find(number)
    if known is not None:
        _ensure_new(row, known, data)
    return _accepted(row, world, known or project, data)


def _urgency(row: Row) -> int | None:
    value = row.get("urgency")
    return int(value) if value else None


def _other_name(row: Row, number: str, stated: str, organisation: KnownParty, data: NeedData) -> Verdict:
    sentence = _(
        "代码属于“%(known)s”，而“%(stated)s”是另一个已登记的单位，请核对是哪一个。",
        known=organisation.name,
        stated=stated,
    )
    fault = Fault(Reason.NAME_CODE_MISMATCH, sentence, "organisation_name", Decision.REVIEW)
    return Verdict(Decision.REVIEW, fault, (), number, None, data)


def _ensure_new(row: Row, known: KnownProject, data: NeedData) -> None:
    """Raise Found when the project's number is taken by another one, or this need of it is known."""
    where = stands(known.where, row)
    quantity = known.needs.get(data.item.name)
    if known.content != data.project.content or quantity not in (None, data.quantity.thousandths):
        sentence = _("项目编号 %(number)s %(where)s，但内容不同，请核对。", number=known.number, where=where)
        raise found(Reason.SERIAL_CONFLICT, sentence, field="serial", decision=Decision.REVIEW)
    if quantity is not None:
        sentence = _("项目编号 %(number)s %(where)s，内容相同，不再导入。", number=known.number, where=where)
        raise found(Reason.DUP_SERIAL, sentence, field="serial", decision=Decision.DUPLICATE)


def _accepted(row: Row, world: World, project: KnownProject, data: NeedData) -> Verdict:
    world.shelf(Projects).add(project)
    project.needs[data.item.name] = data.quantity.thousandths
    canonical: dict[str, Any] = {
        "org": project.organisation,
        "county": project.region_code[:_COUNTY_DIGITS],
        "town": row.get("town") or "",
        "item": data.item.name,
        "quantity": plain_number(data.quantity),
        "unit": data.item.base_unit,
        "start": project.start_on.isoformat(),
        "end": project.end_on.isoformat(),
        "certificate": data.qualification or "",
    }
    return row.accepted(key=project.number, canonical=canonical, data=data)


def prefetch(world: World, rows: Sequence[Row]) -> None:
    """Fetch the organisations, and the projects with their needs, that these lines name."""
    values = [{name: row.readings[name].value for name in row.readings} for row in rows]
    parties = world.shelf(Parties)
    parties.want_organisations(one["organisation"] for one in values if one.get("organisation"))
    parties.want(names=[one["organisation_name"] for one in values if one.get("organisation_name")])
    fetched = world.shelf(Projects).want(one["serial"] for one in values if one.get("serial"))
    queries.fetch_needs(world, fetched)


def _item_names(world: World) -> Sequence[str]:
    return world.shelf(Items).names


FIELDS = (
    Field("serial", _l("项目编号"), label(40), required=True, example="P0001"),
    Field("name", _l("项目名称"), text(200), required=True),
    Field("organisation_name", _l("发起单位"), label(200)),
    Field("organisation", _l("发起单位统一社会信用代码"), uscc, required=True, example="51610300YYY000097Y"),
    Field(
        "county",
        _l("区县"),
        label(60),
        required=True,
        fill_down=True,
        from_sheet=True,
        choices=county_names,
    ),
    Field("town", _l("镇（街道）"), label(60), fill_down=True),
    Field("type", _l("需求类别"), choice("contribution_kind", Reason.TYPE_UNKNOWN), choices=kind_words),
    Field("item", _l("需求事项"), label(60), required=True, choices=_item_names),
    Field("quantity", _l("需求数量"), figure, required=True, example="200"),
    Field("unit", _l("单位"), label(20), hint=_l("写事项目录里的单位，例如“件(5床)”。")),
    Field("start", _l("开始日期"), day, required=True, example="2026-04-26"),
    Field("end", _l("结束日期"), day, required=True, example="2026-12-04"),
    Field("certificate", _l("证书要求"), text(60)),
    Field("urgency", _l("紧急程度"), choice("urgency"), hint=_l("1 一般，2 紧急，3 特急。")),
)

NEEDS = Register(
    name="needs",
    label=_l("帮扶项目需求"),
    order=60,
    fields=FIELDS,
    decide=decide,
    prefetch=prefetch,
    admit=needs.record_many,
    undo=needs.undo_many,
    permission=Permission.ENTER_RECORDS,
    afterwards=_l("这些需求已经进了项目；贡献台账里写项目编号，就记到这些项目上。"),
    about=_l("一行是一个项目的一项需求；同一个项目有几项需求的，编号相同，逐行填写。"),
)
"""``order``: after households, before contributions."""
