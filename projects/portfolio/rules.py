"""What a project must be before it can be judged: its moves, places and sums.

Pure: no database, no clock, no Flask. Money in fen; a place is a 12-digit division code.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _

from app import figures
from app.errors import InvalidInput, Refused
from app.permissions import region_prefix
from app.regions.rules import padded
from app.states import Moves
from projects.portfolio.kinds import FundingSource, ProjectState

S = ProjectState
MOVES: Moves[ProjectState] = {
    S.DRAFT: frozenset({S.SUBMITTED, S.WITHDRAWN}),
    S.SUBMITTED: frozenset({S.REVIEWED, S.SENT_BACK, S.REFUSED, S.WITHDRAWN}),
    S.REVIEWED: frozenset({S.PUBLICISED, S.SENT_BACK, S.REFUSED, S.WITHDRAWN}),
    S.PUBLICISED: frozenset({S.OPEN, S.REVIEWED, S.CANCELLED, S.WITHDRAWN}),
    S.OPEN: frozenset({S.RUNNING, S.SUSPENDED, S.CANCELLED}),
    S.RUNNING: frozenset({S.CLOSING, S.SUSPENDED, S.CANCELLED}),
    S.CLOSING: frozenset({S.EVALUATED, S.RUNNING}),
    S.EVALUATED: frozenset({S.ARCHIVED}),
    S.SUSPENDED: frozenset({S.OPEN, S.RUNNING, S.CANCELLED}),
    S.SENT_BACK: frozenset({S.SUBMITTED, S.WITHDRAWN}),
    S.ARCHIVED: frozenset(),
    S.REFUSED: frozenset(),
    S.CANCELLED: frozenset(),
    S.WITHDRAWN: frozenset(),
}
EDITABLE = frozenset({S.DRAFT, S.SENT_BACK})
WAITING = frozenset({S.SUBMITTED, S.REVIEWED})
"""States in which staff have to act."""
PUBLIC = frozenset(
    {S.PUBLICISED, S.OPEN, S.RUNNING, S.CLOSING, S.EVALUATED, S.ARCHIVED, S.SUSPENDED, S.CANCELLED}
)
"""States in which anybody may read a project: from its publicity on."""
WITHDRAWABLE = frozenset({S.DRAFT, S.SENT_BACK, S.SUBMITTED, S.REVIEWED, S.PUBLICISED})
"""States from which the organisation can take its proposal back."""
MOST_FEN = 100_000_000_000
"""A thousand million yuan: a larger figure can only be a slip of the keys."""
LONGEST_YEARS = 5


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """What part of the money is for."""

    purpose: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Funds:
    """How much comes from one source."""

    source: FundingSource
    amount_fen: int


def common_place(codes: Sequence[str]) -> str:
    """Return the smallest division that holds all of these: of one its own, of two towns their county."""
    prefixes = [region_prefix(code) for code in codes]
    for length in (12, 9, 6, 4, 2):
        starts = {one[:length] for one in prefixes}
        if len(starts) == 1 and all(len(one) >= length for one in prefixes):
            return padded(starts.pop())
    return padded(prefixes[0][:2])


def distinct_places(codes: Sequence[str]) -> tuple[str, ...]:
    """Return the places in order, each once, and none that lies in another one of them."""
    places = sorted(set(codes))
    return tuple(
        one
        for one in places
        if not any(other != one and one.startswith(region_prefix(other)) for other in places)
    )


def ensure_period(start_on: date, end_on: date) -> None:
    """Return unless a project ends before it begins or lasts too long. Raises InvalidInput beside the last day."""
    if end_on < start_on:
        raise InvalidInput(_("结束日期早于开始日期，请核对。"), field="end_on")
    if (end_on.year, end_on.month, end_on.day) > (
        start_on.year + LONGEST_YEARS,
        start_on.month,
        start_on.day,
    ):
        raise InvalidInput(
            _("一个项目最长 %(years)d 年，请核对日期，或者分期申报。", years=LONGEST_YEARS), field="end_on"
        )


def budget_sum(lines: Sequence[BudgetLine]) -> int:
    """Return what the lines add up to, in fen. Raises InvalidInput for a figure that no project has."""
    total = sum(one.amount_fen for one in lines)
    if total > MOST_FEN:
        raise InvalidInput(_("预算超过 10 亿元，请核对金额和单位。"), field="budget")
    return total


def lacking(
    *,
    plan: str,
    target_group: str,
    expected_effect: str,
    responsible: str | None,
    phone: str | None,
    budget: Sequence[BudgetLine],
    funding: Sequence[Funds],
) -> list[Refused]:
    """Return what must still be filled in before a proposal can be handed in, each with its field."""
    missing: list[Refused] = []

    def want(field: str, present: Any, sentence: str) -> None:
        if not present:
            missing.append(InvalidInput(sentence, field=field))

    want("plan", plan, _("请写明做什么、怎么做、分几步。"))
    want("target_group", target_group, _("请写明帮助哪些人群。"))
    want("expected_effect", expected_effect, _("请写明预期成效，结项评价时对照。"))
    want("responsible_name", responsible, _("请填写项目负责人。"))
    want("responsible_phone", phone, _("请填写负责人电话，审核时联系。"))
    want("budget", budget, _("请至少填写一项预算。"))
    want("funding", funding, _("请写明资金来源。"))
    spent, paid = sum(one.amount_fen for one in budget), sum(one.amount_fen for one in funding)
    if budget and funding and spent != paid:
        missing.append(
            InvalidInput(
                _(
                    "资金来源合计 %(paid)s，预算合计 %(spent)s，两者应当相等。",
                    paid=figures.money(paid),
                    spent=figures.money(spent),
                ),
                field="funding",
            )
        )
    return missing
