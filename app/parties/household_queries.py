"""Reading household files: who is of one, since when, its categories, tags, history."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from app import clock
from app.audit import events
from app.errors import InvalidInput, NotFound
from app.identity import normalise
from app.ids import clean_code
from app.parties import categories as words
from app.parties import duplicates, names
from app.parties.household_kinds import CategoryKind, HouseholdEventKind, PersonTagKind
from app.parties.household_models import HouseholdEvent, HouseholdNote, PersonDeath, PersonTag
from app.parties.kinds import Capacity, HouseholdRelation, PartyKind, PersonRoleKind, RegistrationState
from app.parties.listed import HouseholdCategory
from app.parties.models import Household, HouseholdMember, Party, Person, PersonRole
from app.parties.queries import in_regions
from app.permissions import Actor, Permission
from app.regions.rules import within


@dataclass(frozen=True)
class Member:
    """Somebody who is or was of a household. ``valid_to`` is the last day; None: still of it."""

    party: Party
    person: Person
    relation: HouseholdRelation
    capacity: Capacity
    valid_from: date
    valid_to: date | None
    died_on: date | None

    @property
    def is_present(self) -> bool:
        """Whether the person is still of the household."""
        return self.valid_to is None


@dataclass(frozen=True)
class Line:
    """One event of a household's history with its words, while retention keeps them."""

    event: HouseholdEvent
    words: str | None


def staff_get(session: Session, code: str, *, actor: Actor) -> tuple[Party, Household]:
    """Return a household of the actor's regions by code. Raises NotFound for any other."""
    found = session.execute(
        select(Party, Household)
        .join(Household, Household.party_id == Party.id)
        .where(Party.code == clean_code(code), in_regions(actor, Permission.READ_HOUSEHOLDS))
    ).first()
    if found is None:
        raise NotFound(_("辖区内没有这户家庭。"))
    return found[0], found[1]


def note_read(session: Session, household_id: uuid.UUID, *, actor: Actor, purpose: str) -> None:
    """Write that somebody of the staff looked at a file, and which page of it; in a transaction of its own."""
    events.record(
        session, "household.read", "party", household_id, actor=actor, party_id=household_id,
        after={"purpose": purpose},
    )  # fmt: skip


def staff_households(
    actor: Actor,
    *,
    text: str = "",
    category: CategoryKind | None = None,
    region_code: str | None = None,
    lead_worker_id: uuid.UUID | None = None,
    state: RegistrationState | None = None,
) -> Select[Party]:
    """Return the statement of the households in the actor's regions that fit, unordered, for paging.

    ``text`` is a file number, a part of a member's name, or a whole identity or telephone number of a member.
    """
    wanted = select(Party).where(
        Party.kind == PartyKind.HOUSEHOLD,
        Party.match_key != "",
        in_regions(actor, Permission.READ_HOUSEHOLDS),
    )
    if category is not None:
        today = clock.today()
        there = select(HouseholdCategory.household_id).where(
            words.means(HouseholdCategory.category, category), _stands(today)
        )
        wanted = wanted.where(Party.id.in_(there))
    if region_code:
        wanted = wanted.where(within(Party.region_code, region_code))
    if lead_worker_id is not None:
        mine = select(Household.party_id).where(Household.lead_worker_id == lead_worker_id)
        wanted = wanted.where(Party.id.in_(mine))
    if state is not None:
        wanted = wanted.where(Party.state == state)
    return wanted.where(_fits(text.strip())) if text.strip() else wanted


def households_of(session: Session, party_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Household]:
    """Return the file number and lead worker of households by key."""
    rows = session.scalars(select(Household).where(Household.party_id.in_(party_ids)))
    return {row.party_id: row for row in rows}


