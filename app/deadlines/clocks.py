"""What a page shows of a deadline: its sentence, its tone, and the days that were counted, one by one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import Any

from flask_babel import gettext as _

from app.calendar.rules import TermUnit, WorkingCalendar, working_days_left
from app.deadlines import registry
from app.deadlines.models import Deadline
from app.deadlines.rules import DeadlineState, Step, is_late, walk


@dataclass(frozen=True)
class Clock:
    """A deadline as it stands on a day."""

    deadline: Deadline
    today: date
    days: WorkingCalendar

    @property
    def label(self) -> Any:
        """What has to be done."""
        return registry.label_of(self.deadline.kind)

    @property
    def is_late(self) -> bool:
        """Whether its last day has passed without the thing done."""
        one = self.deadline
        return is_late(one.state, one.due_on, one.paused_on, self.today)

    @cached_property
    def left(self) -> int:
        """Working days to the last day, itself counted and today not; below zero when it is past."""
        one = self.deadline
        return working_days_left(self.days, one.met_on or one.paused_on or self.today, one.due_on)

    @property
    def days_late(self) -> int:
        """Calendar days since the last day; 0 when it is not past."""
        one = self.deadline
        return max(((one.met_on or one.paused_on or self.today) - one.due_on).days, 0)

    @property
    def tone(self) -> str:
        """The tone of the badge."""
        if self.is_late:
            return "overdue"
        if self.deadline.state is not DeadlineState.RUNNING:
            return "done" if self.deadline.state is DeadlineState.MET and not self.days_late else "quiet"
        return "waiting" if self.left <= 1 else "working"

    @property
    def sentence(self) -> str:
        """How much is left, and until when, in words."""
        one, due = self.deadline, day_words(self.deadline.due_on, self.today)
        if one.state is DeadlineState.CANCELLED:
            return _("已取消")
        if one.state is DeadlineState.MET:
            return (
                _("超期 %(days)s 天后办理（应于%(due)s前）", days=self.days_late, due=due)
                if self.days_late
                else _("按时办理（%(due)s到期）", due=due)
            )
        if self.is_late:
            return _("已超期 %(days)s 天（%(due)s到期）", days=self.days_late, due=due)
        if one.state is DeadlineState.PAUSED:
            return _("暂停计时，恢复后还有 %(left)s 个工作日", left=self.left)
        if one.due_on == self.today:
            return _("今天到期")
        if self.left == 0:
            return _("%(due)s到期，其间没有工作日", due=due)
        return _("还剩 %(left)s 个工作日（%(due)s到期）", left=self.left, due=due)

    @property
    def lines(self) -> list[tuple[str, str]]:
        """The days from the event to the last one, as pairs of days and what becomes of them."""
        return [
            (_span(part, self.today), _words(part, self.deadline.unit))
            for part in _parts(walk(self.days, self.deadline.term), self.deadline.unit)
        ]


def day_words(day: date, today: date) -> str:
    """Return "10月9日", with the year when it is another than today's."""
    if day.year == today.year:
        return _("%(month)s月%(day)s日", month=day.month, day=day.day)
    return _("%(year)s年%(month)s月%(day)s日", year=day.year, month=day.month, day=day.day)


def _parts(steps: list[Step], unit: TermUnit) -> Iterator[list[Step]]:
    """Put neighbours together that say the same: days off, and in long terms the counted days too."""
    alone = unit is TermUnit.WORKING_DAYS

    def same(step: Step) -> object:
        return step.number if step.counted and alone else (step.counted, step.why)

    for _same, part in groupby(steps, key=same):
        yield list(part)


def _span(part: list[Step], today: date) -> str:
    first = day_words(part[0].day, today)
    weekdays = [_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日")]
    if len(part) == 1:
        return f"{first} {weekdays[part[0].day.weekday()]}"
    last = part[-1].day
    if (last.year, last.month) == (part[0].day.year, part[0].day.month):
        return _("%(first)s至%(last)s日", first=first, last=last.day)
    return _("%(first)s至%(last)s", first=first, last=day_words(last, today))


def _words(part: list[Step], unit: TermUnit) -> str:
    first, last = part[0], part[-1]
    if first.number is None:
        known = {
            "start": _("当天不计"),
            "pause": _("暂停计时，不计"),
            "weekend": _("周末，不计"),
            "holiday": _("法定节假日，不计"),
            "roll": _("顺延到这个工作日"),
        }
        return known.get(first.why or "", _("%(name)s放假，不计", name=first.why))
    if unit is not TermUnit.WORKING_DAYS:
        return _("第 %(first)s 至 %(last)s 日", first=first.number, last=last.number)
    if first.make_up:
        return _("第 %(number)s 个工作日（调休上班）", number=first.number)
    return _("第 %(number)s 个工作日", number=first.number)
