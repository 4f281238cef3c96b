"""Figures as people read and type them: money, points, time, dates, percentages.

Inside the program money is integer fen, points integer hundredths, service integer minutes. Nothing here goes
through float: typed text becomes Decimal and must come out whole, and shown text is made by integer arithmetic.
"""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import cn2an
from flask import Flask
from flask_babel import gettext as _
from markupsafe import Markup

from app.clock import CITY_ZONE
from app.identity.findings import normalise

NOTHING = "—"
# Above this sum pages show ten-thousands of yuan, with the exact sum on hover.
_WAN_ABOVE_FEN = 100_000_00
# A trillion yuan: far above any real sum, far below what BIGINT holds, and sums of many rows still fit.
MOST_FEN = 10**14
MOST_MINUTES = 100_000 * 60


class UnreadableFigure(ValueError):
    """What was typed is not a figure of the kind asked for; ``sentence`` says why and how to write it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def yuan(fen: int) -> str:
    """Return the bare sum in yuan, "12,345.60", for table columns, papers and exports."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def money(fen: int) -> str:
    """Return the exact sum with its unit, "12,345.60 元"."""
    return str(_("%(sum)s 元", sum=yuan(fen)))


def money_short(fen: int) -> str:
    """Return the sum with its unit: as `money` to 100,000 yuan, above that "12.35 万元" (half a unit rounds up)."""
    if abs(fen) <= _WAN_ABOVE_FEN:
        return money(fen)
    hundredths = (abs(fen) + 5_000) // 10_000
    return str(_("%(sum)s 万元", sum=yuan(-hundredths if fen < 0 else hundredths)))


def money_html(fen: int | None) -> str:
    """Return `money_short` for a page; where that rounds, the exact sum stands in the title. None is a dash."""
    if fen is None:
        return NOTHING
    if abs(fen) <= _WAN_ABOVE_FEN:
        return money(fen)
    return Markup('<span class="figure" title="{}">{}</span>').format(money(fen), money_short(fen))


def money_in_words(fen: int) -> str:
    """Return the sum in Chinese capitals for papers: 壹万贰仟叁佰肆拾伍元陆角整. Raises ValueError below zero."""
    if fen < 0:
        raise ValueError("a sum on a paper is never negative")
    words = str(cn2an.an2cn(f"{fen // 100}.{fen % 100:02d}", "rmb"))
    # 支付结算办法: 整 (or 正) follows yuan and jiao, never fen.
    return words if words.endswith(("整", "分")) else words + "整"


def points(centipoints: int | None) -> str:
    """Return points with at most two decimals and no idle zeros: 31225 is "312.25", 31200 is "312"."""
    if centipoints is None:
        return NOTHING
    whole, hundredths = divmod(abs(centipoints), 100)
    decimals = f".{hundredths:02d}".rstrip("0") if hundredths else ""
    return f"{'-' if centipoints < 0 else ''}{whole:,}{decimals}"


