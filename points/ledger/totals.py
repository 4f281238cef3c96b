"""What a closed month adds up to: balances before and after, flows between kinds of account, later corrections.

The totals are kept as canonical JSON under the signature of the month's row, and made anew when it is checked.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from points.ledger.kinds import AccountKind
from points.rulesets.kinds import ContributionKind


@dataclass(frozen=True, slots=True, order=True)
class Flow:
    """All transfers from one kind of account to another, of one kind of contribution. Points in centipoints."""

    source: str
    target: str
    kind: str
    """Kind of contribution; empty where a transfer has none."""
    month: str
    """The earlier month that it corrects, when that had been closed before; else empty."""
    count: int
    points: int

    @property
    def kinds(self) -> tuple[AccountKind, AccountKind, ContributionKind | None]:
        """From which account, to which, of which kind of contribution."""
        kind = ContributionKind(self.kind) if self.kind else None
        return AccountKind(self.source), AccountKind(self.target), kind


@dataclass(frozen=True, slots=True)
class Totals:
    """A month's totals. Balances by kind of account, the issuer's below zero by all that it gave; they add up to 0."""

    opening: dict[str, int]
    closing: dict[str, int]
    flows: tuple[Flow, ...]

    @property
    def corrections(self) -> tuple[Flow, ...]:
        """The flows that belong to months closed earlier."""
        return tuple(flow for flow in self.flows if flow.month)

    @property
    def text(self) -> str:
        """The totals as they are stored and signed."""
        value = {
            "opening": self.opening,
            "closing": self.closing,
            "flows": [asdict(flow) for flow in self.flows],
        }
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def of_flows(opening: dict[str, int], flows: Sequence[Flow]) -> Totals:
    """Return the totals of a month that began with these balances."""
    closing = {kind.value: opening.get(kind.value, 0) for kind in AccountKind}
    for flow in flows:
        # A kind that is none, of a damaged account, is a sum of its own: so the month is told, and nothing stops.
        closing[flow.source] = closing.get(flow.source, 0) - flow.points
        closing[flow.target] = closing.get(flow.target, 0) + flow.points
    return Totals({kind: opening.get(kind, 0) for kind in closing}, closing, tuple(sorted(flows)))


def read(text: str) -> Totals:
    """Return totals from their stored text. Raises ValueError, KeyError or TypeError when it is damaged."""
    value: dict[str, Any] = json.loads(text)
    return Totals(value["opening"], value["closing"], tuple(Flow(**one) for one in value["flows"]))
