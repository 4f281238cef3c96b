"""Tips while rows are judged: which number is known with which content."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from app.imports.world import World
from app.parties.models import Household
from app.parties.registers.shelf import Where
from app.rows import parts
from credit.tips.models import Tip


@dataclass(frozen=True, slots=True)
class KnownTip:
    """A tip by its number. ``where`` is None for one of the register."""

    content: tuple[object, ...]
    where: Where | None = None


class Tips:
    """The shelf of tips by number."""

    def __init__(self, world: World) -> None:
        self._session = world.session
        self._by_number: dict[str, KnownTip] = {}
        self._asked: set[str] = set()

    def find(self, number: str) -> KnownTip | None:
        """Return the tip of a number, or None."""
        return self._by_number.get(number)

    def remember(self, number: str, content: tuple[object, ...], where: Where) -> None:
        """Learn a tip that goes in, or that waits for a person's word."""
        self._by_number[number] = KnownTip(content, where)

    def want(self, numbers: Iterable[str]) -> None:
        """Fetch the tips of these numbers."""
        if self._session is None:
            return
        fresh = list(dict.fromkeys(one for one in numbers if one not in self._asked))
        self._asked.update(fresh)
        for some in parts(fresh):
            for number, *content in self._session.execute(_TIPS.where(Tip.number.in_(some))):
                self._by_number[number] = KnownTip(tuple(content))


_TIPS = select(
    Tip.number,
    Household.file_number,
    Tip.act,
    Tip.decided_on,
    Tip.decision_number,
    Tip.severity,
    Tip.public_from_on,
    Tip.public_to_on,
    Tip.amount_fen,
    Tip.recovered_fen,
    Tip.revoked_on,
).join(Household, Household.party_id == Tip.household_id)
