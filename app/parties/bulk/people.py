"""Entering many volunteers and social workers at once."""

import uuid
from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import counters, ids, keys
from app.identity import DocumentKind
from app.imports.registers import Admission, Row, Verdict
from app.imports.world import World
from app.parties import duplicates, names, rules
from app.parties.bulk.batch import VARIABLES, Batch
from app.parties.bulk.papers import Placed, add_consents, add_papers, refuse_certificates
from app.parties.entries import PersonEntry, SocialWorkerEntry, VolunteerEntry
from app.parties.kinds import PartyKind, PersonRoleKind, RegistrationState, Sex
from app.parties.models import Party, Person, PersonRole
from app.parties.registers.shelf import Parties, registered_elsewhere
from app.parties.signals import tell_naming
from app.permissions import Actor, may_in

_OPEN = (RegistrationState.SUBMITTED, RegistrationState.APPROVED)
_RESIDENT_ID, _MALE, _FEMALE = DocumentKind.RESIDENT_ID.value, Sex.MALE.value, Sex.FEMALE.value


class _Known(NamedTuple):
    party_id: uuid.UUID
    match_key: str
    state: RegistrationState
    region_code: str


def admit_volunteers(
    session: Session, rows: Sequence[tuple[Row, Verdict]], *, actor: Actor, scope_of: World
) -> Admission:
    """Enter the volunteers of judged rows (``Register.admit``)."""
    entries = [verdict.data for _row, verdict in rows]
    return enter_volunteers(session, entries, actor=actor, world=scope_of)


def admit_social_workers(
    session: Session, rows: Sequence[tuple[Row, Verdict]], *, actor: Actor, scope_of: World
) -> Admission:
    """Enter the social workers of judged rows (``Register.admit``)."""
    entries = [verdict.data for _row, verdict in rows]
    return enter_social_workers(session, entries, actor=actor, world=scope_of)


def enter_volunteers(
    session: Session,
    entries: Sequence[VolunteerEntry],
    *,
    actor: Actor,
    prepared_by: uuid.UUID | None = None,
    world: World | None = None,
) -> Admission:
    """Enter volunteers; a person of the register gets the role besides. At most 2,000.

    The things of the admission are new parties, and the new roles of people who were known.
    """
    batch = Batch(session, len(entries), actor=actor, prepared_by=prepared_by)
    for index, entry in enumerate(entries):
        if rules.age(entry.person.born_on, batch.today) < rules.YOUNGEST_VOLUNTEER:
            batch.refused[index] = _("未满 %(years)s 周岁，不能注册志愿者。", years=rules.YOUNGEST_VOLUNTEER)
    placed = place_people(
        batch,
        [entry.person for entry in entries],
        PersonRoleKind.VOLUNTEER,
        [entry.registered_on for entry in entries],
        world,
    )
    papers = [
        (placed[index], paper, None, None)
        for index, entry in enumerate(entries)
        if entry.papers
        for paper in entry.papers
    ]
    add_papers(batch, papers)
    add_consents(
        batch, [one for one, entry in zip(placed, entries, strict=True) if one and entry.may_publish]
    )
    _add_volunteers(batch, entries, placed)
    admission = batch.write("person.enter_batch")
    tell_naming(session, [one.known_id for one in placed if one and one.known_id and not one.waits])
    return admission


def enter_social_workers(
    session: Session,
    entries: Sequence[SocialWorkerEntry],
    *,
    actor: Actor,
    prepared_by: uuid.UUID | None = None,
    world: World | None = None,
) -> Admission:
    """Enter social workers; a person of the register gets the role besides. At most 2,000."""
    batch = Batch(session, len(entries), actor=actor, prepared_by=prepared_by)
    refuse_certificates(batch, entries)
    placed = place_people(
        batch,
        [entry.person for entry in entries],
        PersonRoleKind.SOCIAL_WORKER,
        [entry.issued_on for entry in entries],
        world,
    )
    paper = _("社会工作者证")
    add_papers(
        batch,
        [
            (one, paper, entry.certificate_number, entry.issued_on)
            for one, entry in zip(placed, entries, strict=True)
        ],
    )
    batch.rows["social_worker"] += [
        (one.role, entry.level.value, entry.certificate_number, batch.day(entry.registered_until),
         batch.day(entry.issued_on))
        for one, entry in zip(placed, entries, strict=True) if one is not None
    ]  # fmt: skip
    return batch.write("person.enter_batch")


