"""Natural persons and their dated roles."""

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.db import lock
from app.errors import Conflict, InvalidInput
from app.identity import DocumentKind
from app.masking import mask_id, mask_phone, public_name
from app.parties import duplicates, names, registrations, rules
from app.parties.guards import ensure_may_enter, ensure_may_handle, ensure_region
from app.parties.kinds import PartyKind, PersonRoleKind, RegistrationState, Sex, SocialWorkerLevel
from app.parties.models import Party, Person, PersonRole, SocialWorker, Volunteer
from app.parties.signals import tell_naming
from app.permissions import Actor, Permission, ensure_may


@dataclass(frozen=True)
class PersonData:
    """What is stated about a person, as typed; numbers are checked and tidied by the verbs.

    ``born_on`` and ``sex`` are needed only where the identity paper does not tell them (permits, passports).
    """

    name: str
    region_code: str
    document_kind: DocumentKind | None = None
    identity_number: str = ""
    phone: str = ""
    born_on: date | None = None
    sex: Sex | None = None


@dataclass(frozen=True)
class VolunteerData:
    """A person who registers as a volunteer."""

    person: PersonData
    skills: str | None = None
    service_kinds: str | None = None
    available_times: str | None = None
    guardian_name: str | None = None
    guardian_phone: str = ""


@dataclass(frozen=True)
class SocialWorkerData:
    """Fields of the role social worker."""

    level: SocialWorkerLevel
    certificate_number: str | None = None
    registered_until: date | None = None
    employer_id: uuid.UUID | None = None


def register_volunteer(session: Session, data: VolunteerData, *, actor: Actor) -> Party:
    """Begin the registration of a volunteer as a draft; the number comes with the approval.

    Raises InvalidInput naming the field and the wrong digit, Conflict when the identity number is taken.
    """
    ensure_may_enter(actor, data.person.region_code)
    party, person = _new_person(session, data.person, whole=True)
    role = PersonRole(person_id=party.id, role=PersonRoleKind.VOLUNTEER, valid_from=clock.today())
    session.add(role)
    session.flush()
    volunteer = Volunteer(role_id=role.id)
    _fill_volunteer(volunteer, data, person.born_on)
    session.add(volunteer)
    registrations.begin(session, party, actor=actor)
    events.record(
        session, "person.register_volunteer", "party", party.id, actor=actor, party_id=party.id,
        after=_public_fields(party, person),
    )  # fmt: skip
    return party


def amend_volunteer(
    session: Session, party_id: uuid.UUID, data: VolunteerData, *, revision: int, actor: Actor
) -> Party:
    """Change the form of a draft, or of one that was sent back. Raises Conflict when the page was stale."""
    party = lock(session, Party, party_id)
    ensure_may_handle(actor, party)
    registrations.ensure_editable(party, revision)
    person = lock(session, Person, party_id)
    volunteer = session.scalars(_volunteer_of(party_id)).one()
    before = _public_fields(party, person)
    _fill_person(session, party, person, data.person, whole=True)
    _fill_volunteer(volunteer, data, person.born_on)
    party.revision += 1
    session.flush()
    events.record(
        session, "person.amend_volunteer", "party", party.id, actor=actor, party_id=party.id,
        before=before, after=_public_fields(party, person),
    )  # fmt: skip
    tell_naming(session, [party.id])
    return party


def register_contact(session: Session, data: PersonData, *, actor: Actor) -> Party:
    """Enter somebody who acts for an organisation or as staff, without a role of their own, as a draft.

    The identity number may stay empty; it is asked for when the person registers in a role.
    """
    if actor.user_id is not None and not actor.may(Permission.MANAGE_ORGANISATION_USERS):
        ensure_may(actor, Permission.MANAGE_USERS)
    party, person = _new_person(session, data, whole=False)
    registrations.begin(session, party, actor=actor)
    events.record(
        session, "person.register_contact", "party", party.id, actor=actor, party_id=party.id,
        after=_public_fields(party, person),
    )  # fmt: skip
    return party


