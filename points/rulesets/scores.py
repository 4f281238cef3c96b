"""What a contribution is worth, and the sum behind it: told in words when somebody asks."""

from collections.abc import Sequence
from typing import NamedTuple

from points.rulesets.terms import Cap, CapPeriod, CapTaken, Multiplier, Rule
from points.rulesets.words import (
    cap_words,
    measure_words,
    minimum_words,
    rate_words,
    rounding_words,
    sum_words,
    thousandths_words,
    unlisted_words,
)


class Sum(NamedTuple):
    """The sum of a score: figure / parts units, by the rule and the multipliers upper / lower centipoints."""

    figure: int
    parts: int
    multipliers: Sequence[Multiplier]
    upper: int
    lower: int
    rounded: int


class Score:
    """What a contribution is worth, and why. All points in centipoints."""

    __slots__ = ("_binding", "_sum", "_wording", "earned", "points", "rule", "taken", "version")

    def __init__(
        self,
        version: int,
        rule: Rule | None = None,
        earned: int = 0,
        points: int = 0,
        taken: tuple[CapTaken, ...] = (),
        sum_: Sum | None = None,
        binding: tuple[Cap, CapPeriod, int] | None = None,
    ) -> None:
        self.version = version
        """Of the rules that scored."""
        self.rule = rule
        self.earned = earned
        """Before the caps."""
        self.points = points
        """After the caps: what is posted."""
        self.taken = taken
        self._sum = sum_
        self._binding = binding
        self._wording: str | None = None

    @property
    def honour(self) -> int:
        """Honour points: from every verified contribution."""
        return self.points

    @property
    def redeemable(self) -> int:
        """Redeemable points: only where the rule says so."""
        return self.points if self.rule is not None and self.rule.redeemable else 0

    @property
    def wording(self) -> str:
        """The arithmetic in words, as it is signed into the ledger."""
        if self._wording is None:
            self._wording = self._words()
        return self._wording

    def _words(self) -> str:
        rule, sum_ = self.rule, self._sum
        if rule is None or sum_ is None:
            return unlisted_words(self.version)
        factors = [measure_words(sum_.figure, sum_.parts, rule), rate_words(rule)]
        factors += [f"{one.words} {thousandths_words(one.thousandths)}" for one in sum_.multipliers]
        text = sum_words(factors, sum_.upper, sum_.lower)
        text += rounding_words(sum_.upper, sum_.lower, sum_.rounded, rule)
        if sum_.rounded < rule.minimum:
            return text + minimum_words(rule)
        return text + cap_words(*self._binding, self.points) if self._binding else text
