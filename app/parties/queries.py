"""Reading the party register."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, and_, or_, select, true
from sqlalchemy.orm import Session

from app import clock
from app.errors import NotFound
from app.ids import clean_code
from app.parties import duplicates, rules, search
from app.parties.directory import SHOWN
from app.parties.kinds import ActingRole, ConsentPurpose, PartyKind, PersonRoleKind, RegistrationState
from app.parties.listed import Qualification
from app.parties.models import (
    Affiliation,
    Consent,
    DeclaredRelative,
    Organisation,
    Party,
    Person,
    PersonRole,
    RegistrationDetail,
    RegistrationStep,
    SocialWorker,
    Volunteer,
)
from app.parties.waiting import paper_counts, role_counts
from app.permissions import Actor, Permission
from app.regions.rules import within, within_any


@dataclass(frozen=True)
class Step:
    """One line of a party's timeline."""

    step: RegistrationStep
    note: str | None


def get(session: Session, party_id: uuid.UUID) -> Party:
    """Return a party by key. Raises NotFound."""
    party = session.get(Party, party_id)
    if party is None:
        raise NotFound(_("没有找到这个主体。"))
    return party


def by_code(session: Session, code: str) -> Party:
    """Return a party by its public code, however it was typed. Raises NotFound."""
    party = session.scalars(select(Party).where(Party.code == clean_code(code))).first()
    if party is None:
        raise NotFound(_("没有找到这个主体。"))
    return party


def organisation_of(session: Session, party_id: uuid.UUID) -> Organisation:
    """Return the fields of an organisation. Raises NotFound when the party is none."""
    organisation = session.get(Organisation, party_id)
    if organisation is None:
        raise NotFound(_("没有找到这个单位。"))
    return organisation


def person_of(session: Session, party_id: uuid.UUID) -> Person:
    """Return the fields of a person. Raises NotFound when the party is none."""
    person = session.get(Person, party_id)
    if person is None:
        raise NotFound(_("没有找到这个人。"))
    return person


def own_parties(session: Session, actor: Actor) -> list[Party]:
    """Return the parties whose registration the actor handles: organisations first, then the own person.

    A person without a role of their own (a manager, a clerk) has no registration to show.
    """
    organisations = actor.organisations(Permission.OWN_REGISTRATION)
    own = [
        *session.scalars(select(Party).where(Party.id.in_(organisations)).order_by(Party.sort_key, Party.id))
    ]
    if actor.person_id is not None and roles_of(session, actor.person_id):
        own.append(get(session, actor.person_id))
    return own


