"""Pure rules of village covenants: what a record counts, whether an assembly could decide, which items are lawful."""

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from app.errors import InvalidInput
from points.covenants.kinds import Assembly
from points.covenants.words import LINE, TIME, record_words, takes_money, takes_rights

MOST_ITEMS = 40
MOST_POINTS = 1_000_00
MOST_TIMES = 100
_LONGEST_LINE = 200


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the list as it is drafted; points in centipoints for one time, below zero for a deduction."""

    name: str
    points: int
    unit: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Meeting:
    """An assembly and how it voted."""

    assembly: Assembly
    held_on: date
    entitled: int
    attended: int
    agreed: int


@dataclass(frozen=True, slots=True)
class Counted:
    """What a record brings, in centipoints with its sign, and the arithmetic in words."""

    points: int
    wording: str


def count(name: str, points: int, unit: str, quantity: int, balance: int) -> Counted:
    """Return what an item brings for so many times to a household that has ``balance`` centipoints.

    A deduction takes no more than is there: what is missing is not owed.
    """
    claimed = points * quantity
    counted = max(claimed, -max(balance, 0)) if claimed < 0 else claimed
    return Counted(counted, record_words(name, points, unit, quantity, counted))


def ensure_decided(meeting: Meeting) -> None:
    """Return when the assembly had its quorum and more than half of those present agreed.

    村民委员会组织法 art. 22: more than half of the adults, or two thirds of the households; art. 26: two thirds of the
    representatives; each decides by more than half of those present. Raises InvalidInput naming the field.
    """
    if meeting.entitled <= 0 or not meeting.agreed <= meeting.attended <= meeting.entitled:
        raise InvalidInput(_("人数要从大到小：应到、实到、同意。"), field="attended")
    if meeting.assembly is Assembly.ADULTS:
        if meeting.attended * 2 <= meeting.entitled:
            raise InvalidInput(_("到会人数没有超过应到人数的一半，会议不能作决定。"), field="attended")
    elif meeting.attended * 3 < meeting.entitled * 2:
        raise InvalidInput(_("到会的不足三分之二，会议不能作决定。"), field="attended")
    if meeting.agreed * 2 <= meeting.attended:
        raise InvalidInput(_("同意的没有超过到会人数的一半，办法没有通过。"), field="agreed")


def read_list(text: str) -> tuple[Item, ...]:
    """Return the items of a list as people write or paste it: a line for each, "name +points unit note".

    Raises InvalidInput naming the first line that cannot be read, moves no points, is written twice, fines somebody or
    cuts what the law grants (村民委员会组织法 art. 27).
    """
    items: list[Item] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        item = _read_line(number, line)
        _ensure_lawful(number, item)
        if any(one.name == item.name for one in items):
            raise _wrong(number, _("“%(name)s”写了两次。", name=item.name))
        items.append(item)
    if not items:
        raise InvalidInput(_("至少要有一项。"), field="list")
    if len(items) > MOST_ITEMS:
        raise InvalidInput(_("最多 %(most)d 项。", most=MOST_ITEMS), field="list")
    return tuple(items)


def _read_line(number: int, line: str) -> Item:
    found = LINE.fullmatch(line.strip()) if len(line) <= _LONGEST_LINE else None
    if found is None:
        raise _wrong(number, _("请写成“名称 +2 次 说明”的样子，加分写 +，扣分写 -，最多两位小数。"))
    whole, _dot, part = found["figure"].partition(".")
    points = int(whole) * 100 + int(part.ljust(2, "0") or 0)
    item = Item(
        name=found["name"].strip(),
        points=points if found["sign"] in "+＋" else -points,
        unit=(found["unit"] or TIME)[:10],
        note=(found["note"] or "").strip(),
    )
    if len(item.name) > 40 or len(item.note) > 100:
        raise _wrong(number, _("名称最多 40 个字，说明最多 100 个字。"))
    if not 0 < abs(points) <= MOST_POINTS:
        raise _wrong(number, _("每次的积分不能为零，也不能超过 %(most)s 分。", most=MOST_POINTS // 100))
    return item


def _ensure_lawful(number: int, item: Item) -> None:
    text = f"{item.name} {item.note}"
    if word := takes_money(text):
        raise _wrong(
            number, _("“%(word)s”：村规民约不能设罚款、收费或扣钱，只能加减积分，请改写。", word=word)
        )
    if word := takes_rights(text):
        raise _wrong(number, _("“%(word)s”：村规民约不能减损低保等法定待遇和村民的权利，请删去。", word=word))


def _wrong(number: int, why: str) -> InvalidInput:
    return InvalidInput(_("第 %(number)d 行：%(why)s", number=number, why=why), field="list")


def quarter_of(day: date) -> str:
    """Return the quarter of a day: 2026-Q4."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def span_of(period: str) -> tuple[date, date] | None:
    """Return the first day of a period (2026, 2026-Q4) and the first one after it, or None for what is no period."""
    year, _dash, quarter = period.partition("-Q")
    if not (len(year) == 4 and year.isascii() and year.isdecimal() and 1900 <= int(year) <= 2200):
        return None
    first = int(year)
    if period == year:
        return date(first, 1, 1), date(first + 1, 1, 1)
    if period != f"{year}-Q{quarter}" or quarter not in ("1", "2", "3", "4"):
        return None
    month = 3 * int(quarter) - 2
    return date(first, month, 1), date(first + month // 10, (month + 2) % 12 + 1, 1)
