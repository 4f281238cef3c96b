"""The history of a household file, and the lock and guards that every verb on one begins with."""

import uuid
from collections.abc import Iterable
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, keys
from app.errors import Conflict, InvalidInput, NotFound
from app.parties import interest, locks
from app.parties.household_kinds import HouseholdEventKind
from app.parties.household_models import HouseholdEvent, HouseholdNote
from app.parties.kinds import HouseholdRelation, PartyKind, RegistrationState
from app.parties.models import HouseholdMember, Party, PersonRole
from app.permissions import Actor, Permission, ensure_may

_ENDED = (RegistrationState.CLOSED, RegistrationState.REJECTED)
Membership = tuple[HouseholdMember, PersonRole]


def hold(session: Session, household_id: uuid.UUID, *, actor: Actor, also: Iterable[uuid.UUID] = ()) -> Party:
    """Lock a household with its members and the parties in ``also``, in the order of keys, for the actor to change.

    Raises NotFound, NotAllowed outside the actor's regions or for the actor's own family, Conflict for an ended file.
    """
    people = select(PersonRole.person_id).join(HouseholdMember, HouseholdMember.role_id == PersonRole.id)
    people = people.where(HouseholdMember.household_id == household_id, PersonRole.valid_to.is_(None))
    locks.hold(session, [household_id, *session.scalars(people), *also])
    party = session.get(Party, household_id, populate_existing=True)
    if party is None or party.kind is not PartyKind.HOUSEHOLD:
        raise NotFound(_("没有找到这户家庭。"))
    ensure_may(actor, Permission.MANAGE_HOUSEHOLDS, region_code=party.region_code)
    interest.ensure_no_conflict(session, actor, household_id)
    if party.state in _ENDED:
        raise Conflict(_("这户的档案已经终止（%(state)s），不能再变更。", state=party.state.label))
    return party


def memberships(session: Session, household_id: uuid.UUID) -> dict[uuid.UUID, Membership]:
    """Return the open memberships of a household by person, read afresh."""
    rows = session.execute(
        select(HouseholdMember, PersonRole)
        .join(PersonRole, PersonRole.id == HouseholdMember.role_id)
        .where(HouseholdMember.household_id == household_id, PersonRole.valid_to.is_(None))
        .order_by(PersonRole.valid_from, PersonRole.id)
        .execution_options(populate_existing=True)
    )
    return {role.person_id: (member, role) for member, role in rows}


def membership(members: dict[uuid.UUID, Membership], person_id: uuid.UUID) -> Membership:
    """Return somebody's open membership. Raises Conflict when somebody else has ended it in the meantime."""
    found = members.get(person_id)
    if found is None:
        raise Conflict(_("此人现在不是这户的家庭成员，请核对最新的成员名单。"))
    return found


def head_of(members: dict[uuid.UUID, Membership]) -> uuid.UUID | None:
    """Return who heads the household, or None."""
    heads = (who for who, (row, _role) in members.items() if row.relation is HouseholdRelation.HEAD)
    return next(heads, None)


def ensure_day(on: date, *, since: date | None = None, field: str = "on") -> None:
    """Return for a day that is not to come and not before ``since``. Raises InvalidInput for ``field``."""
    if on > clock.today():
        raise InvalidInput(_("日期不能晚于今天。"), field=field)
    if since is not None and on < since:
        raise InvalidInput(_("日期不能早于 %(day)s（此人成为家庭成员的日期）。", day=since), field=field)


def write(
    session: Session,
    party: Party,
    kind: HouseholdEventKind,
    *,
    on: date,
    actor: Actor,
    person_id: uuid.UUID | None = None,
    other_id: uuid.UUID | None = None,
    was: str | None = None,
    became: str | None = None,
    words: str | None = None,
) -> HouseholdEvent:
    """Write what happened to a household; its words go apart."""
    event = HouseholdEvent(
        household_id=party.id,
        kind=kind,
        happened_on=on,
        recorded_at=clock.now(),
        region_code=party.region_code,
        person_id=person_id,
        other_household_id=other_id,
        was=was,
        became=became,
        by_user_id=actor.user_id,
        by_person_id=actor.person_id,
        note_hash=keys.lookup_hash("household_note", words) if words else None,
    )
    session.add(event)
    session.flush()
    if words:
        session.add(HouseholdNote(event_id=event.id, household_id=party.id, words=words))
        session.flush()
    return event