def details_of(session: Session, party_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return for each party what a list says below its name: credit code or volunteer number."""
    ids = set(party_ids)
    codes = session.execute(
        select(Organisation.party_id, Organisation.uscc).where(
            Organisation.party_id.in_(ids), Organisation.uscc.is_not(None)
        )
    )
    numbers = session.execute(
        select(PersonRole.person_id, Volunteer.number)
        .join(Volunteer, Volunteer.role_id == PersonRole.id)
        .where(PersonRole.person_id.in_(ids), Volunteer.number.is_not(None))
    )
    return {party_id: str(text) for found in (codes, numbers) for party_id, text in found}


def names_of(session: Session, party_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return the names of parties by key."""
    parties = session.scalars(select(Party).where(Party.id.in_(set(party_ids))))
    return {party.id: party.name for party in parties}


def qualifications_of(session: Session, person_id: uuid.UUID) -> Sequence[str]:
    """Return the names of the papers that a person holds and that count, each once."""
    query = select(Qualification.kind).distinct().where(Qualification.person_id == person_id, paper_counts())
    return session.scalars(query.order_by(Qualification.kind)).all()


def by_uscc(session: Session, code: str) -> Party | None:
    """Return the organisation that claims a credit code, or None."""
    return session.scalars(
        select(Party)
        .join(Organisation, Organisation.party_id == Party.id)
        .where(Organisation.uscc_claim == code)
    ).first()


def by_volunteer_number(session: Session, number: str) -> Party | None:
    """Return the person who holds a volunteer number, or None."""
    return session.scalars(
        select(Party)
        .join(PersonRole, PersonRole.person_id == Party.id)
        .join(Volunteer, Volunteer.role_id == PersonRole.id)
        .where(Volunteer.number == number)
    ).first()


def by_identity_number(session: Session, number: str) -> Party | None:
    """Return the person who claims a (tidied) identity number, or None."""
    return session.scalars(
        select(Party)
        .join(Person, Person.party_id == Party.id)
        .where(Person.identity_hash == duplicates.identity_hash(number))
    ).first()


def has_consent(session: Session, party_id: uuid.UUID, purpose: ConsentPurpose) -> bool:
    """Return whether a party agrees to a purpose at this moment."""
    return purpose in open_consents(session, party_id)


def open_consents(session: Session, party_id: uuid.UUID) -> dict[ConsentPurpose, Consent]:
    """Return the consents in force of a party by purpose."""
    rows = session.scalars(
        select(Consent).where(
            Consent.party_id == party_id,
            Consent.withdrawn_at.is_(None),
            or_(Consent.expires_on.is_(None), Consent.expires_on >= clock.today()),
        )
    )
    return {consent.purpose: consent for consent in rows}


def may_name_publicly(session: Session, party: Party) -> bool:
    """Return whether the public may read the party's whole name: of those who were admitted and have not
    left, organisations, and persons who agreed and are of age (慈善法 art. 82, 志愿服务条例 art. 20); households
    never."""
    if party.state not in SHOWN or party.kind is PartyKind.HOUSEHOLD:
        return False
    if party.kind is PartyKind.ORGANISATION:
        return True
    person = person_of(session, party.id)
    if rules.is_minor(person.born_on, clock.today()):
        return False
    return has_consent(session, party.id, ConsentPurpose.PUBLISH_NAME)


def roles_of(session: Session, person_id: uuid.UUID) -> list[PersonRole]:
    """Return the roles that a person holds today, oldest first."""
    today = clock.today()
    return list(
        session.scalars(
            select(PersonRole)
            .where(PersonRole.person_id == person_id, PersonRole.valid_from <= today, role_counts())
            .where(or_(PersonRole.valid_to.is_(None), PersonRole.valid_to >= today))
            .order_by(PersonRole.valid_from, PersonRole.id)
        )
    )


def volunteer_of(session: Session, person_id: uuid.UUID) -> Volunteer | None:
    """Return the fields of a person's open role of volunteer, or None."""
    return session.scalars(
        select(Volunteer)
        .join(PersonRole, PersonRole.id == Volunteer.role_id)
        .where(PersonRole.person_id == person_id, PersonRole.valid_to.is_(None))
    ).first()


def social_worker_of(session: Session, person_id: uuid.UUID) -> SocialWorker | None:
    """Return the fields of a person's open role of social worker, or None."""
    return session.scalars(
        select(SocialWorker)
        .join(PersonRole, PersonRole.id == SocialWorker.role_id)
        .where(PersonRole.person_id == person_id, PersonRole.valid_to.is_(None))
    ).first()


def acting_role_of(session: Session, party: Party) -> ActingRole:
    """Return in which quality a party gives by default."""
    if party.kind is PartyKind.ORGANISATION:
        return rules.acting_role(organisation_of(session, party.id).organisation_kind)
    held = {role.role for role in roles_of(session, party.id)}
    for kind in (PersonRoleKind.SOCIAL_WORKER, PersonRoleKind.VOLUNTEER):
        if kind in held:
            return rules.acting_role(None, kind)
    return rules.acting_role(None)


def affiliations_of(session: Session, organisation_id: uuid.UUID) -> list[tuple[Affiliation, Party]]:
    """Return who belongs to an organisation today, with their names, in the order of names."""
    today = clock.today()
    rows = session.execute(
        select(Affiliation, Party)
        .join(Party, Party.id == Affiliation.person_id)
        .where(Affiliation.organisation_id == organisation_id, Affiliation.valid_from <= today)
        .where(or_(Affiliation.valid_to.is_(None), Affiliation.valid_to >= today))
        .order_by(Party.sort_key, Affiliation.id)
    )
    return [(affiliation, party) for affiliation, party in rows]


def relatives_of(session: Session, person_id: uuid.UUID) -> list[DeclaredRelative]:
    """Return the near relatives whom a person declared, oldest first."""
    return list(
        session.scalars(
            select(DeclaredRelative)
            .where(DeclaredRelative.person_id == person_id)
            .order_by(DeclaredRelative.declared_at, DeclaredRelative.id)
        )
    )


def timeline(session: Session, party_id: uuid.UUID) -> list[Step]:
    """Return the steps of a registration, newest first, with their words while retention keeps them."""
    rows = session.execute(
        select(RegistrationStep, RegistrationDetail.note)
        .outerjoin(RegistrationDetail, RegistrationDetail.step_id == RegistrationStep.id)
        .where(RegistrationStep.party_id == party_id)
        .order_by(RegistrationStep.happened_at.desc(), RegistrationStep.id.desc())
    )
    return [Step(step, note) for step, note in rows]


def staff_get(
    session: Session, code: str, *, actor: Actor, permission: Permission = Permission.READ_PARTIES
) -> Party:
    """Return a party by code, of the regions where the actor's roles give a permission. Raises NotFound for any
    other, and for households and those who are known as members of one only: their files have a door of their own.
    """
    party = session.scalars(
        select(Party).where(Party.code == clean_code(code), in_regions(actor, permission), not_assisted())
    ).first()
    if party is None:
        raise NotFound(_("辖区内没有这个主体。"))
    return party


def staff_parties(
    actor: Actor,
    *,
    text: str = "",
    kind: PartyKind | None = None,
    state: RegistrationState | None = None,
    region_code: str | None = None,
) -> Select[Party]:
    """Return the statement of the parties in the actor's regions that fit, unordered, for paging.

    Persons without a role of volunteer or social worker (who only act for an organisation, or as staff) are not of
    the register; nor are households and their members.
    ``text`` is a part of a name, or a whole credit code, identity, telephone or volunteer number.
    """
    takes_part = or_(Party.kind == PartyKind.ORGANISATION, Party.id.in_(_givers()))
    wanted = select(Party).where(in_regions(actor, Permission.READ_PARTIES), takes_part)
    if kind is not None:
        wanted = wanted.where(Party.kind == kind)
    if state is not None:
        wanted = wanted.where(Party.state == state)
    if region_code:
        wanted = wanted.where(within(Party.region_code, region_code))
    return wanted.where(search.fits(text)) if text.strip() else wanted


def in_regions(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    """Return the condition that a party lies where the actor's roles give a permission."""
    if actor.is_system:
        return true()
    return within_any(Party.region_code, actor.regions(permission))


def _givers() -> Select[uuid.UUID]:
    """Return the persons who take part themselves, now or once."""
    return select(PersonRole.person_id).where(
        PersonRole.role.in_((PersonRoleKind.VOLUNTEER, PersonRoleKind.SOCIAL_WORKER))
    )


def not_assisted() -> ColumnElement[bool]:
    """Return the condition that a party is neither a household nor known as a member of one only."""
    of_household = select(PersonRole.person_id).where(PersonRole.role == PersonRoleKind.HOUSEHOLD_MEMBER)
    return and_(
        Party.kind != PartyKind.HOUSEHOLD, or_(Party.id.not_in(of_household), Party.id.in_(_givers()))
    )