def member_counts(session: Session, party_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Return how many people are of each household now."""
    rows = session.execute(
        select(HouseholdMember.household_id, func.count())
        .join(PersonRole, PersonRole.id == HouseholdMember.role_id)
        .where(HouseholdMember.household_id.in_(party_ids), PersonRole.valid_to.is_(None))
        .group_by(HouseholdMember.household_id)
    )
    return {household_id: int(count) for household_id, count in rows}


def members(session: Session, household_id: uuid.UUID, *, on: date | None = None) -> list[Member]:
    """Return all who are or were of a household, those of now first and the head at their top.

    With ``on`` only those who were of it on that day.
    """
    query = (
        select(Party, Person, HouseholdMember, PersonRole, PersonDeath.died_on)
        .join(Person, Person.party_id == Party.id)
        .join(PersonRole, PersonRole.person_id == Party.id)
        .join(HouseholdMember, HouseholdMember.role_id == PersonRole.id)
        .outerjoin(PersonDeath, PersonDeath.person_id == Party.id)
        .where(HouseholdMember.household_id == household_id)
        .order_by(PersonRole.valid_from, PersonRole.id)
    )
    if on is not None:
        ends = or_(PersonRole.valid_to.is_(None), PersonRole.valid_to >= on)
        query = query.where(PersonRole.valid_from <= on, ends)
    found = [
        Member(party, person, row.relation, row.capacity, role.valid_from, role.valid_to, died_on)
        for party, person, row, role, died_on in session.execute(query)
    ]
    return sorted(found, key=lambda one: (not one.is_present, one.relation is not HouseholdRelation.HEAD))


def household_of(session: Session, person_id: uuid.UUID, *, on: date | None = None) -> uuid.UUID | None:
    """Return the household of which a person is a member now, or was on a day; None when of none."""
    query = (
        select(HouseholdMember.household_id)
        .join(PersonRole, PersonRole.id == HouseholdMember.role_id)
        .where(PersonRole.person_id == person_id, PersonRole.role == PersonRoleKind.HOUSEHOLD_MEMBER)
    )
    if on is None:
        query = query.where(PersonRole.valid_to.is_(None))
    else:
        ends = or_(PersonRole.valid_to.is_(None), PersonRole.valid_to >= on)
        query = query.where(PersonRole.valid_from <= on, ends).order_by(PersonRole.valid_from.desc())
    return session.scalars(query.limit(1)).first()


def categories(session: Session, household_id: uuid.UUID) -> list[HouseholdCategory]:
    """Return in which categories a household or its members stand or stood, those of now first."""
    rows = session.scalars(
        select(HouseholdCategory)
        .where(HouseholdCategory.household_id == household_id)
        .order_by(HouseholdCategory.recorded_at.desc(), HouseholdCategory.id.desc())
    )
    return sorted(rows, key=lambda one: one.end_on is not None)


def categories_of(
    session: Session, household_ids: Collection[uuid.UUID], *, on: date | None = None
) -> dict[uuid.UUID, list[HouseholdCategory]]:
    """Return the categories in which households stand on a day (today when none is given), for lists."""
    found: dict[uuid.UUID, list[HouseholdCategory]] = {}
    query = select(HouseholdCategory).where(
        HouseholdCategory.household_id.in_(household_ids), _stands(on or clock.today())
    )
    for row in session.scalars(query.order_by(HouseholdCategory.id)):
        found.setdefault(row.household_id, []).append(row)
    return found


def tags(session: Session, person_ids: Collection[uuid.UUID]) -> list[PersonTag]:
    """Return the tags that persons carry or carried, oldest first."""
    query = select(PersonTag).where(PersonTag.person_id.in_(person_ids))
    return list(session.scalars(query.order_by(PersonTag.begin_on, PersonTag.id)))


def has_tag(session: Session, person_ids: Collection[uuid.UUID], kinds: Collection[PersonTagKind]) -> bool:
    """Return whether one of these persons carries one of these tags today."""
    today = clock.today()
    query = select(PersonTag.id).where(
        PersonTag.person_id.in_(person_ids),
        PersonTag.tag.in_(kinds),
        PersonTag.begin_on <= today,
        or_(PersonTag.end_on.is_(None), PersonTag.end_on >= today),
    )
    return session.scalars(query.limit(1)).first() is not None


def lead_worker(session: Session, household_id: uuid.UUID) -> Party | None:
    """Return who is responsible for a household, or None."""
    query = select(Party).join(Household, Household.lead_worker_id == Party.id)
    return session.scalars(query.where(Household.party_id == household_id)).first()


def timeline(
    session: Session, household_id: uuid.UUID, *, kinds: Sequence[HouseholdEventKind] = ()
) -> list[Line]:
    """Return what happened to a household, newest first, of some kinds or all."""
    query = (
        select(HouseholdEvent, HouseholdNote.words)
        .outerjoin(HouseholdNote, HouseholdNote.event_id == HouseholdEvent.id)
        .where(HouseholdEvent.household_id == household_id)
        .order_by(HouseholdEvent.recorded_at.desc(), HouseholdEvent.id.desc())
    )
    if kinds:
        query = query.where(HouseholdEvent.kind.in_(kinds))
    return [Line(event, words) for event, words in session.execute(query)]


def moves(session: Session, household_id: uuid.UUID) -> list[Line]:
    """Return the moves of a household from place to place, newest first; ``was`` and ``became`` are region codes."""
    return timeline(session, household_id, kinds=[HouseholdEventKind.MOVED])


def worker_named(session: Session, text: str) -> Party:
    """Return the admitted or known person, of no household, whom staff name by full name or telephone number.

    Raises InvalidInput for field "lead_worker" when there is none, or several of the name.
    """
    number = normalise(text)
    fits = Party.match_key == names.match_key(text)
    if number.isascii() and number.isdigit():
        fits = Party.id.in_(select(Person.party_id).where(Person.phone_hash == duplicates.phone_hash(number)))
    assisted = select(PersonRole.person_id).where(
        PersonRole.role == PersonRoleKind.HOUSEHOLD_MEMBER, PersonRole.valid_to.is_(None)
    )
    query = select(Party).where(Party.kind == PartyKind.PERSON, Party.id.not_in(assisted), fits)
    alive = query.where(Party.state.not_in((RegistrationState.CLOSED, RegistrationState.REJECTED)))
    found = session.scalars(alive.limit(2)).all()
    if not found:
        raise InvalidInput(_("没有找到这个人，请填写全名或手机号。"), field="lead_worker")
    if len(found) > 1:
        raise InvalidInput(_("有几个人叫这个名字，请填写手机号。"), field="lead_worker")
    return found[0]


def _stands(on: date) -> ColumnElement[bool]:
    """Return the condition that a category is in force on a day."""
    begun = or_(HouseholdCategory.begin_on.is_(None), HouseholdCategory.begin_on <= on)
    return begun & or_(HouseholdCategory.end_on.is_(None), HouseholdCategory.end_on >= on)


def _fits(text: str) -> ColumnElement[bool]:
    number = normalise(text)
    somebody = select(HouseholdMember.household_id).join(PersonRole, PersonRole.id == HouseholdMember.role_id)
    somebody = somebody.where(PersonRole.valid_to.is_(None))
    person = aliased(Party)
    named = somebody.join(person, person.id == PersonRole.person_id).where(
        person.match_key.contains(names.match_key(text), autoescape=True)
    )
    fits = [
        Party.code == clean_code(text),
        Party.id.in_(select(Household.party_id).where(Household.file_number == number)),
        Party.id.in_(named),
    ]
    if number.isascii() and number.isalnum() and len(number) >= 7:
        numbered = somebody.join(Person, Person.party_id == PersonRole.person_id).where(
            or_(
                Person.identity_hash == duplicates.identity_hash(number),
                Person.phone_hash == duplicates.phone_hash(number),
            )
        )
        fits.append(Party.id.in_(numbered))
    return or_(*fits)
