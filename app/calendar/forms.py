"""What comes in at the calendar page: the yearly notice, and the term to be counted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import NumberRange, ValidationError

from app import clock
from app.calendar.notice import Notice, read_notice
from app.calendar.rules import (
    Deadline,
    TermUnit,
    WorkingCalendar,
    add_calendar_days,
    add_months,
    add_working_days,
)
from app.errors import Refused
from app.fields import NotBlank, read_day
from app.figures import UnreadableFigure
from app.forms import CleanText, Form, at_most, required, stripped

FIRST_YEAR = 1950
_MOST = {TermUnit.WORKING_DAYS: 500, TermUnit.CALENDAR_DAYS: 4_000, TermUnit.MONTHS: 240}
_COUNT = {
    TermUnit.WORKING_DAYS: add_working_days,
    TermUnit.CALENDAR_DAYS: add_calendar_days,
    TermUnit.MONTHS: add_months,
}


def is_year(year: int) -> bool:
    """Whether the calendar page shows a year: not before 1950, not more than ten years ahead."""
    return FIRST_YEAR <= year <= clock.today().year + 10


class NoticeForm(Form):
    """The yearly notice as published; sent a first time it is shown as a calendar, confirmed it is entered."""

    year = IntegerField(_l("哪一年"), [required(_l("请填写年份，例如 2027。"))])
    source = StringField(_l("通知文号"), [NotBlank(), at_most(200), CleanText()], filters=[stripped])
    text = TextAreaField(_l("通知内容"), [required(), at_most(5_000), CleanText()])
    confirmed = HiddenField()

    notice: Notice | None = None

    def validate_year(self, field: Any) -> None:
        """A notice is for this year, the next, or one not long past."""
        today = clock.today()
        NumberRange(2000, today.year + 2, _("年份应在 2000 到 %(last)s 之间。", last=today.year + 2))(
            self, field
        )

    def validate_text(self, field: Any) -> None:
        """Read the notice; what does not fit together is said beside the field."""
        if not isinstance(self.year.data, int) or self.year.errors:
            return
        try:
            self.notice = read_notice(self.year.data, str(field.data))
        except Refused as refused:
            raise ValidationError(str(refused.sentence)) from refused

    @property
    def is_confirmed(self) -> bool:
        """Whether the calendar has been seen and found right."""
        return self.confirmed.data == "1"


@dataclass(frozen=True)
class TermQuestion:
    """A term asked for in the address of the page: what was typed, and the answer or what is wrong with it."""

    start: str
    count: str
    unit: TermUnit
    answer: Deadline | None = None
    problem: str | None = None


def read_term(given: Mapping[str, str], days: WorkingCalendar) -> TermQuestion:
    """Return the term that an address asks for; nothing asked, no answer and no problem."""
    start, count = given.get("start", "").strip()[:20], given.get("count", "").strip()[:8]
    unit = TermUnit(given["unit"]) if given.get("unit") in list(TermUnit) else TermUnit.WORKING_DAYS
    if not start and not count:
        return TermQuestion(clock.today().isoformat(), "", unit)
    try:
        day = read_day(start)
    except UnreadableFigure as wrong:
        return TermQuestion(start, count, unit, problem=wrong.sentence)
    most = _MOST[unit]
    if not (count.isascii() and count.isdecimal() and 1 <= int(count) <= most):
        problem = _("天数或月数应在 1 到 %(most)s 之间。", most=most)
        return TermQuestion(start, count, unit, problem=problem)
    if not is_year(day.year):
        problem = _("起算日应在 %(first)s 年到 %(last)s 年之间。", first=FIRST_YEAR, last=_last_year())
        return TermQuestion(start, count, unit, problem=problem)
    return TermQuestion(day.isoformat(), count, unit, answer=_COUNT[unit](days, day, int(count)))


def _last_year() -> int:
    return clock.today().year + 10
