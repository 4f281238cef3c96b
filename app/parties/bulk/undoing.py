"""Taking back what a list brought, as long as nothing depends on it.

The party stays as an empty shell: its history may not be deleted. Its numbers, name and fields are emptied, its
state is closed, and its empty ``match_key`` tells that it was taken back; the numbers may be entered again.
"""

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, delete, func, not_, select, true, update
from sqlalchemy.orm import Session

from app import clock, ids
from app.audit import events
from app.db import RELEASED, Base
from app.errors import Conflict
from app.parties import rules
from app.parties.bulk.batch import VARIABLES, digest_of
from app.parties.kinds import PartyKind, RegistrationState
from app.parties.listed import DuplicateCandidate, HouseholdCategory, Qualification
from app.parties.models import (
    Consent,
    DuplicateAnswer,
    Household,
    HouseholdMember,
    Organisation,
    Party,
    Person,
    PersonRole,
    RegistrationStep,
    SocialWorker,
    Volunteer,
)
from app.parties.signals import tell_naming
from app.permissions import Actor, Permission, ensure_may
from app.rows import pour, ready_instant, ready_keys

_FIELDS = (
    Party.id, Party.code, Party.kind, Party.name, Party.region_code, Party.state, Party.revision, Party.created_at,
)  # fmt: skip
_STEP = ("id", "party_id", "from_state", "to_state", "happened_at", "by_user_id", "by_person_id")
_PARTIES = ("party", "organisation", "person", "household")
# What belongs to a party itself and goes with it; whatever else refers to a party depends on it.
_OWN = frozenset(
    {
        *_PARTIES, "person_role", "registration_step", "registration_detail", "consent", "qualification",
        "household_category", "household_member", "duplicate_candidate", "duplicate_answer",
    }
)  # fmt: skip


def undo_many(session: Session, things: Sequence[uuid.UUID], *, actor: Actor, reason: str) -> None:
    """Take parties back, or roles that a list gave to known people; all or none.

    Raises Conflict with a sentence when one of them was worked on since, or something depends on it.
    """
    reason = rules.ensure_reason(reason)
    parties = _parties(session, things)
    roles = _roles(session, things, actor)
    parties += _heads(session, parties)
    for region in {party.region_code for party in parties}:
        ensure_may(actor, Permission.ENTER_PARTIES, region_code=region)
    party_ids = [party.id for party in parties]
    _ensure_untouched(session, parties)
    _ensure_free(session, party_ids)
    own_roles = _roles_of(session, party_ids)
    _ensure_no_other_roles(session, party_ids, parties)
    people = _people_of(session, roles)
    _end_roles(session, [*own_roles, *roles])
    _empty(session, parties)
    _close(session, parties, actor)
    tell_naming(session, [*party_ids, *people])
    events.record(
        session, "registration.undo_batch", "party_batch", ids.new_id(), actor=actor, reason=reason,
        after={"count": len(things), "sha256_of_keys": digest_of(things)},
    )  # fmt: skip


def _parties(session: Session, things: Sequence[uuid.UUID]) -> list[Any]:
    found: list[Any] = []
    for some in _parts(things):
        query = select(*_FIELDS).where(Party.id.in_(some)).order_by(Party.id)
        found += session.execute(query.with_for_update())
    return found


def _roles(session: Session, things: Sequence[uuid.UUID], actor: Actor) -> list[uuid.UUID]:
    found: list[uuid.UUID] = []
    places: set[str] = set()
    for some in _parts(things):
        numbered = select(Volunteer.role_id).where(Volunteer.role_id.in_(some), Volunteer.number.is_not(None))
        if session.scalars(numbered).first() is not None:
            raise Conflict(_("其中有志愿者已经编号，不能整批撤销，请逐个办理。"))
        query = select(PersonRole.id, Party.region_code).join(Party, Party.id == PersonRole.person_id)
        for role_id, region in session.execute(query.where(PersonRole.id.in_(some))):
            found.append(role_id)
            places.add(region)
    for region in places:
        ensure_may(actor, Permission.ENTER_PARTIES, region_code=region)
    return found