def hours(minutes: int | None) -> str:
    """Return service time exactly: 150 is "2.5 小时", 100 is "1 小时 40 分钟", 20 is "20 分钟"."""
    if minutes is None:
        return NOTHING
    sign, minutes = "-" if minutes < 0 else "", abs(minutes)
    # Tenths and quarters of an hour are exact and read well; 1 h 27 min is clearer than 1.45 h.
    if (minutes % 6 == 0 or minutes % 15 == 0) and (minutes >= 30 or minutes == 0):
        return str(_("%(hours)s 小时", hours=sign + points(minutes * 100 // 60)))
    whole, rest = divmod(minutes, 60)
    if not whole:
        return str(_("%(minutes)s 分钟", minutes=f"{sign}{rest}"))
    return str(_("%(hours)s 小时 %(minutes)s 分钟", hours=f"{sign}{whole:,}", minutes=rest))


def hours_for_editing(minutes: int) -> str:
    """Return service time as `read_hours` reads it in any language: 150 is "2.5", 100 is "1:40"."""
    if minutes % 6 == 0 or minutes % 15 == 0:
        return points(minutes * 100 // 60).replace(",", "")
    return f"{minutes // 60}:{minutes % 60:02d}"


def day(value: date | None) -> str:
    """Return a civil date for tables, "2026-11-21"."""
    return NOTHING if value is None else value.isoformat()


def day_text(value: date | None) -> str:
    """Return a civil date for running text, "2026年11月21日"."""
    if value is None:
        return NOTHING
    return str(_("%(year)s年%(month)s月%(day)s日", year=value.year, month=value.month, day=value.day))


def moment(value: datetime | None) -> str:
    """Return an aware instant as wall-clock time in the city, "2026-11-21 20:55"."""
    return NOTHING if value is None else value.astimezone(CITY_ZONE).strftime("%Y-%m-%d %H:%M")


def percent(part: int, base: int) -> str:
    """Return a share with its base, "33.3%（1/3）"; without a base only a dash. Half a tenth rounds up."""
    if base <= 0:
        return NOTHING
    tenths = (2_000 * part + base) // (2 * base)
    share = f"{tenths // 10}.{tenths % 10}"
    return str(_("%(share)s%%（%(part)s/%(base)s）", share=share, part=f"{part:,}", base=f"{base:,}"))


_AMOUNT = re.compile(
    r"(?:人民币|RMB|CNY)?[¥￥]?(-?)([\d,.]+)(亿|万)?(?:元整?|圆整?|块)?(?:人民币|RMB)?", re.ASCII
)
_GROUPED = re.compile(r"\d{1,3}(,\d{3})+(\.\d*)?", re.ASCII)
_PLAIN = re.compile(r"\d+(\.\d*)?|\.\d+", re.ASCII)
_UNITS = {None: 1, "万": 10_000, "亿": 100_000_000}


def read_money(text: str) -> int:
    """Return the fen of a typed sum in yuan: "1,234.5", "３００", "￥300 元", "1.2万".

    Raises UnreadableFigure for anything else, for less than a fen and below zero.
    """
    found = _AMOUNT.fullmatch(_tidy(text))
    if found is None:
        raise UnreadableFigure(_("请填写金额，例如 1234.50 或 1.2万。"))
    sign, number, unit = found.groups()
    if sign:
        raise UnreadableFigure(_("金额不能是负数。"))
    fen = _decimal(number) * _UNITS[unit] * 100
    if fen > MOST_FEN:
        raise UnreadableFigure(_("金额过大，请核对单位是元还是万元。"))
    if fen != fen.to_integral_value():
        raise UnreadableFigure(_("金额最多精确到分（两位小数）。"))
    return int(fen)


def read_points(text: str) -> int:
    """Return the centipoints of typed points, "312.25". Raises UnreadableFigure."""
    centipoints = _decimal(_tidy(text).removesuffix("分")) * 100
    if centipoints > MOST_FEN:
        raise UnreadableFigure(_("数字过大，请核对。"))
    if centipoints != centipoints.to_integral_value():
        raise UnreadableFigure(_("积分最多两位小数。"))
    return int(centipoints)


_H = r"(?:(?:个半|个)?小时|(?:个半|个)?钟头|H|HRS?|HOURS?)"
_M = r"(?:分钟?|M|MINS?|MINUTES?)"
_HOURS = re.compile(rf"([\d.,]+){_H}?", re.ASCII)
_HOURS_MINUTES = re.compile(rf"([\d,]+){_H}零?(\d{{1,2}}){_M}?", re.ASCII)
_MINUTES = re.compile(rf"([\d,]+){_M}", re.ASCII)
_CLOCK = re.compile(r"(\d{1,6}):([0-5]\d)", re.ASCII)


def read_hours(text: str) -> int:
    """Return the minutes of a typed duration: "2.5" (hours), "2小时30分", "150分钟", "2:30", "半小时", "2个半小时".

    Raises UnreadableFigure for anything else and where no whole minute comes out.
    """
    if re.search(r"\d\s+\d", text):  # "2 30" would become 230 hours
        raise UnreadableFigure(_("请填写时长，例如 2.5（小时）、2小时30分 或 150分钟。"))
    minutes = _minutes(_tidy(text))
    if minutes > MOST_MINUTES:
        raise UnreadableFigure(_("时长过大，请核对单位是小时还是分钟。"))
    if minutes != minutes.to_integral_value():
        raise UnreadableFigure(_("时长要折合成整分钟，例如 1.25 小时或 1小时20分。"))
    return int(minutes)


def register_filters(web: Flask) -> None:
    """Give templates the filters fen, fen_exact, points, hours, day, day_text, moment."""
    filters: dict[str, Any] = {
        "fen": money_html,
        "fen_exact": lambda fen: NOTHING if fen is None else money(fen),
        "points": points,
        "hours": hours,
        "day": day,
        "day_text": day_text,
        "moment": moment,
    }
    web.jinja_env.filters.update(filters)


def _tidy(text: str) -> str:
    tidied = normalise(text).replace("，", ",").replace("。", ".")
    if not tidied:
        raise UnreadableFigure(_("这一项必须填写。"))
    return tidied


def _decimal(number: str) -> Decimal:
    if len(number) > 30 or not (_PLAIN.fullmatch(number) or _GROUPED.fullmatch(number)):
        if "," in number and _PLAIN.fullmatch(number.replace(",", "")):
            raise UnreadableFigure(_("千位分隔的逗号位置不对，请核对数字。"))
        raise UnreadableFigure(_("“%(text)s”不是数字。", text=number[:30]))
    return Decimal(number.replace(",", ""))


def _minutes(text: str) -> Decimal:
    if text in {"半小时", "半个小时", "半个钟头"}:
        return Decimal(30)
    if found := _CLOCK.fullmatch(text) or _HOURS_MINUTES.fullmatch(text):
        return _decimal(found.group(1)) * 60 + Decimal(found.group(2))
    if found := _MINUTES.fullmatch(text):
        return _decimal(found.group(1))
    if found := _HOURS.fullmatch(text):
        half = Decimal(30) if "半" in text else Decimal(0)
        return _decimal(found.group(1)) * 60 + half
    raise UnreadableFigure(_("请填写时长，例如 2.5（小时）、2小时30分 或 150分钟。"))
