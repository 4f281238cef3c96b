"""Who gave: what a clerk may choose from, and whom a typed name or number means."""

import uuid
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import InvalidInput
from app.identity.findings import normalise
from app.parties import names
from app.parties import queries as parties
from app.parties.kinds import PartyKind, RegistrationState
from app.parties.models import Party
from points.rulesets.kinds import ContributionKind
from projects.contributions.models import Contribution
from projects.contributions.rules import TIME_KINDS

_MOST = 200


@dataclass(frozen=True, slots=True)
class Giver:
    """One who may be chosen: the key and how the form writes it."""

    party_id: uuid.UUID
    text: str


def suggested(session: Session, organisation_id: uuid.UUID, kind: ContributionKind) -> list[Giver]:
    """Return whom an organisation is likely to log for: itself, its people, and who gave through it before.

    Nobody else is listed: a clerk does not browse the register of volunteers, but may type a number.
    """
    people = [_person(session, party) for party in _people(session, organisation_id)]
    if kind in TIME_KINDS:
        return people
    own = parties.get(session, organisation_id)
    donors = session.scalars(
        select(Party)
        .where(
            Party.id.in_(
                select(Contribution.party_id).where(Contribution.organisation_id == organisation_id)
            ),
            Party.kind == PartyKind.ORGANISATION,
            Party.id != organisation_id,
        )
        .order_by(Party.sort_key)
        .limit(_MOST)
    )
    return [Giver(own.id, own.name), *(Giver(donor.id, donor.name) for donor in donors), *people]


def find(session: Session, typed: str, organisation_id: uuid.UUID, kind: ContributionKind) -> uuid.UUID:
    """Return the registered party that a clerk means.

    Understands what the form suggests, a unified social credit code, a volunteer number, an organisation's full
    name and the name of somebody of the organisation. Raises InvalidInput (field ``giver``) when it is
    nobody or more than one.
    """
    offered = suggested(session, organisation_id, kind)
    for giver in offered:
        if giver.text == typed.strip():
            return giver.party_id
    number = normalise(typed).upper()
    found = parties.by_uscc(session, number) or parties.by_volunteer_number(session, number)
    if found is not None:
        return found.id
    same = {giver.party_id for giver in offered if giver.text.partition("（")[0] == typed.strip()}
    same |= set(
        session.scalars(
            select(Party.id).where(
                Party.match_key == names.match_key(typed),
                Party.kind == PartyKind.ORGANISATION,
                Party.state == RegistrationState.APPROVED,
            )
        )
    )
    if len(same) == 1:
        return same.pop()
    if same:
        raise InvalidInput(_("有同名的，请改填志愿者编号或统一社会信用代码。"), field="giver")
    raise InvalidInput(
        _(
            "没有找到这个已入驻的贡献方。请填写单位全称、统一社会信用代码或志愿者编号；还没有入驻的，请先办理入驻登记。"
        ),
        field="giver",
    )


def text_of(session: Session, party: Party) -> str:
    """Return how the form writes a party that was chosen before."""
    return party.name if party.kind is PartyKind.ORGANISATION else _person(session, party).text


def _people(session: Session, organisation_id: uuid.UUID) -> list[Party]:
    seen: dict[uuid.UUID, Party] = {}
    for _affiliation, party in parties.affiliations_of(session, organisation_id):
        if party.state is RegistrationState.APPROVED and len(seen) < _MOST:
            seen[party.id] = party
    return list(seen.values())


def _person(session: Session, party: Party) -> Giver:
    volunteer = parties.volunteer_of(session, party.id)
    if volunteer is not None and volunteer.number:
        return Giver(party.id, _("%(name)s（编号 %(number)s）", name=party.name, number=volunteer.number))
    return Giver(party.id, _("%(name)s（本单位）", name=party.name))
