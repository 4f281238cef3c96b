"""What is known of households while rows are judged."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.imports.world import World
from app.parties.kinds import HouseholdRelation
from app.parties.listed import HouseholdCategory
from app.parties.models import Household, HouseholdMember, Party, Person, PersonRole
from app.parties.registers.shelf import Where

_VARIABLES = 500


@dataclass(slots=True)
class KnownHousehold:
    """A household that is known: its number, the keyed hash of its head's number, and what its row says.

    ``content`` is None where the register's household has no category yet. ``where`` is None for one of the register.
    """

    number: str
    head_hash: bytes | None
    content: tuple[Any, ...] | None
    region_code: str
    where: Where | None = None
    party_id: uuid.UUID | None = None


class Households:
    """The shelf of households by their number and by their head."""

    def __init__(self, world: World) -> None:
        self._session = world.session
        self._by_number: dict[str, KnownHousehold] = {}
        self._by_head: dict[bytes, KnownHousehold] = {}
        self._asked: set[Any] = set()

    def find(self, number: str) -> KnownHousehold | None:
        """Return the household of a number (家庭编号), or None."""
        return self._by_number.get(number)

    def of_head(self, number_hash: bytes) -> KnownHousehold | None:
        """Return the household whose head has an identity number, given by its keyed hash, or None."""
        return self._by_head.get(number_hash)

    def add(self, household: KnownHousehold) -> None:
        """Learn a household whose row was accepted."""
        self._by_number[household.number] = household
        if household.head_hash is not None:
            self._by_head[household.head_hash] = household

    def want(self, *, numbers: Iterable[str] = (), heads: Iterable[bytes] = ()) -> None:
        """Fetch the households of these numbers and of these heads; nothing happens without a database."""
        if self._session is None:
            return
        for column, values in ((Household.file_number, numbers), (Person.identity_hash, heads)):
            fresh = list(dict.fromkeys(value for value in values if value not in self._asked))
            self._asked.update(fresh)
            for start in range(0, len(fresh), _VARIABLES):
                some = fresh[start : start + _VARIABLES]
                for row in self._session.execute(_HOUSEHOLDS.where(column.in_(some))):
                    self._learn(row)

    def _learn(self, row: Any) -> None:
        party_id, number, region, head_hash, category, income, monthly, begin_on = row
        head = None if head_hash is None else bytes(head_hash)
        content = None if category is None else (head, region, category, income, monthly, begin_on)
        known = self._by_number.get(number)
        if known is None or known.party_id == party_id:  # the last row of its categories counts
            self.add(KnownHousehold(number, head, content, region, party_id=party_id))


_HOUSEHOLDS = (
    select(
        Party.id, Household.file_number, Party.region_code, Person.identity_hash, HouseholdCategory.category,
        HouseholdCategory.annual_income, HouseholdCategory.monthly_amount, HouseholdCategory.begin_on,
    )
    .join(Household, Household.party_id == Party.id)
    .outerjoin(
        HouseholdMember,
        (HouseholdMember.household_id == Household.party_id) & (HouseholdMember.relation == HouseholdRelation.HEAD),
    )
    .outerjoin(PersonRole, (PersonRole.id == HouseholdMember.role_id) & PersonRole.valid_to.is_(None))
    .outerjoin(Person, Person.party_id == PersonRole.person_id)
    .outerjoin(HouseholdCategory, HouseholdCategory.household_id == Household.party_id)
    .order_by(HouseholdCategory.id)
)  # fmt: skip