def register_member(session: Session, data: PersonData, *, different: str = "", actor: Actor) -> Party:
    """Enter somebody whom the register does not know, to become a household member; submitted with the household.

    A child may have no number yet: then the day of birth is needed. ``different`` is the reason why a look-alike of
    the register is another person. Raises Conflict naming the field when the number is taken or somebody looks alike.
    """
    ensure_may(actor, Permission.MANAGE_HOUSEHOLDS, region_code=data.region_code)
    party, person = _new_person(session, data, whole=False)
    if person.born_on is None:
        raise InvalidInput(_("没有身份证号的，请填写出生日期。"), field="born_on")
    registrations.begin(session, party, actor=actor)
    registrations.submit(session, party.id, actor=actor)
    for alike in duplicates.unanswered(session, party):
        if not different.strip():
            raise Conflict(
                _(
                    "登记册里已有很像的人：%(name)s。请核对；确实不是同一人的，请写明理由。",
                    name=public_name(alike.party.name),
                ),
                field="different",
            )
        duplicates.answer_different(session, party.id, alike.party.id, reason=different, actor=actor)
    events.record(
        session, "person.register_member", "party", party.id, actor=actor, party_id=party.id,
        after=_public_fields(party, person),
    )  # fmt: skip
    return party


def grant_role(
    session: Session, person_id: uuid.UUID, data: SocialWorkerData | VolunteerData, *, actor: Actor
) -> PersonRole:
    """Give an admitted person the role of volunteer or social worker from today. One open role of a kind.

    A volunteer gets the number here, since the person is admitted already; of the volunteer's data only the
    fields of the role count.
    """
    party = lock(session, Party, person_id)
    ensure_may(actor, Permission.REVIEW_REGISTRATIONS, region_code=party.region_code)
    if party.state is not RegistrationState.APPROVED:
        raise Conflict(_("这个人还没有通过登记，不能授予角色。"))
    person = lock(session, Person, person_id)
    kind = PersonRoleKind.SOCIAL_WORKER if isinstance(data, SocialWorkerData) else PersonRoleKind.VOLUNTEER
    if session.scalars(_open_role(person_id, kind)).first() is not None:
        raise Conflict(_("这个人已经是“%(role)s”。", role=kind.label))
    role = PersonRole(person_id=person_id, role=kind, valid_from=clock.today())
    session.add(role)
    session.flush()
    if isinstance(data, SocialWorkerData):
        session.add(
            SocialWorker(
                role_id=role.id,
                level=data.level,
                certificate_number=data.certificate_number,
                registered_until=data.registered_until,
                employer_id=data.employer_id,
            )
        )
    else:
        volunteer = Volunteer(role_id=role.id)
        _fill_volunteer(volunteer, data, person.born_on)
        session.add(volunteer)
        session.flush()
        registrations.issue_number(session, party)
    events.record(
        session, "person.grant_role", "party", person_id, actor=actor, party_id=person_id,
        after={"role": kind.value},
    )  # fmt: skip
    return role


def end_role(
    session: Session, person_id: uuid.UUID, kind: PersonRoleKind, *, reason: str, actor: Actor
) -> PersonRole:
    """End a person's open role with today, with the reason."""
    party = lock(session, Party, person_id)
    if party.id != actor.person_id:
        ensure_may(actor, Permission.REVIEW_REGISTRATIONS, region_code=party.region_code)
    role = session.scalars(_open_role(person_id, kind)).first()
    if role is None:
        raise Conflict(_("这个人现在不是“%(role)s”。", role=kind.label))
    role.valid_to = max(clock.today(), role.valid_from)
    events.record(
        session, "person.end_role", "party", person_id, actor=actor, party_id=person_id,
        before={"role": kind.value}, reason=rules.ensure_reason(reason),
    )  # fmt: skip
    return role


def ensure_registrable(session: Session, data: VolunteerData) -> None:
    """Return when a visitor's form is good in itself; writes nothing.

    Whether the identity number is known is not told here: asking would cost nothing and leave no trace.
    """
    ensure_region(session, data.person.region_code)
    fields = checked_fields(data.person, whole=True)
    checked_volunteer(data, fields["born_on"])


