"""Households and their members (一户一档): opening a file, who is of it from which day until which."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, counters
from app.audit import events
from app.db import lock
from app.errors import Conflict, InvalidInput
from app.parties import locks, names, registrations, rules
from app.parties.guards import ensure_region
from app.parties.household_events import (
    Membership,
    ensure_day,
    head_of,
    hold,
    membership,
    memberships,
    write,
)
from app.parties.household_kinds import HouseholdEventKind, LeavingCause
from app.parties.household_models import PersonDeath
from app.parties.kinds import Capacity, HouseholdRelation, PartyKind, PersonRoleKind, RegistrationState
from app.parties.models import Household, HouseholdMember, Party, Person, PersonRole
from app.parties.signals import tell_household, tell_naming
from app.permissions import Actor, Permission, ensure_may

K = HouseholdEventKind


@dataclass(frozen=True)
class MemberData:
    """A person of the register as a member of a household."""

    person_id: uuid.UUID
    relation: HouseholdRelation
    capacity: Capacity = Capacity.FULL


def open_household(
    session: Session,
    *,
    region_code: str,
    members: Sequence[MemberData],
    actor: Actor,
    on: date | None = None,
    reason: str = "",
) -> Party:
    """Open the file of a household, named after its head, as a draft. The file number is issued here.

    Raises InvalidInput unless exactly one member is the head, Conflict when somebody is of another household.
    """
    ensure_may(actor, Permission.MANAGE_HOUSEHOLDS, region_code=region_code)
    ensure_region(session, region_code)
    on = on or clock.today()
    ensure_day(on)
    party = found(session, region_code=region_code, members=members, actor=actor, on=on)
    write(session, party, K.OPENED, on=on, actor=actor, words=reason.strip() or None)
    tell_household(session, party.id, K.OPENED, [one.person_id for one in members], on)
    return party


def found(
    session: Session, *, region_code: str, members: Sequence[MemberData], actor: Actor, on: date
) -> Party:
    """Make a household with its members; what opening and splitting share. The caller has asked the guards."""
    heads = [member for member in members if member.relation is HouseholdRelation.HEAD]
    if len(heads) != 1:
        raise InvalidInput(_("每户应有且只有一位户主。"), field="head")
    if len({member.person_id for member in members}) != len(members):
        raise InvalidInput(_("同一个人填写了两次。"))
    head = session.get_one(Party, lock(session, Person, heads[0].person_id).party_id)
    party = Party(
        kind=PartyKind.HOUSEHOLD,
        name=head.name,
        sort_key=head.sort_key,
        match_key=names.match_key(head.name),
        region_code=region_code,
        state=RegistrationState.DRAFT,
        state_since=clock.now(),
        created_at=clock.now(),
    )
    session.add(party)
    session.flush()
    registrations.begin(session, party, actor=actor)
    events.record(
        session, "household.open", "party", party.id, actor=actor, party_id=party.id,
        after={"region_code": region_code, "members": [member.person_id for member in members]},
    )  # fmt: skip
    number = counters.take(session, f"household.{region_code[:6]}")
    session.add(Household(party_id=party.id, file_number=rules.household_file_number(region_code, number)))
    session.flush()
    for member in sorted(members, key=lambda one: one.person_id):
        _write_member(session, party.id, member, on)
    return party


def confirm(session: Session, household_id: uuid.UUID, *, revision: int, actor: Actor) -> Party:
    """Admit a file that a colleague opened, and those of its members who were entered with it.

    Raises NotAllowed for whoever entered it, Conflict for a file without members or with look-alikes.
    """
    locks.hold(session, [household_id, *memberships(session, household_id)])
    members = memberships(session, household_id)
    if head_of(members) is None:
        raise Conflict(_("这户没有户主，不能建档。"))
    party = registrations.approve(session, household_id, revision=revision, actor=actor)
    for person_id in sorted(members):
        person = lock(session, Party, person_id)
        if person.state is RegistrationState.SUBMITTED:
            registrations.approve(session, person_id, revision=person.revision, actor=actor)
    write(session, party, K.CONFIRMED, on=clock.today(), actor=actor)
    return party


def add_member(
    session: Session,
    household_id: uuid.UUID,
    member: MemberData,
    *,
    actor: Actor,
    on: date | None = None,
    reason: str = "",
) -> HouseholdMember:
    """Add a person to a household from a day, today when none is given."""
    party = hold(session, household_id, actor=actor, also=[member.person_id])
    on = on or clock.today()
    ensure_day(on)
    if member.relation is HouseholdRelation.HEAD and head_of(memberships(session, household_id)) is not None:
        raise InvalidInput(_("这户已有户主。"), field="relation")
    added = _write_member(session, household_id, member, on)
    write(
        session, party, K.MEMBER_ADDED, on=on, actor=actor, person_id=member.person_id,
        became=member.relation.value, words=reason.strip() or None,
    )  # fmt: skip
    events.record(
        session, "household.add_member", "party", household_id, actor=actor, party_id=member.person_id,
        after={"person": member.person_id, "relation": member.relation.value},
    )  # fmt: skip
    tell_household(session, household_id, K.MEMBER_ADDED, [member.person_id], on)
    return added


def end_membership(
    session: Session,
    household_id: uuid.UUID,
    person_id: uuid.UUID,
    *,
    on: date,
    cause: LeavingCause,
    reason: str,
    actor: Actor,
    new_head_id: uuid.UUID | None = None,
) -> HouseholdMember:
    """End somebody's membership: from ``on`` the person is no longer of the household.

    A head who leaves others behind needs a ``new_head_id``; the last member can't leave: then the file is closed.
    """
    party = hold(session, household_id, actor=actor)
    members = memberships(session, household_id)
    row, role = membership(members, person_id)
    ensure_day(on, since=role.valid_from)
    if len(members) == 1:
        raise Conflict(_("这是这户的最后一名成员。要终止整户的档案，请办理销户。"))
    reason = rules.ensure_reason(reason)
    end_role(role, on)
    write(
        session, party, K.MEMBER_ENDED, on=on, actor=actor, person_id=person_id,
        was=row.relation.value, became=cause.value, words=reason,
    )  # fmt: skip
    events.record(
        session, "household.end_member", "party", household_id, actor=actor, party_id=person_id,
        before={"person": person_id, "relation": row.relation.value}, after={"cause": cause.value},
        reason=reason,
    )  # fmt: skip
    succeed(session, party, members, person_id, new_head_id, on=on, actor=actor)
    tell_household(session, household_id, K.MEMBER_ENDED, [person_id], on)
    return row


def change_head(
    session: Session, household_id: uuid.UUID, person_id: uuid.UUID, *, on: date, reason: str, actor: Actor
) -> Party:
    """Make another member the head; all others are then 其他 until somebody states what they are to the new one."""
    party = hold(session, household_id, actor=actor)
    members = memberships(session, household_id)
    _row, role = membership(members, person_id)
    ensure_day(on, since=role.valid_from)
    if head_of(members) == person_id:
        raise Conflict(_("此人已经是户主。"))
    _set_head(session, party, members, person_id, on=on, actor=actor, words=rules.ensure_reason(reason))
    tell_household(session, household_id, K.HEAD_CHANGED, [person_id], on)
    return party


def change_member(
    session: Session,
    household_id: uuid.UUID,
    person_id: uuid.UUID,
    *,
    relation: HouseholdRelation,
    capacity: Capacity,
    reason: str,
    actor: Actor,
) -> HouseholdMember:
    """State anew what a member is to the head, and the member's capacity for civil conduct."""
    party = hold(session, household_id, actor=actor)
    row, _role = membership(memberships(session, household_id), person_id)
    if (relation is HouseholdRelation.HEAD) != (row.relation is HouseholdRelation.HEAD):
        raise InvalidInput(_("户主要用“变更户主”办理。"), field="relation")
    before = {"relation": row.relation.value, "capacity": row.capacity.value}
    after = {"relation": relation.value, "capacity": capacity.value}
    if before == after:
        raise InvalidInput(_("没有变化。"))
    reason = rules.ensure_reason(reason)
    row.relation, row.capacity = relation, capacity
    session.flush()
    write(
        session, party, K.MEMBER_CHANGED, on=clock.today(), actor=actor, person_id=person_id,
        was="/".join(before.values()), became="/".join(after.values()), words=reason,
    )  # fmt: skip
    events.record(
        session, "household.change_member", "party", household_id, actor=actor, party_id=person_id,
        before=before, after=after, reason=reason,
    )  # fmt: skip
    return row


