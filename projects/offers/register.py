"""The register of offers: what a party could give, where and from when to when."""

import re
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.imports.faults import Fault, found
from app.imports.kinds import Decision, Reason
from app.imports.places import Places
from app.imports.registers import Field, Register, Row, Verdict
from app.imports.values import PartyNumber, day, figure, label, party_number, text
from app.imports.world import World
from app.parties.registers.shelf import KnownParty, Parties, place_of, stands
from app.permissions import Permission
from projects.catalogue.shelf import Items, item_of, plain_number, qualifications_of, quantity_of
from projects.offers import offers
from projects.offers.offers import OfferData
from projects.offers.shelf import Offers

WHOLE_CITY = "whole_city"
"""The word list of what means everywhere in the city."""
_SEPARATORS = re.compile(r"[、，,;；/|\s]+")
_COUNTY_DIGITS = 6


def decide(row: Row, world: World) -> Verdict:
    """Judge one line: number, provider, item and amount, days, places, then what is known."""
    row.ensure_present("serial", "party_name", "party", "item", "quantity", "areas", "start", "end")
    provider = _provider(row, world)
    start_on, end_on = row.need("start"), row.need("end")
    if end_on < start_on:
        raise found(Reason.DATE_RANGE, _("截止日期早于开始日期，请核对。"), field="end")
    item = item_of(row, world)
    quantity = quantity_of(row, item)
    areas = _areas(row, world)
    if provider.is_serious:
        sentence = _("“%(name)s”的信用状态是严重违法失信，不能登记资源意向。", name=provider.name)
        raise found(Reason.PROVIDER_ON_SERIOUS_LIST, sentence, field="party")
    number: PartyNumber = row.need("party")
    data = OfferData(
        serial=row.need("serial"),
        number=number.code,
        provider=provider,
        item=item,
        quantity=quantity,
        areas=areas,
        start_on=start_on,
        end_on=end_on,
        qualifications=qualifications_of(row, world, "certificates"),
    )
    _ensure_new(row, world, data)
    name = row.need("party_name")
    other = world.shelf(Parties).is_other(name, provider)
    world.shelf(Offers).remember(data, place_of(row))
    if not other:
        return row.accepted(key=data.serial, canonical=canonical_of(data, world), data=data)
    sentence = _("号码和名称属于两个不同的登记主体，请核对“%(name)s”的号码。", name=name)
    return row.accepted(
        key=data.serial,
        canonical=canonical_of(data, world),
        data=data,
        decision=Decision.REVIEW,
        fault=Fault(Reason.NAME_CODE_MISMATCH, sentence, "party_name", Decision.REVIEW),
    )


def _provider(row: Row, world: World) -> KnownParty:
    number: PartyNumber = row.need("party")
    provider = world.shelf(Parties).find(number)
    if provider is None:
        sentence = (
            _("单位名册里没有统一社会信用代码 %(code)s，请先登记这个单位。", code=number.code)
            if number.is_uscc
            else _("名册里没有这个身份证号，请核对；还没有登记的，请先登记为志愿者或社会工作者。")
        )
        raise found(Reason.PARTY_UNKNOWN, sentence, field="party")
    return provider


def _areas(row: Row, world: World) -> tuple[str, ...]:
    """Return the codes of the places, each once; the city's own for everywhere. Raises Found."""
    typed: str = row.need("areas")
    named: dict[str, None] = {}
    for word in filter(None, _SEPARATORS.split(typed)):
        if world.vocabulary.meaning(WHOLE_CITY, word) is not None:
            named[world.city] = None
            continue
        code = world.shelf(Places).county(word)
        if code is None:
            sentence = _("本市没有“%(name)s”这个区县；多个区县用顿号分开，全市写“全市”。", name=word)
            raise found(Reason.REGION_UNKNOWN, sentence, field="areas")
        named[code] = None
    areas = (world.city,) if world.city in named else tuple(named)
    if not all(world.scope.covers(one) for one in areas):
        raise found(Reason.OUT_OF_SCOPE, _("这些区县不都在您的辖区内。"), field="areas")
    return areas


def _ensure_new(row: Row, world: World, data: OfferData) -> None:
    known = world.shelf(Offers).find(data.serial)
    if known is None:
        return
    where = stands(known.where, row)
    if known.content == data.content:
        sentence = _("意向编号 %(serial)s %(where)s，内容相同，不再导入。", serial=data.serial, where=where)
        raise found(Reason.DUP_SERIAL, sentence, field="serial", decision=Decision.DUPLICATE)
    sentence = _("意向编号 %(serial)s %(where)s，但内容不同，请核对。", serial=data.serial, where=where)
    raise found(Reason.SERIAL_CONFLICT, sentence, field="serial", decision=Decision.REVIEW)


def canonical_of(data: OfferData, world: World) -> dict[str, Any]:
    """Return the offer as it is exported; ``*`` is the whole city."""
    areas = ["*" if one == world.city else one[:_COUNTY_DIGITS] for one in data.areas]
    return {
        "item": data.item.name,
        "quantity": plain_number(data.quantity),
        "unit": data.item.base_unit,
        "areas": areas,
        "start": data.start_on.isoformat(),
        "end": data.end_on.isoformat(),
        "certificates": data.qualifications,
    }


def prefetch(world: World, rows: Sequence[Row]) -> None:
    """Fetch the providers and offers that these lines name."""
    if world.session is None:
        return
    read = [{name: one.value for name, one in row.readings.items()} for row in rows]
    numbers = [one["party"] for one in read if one.get("party")]
    names = [one["party_name"] for one in read if one.get("party_name")]
    world.shelf(Parties).want(numbers=numbers, names=names)
    world.shelf(Offers).want(one["serial"] for one in read if one.get("serial"))


FIELDS = (
    Field("serial", _l("意向编号"), label(40), required=True, example="Y00001"),
    Field("party_name", _l("提供方名称"), label(200), required=True),
    Field("party", _l("证件号码"), party_number, required=True, secret=True),
    Field("item", _l("事项"), label(60), required=True, choices=lambda world: world.shelf(Items).names),
    Field("quantity", _l("数量"), figure, required=True, example="60"),
    Field("unit", _l("单位"), label(20), hint=_l("写事项目录里的单位，例如“件(5床)”。")),
    Field("areas", _l("可服务区县"), text(500), required=True, hint=_l("用顿号分开；全市写“全市”。")),
    Field("start", _l("可用起"), day, required=True, example="2026-06-24"),
    Field("end", _l("可用止"), day, required=True, example="2026-08-18"),
    Field("certificates", _l("持有证书"), text(200), hint=_l("几个证书用顿号分开。")),
)

OFFERS = Register(
    name="offers",
    label=_l("资源意向"),
    order=80,
    fields=FIELDS,
    decide=decide,
    prefetch=prefetch,
    admit=offers.record_many,
    undo=offers.undo_many,
    permission=Permission.ENTER_RECORDS,
    afterwards=_l("这些资源意向已经登记在册，不用再审核。"),
    about=_l("一行是一个单位或个人愿意提供的一种物资、服务或资金，写明可服务的区县和起止日期。"),
)
"""``order``: after who takes part."""
