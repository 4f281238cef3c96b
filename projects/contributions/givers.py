"""Who gave: what a clerk may choose from, and whom a typed name or number means."""

import re
import unicodedata
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.errors import InvalidInput
from app.identity.findings import normalise
from app.parties import names
from app.parties import queries as parties
from app.parties.kinds import PartyKind, RegistrationState
from app.parties.models import Party
from app.parties.rules import is_minor
from points.rulesets.kinds import ContributionKind
from projects.contributions.models import Contribution
from projects.contributions.rules import TIME_KINDS

_MOST = 200
_NUMBER = re.compile(r"(?<![0-9A-Za-z])[0-9]{10,20}(?![0-9A-Za-z])")
_BESIDE = re.compile(r"[:/;；|]")


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


def find(
    session: Session,
    typed: str,
    organisation_id: uuid.UUID,
    kind: ContributionKind,
    *,
    kept: uuid.UUID | None = None,
) -> uuid.UUID:
    """Return the registered party that a clerk means.

    Understands what the form suggests, a unified social credit code, an organisation's full name, the name or
    volunteer number of somebody of the organisation, and name and number together of any other volunteer who is
    of age. ``kept`` is the giver of the entry that is edited, who may stay. Raises InvalidInput (field ``giver``)
    when it is nobody or more than one.
    """
    if kept is not None and typed.strip() == text_of(session, parties.get(session, kept)):
        return kept
    offered = suggested(session, organisation_id, kind)
    for giver in offered:
        if giver.text == typed.strip():
            return giver.party_id
    found = parties.by_uscc(session, normalise(typed)) or _volunteer(
        session, typed, {giver.party_id for giver in offered}
    )
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
            "没有找到这个已入驻的贡献方。单位请填写全称或统一社会信用代码；不是本单位的志愿者，"
            "请同时填写姓名和编号，例如“王秀英 610300000000001”；还没有入驻的，请先办理入驻登记。"
        ),
        field="giver",
    )


def hold(session: Session, party_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Party]:
    """Return givers under a lock, read afresh, so that of two entries of one giver one sees the other.

    Taken before anything else that stands on the giver (hours of a day, caps of the points) and always in the
    order of keys: who wants several givers, or several caps of one, never waits in a ring. The lock lets foreign
    keys through (FOR NO KEY UPDATE): who has just logged for the same giver in another transaction holds one.
    """
    rows = session.scalars(
        select(Party)
        .where(Party.id.in_(set(party_ids)))
        .order_by(Party.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return {party.id: party for party in rows}


def text_of(session: Session, party: Party) -> str:
    """Return how the form writes a party that was chosen before."""
    return party.name if party.kind is PartyKind.ORGANISATION else _person(session, party).text


def _volunteer(session: Session, typed: str, known: Collection[uuid.UUID]) -> Party | None:
    """Return the volunteer whose number stands in a text, or None.

    Numbers run on, so that a number alone would tell whoever counts through them all names: for somebody whom the
    organisation does not know (not among ``known``) the name must stand beside it, and of minors nothing is said.
    """
    number = _NUMBER.search(unicodedata.normalize("NFKC", typed))
    party = parties.by_volunteer_number(session, number[0]) if number else None
    if number is None or party is None or party.id in known:
        return party
    name = unicodedata.normalize("NFKC", typed).replace(number[0], " ")
    born_on = parties.person_of(session, party.id).born_on
    is_named = names.match_key(_BESIDE.sub("", name)) == party.match_key
    may = (
        (is_named or typed.strip() == _person(session, party).text)
        and party.state is RegistrationState.APPROVED
        and not is_minor(born_on, clock.today())
    )
    return party if may else None


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
