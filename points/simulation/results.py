"""What a simulation tells: sums, who wins and who loses, ranks before and after, and examples with their arithmetic."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from app.parties.models import PartyKind
from points.rankings.rules import ranked
from points.rulesets.kinds import ContributionKind
from points.rulesets.rules import Rules
from points.simulation.history import History
from points.simulation.replay import Cause, Outcome, replay

_EXAMPLES_OF_A_CAUSE = 6


@dataclass(slots=True)
class Sums:
    """Contributions and points of some group, before and after. Points in centipoints."""

    contributions: int = 0
    changed: int = 0
    before: int = 0
    after: int = 0
    redeemable_before: int = 0
    redeemable_after: int = 0

    def add(self, one: Outcome) -> None:
        """Count an award in."""
        self.contributions += 1
        self.changed += one.is_changed
        self.before += one.award.points
        self.after += one.score.points
        self.redeemable_before += one.award.redeemable
        self.redeemable_after += one.score.redeemable

    @property
    def change(self) -> int:
        """More (or fewer) honour points."""
        return self.after - self.before

    @property
    def redeemable_change(self) -> int:
        """More (or fewer) redeemable points."""
        return self.redeemable_after - self.redeemable_before


@dataclass(slots=True)
class PartyLine(Sums):
    """What one party had and would have in the period; ranks among those who may be named, of its kind."""

    party_id: UUID = field(default=UUID(int=0), kw_only=True)
    kind: PartyKind = field(default=PartyKind.ORGANISATION, kw_only=True)
    rank_before: int | None = field(default=None, kw_only=True)
    rank_after: int | None = field(default=None, kw_only=True)


@dataclass(frozen=True, slots=True)
class Example:
    """One contribution that comes out different, with both arithmetics."""

    source_kind: str
    source_id: UUID
    party_id: UUID
    kind: ContributionKind
    happened_on: date
    cause: Cause
    before: int
    after: int
    redeemable_before: int
    redeemable_after: int
    wording_before: str
    wording_after: str


@dataclass(slots=True)
class Result:
    """All that a simulation tells."""

    total: Sums
    caps_only: int
    """Contributions whose points stay and that only take other caps."""
    kinds: dict[ContributionKind, Sums]
    causes: dict[Cause, int]
    parties: list[PartyLine]
    """Who changes most first."""
    examples: list[Example]

    @property
    def winners(self) -> int:
        """Parties that would have more honour points."""
        return sum(one.change > 0 for one in self.parties)

    @property
    def losers(self) -> int:
        """Parties that would have fewer honour points."""
        return sum(one.change < 0 for one in self.parties)


def simulate(
    history: History, rules: Rules, first: date, last: date, named: Mapping[UUID, tuple[PartyKind, bool]]
) -> Result:
    """Replay a history by other rules. ``named`` tells each party's kind and whether it may be named."""
    total, kinds, causes = Sums(), dict[ContributionKind, Sums](), Counter[Cause]()
    caps_only = 0
    lines: list[PartyLine] = []
    chosen: dict[Cause, list[Outcome]] = {}
    for party_id, events in history.items():
        kind = named[party_id][0] if party_id in named else PartyKind.ORGANISATION
        line = PartyLine(party_id=party_id, kind=kind)
        for one in replay(events, rules, first, last):
            total.add(one)
            line.add(one)
            kinds.setdefault(one.award.facts.kind, Sums()).add(one)
            if one.is_changed:
                causes[one.cause] += 1
                _choose(chosen.setdefault(one.cause, []), one)
            elif one.caps():
                caps_only += 1
        if line.contributions:
            lines.append(line)
    for held in chosen.values():
        _cut(held)
    _rank(lines, named)
    lines.sort(key=lambda one: (-abs(one.change), -abs(one.redeemable_change), -one.before, one.party_id))
    return Result(
        total=total,
        caps_only=caps_only,
        kinds={kind: kinds[kind] for kind in ContributionKind if kind in kinds},
        causes={cause: causes[cause] for cause in Cause if cause in causes},
        parties=lines,
        examples=[_example(one) for cause in Cause for one in chosen.get(cause, [])],
    )


def _choose(held: list[Outcome], one: Outcome) -> None:
    """Keep the few of a cause that change most."""
    held.append(one)
    if len(held) > 20 * _EXAMPLES_OF_A_CAUSE:
        _cut(held)


def _cut(held: list[Outcome]) -> None:
    """Leave those that change most, of each kind of contribution one before a second of any."""
    held.sort(key=_weight)
    seen: Counter[ContributionKind] = Counter()
    turn: list[tuple[int, int]] = []
    for one in held:
        turn.append((seen[one.award.facts.kind], len(turn)))
        seen[one.award.facts.kind] += 1
    held[:] = [held[place] for _, place in sorted(turn)[:_EXAMPLES_OF_A_CAUSE]]


def _weight(one: Outcome) -> tuple[int, int, UUID]:
    return -abs(one.points), -abs(one.redeemable), one.award.posting_id


def _example(one: Outcome) -> Example:
    award = one.award
    return Example(
        award.source_kind,
        award.source_id,
        award.party_id,
        award.facts.kind,
        award.facts.happened_on,
        one.cause,
        award.points,
        one.score.points,
        award.redeemable,
        one.score.redeemable,
        award.wording,
        one.score.wording,
    )


def _rank(lines: Sequence[PartyLine], named: Mapping[UUID, tuple[PartyKind, bool]]) -> None:
    for kind in PartyKind:
        among = [one for one in lines if one.kind is kind and named.get(one.party_id, (kind, False))[1]]
        for place, rank in _ranks([one.before for one in among]).items():
            among[place].rank_before = rank
        for place, rank in _ranks([one.after for one in among]).items():
            among[place].rank_after = rank


def _ranks(sums: Sequence[int]) -> dict[int, int]:
    order = sorted((place for place, points in enumerate(sums) if points > 0), key=lambda place: -sums[place])
    return dict(zip(order, ranked(sums[place] for place in order), strict=True))