def end_role(role: PersonRole, on: date) -> None:
    """End a membership so that ``on`` is the first day after it; one that began that day counts for the day."""
    role.valid_to = max(role.valid_from, on - timedelta(days=1))


def succeed(
    session: Session,
    party: Party,
    members: dict[uuid.UUID, Membership],
    gone: uuid.UUID,
    new_head_id: uuid.UUID | None,
    *,
    on: date,
    actor: Actor,
) -> None:
    """Give a household a new head when its own is gone. Raises InvalidInput for field "new_head" when none is named."""
    was_head = head_of(members) == gone
    left = {who: one for who, one in members.items() if who != gone}
    if not was_head or not left:
        return
    if new_head_id is None or new_head_id not in left:
        raise InvalidInput(_("户主离开后，请从其余成员中选一位新户主。"), field="new_head")
    _set_head(session, party, left, new_head_id, on=on, actor=actor)


def _set_head(
    session: Session,
    party: Party,
    members: dict[uuid.UUID, Membership],
    person_id: uuid.UUID,
    *,
    on: date,
    actor: Actor,
    words: str | None = None,
) -> None:
    before = head_of(members)
    for who, (row, _role) in members.items():
        row.relation = HouseholdRelation.HEAD if who == person_id else HouseholdRelation.OTHER
    head = session.get_one(Party, person_id)
    party.name, party.sort_key, party.match_key = head.name, head.sort_key, names.match_key(head.name)
    party.revision += 1
    session.flush()
    write(session, party, K.HEAD_CHANGED, on=on, actor=actor, person_id=person_id, words=words)
    events.record(
        session, "household.change_head", "party", party.id, actor=actor, party_id=person_id,
        before={"head": before}, after={"head": person_id}, reason=words,
    )  # fmt: skip
    tell_naming(session, [party.id])


def _write_member(session: Session, household_id: uuid.UUID, member: MemberData, on: date) -> HouseholdMember:
    lock(session, Person, member.person_id)
    if session.get(PersonDeath, member.person_id) is not None:
        raise Conflict(_("此人登记为已去世，不能成为家庭成员。"))
    elsewhere = select(PersonRole.valid_to).where(
        PersonRole.person_id == member.person_id, PersonRole.role == PersonRoleKind.HOUSEHOLD_MEMBER
    )
    for ended in session.scalars(elsewhere):
        if ended is None:
            raise Conflict(_("此人已是另一户的家庭成员，请先在那一户办理迁出。"))
        if ended > on:
            raise InvalidInput(_("此人在 %(day)s 以前还是另一户的成员，请核对日期。", day=ended), field="on")
    role = PersonRole(person_id=member.person_id, role=PersonRoleKind.HOUSEHOLD_MEMBER, valid_from=on)
    session.add(role)
    session.flush()
    row = HouseholdMember(
        role_id=role.id, household_id=household_id, relation=member.relation, capacity=member.capacity
    )
    session.add(row)
    session.flush()
    return row
