"""Who is who in a referral: the office that sent it, who received it, who may say that the help has come."""

import uuid

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Conflict, InvalidInput, NotAllowed
from app.parties import household_queries, interest
from app.parties import queries as parties
from app.parties.kinds import ConsentPurpose, IntegrityState, PartyKind, RegistrationState
from app.parties.models import Organisation, Party
from app.permissions import ROLE_PERMISSIONS, Actor, Permission, Role, ensure_four_eyes
from app.regions.rules import contains
from app.users import queries as users
from projects.referrals.kinds import ReferralKind
from projects.referrals.models import Referral

P = Permission
_ADMITTED = (RegistrationState.APPROVED,)


def offices(actor: Actor) -> tuple[str, ...]:
    """Return the regions whose referrals the actor's office sends and follows; a liaison's are not among them."""
    wanted = {P.HANDLE_REFERRALS, P.READ_HOUSEHOLDS}
    return tuple(
        grant.region_code
        for grant in actor.grants
        if grant.region_code and wanted <= ROLE_PERMISSIONS[grant.role]
    )


def is_office(actor: Actor, region_code: str) -> bool:
    """Whether the actor's office sends and follows the referrals of a region."""
    return actor.is_system or any(contains(scope, region_code) for scope in offices(actor))


def ensure_office(session: Session, actor: Actor, region_code: str, household_id: uuid.UUID) -> None:
    """Return when the actor may act for the office of a region, and is not near to the household."""
    if not is_office(actor, region_code):
        raise NotAllowed(_("这件事由发出转介的镇街或区县办理。"))
    interest.ensure_no_conflict(session, actor, household_id)


def is_receiver(actor: Actor, referral: Referral) -> bool:
    """Whether it lies with the actor: a clerk of the organisation, or the liaison it was handed to."""
    if referral.kind is ReferralKind.REFERRAL:
        return referral.organisation_id in actor.organisations(P.HANDLE_OWN_REFERRALS)
    return actor.person_id == referral.liaison_id and any(
        grant.role is Role.DEPARTMENT_LIAISON for grant in actor.grants
    )


def ensure_receiver(session: Session, actor: Actor, referral: Referral) -> None:
    """Return when it lies with the actor, who is not near to the household, and the consent still stands."""
    if not is_receiver(actor, referral):
        raise NotAllowed(_("这件事不是转给您的。"))
    interest.ensure_no_conflict(session, actor, referral.household_id)
    if not has_consent(session, referral):
        raise Conflict(_("当事人的同意已经撤回或到期，这次转介不能再办理。"))


def has_consent(session: Session, referral: Referral) -> bool:
    """Whether the person concerned agrees today; statutory aid is handed over by law and asks for none."""
    if referral.kind is ReferralKind.HAND_OVER:
        return True
    return parties.has_consent(session, referral.person_id, ConsentPurpose.REFERRAL)


def may_confirm(session: Session, actor: Actor, referral: Referral) -> bool:
    """Whether the actor may say that the help has come: one of the household, or its lead worker."""
    if actor.person_id is None:
        return False
    lead = household_queries.lead_worker(session, referral.household_id)
    if lead is not None and lead.id == actor.person_id:
        return True
    return is_recipient(session, actor, referral)


def is_recipient(session: Session, actor: Actor, referral: Referral) -> bool:
    """Whether the actor is of the household that is to be helped."""
    return actor.may(P.OWN_REQUESTS) and actor.person_id is not None and (
        household_queries.household_of(session, actor.person_id) == referral.household_id
    )  # fmt: skip


def ensure_may_confirm(session: Session, actor: Actor, referral: Referral) -> None:
    """Return when the actor may confirm. Raises NotAllowed for all others, and for who did the help."""
    if not may_confirm(session, actor, referral):
        raise NotAllowed(_("只有救助对象本人（家人）或这户的主责人可以确认。"))
    ensure_four_eyes(actor, referral.done_by_id)


def organisation(session: Session, organisation_id: uuid.UUID) -> Party:
    """Return an organisation to which households can be referred. Raises InvalidInput for field "organisation"."""
    party = session.get(Party, organisation_id)
    if party is None or party.kind is not PartyKind.ORGANISATION or party.state not in _ADMITTED:
        raise InvalidInput(_("没有这家参与单位，或者还没有入驻。"), field="organisation")
    if parties.organisation_of(session, organisation_id).integrity in _LISTED:
        raise InvalidInput(_("这家单位在异常或严重失信名单上，不能接受转介。"), field="organisation")
    return party


def organisations(session: Session) -> list[tuple[uuid.UUID, str]]:
    """Return key and name of the organisations to which households can be referred, by name."""
    wanted = (
        select(Party.id, Party.name)
        .join(Organisation, Organisation.party_id == Party.id)
        .where(Party.state.in_(_ADMITTED), Organisation.integrity.not_in(_LISTED))
        .order_by(Party.sort_key, Party.id)
    )
    return list(session.execute(wanted).all())


def liaisons(session: Session, region_code: str) -> list[tuple[uuid.UUID, str]]:
    """Return key and name of the departments' liaisons whose division holds a place, the nearest first."""
    found: dict[uuid.UUID, None] = {}
    for code in _upwards(region_code):
        for person_id in users.office_holders(session, [Role.DEPARTMENT_LIAISON], code):
            found.setdefault(person_id)
    names = parties.names_of(session, list(found))
    return [(key, names[key]) for key in found]


def ensure_liaison(session: Session, person_id: uuid.UUID, region_code: str) -> None:
    """Return when somebody is a liaison for a place. Raises InvalidInput for field "liaison"."""
    if person_id not in dict(liaisons(session, region_code)):
        raise InvalidInput(_("请选择这个地区的部门联络员。"), field="liaison")


def _upwards(region_code: str) -> list[str]:
    codes = [region_code[:length].ljust(12, "0") for length in (12, 9, 6, 4)]
    return list(dict.fromkeys(codes))


_LISTED = (IntegrityState.ABNORMAL, IntegrityState.SERIOUS)