def _people_of(session: Session, role_ids: Sequence[uuid.UUID]) -> list[uuid.UUID]:
    """Return the known people to whom a list gave these roles, and with them perhaps the consent to be named."""
    found: list[uuid.UUID] = []
    for some in _parts(role_ids):
        found += session.scalars(select(PersonRole.person_id).where(PersonRole.id.in_(some)))
    return found


def _heads(session: Session, parties: Sequence[Any]) -> list[Any]:
    """Return the members of these households that came in at the same moment: they go with the household."""
    households = {party.id: party for party in parties if party.kind is PartyKind.HOUSEHOLD}
    there = {party.id for party in parties}
    found = []
    for some in _parts(list(households)):
        query = (
            select(*_FIELDS, HouseholdMember.household_id)
            .join(PersonRole, PersonRole.person_id == Party.id)
            .join(HouseholdMember, HouseholdMember.role_id == PersonRole.id)
            .where(HouseholdMember.household_id.in_(some))
        )
        for person in session.execute(query):
            if person.created_at == households[person.household_id].created_at and person.id not in there:
                found.append(person)
    return found


def _ensure_untouched(session: Session, parties: Sequence[Any]) -> None:
    """Raise Conflict when a party was edited, or had a step after those with which it came in."""
    entered = {party.id: party for party in parties}
    for party in parties:
        if party.revision != 1 or party.state not in (
            RegistrationState.SUBMITTED,
            RegistrationState.APPROVED,
        ):
            raise _worked_on(party)
    for some in _parts(list(entered)):
        query = (
            select(RegistrationStep.party_id, func.max(RegistrationStep.happened_at))
            .where(RegistrationStep.party_id.in_(some))
            .group_by(RegistrationStep.party_id)
        )
        for party_id, last in session.execute(query):
            if last != entered[party_id].created_at:
                raise _worked_on(entered[party_id])


def _worked_on(party: Any) -> Conflict:
    return Conflict(_("“%(name)s”录入之后已有办理（如审核、修改），不能整批撤销。", name=party.name))


def _ensure_free(session: Session, party_ids: Sequence[uuid.UUID]) -> None:
    """Raise Conflict when a row anywhere refers to one of these parties, other than what is its own.

    What came in together has keys close together: most tables refer to nothing between the first and the last.
    """
    if not party_ids:
        return
    first, last = min(party_ids), max(party_ids)
    for column in _references():
        depends = select(column).where(_holds(column.table)).limit(1)
        if session.execute(depends.where(column.between(first, last))).first() is None:
            continue
        for some in _parts(party_ids):
            found = session.execute(depends.where(column.in_(some))).first()
            if found is not None:
                name = session.scalar(select(Party.name).where(Party.id == found[0]))
                raise Conflict(_("“%(name)s”已有贡献、登录用户或文书等记录，不能整批撤销。", name=name or ""))


def _holds(table: Any) -> ColumnElement[bool]:
    """Return the condition that a row counts as depending on what it refers to.

    A table says under ``RELEASED`` which rows were taken back themselves: the shell's row stays for them to refer to.
    """
    released = table.info.get(RELEASED)
    if not released:
        return true()
    return not_(and_(*(table.c[name] == value for name, value in released.items())))


