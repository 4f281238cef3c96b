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
from projects.gifts.tables import whole_lines
from projects.gifts.wording import earmark_of, forwarded

_TOTAL = object()
"""What a sum's cell says when it tells the total of the list (总金额61609585.05)."""


class Chains:
    """The shelf of lines that are known, each by what it and all above it say."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._known: dict[str, str] = {}

    def where(self, chain: str) -> str | None:
        """Return where a line stands already, None when it is new."""
        return self._known.get(chain)

    def add(self, row: Row) -> None:
        """Remember a line of this upload."""
        place = " ".join(part for part in (row.file, row.sheet) if part)
        self._known[row.chain] = _("%(place)s 第 %(number)s 行", place=place, number=row.number)

    def want(self, chains: Sequence[str]) -> None:
        """Fetch which of these lines are recorded."""
        if self._world.session is not None:
            for chain in gifts.known_chains(self._world.session, chains):
                self._known.setdefault(chain, _("登记册"))


def prefetch(world: World, rows: Sequence[Row]) -> None:
    """Fetch which of these lines are recorded."""
    world.shelf(Chains).want([row.chain for row in rows])


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
    row.ensure_present("giver_name", "amount")
    giver: str = row.need("giver_name")
    given_on = row.get("date")
    amount = fen_of(row, "amount", "amount_unit")
    remark = row.get("remark")
    passed = forwarded(giver, world.vocabulary)
    gift = Gift(
        GiftKind.CASH,
        row.chain,
        given_on,
        giver,
        passed.by if passed else None,
        passed.of if passed else None,
        amount_fen=amount,
        earmark=row.get("earmark") or earmark_of((remark, giver), world.vocabulary),
        remark=remark,
    )
    return _accepted(row, world, gift)


def decide_goods(row: Row, world: World) -> Verdict:
    """Judge one line of a list of goods: from or to whom, what, how much, known already."""
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
    gift = Gift(
        GiftKind.GOODS,
        row.chain,
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
    return _accepted(row, world, gift)


def _accepted(row: Row, world: World, gift: Gift) -> Verdict:
    shelf = world.shelf(Chains)
    where = shelf.where(row.chain)
    if where is not None:
        sentence = _("与%(where)s及其上面各行完全相同，是同一份名单，不再导入。", where=where)
        raise found(Reason.DUP_SERIAL, sentence, decision=Decision.DUPLICATE)
    shelf.add(row)
    canonical = {
        name: value.isoformat() if name == "given_on" else value
        for name in Gift.__slots__
        if name not in {"kind", "chain"} and (value := getattr(gift, name)) is not None
    }
    return row.accepted(key=row.chain, canonical=canonical, data=gift)


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
    prefetch,
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
    prefetch,
    gifts.record_many,
    gifts.undo_many,
    Permission.ENTER_RECORDS,
    about=_l("已经公布的物资接收和发放名单，每种物资一行，照原样保存；不计积分。"),
    prepare=whole_lines,
    chained=("date", "giver_name", "receiver", "item", "specification", "quantity", "unit"),
)
