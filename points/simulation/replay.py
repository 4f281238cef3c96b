"""Awards scored anew by other rules, in the order in which they were made: pure, nothing is written."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask_babel import lazy_gettext as _l

from app.errors import InvalidInput
from app.labels import Labelled
from points.rulesets.rules import CapPeriod, Rules, Score, score
from points.simulation.history import Event, PastAward


class Cause(Labelled):
    """Why an award comes out different."""

    NEW = "new", _l("原来不计分，现在列入")
    GONE = "gone", _l("原来计分，现在没有列入")
    RATE = "rate", _l("分值、系数、起计或取整不同")
    CAP = "cap", _l("只因上限不同")
    PURSE = "purse", _l("分数不变，可兑换与否不同")


@dataclass(frozen=True, slots=True)
class Outcome:
    """An award that stands, and what it would be by the other rules."""

    award: PastAward
    score: Score
    taken: dict[CapPeriod, int]
    """By the other rules, per cap and period; nothing where it takes nothing."""

    @property
    def points(self) -> int:
        """More (or fewer) honour points than now."""
        return self.score.points - self.award.points

    @property
    def redeemable(self) -> int:
        """More (or fewer) redeemable points than now."""
        return self.score.redeemable - self.award.redeemable

    @property
    def is_changed(self) -> bool:
        """Whether points come out different."""
        return bool(self.points or self.redeemable)

    def caps(self) -> dict[CapPeriod, int]:
        """Return what it takes more (or less) of each cap than now."""
        before = self.award.taken
        changes = {
            period: self.taken.get(period, 0) - before.get(period, 0)
            for period in sorted({*self.taken, *before})
        }
        return {period: change for period, change in changes.items() if change}

    @property
    def cause(self) -> Cause:
        """Why it comes out different."""
        if self.award.rule is None and self.score.rule is not None:
            return Cause.NEW
        if self.award.rule is not None and self.score.rule is None:
            return Cause.GONE
        earned = self.score.earned - self.award.earned
        if not self.points:
            return Cause.PURSE
        # What would earn more and yet counts less stands behind others in a cap.
        return Cause.RATE if earned and (earned > 0) is (self.points > 0) else Cause.CAP


def replay(
    events: Iterable[Event],
    rules: Rules,
    first: date,
    last: date,
    unscored: dict[UUID, tuple[PastAward, str]] | None = None,
) -> Iterator[Outcome]:
    """Yield each award of one party that happened in the period and still stands, scored by these rules.

    Caps are used up in the order of the events and free again where an award was reversed. What happened
    outside the period keeps its points and what it took. So does, where ``unscored`` is given, what the rules cannot
    score, which is put there by its posting, with the reason; otherwise that raises InvalidInput.
    """
    used: dict[CapPeriod, int] = defaultdict(int)
    taken: dict[int, dict[CapPeriod, int]] = {}
    outcomes = []
    for event in events:
        award = event.award
        if event.is_reversal:
            for period, points in taken.pop(id(award)).items():
                used[period] -= points
            continue
        own, told = award.taken, None
        if first <= award.facts.happened_on <= last:
            try:
                told = score(rules, award.facts, used)
            except InvalidInput as refused:
                if unscored is None:
                    raise
                told = None
                if not award.is_reversed:
                    unscored[award.posting_id] = award, str(refused)
        if told is not None:
            own = {period: points for period, points in told.taken if points}
            if not award.is_reversed:
                outcomes.append(Outcome(award, told, own))
        for period, points in own.items():
            used[period] += points
        taken[id(award)] = own
    yield from outcomes