def _references() -> Iterator[Any]:
    """Return the columns of other tables that refer to a party."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if table.name not in _OWN and any(
                key.column.table.name in _PARTIES for key in column.foreign_keys
            ):
                yield column


def _roles_of(session: Session, party_ids: Sequence[uuid.UUID]) -> list[uuid.UUID]:
    """Return the roles of these people, and those of the members of these households."""
    found: list[uuid.UUID] = []
    for some in _parts(party_ids):
        found += session.scalars(select(PersonRole.id).where(PersonRole.person_id.in_(some)))
        found += session.scalars(
            select(HouseholdMember.role_id).where(HouseholdMember.household_id.in_(some))
        )
    return found


def _ensure_no_other_roles(session: Session, party_ids: Sequence[uuid.UUID], parties: Sequence[Any]) -> None:
    """Raise Conflict when another list gave one of these people a role besides."""
    entered = {party.id: party for party in parties}
    for some in _parts(party_ids):
        query = (
            select(PersonRole.person_id)
            .where(PersonRole.person_id.in_(some))
            .group_by(PersonRole.person_id)
            .having(func.count() > 1)
        )
        more = session.scalars(query).first()
        if more is not None:
            raise Conflict(
                _("“%(name)s”另有一种身份，不能整批撤销，请先撤销那一次导入。", name=entered[more].name)
            )


def _end_roles(session: Session, role_ids: Sequence[uuid.UUID]) -> None:
    """Delete roles with the papers and the consent that came with them."""
    for some in _parts(role_ids):
        for model in (Volunteer, SocialWorker, HouseholdMember, Qualification, Consent):
            session.execute(delete(model).where(model.role_id.in_(some)), execution_options=_AS_IT_IS)
        session.execute(delete(PersonRole).where(PersonRole.id.in_(some)), execution_options=_AS_IT_IS)


def _empty(session: Session, parties: Sequence[Any]) -> None:
    """Delete what a party brought along and empty its columns; the shell keeps its key, code and place."""
    for some in _parts([party.id for party in parties]):
        for table, column in (
            (Consent, Consent.party_id),
            (Qualification, Qualification.person_id),
            (HouseholdCategory, HouseholdCategory.household_id),
            (DuplicateCandidate, DuplicateCandidate.party_id),
            (DuplicateCandidate, DuplicateCandidate.other_id),
            (DuplicateAnswer, DuplicateAnswer.party_id),
            (DuplicateAnswer, DuplicateAnswer.other_id),
        ):
            session.execute(delete(table).where(column.in_(some)), execution_options=_AS_IT_IS)
        for model in (Organisation, Person):
            values = {column.key: None for column in model.__table__.columns if column.nullable}
            session.execute(
                update(model).where(model.party_id.in_(some)).values(values), execution_options=_AS_IT_IS
            )
    # A number that no ledger has: the household's own is free again.
    numbers = [
        {"party_id": party.id, "file_number": f"-{party.code}"}
        for party in parties
        if party.kind is PartyKind.HOUSEHOLD
    ]
    if numbers:
        session.execute(update(Household), numbers)


def _close(session: Session, parties: Sequence[Any], actor: Actor) -> None:
    now = clock.now()
    closed = {
        "state": RegistrationState.CLOSED, "state_since": now, "revision": Party.revision + 1,
        "name": _("已撤回的录入"), "sort_key": "", "match_key": "",
    }  # fmt: skip
    for some in _parts([party.id for party in parties]):
        session.execute(update(Party).where(Party.id.in_(some)).values(closed))
    dialect = session.get_bind().dialect.name
    rows = zip(
        ready_keys(ids.new_keys(len(parties)), dialect),
        ready_keys([party.id.bytes for party in parties], dialect),
        parties,
        strict=True,
    )
    user, person = (
        None if one is None else ready_keys([one.bytes], dialect)[0]
        for one in (actor.user_id, actor.person_id)
    )
    at, word = ready_instant(now), RegistrationState.CLOSED.value
    pour(
        session, "registration_step", _STEP,
        [(key, party_id, one.state.value, word, at, user, person) for key, party_id, one in rows],
    )  # fmt: skip


_AS_IT_IS = {"synchronize_session": False}


def _parts(keys: Sequence[uuid.UUID]) -> list[Sequence[uuid.UUID]]:
    return [keys[start : start + VARIABLES] for start in range(0, len(keys), VARIABLES)]
