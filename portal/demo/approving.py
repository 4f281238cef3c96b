"""The acts by which the towns of the demo city may approve small sums: proposed by the city, approved by legal."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app import clock
from portal.demo.stage import Stage
from projects.tiers import proposals
from projects.tiers.kinds import TierLevel, TierThing
from projects.tiers.proposals import Proposed

_TOWN_FEN = 1_000_000
_NEXT_TOWN_FEN = 1_500_000
_BASIS = "社会救助委托审批办法（演示文件）省民发〔2026〕1号"
_BEFORE = timedelta(weeks=10)


@dataclass(frozen=True)
class ProposeTowns:
    """The city proposes what towns may approve from a later day on."""

    at: datetime
    thing: TierThing
    up_to_fen: int
    first_day_after: int
    is_approved: bool

    def perform(self, stage: Stage, session: Session) -> None:
        """Propose, and approve by the legal officer."""
        wanted = Proposed(
            thing=self.thing,
            region_code=None,
            level=TierLevel.TOWN,
            up_to_fen=self.up_to_fen,
            valid_from=clock.civil_date(self.at) + timedelta(days=self.first_day_after),
            basis=_BASIS,
        )
        row = proposals.propose(session, wanted, actor=stage.user(session, "city"))
        if self.is_approved:
            proposals.approve(session, row.id, actor=stage.user(session, "legal"))


def approving_acts(stage: Stage) -> Iterator[ProposeTowns]:
    """Yield the acts: two rows in force long since, one that begins soon, one that waits for the visitor."""
    begun, ends_at = stage.plan.ends_at - _BEFORE, stage.plan.ends_at
    for thing in (TierThing.REQUEST, TierThing.EMERGENCY):
        yield ProposeTowns(begun, thing, _TOWN_FEN, 1, is_approved=True)
    yield ProposeTowns(ends_at - timedelta(days=3), TierThing.EMERGENCY, _NEXT_TOWN_FEN, 40, is_approved=True)
    yield ProposeTowns(ends_at - timedelta(days=2), TierThing.REQUEST, _NEXT_TOWN_FEN, 40, is_approved=False)
