"""Approving many parties at once, by somebody who did not enter them."""

import uuid
from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import clock, counters, ids
from app.audit import events
from app.errors import InvalidInput
from app.parties import interest, rules
from app.parties.bulk.batch import LARGEST_BATCH, VARIABLES, digest_of
from app.parties.bulk.comparing import unanswered_pairs
from app.parties.bulk.papers import give_consents
from app.parties.kinds import PersonRoleKind, RegistrationState
from app.parties.models import HouseholdMember, Party, PersonRole, RegistrationStep, Volunteer
from app.parties.signals import tell_naming
from app.parties.waiting import role_counts
from app.permissions import Actor, Permission, ensure_four_eyes, ensure_may
from app.rows import pour, ready_instant, ready_keys

_S = RegistrationState
_UNSETTLED = (_S.SUBMITTED, _S.SENT_BACK, _S.REJECTED)
_STEP = ("id", "party_id", "from_state", "to_state", "happened_at", "by_user_id", "by_person_id")


def approve_many(session: Session, things: Sequence[uuid.UUID], *, actor: Actor, why: str = "") -> int:
    """Approve the submitted ones of these parties, with the heads of households; return how many things were approved.

    ``things`` (at most 2,000) are parties, or roles that a list gave to known people; these wait until the person is
    admitted. Left for a look of their own: parties that look like another one, and those that are near to the actor;
    a household is left with its head. Who calls again does what can go by then.
    Raises NotAllowed for whoever entered one of them, and outside the actor's regions.
    """
    if len(things) > LARGEST_BATCH:
        raise InvalidInput(_("一批最多 %(count)s 行。", count=LARGEST_BATCH))
    members = _members_of(session, things)
    wanted = [*things, *(person_id for _household, person_id in members)]
    submitted: list[Party] = []
    for some in _parts(wanted):
        query = select(Party).where(Party.id.in_(some), Party.state == _S.SUBMITTED).order_by(Party.id)
        submitted += session.scalars(query.with_for_update())
    for region in {party.region_code for party in submitted}:
        ensure_may(actor, Permission.REVIEW_REGISTRATIONS, region_code=region)
    _ensure_other_hands(session, [party.id for party in submitted], actor)
    held_back = _alike(session, [party.id for party in submitted])
    held_back |= interest.near_to(session, actor, [party.id for party in submitted])
    held_back |= _left_with_their_heads(session, members, {party.id for party in submitted} - held_back)
    approved = [party.id for party in submitted if party.id not in held_back]
    _move(session, approved, actor)
    roles = _waiting_roles(session, things, actor)
    _let_count(session, list(roles))
    _issue_numbers(session, [*approved, *roles.values()])
    done = [*approved, *roles]
    tell_naming(session, [*approved, *roles.values()])
    if done:
        events.record(
            session, "registration.approve_batch", "party_batch", ids.new_id(), actor=actor,
            after={"count": len(done), "sha256_of_keys": digest_of(done)}, reason=why or None,
        )  # fmt: skip
    return len(set(things).intersection(done))


def _members_of(session: Session, things: Sequence[uuid.UUID]) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """Return the households among these things, each with its members."""
    members: list[tuple[uuid.UUID, uuid.UUID]] = []
    for some in _parts(things):
        query = select(HouseholdMember.household_id, PersonRole.person_id).join(
            PersonRole, PersonRole.id == HouseholdMember.role_id
        )
        rows = session.execute(query.where(HouseholdMember.household_id.in_(some)))
        members += [(household, person) for household, person in rows]
    return members


def _left_with_their_heads(
    session: Session, members: Sequence[tuple[uuid.UUID, uuid.UUID]], going: set[uuid.UUID]
) -> set[uuid.UUID]:
    """Return the households of which a member was refused, or waits and is not admitted now."""
    open_members: set[uuid.UUID] = set()
    for some in _parts([person for _household, person in members if person not in going]):
        query = select(Party.id).where(Party.id.in_(some), Party.state.in_(_UNSETTLED))
        open_members.update(session.scalars(query))
    return {household for household, person in members if person in open_members}


def _ensure_other_hands(session: Session, party_ids: Sequence[uuid.UUID], actor: Actor) -> None:
    """Raise NotAllowed when the actor entered one of these parties."""
    for some in _parts(party_ids):
        hands = session.scalars(
            select(RegistrationStep.by_person_id)
            .distinct()
            .where(
                RegistrationStep.party_id.in_(some),
                RegistrationStep.to_state.in_((_S.DRAFT, _S.SUBMITTED)),
                RegistrationStep.by_person_id.is_not(None),
            )
        )
        ensure_four_eyes(actor, *hands)


