"""The form of a registration as it stands: what was judged, kept with the step that judged it."""

from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from app.db import Base
from app.parties.kinds import PartyKind
from app.parties.models import Household, Organisation, Party, Person, PersonRole, Volunteer

_OF_KIND: dict[PartyKind, type[Base]] = {
    PartyKind.ORGANISATION: Organisation,
    PartyKind.PERSON: Person,
    PartyKind.HOUSEHOLD: Household,
}
_LEFT_OUT = frozenset(
    {"id", "party_id", "role_id", "state", "state_since", "created_at", "sort_key", "match_key"}
)


def snapshot_of(session: Session, party: Party) -> dict[str, Any]:
    """Return the filled fields of a party, with those of a volunteer, as plain values for JSON."""
    rows: list[Base] = [party]
    detail = session.get(_OF_KIND[party.kind], party.id)
    if detail is not None:
        rows.append(detail)
    if party.kind is PartyKind.PERSON:
        rows += session.scalars(
            select(Volunteer)
            .join(PersonRole, PersonRole.id == Volunteer.role_id)
            .where(PersonRole.person_id == party.id, PersonRole.valid_to.is_(None))
        ).all()
    return {
        column.key: getattr(row, column.key)
        for row in rows
        for column in inspect(row).mapper.column_attrs
        if column.key not in _LEFT_OUT
        and not column.key.endswith("_hash")
        and getattr(row, column.key) not in (None, "")
    }
