"""How clean values get messy on their way into a spreadsheet, and what has to be put right again."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

_WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})
_BLANKS = (" ", "  ", "\u3000", "\u3000\u3000", "\xa0", "\u200b", " \u3000")
_DAY_ONE = date(1899, 12, 30)
_FIGURES = "零壹贰叁肆伍陆柒捌玖"


def wide(text: str) -> str:
    """Return a text in full-width signs."""
    return text.translate(_WIDE)


def capital(yuan: int) -> str:
    """Return whole yuan below 100 million in capitals, like 伍仟元整."""
    high, low = divmod(yuan, 10_000)
    text = (_thousands(high) + "万" if high else "") + ("零" if high and 0 < low < 1000 else "")
    return text + (_thousands(low) if low else "") + "元整"


def _thousands(number: int) -> str:
    text, gap = "", False
    for size, sign in ((1000, "仟"), (100, "佰"), (10, "拾"), (1, "")):
        digit = number // size % 10
        if digit:
            text += ("零" if gap and text else "") + _FIGURES[digit] + sign
            gap = False
        else:
            gap = True
    return text


class Dresser:
    """Makes values messy. ``mess`` is the share of cells that are touched; ``notes`` of a row collect what was done."""

    def __init__(self, rng: random.Random, *, mess: float = 0.12) -> None:
        self.rng = rng
        self.mess = mess

    def happens(self, share: float | None = None) -> bool:
        """Throw the dice."""
        return self.rng.random() < (self.mess if share is None else share)

    def text(self, value: str, notes: set[str]) -> str:
        """Return a text, at times with blanks around it."""
        if not value or not self.happens():
            return value
        notes.add("SPACES")
        blank = self.rng.choice(_BLANKS)
        return blank + value if self.happens(0.4) else value + blank

    def number(self, value: str, notes: set[str]) -> str:
        """Return a number of an organisation or a person, at times with blanks, full-width or in lower case."""
        if not self.happens():
            return value
        ways: list[Callable[[], tuple[str, str]]] = [
            lambda: ("SPACES", f"{value[:6]} {value[6:-4]} {value[-4:]}"),
            lambda: ("SPACES", value + self.rng.choice(_BLANKS)),
            lambda: ("FULLWIDTH", wide(value)),
        ]
        if not value.isdecimal():
            ways.append(lambda: ("LOWERCASE", value.lower()))
        note, dressed = self.rng.choice(ways)()
        notes.add(note)
        return dressed

    def phone(self, value: str, notes: set[str]) -> str:
        """Return a telephone number, at times full-width or with blanks."""
        if self.happens(self.mess / 2):
            notes.add("FULLWIDTH")
            return wide(value)
        return self.text(value, notes)

    def day(self, value: date, notes: set[str]) -> Any:
        """Return a day in one of the ways in which clerks write days; a real date is a sheet's own date cell."""
        if not self.happens(0.6):
            return value.isoformat()
        ways: dict[str, Callable[[], Any]] = {
            "": lambda: value,
            "DATE_CN": lambda: f"{value.year}年{value.month}月{value.day}日",
            "DATE_COMPACT": lambda: f"{value:%Y%m%d}",
            "DATE_SERIAL": lambda: (value - _DAY_ONE).days,
            "DATE_SLASH": lambda: f"{value.year}/{value.month}/{value.day}",
            "DATE_DOT": lambda: f"{value:%Y.%m.%d}",
            "DATE_FULLWIDTH": lambda: wide(value.isoformat()),
        }
        note = self.rng.choice(list(ways))
        notes.update({note} - {""})
        return ways[note]()

    def bad_day(self, reason: str) -> str:
        """Return a day that is none, for a reason of the rules."""
        return self.rng.choice(
            {
                "DATE_INVALID": ("2026-02-30", "2026年13月5日", "2026/4/31", "20261332"),
                "DATE_NO_YEAR": ("9月12日", "4月3日"),
                "DATE_AMBIGUOUS": ("25.12.22", "26.4.6", "26/4/6"),
            }[reason]
        )

    def money(self, fen: int, notes: set[str], *, heading_wan: bool) -> tuple[Any, str]:
        """Return the cells of an amount and of its unit. ``heading_wan``: the heading says 万元."""
        yuan = Decimal(fen) / 100
        wan = _plain(yuan / 10_000)
        way = self.rng.randrange(9)
        if way == 0:
            notes.update({"UNIT_IN_CELL", "UNIT_WAN"})
            return f"{wan}万元", ""
        if way == 1:
            notes.update({"UNIT_IN_CELL"} | ({"THOUSANDS"} if yuan >= 1000 else set()))
            return f"{yuan:,.2f}元", self.rng.choice(("", "万元"))
        if way == 2:
            notes.add("UNIT_WAN")
            return wan, "万元"
        if way == 3 and fen % 100 == 0 and fen < 10**10:
            notes.add("AMOUNT_CAPITAL")
            return capital(fen // 100), ""
        if way == 4:
            notes.update({"CURRENCY_SIGN"} | ({"THOUSANDS"} if yuan >= 1000 else set()))
            return f"{self.rng.choice('¥￥')}{yuan:,.2f}", "元"
        if way == 5:
            notes.add("FULLWIDTH")
            return wide(f"{yuan:.2f}"), "元"
        if heading_wan:
            notes.update({"UNIT_WAN", "UNIT_FROM_HEADER"})
            return wan, ""
        if way == 6 and yuan >= 1000:
            notes.add("THOUSANDS")
            return f"{yuan:,.2f}", ""
        return f"{yuan:.2f}", self.rng.choice(("", "元"))

    def hours(self, minutes: int, notes: set[str]) -> tuple[str, str]:
        """Return the cells of a service's length and of its unit."""
        whole, rest = divmod(minutes, 60)
        plain = _plain(Decimal(minutes) / 60)
        way = self.rng.randrange(5)
        if way == 0:
            notes.add("HOURS_TEXT")
            text = f"{whole}小时{rest}分" if rest else f"{whole}小时"
            return text, self.rng.choice(("", "小时"))
        if way == 1:
            notes.add("HOURS_TEXT")
            return f"{plain}h", self.rng.choice(("", "小时"))
        if way == 2:
            notes.add("MINUTES_TEXT")
            return f"{minutes}分钟", self.rng.choice(("", "小时"))
        return plain, "小时"


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def between(rng: random.Random, first: date, last: date) -> date:
    """Return some day from ``first`` to ``last``."""
    return first + timedelta(days=rng.randint(0, (last - first).days))
