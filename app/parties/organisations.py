"""Organisations: registering one, and mending its form while it is a draft or was sent back."""

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.db import lock
from app.errors import InvalidInput
from app.identity import normalise
from app.masking import mask_bank_account, mask_phone
from app.parties import affiliations, duplicates, names, registrations, rules
from app.parties.guards import ensure_may_enter, ensure_may_handle, ensure_region
from app.parties.kinds import AffiliationKind, OrganisationKind, PartyKind, RegistrationState
from app.parties.models import Organisation, Party
from app.parties.signals import tell_naming
from app.permissions import Actor, Permission


@dataclass(frozen=True)
class OrganisationData:
    """What is stated about an organisation, as typed; numbers are checked and tidied by the verbs."""

    name: str
    organisation_kind: OrganisationKind
    region_code: str
    uscc: str = ""
    uscc_override: str | None = None
    is_charity: bool = False
    may_fundraise: bool = False
    founded_on: date | None = None
    member_count: int | None = None
    introduction: str | None = None
    responsible_person: str | None = None
    contact_name: str | None = None
    contact_phone: str = ""
    address: str | None = None
    bank_name: str | None = None
    bank_number: str = ""


def register(
    session: Session, data: OrganisationData, *, actor: Actor, manager_id: uuid.UUID | None = None
) -> Party:
    """Begin the registration of an organisation as a draft; ``manager_id`` is the person who will manage it.

    Anybody may register an organisation at the public door; a signed-in user does it for others, as staff who
    enter. Raises InvalidInput naming the field and the wrong character, Conflict when the code is taken.
    """
    ensure_may_enter(actor, data.region_code)
    party = Party(
        kind=PartyKind.ORGANISATION,
        name="",
        sort_key="",
        match_key="",
        region_code=data.region_code,
        state=RegistrationState.DRAFT,
        state_since=clock.now(),
        created_at=clock.now(),
    )
    organisation = Organisation(organisation_kind=data.organisation_kind)
    _fill(session, party, organisation, data, actor)
    session.add(party)
    session.flush()
    organisation.party_id = party.id
    session.add(organisation)
    session.flush()
    if manager_id is not None:
        affiliations.write(session, manager_id, party.id, AffiliationKind.RESPONSIBLE_PERSON)
    registrations.begin(session, party, actor=actor)
    events.record(
        session, "organisation.register", "party", party.id, actor=actor, party_id=party.id,
        after=_public_fields(party, organisation), reason=data.uscc_override,
    )  # fmt: skip
    return party


def amend(
    session: Session, party_id: uuid.UUID, data: OrganisationData, *, revision: int, actor: Actor
) -> Party:
    """Change the form of a draft, or of one that was sent back. Raises Conflict when the page was stale."""
    party = lock(session, Party, party_id)
    ensure_may_handle(actor, party)
    registrations.ensure_editable(party, revision)
    organisation = lock(session, Organisation, party_id)
    before = _public_fields(party, organisation)
    _fill(session, party, organisation, data, actor)
    party.revision += 1
    session.flush()
    after = _public_fields(party, organisation)
    changed = {name for name in after if after[name] != before[name]}
    events.record(
        session, "organisation.amend", "party", party.id, actor=actor, party_id=party.id,
        before={name: before[name] for name in changed}, after={name: after[name] for name in changed},
    )  # fmt: skip
    tell_naming(session, [party.id])
    return party


def ensure_registrable(session: Session, data: OrganisationData) -> None:
    """Return when a visitor's form could be registered as it stands; writes nothing."""
    ensure_region(session, data.region_code)
    fields = checked_fields(data, may_override=False)
    if fields["uscc"] is not None:
        duplicates.ensure_free_uscc(session, fields["uscc"])


def checked_fields(data: OrganisationData, *, may_override: bool) -> dict[str, Any]:
    """Return the columns of an organisation, and "name", checked and tidied.

    ``may_override``: whether a reason makes up for a wrong check digit. Raises InvalidInput naming the field.
    """
    name = names.clean_name(data.name)
    if len(name) < 2:
        raise InvalidInput(_("请填写单位全称。"), field="name")
    override = (data.uscc_override or "").strip() or None
    check = rules.accepted_uscc(
        data.uscc, data.organisation_kind, override=override if may_override else None
    )
    code = check.code if check else None
    phone = (
        rules.accepted_phone(data.contact_phone, field="contact_phone").code if data.contact_phone else None
    )
    bank = _bank_number(data.bank_number)
    if data.founded_on is not None and data.founded_on > clock.today():
        raise InvalidInput(_("成立日期不能晚于今天。"), field="founded_on")
    return {
        "name": name,
        "organisation_kind": data.organisation_kind,
        "uscc": code,
        "uscc_claim": code,
        "uscc_override": override if check is not None and check.error is not None else None,
        "is_charity": data.is_charity,
        "may_fundraise": data.may_fundraise,
        "founded_on": data.founded_on,
        "member_count": data.member_count,
        "introduction": data.introduction,
        "responsible_person": data.responsible_person,
        "contact_name": data.contact_name,
        "contact_phone": phone,
        "contact_phone_hash": duplicates.phone_hash(phone) if phone else None,
        "address": data.address,
        "bank_name": data.bank_name,
        "bank_number": bank,
        "bank_number_hash": duplicates.bank_hash(bank) if bank else None,
    }


def _fill(
    session: Session, party: Party, organisation: Organisation, data: OrganisationData, actor: Actor
) -> None:
    ensure_region(session, data.region_code)
    fields = checked_fields(data, may_override=actor.may(Permission.ENTER_PARTIES))
    if fields["uscc"] is not None:
        duplicates.ensure_free_uscc(session, fields["uscc"], except_id=organisation.party_id)
    name = fields.pop("name")
    party.name = name
    party.sort_key = names.sort_key(name, PartyKind.ORGANISATION)
    party.match_key = names.match_key(name)
    party.region_code = data.region_code
    for column, value in fields.items():
        setattr(organisation, column, value)


def _bank_number(text: str) -> str | None:
    number = normalise(text).replace("-", "")
    if not number:
        return None
    if not number.isdecimal() or not 8 <= len(number) <= 32:
        raise InvalidInput(_("银行账号应为 8–32 位数字。"), field="bank_number")
    return number


def _public_fields(party: Party, organisation: Organisation) -> dict[str, object]:
    """Return the fields that an audit row may name; numbers as masked as on a staff list."""
    return {
        "name": party.name,
        "region_code": party.region_code,
        "organisation_kind": organisation.organisation_kind.value,
        "uscc": organisation.uscc,
        "is_charity": organisation.is_charity,
        "may_fundraise": organisation.may_fundraise,
        "founded_on": organisation.founded_on,
        "member_count": organisation.member_count,
        "introduction": organisation.introduction,
        "responsible_person": organisation.responsible_person,
        "contact_name": organisation.contact_name,
        "contact_phone": mask_phone(organisation.contact_phone or ""),
        "address": organisation.address,
        "bank_name": organisation.bank_name,
        "bank_number": mask_bank_account(organisation.bank_number or ""),
    }
