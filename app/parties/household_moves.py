"""What changes a household as a whole: it splits, moves, loses somebody to death, ends."""

import uuid
from collections.abc import Sequence
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.errors import Conflict, InvalidInput
from app.parties import registrations, rules
from app.parties.guards import ensure_region
from app.parties.household_events import ensure_day, head_of, hold, membership, memberships, write
from app.parties.household_kinds import HouseholdEventKind
from app.parties.household_models import PersonDeath, PersonTag
from app.parties.households import MemberData, end_role, found, succeed
from app.parties.kinds import RegistrationState
from app.parties.listed import HouseholdCategory
from app.parties.models import Party
from app.parties.signals import tell_household, tell_naming
from app.permissions import Actor

K = HouseholdEventKind


def split(
    session: Session,
    household_id: uuid.UUID,
    *,
    members: Sequence[MemberData],
    on: date,
    reason: str,
    actor: Actor,
    new_head_id: uuid.UUID | None = None,
) -> Party:
    """Let some members found a household of their own from a day; returns the new one, which waits for a colleague.

    ``members`` name the new head and who goes along. Somebody stays; when the head goes, ``new_head_id`` is the new
    head of those who stay. Requests and plans stay with the old file until their features, told by the signal, decide.
    """
    party = hold(session, household_id, actor=actor)
    there = memberships(session, household_id)
    going = {one.person_id for one in members}
    for person_id in sorted(going):
        _row, role = membership(there, person_id)
        ensure_day(on, since=role.valid_from)
    if not going:
        raise InvalidInput(_("请选择分出去的成员。"), field="members")
    if len(going) == len(there):
        raise InvalidInput(_("原户至少要留下一名成员。全户搬走请办理迁移。"), field="members")
    reason = rules.ensure_reason(reason)
    head = head_of(there)
    for person_id in going:
        end_role(there[person_id][1], on)
    session.flush()
    new = found(session, region_code=party.region_code, members=members, actor=actor, on=on)
    registrations.submit(session, new.id, actor=actor)
    if head is not None and head in going:
        staying = {who: one for who, one in there.items() if who not in going or who == head}
        succeed(session, party, staying, head, new_head_id, on=on, actor=actor)
    for person_id in sorted(going):
        write(session, party, K.SPLIT, on=on, actor=actor, person_id=person_id, other_id=new.id, words=reason)
    write(session, new, K.SPLIT_FROM, on=on, actor=actor, other_id=party.id, words=reason)
    events.record(
        session, "household.split", "party", party.id, actor=actor, party_id=party.id,
        after={"household": new.id, "members": sorted(going), "on": on}, reason=reason,
    )  # fmt: skip
    tell_household(session, party.id, K.SPLIT, sorted(going), on, other_id=new.id)
    return new


def move(
    session: Session, household_id: uuid.UUID, *, region_code: str, on: date, reason: str, actor: Actor
) -> Party:
    """Move a household to another place of the city: its file and members go along.

    What was decided before carries the old place and stays with it.
    """
    party = hold(session, household_id, actor=actor)
    ensure_region(session, region_code)
    ensure_day(on)
    if region_code == party.region_code:
        raise InvalidInput(_("新住址与原住址是同一个地方。"), field="region_code")
    reason = rules.ensure_reason(reason)
    there = memberships(session, household_id)
    old = party.region_code
    write(session, party, K.MOVED, on=on, actor=actor, was=old, became=region_code, words=reason)
    for moved in [party, *session.scalars(select(Party).where(Party.id.in_(there)))]:
        moved.region_code = region_code
        moved.revision += 1
    session.flush()
    events.record(
        session, "household.move", "party", party.id, actor=actor, party_id=party.id,
        before={"region_code": old}, after={"region_code": region_code, "on": on}, reason=reason,
    )  # fmt: skip
    tell_naming(session, [party.id, *sorted(there)])
    tell_household(session, party.id, K.MOVED, sorted(there), on)
    return party


def record_death(
    session: Session,
    household_id: uuid.UUID,
    person_id: uuid.UUID,
    *,
    on: date,
    reason: str,
    actor: Actor,
    new_head_id: uuid.UUID | None = None,
) -> Party:
    """Record that a member died; ``on`` is the day of death, the last of the membership.

    A head who leaves others behind needs a ``new_head_id``. With the last member the file ends; one that nobody has
    confirmed yet is then left to its reviewer. ``reason`` says where it is known from.
    """
    party = hold(session, household_id, actor=actor)
    there = memberships(session, household_id)
    row, role = membership(there, person_id)
    ensure_day(on, since=role.valid_from)
    reason = rules.ensure_reason(reason)
    role.valid_to = on
    session.add(PersonDeath(person_id=person_id, died_on=on, recorded_at=clock.now()))
    _end_own(session, person_id, on)
    session.flush()
    write(
        session, party, K.DEATH, on=on, actor=actor, person_id=person_id, was=row.relation.value, words=reason
    )
    events.record(
        session, "household.record_death", "party", household_id, actor=actor, party_id=person_id,
        after={"person": person_id, "died_on": on}, reason=reason,
    )  # fmt: skip
    succeed(session, party, there, person_id, new_head_id, on=on, actor=actor)
    tell_household(session, household_id, K.DEATH, [person_id], on)
    if len(there) == 1 and party.state is not RegistrationState.SUBMITTED:
        _close(session, party, on=on, reason=_("最后一名成员去世。"), actor=actor)
    return party


def close(session: Session, household_id: uuid.UUID, *, on: date, reason: str, actor: Actor) -> Party:
    """End a household's file, as when it left the city: memberships and categories end, the history stays."""
    party = hold(session, household_id, actor=actor)
    ensure_day(on)
    if party.state is RegistrationState.SUBMITTED:
        raise Conflict(_("这份档案还在等待复核，请先复核，或由复核人不予建档。"))
    reason = rules.ensure_reason(reason)
    there = memberships(session, household_id)
    for _row, role in there.values():
        ensure_day(on, since=role.valid_from)
        end_role(role, on)
    _close(session, party, on=on, reason=reason, actor=actor, members=sorted(there))
    return party


def _close(
    session: Session,
    party: Party,
    *,
    on: date,
    reason: str,
    actor: Actor,
    members: Sequence[uuid.UUID] = (),
) -> None:
    open_ones = select(HouseholdCategory).where(
        HouseholdCategory.household_id == party.id, HouseholdCategory.end_on.is_(None)
    )
    for category in session.scalars(open_ones):
        category.end_on = on if category.begin_on is None else max(category.begin_on, on)
    session.flush()
    registrations.close(session, party.id, reason=reason, actor=actor)
    write(session, party, K.CLOSED, on=on, actor=actor, words=reason)
    tell_household(session, party.id, K.CLOSED, members, on)


def _end_own(session: Session, person_id: uuid.UUID, on: date) -> None:
    """End the tags and the own categories of somebody who died."""
    tags = select(PersonTag).where(PersonTag.person_id == person_id, PersonTag.end_on.is_(None))
    for tag in session.scalars(tags):
        tag.end_on = max(tag.begin_on, on)
    own = select(HouseholdCategory).where(
        HouseholdCategory.person_id == person_id, HouseholdCategory.end_on.is_(None)
    )
    for category in session.scalars(own):
        category.end_on = on if category.begin_on is None else max(category.begin_on, on)
