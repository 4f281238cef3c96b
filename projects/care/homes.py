"""The lock and the guards with which every verb about a household's care begins, and who is of the household."""

import uuid
from collections.abc import Collection, Iterable
from datetime import date

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.errors import Conflict, InvalidInput, NotFound
from app.parties import household_queries, interest, locks
from app.parties.household_kinds import PersonTagKind
from app.parties.kinds import PartyKind, RegistrationState
from app.parties.models import Party
from app.parties.rules import is_minor
from app.permissions import Actor, Permission, ensure_may

ENDED = (RegistrationState.CLOSED, RegistrationState.REJECTED)
CHILDREN = (PersonTagKind.ORPHAN, PersonTagKind.UNATTENDED_CHILD, PersonTagKind.LEFT_BEHIND_CHILD)


def hold(session: Session, household_id: uuid.UUID, *, actor: Actor, permission: Permission) -> Party:
    """Lock a household for the actor to do something about it; whatever belongs to it is locked after it.

    Raises NotFound, NotAllowed outside the actor's regions or for the actor's own family, Conflict for an ended file.
    """
    party = held(session, household_id)
    ensure_may(actor, permission, region_code=party.region_code)
    interest.ensure_no_conflict(session, actor, household_id)
    if party.state in ENDED:
        raise Conflict(_("这户的档案已经终止（%(state)s），不能再办理。", state=party.state.label))
    return party


def held(session: Session, household_id: uuid.UUID) -> Party:
    """Lock a household and return it as it is now, whatever its state. Raises NotFound."""
    locks.hold(session, [household_id])
    party = session.get(Party, household_id, populate_existing=True)
    if party is None or party.kind is not PartyKind.HOUSEHOLD:
        raise NotFound(_("没有找到这户家庭。"))
    return party


def ensure_member(session: Session, household_id: uuid.UUID, person_id: uuid.UUID, *, field: str) -> None:
    """Return for somebody who is of the household now. Raises InvalidInput."""
    there = household_queries.members(session, household_id)
    if not any(one.is_present and one.party.id == person_id for one in there):
        raise InvalidInput(_("此人现在不是这户的家庭成员。"), field=field)


def ensure_outside(
    session: Session, household_id: uuid.UUID, person_ids: Iterable[uuid.UUID], *, field: str
) -> None:
    """Return when nobody of these is of the household or near to it. Raises InvalidInput naming the ground."""
    for person_id in person_ids:
        if interest.conflict_of(session, person_id, [household_id]) is not None:
            raise InvalidInput(_("同行人、责任人或照料人中有人与这户有亲属等关系，应当回避。"), field=field)


def has_children(session: Session, household_id: uuid.UUID, today: date) -> bool:
    """Whether a minor, an orphan or a child without care lives there."""
    there = [one for one in household_queries.members(session, household_id) if one.is_present]
    if any(one.person.born_on is not None and is_minor(one.person.born_on, today) for one in there):
        return True
    return household_queries.has_tag(session, [one.party.id for one in there], CHILDREN)


def number_of(session: Session, household_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return the file numbers of households."""
    found = household_queries.households_of(session, household_ids)
    return {key: row.file_number for key, row in found.items()}