def place_people(
    batch: Batch,
    people: Sequence[PersonEntry],
    role: PersonRoleKind,
    begins: Sequence[date | None],
    world: World | None = None,
) -> list[Placed | None]:
    """Collect the people of the lines, new or known, each with an open role; None for a refused line.

    ``world``: the one in which the lines were judged in this very transaction. It knows who is in the register,
    so that only those are asked for again.
    """
    batch.refuse_places([person.region_code for person in people])
    hashes = [person.number_hash for person in people]
    if world is not None and world.session is batch.session:
        hashes = world.shelf(Parties).of_register(hashes)
    known = _known_people(batch.session, hashes)
    holders = _holders(batch.session, [one.party_id for one in known.values()], role) if known else set()
    seen: set[bytes] = set()
    fresh: list[tuple[int, str, str]] = []
    again: list[tuple[int, _Known]] = []
    for index, person in enumerate(people):
        if index in batch.refused:
            continue
        found = known.get(person.number_hash)
        if found is not None and not may_in(batch.actor, batch.permission, found.region_code):
            batch.refused[index] = registered_elsewhere()
            continue
        if person.number_hash in seen or (found is not None and found.party_id in holders):
            batch.refused[index] = _("这个人已经录入，不再重复录入。")
            continue
        seen.add(person.number_hash)
        if found is None:
            fresh.append((index, person.name, person.region_code))
        elif found.match_key != names.match_key(person.name):
            batch.refused[index] = _("登记册里这个身份证号属于另一个姓名，请核对。")
        elif found.state not in _OPEN:
            batch.refused[index] = _("这个人的登记处于“%(state)s”，请先办理。", state=found.state.label)
        else:
            again.append((index, found))
    placed: list[Placed | None] = [None] * len(people)
    role_keys = iter(batch.keys(len(fresh)))
    for (index, _name, _region), key in zip(fresh, batch.add_parties(PartyKind.PERSON, fresh), strict=True):
        placed[index] = Placed(key, next(role_keys), None, batch.admits, False)
    for index, found in again:
        role_id = ids.new_id()
        batch.things[index] = role_id
        is_admitted = batch.admits and found.state is RegistrationState.APPROVED
        waits = (
            not batch.admits and role is not PersonRoleKind.HOUSEHOLD_MEMBER
        )  # that one waits with its household
        placed[index] = Placed(
            batch.key(found.party_id), batch.key(role_id), found.party_id, is_admitted, waits
        )
    _add_people(batch, people, placed)
    today, word = batch.today.isoformat(), role.value
    batch.rows["person_role"] += [
        (one.role, one.person, word, begin.isoformat() if begin else today, batch.at if one.waits else None)
        for one, begin in zip(placed, begins, strict=True)
        if one is not None
    ]
    return placed


def _add_people(batch: Batch, people: Sequence[PersonEntry], placed: Sequence[Placed | None]) -> None:
    seal: Callable[..., bytes] = keys.encryption.encrypt
    phone_hash = duplicates.phone_hash
    rows = batch.rows["person"]
    for person, one in zip(people, placed, strict=True):
        if one is None or one.known_id is not None:
            continue
        phone = person.phone
        rows.append(
            (
                one.person,
                _RESIDENT_ID,
                seal(person.number.encode()),
                person.number_hash,
                person.born_on.isoformat(),
                _FEMALE if person.is_female else _MALE,
                seal(phone.encode()) if phone else None,
                phone_hash(phone) if phone else None,
            )
        )


def _add_volunteers(batch: Batch, entries: Sequence[VolunteerEntry], placed: Sequence[Placed | None]) -> None:
    """Collect the role's own rows; admitted volunteers get their numbers in the order of the lines, taken last."""
    admitted = sum(1 for one in placed if one is not None and one.is_admitted)
    next_number = counters.take(batch.session, "volunteer", count=admitted) if admitted else 0
    rows = batch.rows["volunteer"]
    for entry, one in zip(entries, placed, strict=True):
        if one is None:
            continue
        number = None
        if one.is_admitted:
            number = rules.volunteer_number(entry.person.region_code, next_number)
            next_number += 1
        publish = entry.may_publish if one.waits else None
        rows.append((one.role, number, entry.service_kinds, 0, batch.day(entry.registered_on), publish))


def _known_people(session: Session, hashes: Sequence[bytes]) -> dict[bytes, _Known]:
    found = {}
    for start in range(0, len(hashes), VARIABLES):
        query = (
            select(Person.identity_hash, Party.id, Party.match_key, Party.state, Party.region_code)
            .join(Party, Party.id == Person.party_id)
            .where(Person.identity_hash.in_(hashes[start : start + VARIABLES]))
        )
        for number_hash, party_id, match_key, state, region in session.execute(query):
            found[bytes(number_hash or b"")] = _Known(party_id, match_key, state, region)
    return found


def _holders(session: Session, person_ids: Sequence[uuid.UUID], role: PersonRoleKind) -> set[uuid.UUID]:
    holders: set[uuid.UUID] = set()
    for start in range(0, len(person_ids), VARIABLES):
        query = select(PersonRole.person_id).where(PersonRole.role == role, PersonRole.valid_to.is_(None))
        holders.update(
            session.scalars(query.where(PersonRole.person_id.in_(person_ids[start : start + VARIABLES])))
        )
    return holders
