"""The words of parameters: what a number counts, how binding it is, and where a change of it stands."""

from flask_babel import lazy_gettext as _l

from app.calendar.rules import TermUnit
from app.labels import Labelled


class ParameterUnit(Labelled):
    """What a parameter's number counts."""

    WORKING_DAYS = "working_days", _l("个工作日")
    CALENDAR_DAYS = "calendar_days", _l("日")
    MONTHS = "months", _l("个月")
    YEARS = "years", _l("年")
    MINUTES = "minutes", _l("分钟")
    FEN = "fen", _l("分（人民币）")
    PERCENT = "percent", _l("%")
    TIMES = "times", _l("倍")
    PEOPLE = "people", _l("人")
    COUNT = "count", _l("个（次）")

    @property
    def term(self) -> TermUnit:
        """The unit of a term that is counted on the calendar. Raises ValueError for a number that is no term."""
        return TermUnit(self.value)

    def allows(self, value: int) -> bool:
        """Whether a number can be meant: a term has at least one day and does not outlast a lifetime."""
        least, most = _REACH.get(self.value, (0, 10**12))
        return least <= value <= most


# What lies outside is a slip of the hand; a term of no length cannot be counted.
_REACH = {
    "working_days": (1, 500),
    "calendar_days": (1, 4_000),
    "months": (1, 600),
    "years": (0, 100),
    "minutes": (0, 1_000_000),
    "percent": (0, 100),
    "times": (0, 100),
    "people": (1, 1_000),
    "count": (0, 1_000_000),
}


class Force(Labelled):
    """How binding a number is."""

    LAW = "L", _l("法定")
    PRACTICE = "P", _l("通行做法")
    CHOICE = "C", _l("本市设定")


class ProposalState(Labelled):
    """Where a change of a number stands."""

    PROPOSED = "proposed", _l("待审核")
    APPROVED = "approved", _l("已通过")
    WITHDRAWN = "withdrawn", _l("已撤回")


MOVES = {
    ProposalState.PROPOSED: frozenset({ProposalState.APPROVED, ProposalState.WITHDRAWN}),
    # Before its first day an approved one can still be taken back.
    ProposalState.APPROVED: frozenset({ProposalState.WITHDRAWN}),
    ProposalState.WITHDRAWN: frozenset[ProposalState](),
}
