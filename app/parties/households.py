"""Households and their members (一户一档)."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, counters
from app.audit import events
from app.db import lock
from app.errors import Conflict, InvalidInput
from app.parties import names, registrations, rules
from app.parties.guards import ensure_region
from app.parties.kinds import (
    Capacity,
    HouseholdRelation,
    PartyKind,
    PersonRoleKind,
    RegistrationState,
)
from app.parties.models import Household, HouseholdMember, Party, Person, PersonRole
from app.permissions import Actor, Permission, ensure_may


@dataclass(frozen=True)
class MemberData:
    """A person of the register as a member of a household."""

    person_id: uuid.UUID
    relation: HouseholdRelation
    capacity: Capacity = Capacity.FULL


def open_household(
    session: Session, *, region_code: str, members: Sequence[MemberData], actor: Actor
) -> Party:
    """Open the file of a household, named after its head, as a draft. The file number is issued here.

    Raises InvalidInput unless exactly one member is the head, Conflict when somebody is of another household.
    """
    ensure_may(actor, Permission.ENTER_PARTIES, region_code=region_code)
    ensure_region(session, region_code)
    heads = [member for member in members if member.relation is HouseholdRelation.HEAD]
    if len(heads) != 1:
        raise InvalidInput(_("每户应有且只有一位户主。"))
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
        _write_member(session, party.id, member)
    return party


def add_member(
    session: Session, household_id: uuid.UUID, member: MemberData, *, actor: Actor
) -> HouseholdMember:
    """Add a person to a household from today."""
    party = lock(session, Party, household_id)
    ensure_may(actor, Permission.ENTER_PARTIES, region_code=party.region_code)
    if member.relation is HouseholdRelation.HEAD:
        raise InvalidInput(_("这户已有户主。"))
    added = _write_member(session, household_id, member)
    events.record(
        session, "household.add_member", "party", household_id, actor=actor, party_id=member.person_id,
        after={"person": member.person_id, "relation": member.relation.value},
    )  # fmt: skip
    return added


def _write_member(session: Session, household_id: uuid.UUID, member: MemberData) -> HouseholdMember:
    lock(session, Person, member.person_id)
    elsewhere = select(PersonRole.id).where(
        PersonRole.person_id == member.person_id,
        PersonRole.role == PersonRoleKind.HOUSEHOLD_MEMBER,
        PersonRole.valid_to.is_(None),
    )
    if session.scalars(elsewhere).first() is not None:
        raise Conflict(_("此人已是另一户的家庭成员，请先在那一户办理迁出。"))
    role = PersonRole(
        person_id=member.person_id, role=PersonRoleKind.HOUSEHOLD_MEMBER, valid_from=clock.today()
    )
    session.add(role)
    session.flush()
    row = HouseholdMember(
        role_id=role.id, household_id=household_id, relation=member.relation, capacity=member.capacity
    )
    session.add(row)
    session.flush()
    return row
