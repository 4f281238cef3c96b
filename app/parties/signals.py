"""What the register tells whoever keeps something by it.

``naming_changed``: who may be named publicly, or where somebody belongs, may have changed. Sent with the session as
sender and ``party_ids``, after the change is in the session; receivers run in the same transaction.

``household_changed``: a household was opened, has split, moved, gained or lost a member, or ended. Sent in the same
way with ``household_id``, ``kind`` (a HouseholdEventKind), ``members`` (the persons it concerns), ``on`` (first day on
which it is so) and ``other_id`` (of a split: the new household).
"""

import uuid
from collections.abc import Sequence
from datetime import date

from blinker import Namespace
from sqlalchemy.orm import Session

from app.parties.household_kinds import HouseholdEventKind

naming_changed = Namespace().signal("naming-changed")
household_changed = Namespace().signal("household-changed")


def tell_naming(session: Session, party_ids: Sequence[uuid.UUID]) -> None:
    """Say that for these parties the name, the place, the size or the right to be named may have changed."""
    if party_ids:
        naming_changed.send(session, party_ids=party_ids)


def tell_household(
    session: Session,
    household_id: uuid.UUID,
    kind: HouseholdEventKind,
    members: Sequence[uuid.UUID],
    on: date,
    *,
    other_id: uuid.UUID | None = None,
) -> None:
    """Say what has happened to a household."""
    household_changed.send(
        session, household_id=household_id, kind=kind, members=tuple(members), on=on, other_id=other_id
    )
