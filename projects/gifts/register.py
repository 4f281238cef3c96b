"""The registers of published gifts: lists of money received, lists of goods received and handed out."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.imports.faults import found
from app.imports.kinds import Decision, Reason
from app.imports.registers import Binding, CellReader, Field, Reading, Register, Row, Verdict, missing
from app.imports.values import day, fen_of, figure, number_of, text
from app.imports.world import World
from app.permissions import Permission
from projects.gifts import gifts
from projects.gifts.gifts import Gift
from projects.gifts.kinds import GiftKind
from projects.gifts.lists import Lists
from projects.gifts.tables import whole_lines
from projects.gifts.wording import earmark_of, forwarded

_TOTAL = object()
"""What a sum's cell says when it tells the total of the list (总金额61609585.05)."""


def _sum_or_total(binding: Binding) -> CellReader:
    read_figure = figure(binding)
    words = tuple(binding.world.vocabulary.words.get("total", {}))

    def read(cell: Any) -> Reading:
        if isinstance(cell, str) and cell.strip().startswith(words):
            return Reading(_TOTAL)
        return read_figure(cell)

    return read


def decide_cash(row: Row, world: World) -> Verdict:
    """Judge one line of a list of money: who, how much, known already."""
    if row.readings.get("amount", Reading()).value is _TOTAL:
        return Verdict(Decision.SKIP)
    return _decided(row, world, _cash(row, world))


def _cash(row: Row, world: World) -> Gift:
    row.ensure_present("giver_name", "amount")
    giver: str = row.need("giver_name")
    given_on = row.get("date")
    amount = fen_of(row, "amount", "amount_unit")
    remark = row.get("remark")
    passed = forwarded(giver, world.vocabulary)
    return Gift(
        GiftKind.CASH,
        row.chain,
        row.head,
        given_on,
        giver,
        passed.by if passed else None,
        passed.of if passed else None,
        amount_fen=amount,
        earmark=row.get("earmark") or earmark_of((remark, giver), world.vocabulary),
        remark=remark,
    )


def decide_goods(row: Row, world: World) -> Verdict:
    """Judge one line of a list of goods: from or to whom, what, how much, known already."""
    return _decided(row, world, _goods(row, world))


def _goods(row: Row, world: World) -> Gift:
    row.ensure_present("item")
    giver, receiver, item = row.get("giver_name"), row.get("receiver"), row.need("item")
    if giver is None and receiver is None:
        raise missing("giver_name")
    quantity = number_of(row, "quantity", "unit")
    value = fen_of(row, "value")
    if quantity is None and value is None and "quantity" in row.readings:
        raise missing("quantity")  # where there is no column for it, the item's own words say how much
    remark = row.get("remark")
    passed = forwarded(giver or "", world.vocabulary)
    return Gift(
        GiftKind.GOODS,
        row.chain,
        row.head,
        row.get("date"),
        giver,
        passed.by if passed else None,
        passed.of if passed else None,
        receiver,
        item,
        row.get("specification"),
        f"{quantity[0].normalize():f}" if quantity else None,
        quantity[1] if quantity else None,
        value,
        earmark_of((item, remark, giver), world.vocabulary),
        remark,
    )


def prefetch_cash(world: World, rows: Sequence[Row]) -> None:
    """Fetch which of these lines of money are recorded."""
    world.shelf(Lists).want(rows, _cash)


def prefetch_goods(world: World, rows: Sequence[Row]) -> None:
    """Fetch which of these lines of goods are recorded."""
    world.shelf(Lists).want(rows, _goods)


def _decided(row: Row, world: World, gift: Gift) -> Verdict:
    shelf = world.shelf(Lists)
    where, known = shelf.where(row.chain), shelf.known(row.head)
    is_there = known is not None and known.takes(gift.content)
    if where is not None:
        sentence = _("与%(where)s及其上面各行完全相同，是同一份名单，不再导入。", where=where)
        raise found(Reason.DUP_SERIAL, sentence, decision=Decision.DUPLICATE)
    if is_there and known is not None and known.is_sure:
        sentence = _("这一行登记册里已有：这份名单导入过，后来改过，这一行没有变，不再导入。")
        raise found(Reason.DUP_SERIAL, sentence, decision=Decision.DUPLICATE)
    shelf.add(row)
    canonical = {
        name: value.isoformat() if name == "given_on" else value
        for name in Gift.__slots__
        if name not in {"kind", "chain", "list_key"} and (value := getattr(gift, name)) is not None
    }
    if is_there:
        sentence = _(
            "登记册里已有一份名单，大半的行与这份相同，也有这一行。请核对是不是同一笔，不是的可以导入。"
        )
    elif known is not None and known.lacks():
        sentence = _(
            "这份名单已经导入过，登记册里有的行在这份表格里变了或没有了，这一行是改过的或新加的。"
            "改过的，请先撤销原来那次导入，再整份上传，以免算两次；确是新加的，可以导入。"
        )
    else:
        return row.accepted(key=row.chain, canonical=canonical, data=gift)
    fault = found(Reason.SERIAL_CONFLICT, sentence, decision=Decision.REVIEW).fault
    return row.accepted(key=row.chain, canonical=canonical, data=gift, decision=Decision.REVIEW, fault=fault)


CASH = Register(
    "cash_gifts",
    _l("捐款公示名单"),
    100,
    (
        Field("date", _l("捐赠日期"), day, example="2026-01-23"),
        Field("giver_name", _l("捐赠单位（个人）"), text(200), required=True),
        Field("amount", _l("捐赠金额（元）"), _sum_or_total, required=True, example="1000.00"),
        Field("amount_unit", _l("金额单位"), text(20), hint=_l("元或万元，空白按元计")),
        Field("earmark", _l("定向用途"), text(500)),
        Field("remark", _l("备注"), text(500)),
    ),
    decide_cash,
    prefetch_cash,
    gifts.record_many,
    gifts.undo_many,
    Permission.ENTER_RECORDS,
    about=_l("已经公布的捐款名单，每笔一行，照原样保存；不计积分。"),
    prepare=whole_lines,
    chained=("date", "giver_name", "amount"),
)
GOODS = Register(
    "goods_gifts",
    _l("物资收发公示名单"),
    110,
    (
        Field("date", _l("日期"), day),
        Field("giver_name", _l("捐赠单位"), text(200)),
        Field("receiver", _l("接收单位"), text(200)),
        Field("item", _l("品名"), text(300), required=True),
        Field("specification", _l("规格"), text(300)),
        Field("quantity", _l("数量"), figure, required=True, example="198"),
        Field("unit", _l("计量单位"), text(20)),
        Field("value", _l("价值（元）"), figure),
        Field("remark", _l("备注"), text(500)),
    ),
    decide_goods,
    prefetch_goods,
    gifts.record_many,
    gifts.undo_many,
    Permission.ENTER_RECORDS,
    about=_l("已经公布的物资接收和发放名单，每种物资一行，照原样保存；不计积分。"),
    prepare=whole_lines,
    chained=("date", "giver_name", "receiver", "item", "specification", "quantity", "unit"),
)
