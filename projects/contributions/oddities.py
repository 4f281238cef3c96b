"""Reasons to look twice at an entry, in words. Pure: they refuse nothing, a person judges."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from app.labels import Labelled

SAME_TIMES = 5
"""So many people of one organisation with the same start and end on a day look like one filled-in row."""
NIGHT_FROM, NIGHT_TO = 23 * 60, 5 * 60
ROUND_MINUTES = 4 * 60
ROUND_FEN = 100_000_00
BACKFILL_SHARE = 20
"""Per cent of an organisation's entries of a month that may be back-filled (our choice, policy table)."""
BACKFILL_LEAST = 5
"""Below so many entries a share says nothing."""
BURST = 30
"""So many entries of one organisation within ten minutes were not typed one by one."""
LARGE_FEN = 1_000_000_000
"""A single gift above 10,000,000 yuan is always looked at by a person."""


class Oddity(Labelled):
    """What is odd about an entry. Labels carry the figures that were found."""

    SAME_TIMES = "same_times", _l("同一单位当天有 %(count)s 人的起止时间完全相同")
    NIGHT = "night", _l("服务发生在深夜（23:00 至次日 5:00）")
    ROUND_HOURS = "round_hours", _l("时长是整 %(hours)s 小时，没有扣除任何休息")
    ROUND_VALUE = "round_value", _l("物资折价是整数 %(yuan)s 元")
    NO_BASIS = "no_basis", _l("有 %(count)s 项物资没有价值依据，只按数量计")
    NO_RECEIPT = "no_receipt", _l("台账没有登记捐赠票据号")
    NO_EVIDENCE = "no_evidence", _l("没有上传任何证据材料")
    NOT_PUBLISHED = "not_published", _l("服务开始前没有发布过活动")
    BACKFILLED = "backfilled", _l("属于补录：服务后第 %(days)s 天才登记")
    BACKFILL_SHARE = "backfill_share", _l("本单位当月补录占 %(percent)s%%，高于 20%%")
    BURST = "burst", _l("十分钟内本单位登记了 %(count)s 条")
    RECEIPT_WAIVED = "receipt_waived", _l("捐赠人放弃票据，只有书面说明")
    LARGE = "large", _l("单笔超过 1,000 万元")
    LATE_RECEIPT = "late", _l("收到之后第 %(days)s 天才登记")


@dataclass(frozen=True, slots=True)
class Found:
    """An oddity with its figures, as it is stored and as it is shown."""

    oddity: Oddity
    figures: Mapping[str, str]

    @property
    def sentence(self) -> str:
        """The reason in words of the reader's language."""
        text = str(self.oddity.label)
        return text % dict(self.figures) if self.figures else text.replace("%%", "%")

    def stored(self) -> dict[str, Any]:
        """Return the form that a JSON column keeps."""
        return {"oddity": self.oddity.value, "figures": dict(self.figures)}


def from_stored(rows: Sequence[Mapping[str, Any]]) -> list[Found]:
    """Return what a JSON column keeps as findings again."""
    return [Found(Oddity(row["oddity"]), row["figures"]) for row in rows]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known about an entry and the entries around it. Times in minutes, money in fen."""

    start_minute: int | None = None
    end_minute: int | None = None
    break_minutes: int = 0
    service_minutes: int | None = None
    published_before: bool = True
    days_late: int = 0
    backfilled: bool = False
    same_times: int = 0
    month_entries: int = 0
    month_backfilled: int = 0
    burst: int = 0
    evidence: int = 0
    value_fen: int = 0
    goods_value_fen: int = 0
    lines_without_basis: int = 0
    receipt_waived: bool = False
    receipt_missing: bool = False


def find(entry: Surroundings) -> list[Found]:
    """Return every reason to look twice, the gravest first."""
    found: list[Found] = []

    def add(oddity: Oddity, **figures: object) -> None:
        found.append(Found(oddity, {name: str(figure) for name, figure in figures.items()}))

    if entry.value_fen > LARGE_FEN:
        add(Oddity.LARGE)
    if entry.same_times >= SAME_TIMES:
        add(Oddity.SAME_TIMES, count=entry.same_times)
    if entry.burst >= BURST:
        add(Oddity.BURST, count=entry.burst)
    if entry.backfilled:
        add(Oddity.BACKFILLED, days=entry.days_late)
    elif entry.days_late > 90:
        add(Oddity.LATE_RECEIPT, days=entry.days_late)
    if (
        entry.month_entries >= BACKFILL_LEAST
        and entry.month_backfilled * 100 > BACKFILL_SHARE * entry.month_entries
    ):
        add(Oddity.BACKFILL_SHARE, percent=entry.month_backfilled * 100 // entry.month_entries)
    if entry.start_minute is not None and entry.end_minute is not None:
        if entry.start_minute < NIGHT_TO or entry.end_minute > NIGHT_FROM:
            add(Oddity.NIGHT)
        minutes = entry.service_minutes or 0
        if minutes >= ROUND_MINUTES and minutes % 60 == 0 and entry.break_minutes == 0:
            add(Oddity.ROUND_HOURS, hours=minutes // 60)
        if not entry.published_before:
            add(Oddity.NOT_PUBLISHED)
    if entry.goods_value_fen and entry.goods_value_fen % ROUND_FEN == 0:
        add(Oddity.ROUND_VALUE, yuan=f"{entry.goods_value_fen // 100:,}")
    if entry.lines_without_basis:
        add(Oddity.NO_BASIS, count=entry.lines_without_basis)
    if entry.receipt_waived:
        add(Oddity.RECEIPT_WAIVED)
    if entry.receipt_missing:
        add(Oddity.NO_RECEIPT)
    if not entry.evidence:
        add(Oddity.NO_EVIDENCE)
    return found