def checked_fields(data: PersonData, *, whole: bool) -> dict[str, Any]:
    """Return the columns of a person, and "name", checked and tidied.

    ``whole``: identity number and telephone must be there. Raises InvalidInput naming the field.
    """
    name = names.clean_name(data.name)
    if len(name) < 2:
        raise InvalidInput(_("请填写证件上的姓名。"), field="name")
    fields: dict[str, Any] = {"name": name, "born_on": data.born_on, "sex": data.sex}
    fields |= {"identity_kind": None, "identity_number": None, "identity_hash": None}
    if whole or data.identity_number:
        kind = data.document_kind or DocumentKind.RESIDENT_ID
        check = rules.accepted_document(kind, data.identity_number, today=clock.today())
        fields["identity_kind"] = kind
        fields["identity_number"] = check.code
        fields["identity_hash"] = duplicates.identity_hash(check.code)
        fields["born_on"] = check.born_on or data.born_on
        if check.is_female is not None:
            fields["sex"] = Sex.FEMALE if check.is_female else Sex.MALE
        if whole and fields["born_on"] is None:
            raise InvalidInput(_("这种证件号码不含出生日期，请填写。"), field="born_on")
    phone = rules.accepted_phone(data.phone, field="phone").code if whole or data.phone else None
    return fields | {"phone": phone, "phone_hash": duplicates.phone_hash(phone) if phone else None}


def checked_volunteer(data: VolunteerData, born_on: date | None) -> dict[str, Any]:
    """Return the columns of the role volunteer, checked for somebody of this age. Raises InvalidInput."""
    guardian_name = (data.guardian_name or "").strip()
    guardian_phone = data.guardian_phone.strip()
    rules.ensure_volunteer_age(
        born_on, clock.today(), guardian_name=guardian_name, guardian_phone=guardian_phone
    )
    if guardian_phone:
        guardian_phone = rules.accepted_phone(guardian_phone, field="guardian_phone").code
    return {
        "skills": data.skills,
        "service_kinds": data.service_kinds,
        "available_times": data.available_times,
        "guardian_name": guardian_name or None,
        "guardian_phone": guardian_phone or None,
    }


def _new_person(session: Session, data: PersonData, *, whole: bool) -> tuple[Party, Person]:
    party = Party(
        kind=PartyKind.PERSON,
        name="",
        sort_key="",
        match_key="",
        region_code=data.region_code,
        state=RegistrationState.DRAFT,
        state_since=clock.now(),
        created_at=clock.now(),
    )
    person = Person()
    _fill_person(session, party, person, data, whole=whole)
    session.add(party)
    session.flush()
    person.party_id = party.id
    session.add(person)
    session.flush()
    return party, person


def _fill_person(session: Session, party: Party, person: Person, data: PersonData, *, whole: bool) -> None:
    ensure_region(session, data.region_code)
    fields = checked_fields(data, whole=whole)
    if fields["identity_number"] is not None:
        duplicates.ensure_free_identity(session, fields["identity_number"], except_id=person.party_id)
    name = fields.pop("name")
    party.name = name
    party.sort_key = names.sort_key(name, PartyKind.PERSON)
    party.match_key = names.match_key(name)
    party.region_code = data.region_code
    for column, value in fields.items():
        setattr(person, column, value)


def _fill_volunteer(volunteer: Volunteer, data: VolunteerData, born_on: date | None) -> None:
    for column, value in checked_volunteer(data, born_on).items():
        setattr(volunteer, column, value)


def _open_role(person_id: uuid.UUID, kind: PersonRoleKind) -> Select[PersonRole]:
    return select(PersonRole).where(
        PersonRole.person_id == person_id, PersonRole.role == kind, PersonRole.valid_to.is_(None)
    )


def _volunteer_of(person_id: uuid.UUID) -> Select[Volunteer]:
    return (
        select(Volunteer)
        .join(PersonRole, PersonRole.id == Volunteer.role_id)
        .where(PersonRole.person_id == person_id, PersonRole.valid_to.is_(None))
    )


def _public_fields(party: Party, person: Person) -> dict[str, object]:
    """Return the fields that an audit row may name; numbers as masked as on a staff list."""
    return {
        "name": party.name,
        "region_code": party.region_code,
        "identity_number": mask_id(person.identity_number or ""),
        "phone": mask_phone(person.phone or ""),
        "born_on": person.born_on,
    }
