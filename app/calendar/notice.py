"""Reading the yearly notice on days off (国务院办公厅关于…年部分节假日安排的通知) as it is published. Pure.

    一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。

Only what is said in this form counts; weekdays and numbers of days in the text are checked against the dates.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _

from app.calendar.rules import SpecialDay
from app.errors import InvalidInput

_NAMED = re.compile(
    r"^(?:[一二三四五六七八九十]+、|[(（][一二三四五六七八九十]+[)）]|\d{1,2}[.、])?\s*([^：:\d]{1,40})[：:]\s*(.+)$"
)
_DATE = re.compile(
    r"(?:(?:(?P<year>\d{4})年)?(?:(?P<month>\d{1,2})月)?(?P<day>\d{1,2})日|(?P<iso>\d{4}-\d{2}-\d{2}))"
    r"(?P<aside>[(（][^)）]*[)）])?"
    r"(?P<to>\s*[至到~～—-]+)?",
    re.ASCII,
)
_ASIDE = re.compile(r"[(（][^)）]*[)）]")
_WEEKDAY = re.compile(r"(?:周|星期|礼拜)([一二三四五六日天])")
_WEEKDAYS = {name: number for number, name in enumerate("一二三四五六日")} | {"天": 6}
_COUNT = re.compile(r"共\s*(\d{1,2})\s*天", re.ASCII)
_MUST_BE_OFF = ((1, 1), (5, 1), (10, 1))
_MOST_DAYS = 30


@dataclass(frozen=True)
class Notice:
    """What a year's notice says, in the order of the days."""

    year: int
    days: tuple[SpecialDay, ...]

    @property
    def days_off(self) -> tuple[SpecialDay, ...]:
        """The days of the holidays, weekends within them too."""
        return tuple(one for one in self.days if not one.is_working)

    @property
    def make_up_days(self) -> tuple[SpecialDay, ...]:
        """The weekend days to be worked."""
        return tuple(one for one in self.days if one.is_working)


def read_notice(year: int, text: str) -> Notice:
    """Return what the text of a year's notice says. Raises InvalidInput on field ``text`` naming what is wrong."""
    found: dict[date, SpecialDay] = {}
    for name, said in _sentences(text):
        for one in _special_days(year, name, said):
            earlier = found.setdefault(one.day, one)
            if earlier.is_working != one.is_working:
                raise _wrong(_("%(day)s 既写了放假又写了上班。", day=one.day.isoformat()))
    if not found:
        raise _wrong(
            _("没有读到放假日期，请按通知原文粘贴，例如“元旦：1月1日（周四）至3日（周六）放假，共3天。”")
        )
    for month, day in _MUST_BE_OFF:
        if date(year, month, day) not in found:
            raise _wrong(_("没有读到 %(month)s月%(day)s日 放假，通知是否完整？", month=month, day=day))
    return Notice(year, tuple(found[day] for day in sorted(found)))


def _sentences(text: str) -> Iterator[tuple[str, str]]:
    """Yield the holiday's name and each sentence of its paragraph that speaks of days off or on."""
    for line in text.splitlines():
        named = _NAMED.match(line.strip())
        if named is None:
            if "日" in line and re.search(r"\d日[^。]*(放假|上班)", line):
                raise _wrong(_("这一行没有节日名称和冒号：“%(line)s”", line=line.strip()[:40]))
            continue
        name = named.group(1).strip()
        for said in re.split(r"[。；;]", named.group(2)):
            bare = _ASIDE.sub("", said)
            if _DATE.search(bare) and ("放假" in bare or "上班" in bare):
                yield name, said.strip()


def _special_days(year: int, name: str, said: str) -> Iterator[SpecialDay]:
    is_working = "上班" in said
    days = list(_days(year, said))
    counted = _COUNT.search(said)
    if counted and not is_working and int(counted.group(1)) != len(days):
        raise _wrong(
            _(
                "“%(said)s”写的是共 %(count)s 天，数出来是 %(days)s 天。",
                said=said,
                count=counted.group(1),
                days=len(days),
            )
        )
    for day in days:
        if not date(year - 1, 12, 1) <= day <= date(year, 12, 31):
            raise _wrong(_("%(day)s 不在 %(year)s 年的安排之内。", day=day.isoformat(), year=year))
        if is_working and day.weekday() < 5:
            raise _wrong(_("%(day)s 本来就是工作日，不需要补班，请核对。", day=day.isoformat()))
        yield SpecialDay(day, is_working, name[:40])


def _days(year: int, said: str) -> Iterator[date]:
    first: date | None = None
    last: date | None = None
    for match in _DATE.finditer(said):
        last = _date(match, last, year)
        if match.group("to"):
            first = last
            continue
        span = 0 if first is None else (last - first).days
        if not 0 <= span < _MOST_DAYS:
            raise _wrong(_("“%(said)s”的起止日期不对，请核对。", said=said))
        yield from (last - timedelta(days=step) for step in range(span, -1, -1))
        first = None
    if first is not None:
        raise _wrong(_("“%(said)s”的日期没有写完。", said=said))


def _date(match: re.Match[str], last: date | None, year: int) -> date:
    try:
        if match.group("iso"):
            day = date.fromisoformat(match.group("iso"))
        else:
            chosen_year = int(match.group("year") or (last.year if last else year))
            month = match.group("month") or (last.month if last else None)
            if month is None:
                raise ValueError
            day = date(chosen_year, int(month), int(match.group("day")))
    except ValueError:
        raise _wrong(_("“%(text)s”不是日历上有的日子。", text=match.group(0))) from None
    weekday = _WEEKDAY.search(match.group("aside") or "")
    if weekday and _WEEKDAYS[weekday.group(1)] != day.weekday():
        raise _wrong(
            _("%(day)s 不是周%(weekday)s，请核对年份和日期。", day=day.isoformat(), weekday=weekday.group(1))
        )
    return day


def _wrong(sentence: str) -> InvalidInput:
    return InvalidInput(sentence, field="text")