def _alike(session: Session, party_ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    return {
        pair.party_id for some in _parts(party_ids) for pair in unanswered_pairs(session, Party.id.in_(some))
    }


def _move(session: Session, party_ids: Sequence[uuid.UUID], actor: Actor) -> None:
    now = clock.now()
    dialect = session.get_bind().dialect.name
    for some in _parts(party_ids):
        session.execute(
            update(Party).where(Party.id.in_(some)).values(state=_S.APPROVED, state_since=now),
            execution_options={"synchronize_session": False},
        )
    keys = ready_keys(ids.new_keys(len(party_ids)), dialect)
    parties = ready_keys([party_id.bytes for party_id in party_ids], dialect)
    user, person = (
        None if one is None else ready_keys([one.bytes], dialect)[0]
        for one in (actor.user_id, actor.person_id)
    )
    at = ready_instant(now)
    pour(
        session,
        "registration_step",
        _STEP,
        [
            (key, party, _S.SUBMITTED.value, _S.APPROVED.value, at, user, person)
            for key, party in zip(keys, parties, strict=True)
        ],
    )


def _waiting_roles(session: Session, things: Sequence[uuid.UUID], actor: Actor) -> dict[uuid.UUID, uuid.UUID]:
    """Return the waiting roles among these things with their people, who are admitted and not near to the actor."""
    found: dict[uuid.UUID, uuid.UUID] = {}
    for some in _parts(things):
        query = (
            select(PersonRole.id, PersonRole.person_id, Party.region_code)
            .join(Party, Party.id == PersonRole.person_id)
            .where(PersonRole.id.in_(some), PersonRole.waits_since.is_not(None), Party.state == _S.APPROVED)
            .order_by(PersonRole.id)
            .with_for_update(of=PersonRole)
        )
        for role_id, person_id, region in session.execute(query):
            ensure_may(actor, Permission.REVIEW_REGISTRATIONS, region_code=region)
            found[role_id] = person_id
    near = interest.near_to(session, actor, list(found.values()))
    return {role_id: person_id for role_id, person_id in found.items() if person_id not in near}


def _let_count(session: Session, role_ids: Sequence[uuid.UUID]) -> None:
    """Bring approved roles into force with the papers and the consent that came with them."""
    give_consents(session, role_ids)
    for some in _parts(role_ids):
        for statement in (
            update(PersonRole).where(PersonRole.id.in_(some)).values(waits_since=None),
            update(Volunteer).where(Volunteer.role_id.in_(some)).values(may_publish=None),
        ):
            session.execute(statement, execution_options={"synchronize_session": False})


def _issue_numbers(session: Session, person_ids: Sequence[uuid.UUID]) -> None:
    """Give the volunteers among these people their numbers, in the order of their parties, from one block."""
    volunteers: list[tuple[uuid.UUID, uuid.UUID, str, bool]] = []
    for some in _parts(person_ids):
        query = (
            select(PersonRole.person_id, PersonRole.id, Party.region_code, Volunteer.registered_on.is_(None))
            .join(Volunteer, Volunteer.role_id == PersonRole.id)
            .join(Party, Party.id == PersonRole.person_id)
            .where(PersonRole.person_id.in_(some), PersonRole.role == PersonRoleKind.VOLUNTEER)
            .where(PersonRole.valid_to.is_(None), role_counts(), Volunteer.number.is_(None))
        )
        volunteers += [(one, role, region, is_new) for one, role, region, is_new in session.execute(query)]
    if not volunteers:
        return
    volunteers.sort()
    first = counters.take(session, "volunteer", count=len(volunteers))
    session.execute(
        update(Volunteer),
        [
            {"role_id": role, "number": rules.volunteer_number(region, first + offset)}
            for offset, (_person, role, region, _is_new) in enumerate(volunteers)
        ],
    )
    starting = [
        {"id": role, "valid_from": clock.today()} for _person, role, _region, is_new in volunteers if is_new
    ]
    if starting:
        session.execute(update(PersonRole), starting)


def _parts(keys: Sequence[uuid.UUID]) -> list[Sequence[uuid.UUID]]:
    return [keys[start : start + VARIABLES] for start in range(0, len(keys), VARIABLES)]
