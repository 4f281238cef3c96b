"""Households of a village: entered in the name of their householder, named in public only if they agreed."""

import uuid
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.db import lock
from app.errors import Conflict, InvalidInput
from app.parties import names, persons
from app.parties import queries as parties
from app.parties.models import Party
from app.parties.persons import PersonData
from app.permissions import SYSTEM, Actor, Permission, ensure_may
from points.covenants.models import Covenant, CovenantHousehold

THING = "covenant_household"


@dataclass(frozen=True, slots=True)
class Householder:
    """A household as it is entered. With the identity number a person who is known already is found."""

    number: str
    name: str
    identity_number: str = ""
    phone: str = ""
    agrees: bool = False


def enter(
    session: Session, covenant_id: uuid.UUID, householder: Householder, *, actor: Actor
) -> CovenantHousehold:
    """Enter a household of the village. It is no file of assistance and links to none.

    Raises Conflict when the number or the householder is there already.
    """
    covenant = lock(session, Covenant, covenant_id)
    ensure_may(actor, Permission.LOG_COVENANTS, region_code=covenant.region_code)
    number = householder.number.strip()
    if not number:
        raise InvalidInput(_("请填写户号。"), field="number")
    here = select(CovenantHousehold.id).where(CovenantHousehold.covenant_id == covenant.id)
    if session.scalar(here.where(CovenantHousehold.number == number)) is not None:
        raise Conflict(_("户号 %(number)s 已经有了。", number=number), field="number")
    party = _person(session, covenant.region_code, householder)
    there = here.where(CovenantHousehold.party_id == party.id, CovenantHousehold.left_on.is_(None))
    if session.scalar(there) is not None:
        raise Conflict(_("这位户主已经登记在另一户号下。"), field="name")
    household = CovenantHousehold(
        covenant_id=covenant.id,
        number=number,
        party_id=party.id,
        joined_on=clock.today(),
        agreed_on=clock.today() if householder.agrees else None,
    )
    session.add(household)
    session.flush()
    _trace(session, "covenant_household.enter", household, actor=actor, number=number)
    return household


def set_agreement(
    session: Session, household_id: uuid.UUID, *, agrees: bool, actor: Actor
) -> CovenantHousehold:
    """Write down that a household agrees to be named on the village's page, or no longer does: at once."""
    household, _covenant = _held(session, household_id, actor)
    if (household.agreed_on is not None) != agrees:
        household.agreed_on = clock.today() if agrees else None
        _trace(session, "covenant_household.agree", household, actor=actor, agrees=agrees)
    return household


def leave(session: Session, household_id: uuid.UUID, *, actor: Actor) -> CovenantHousehold:
    """End a household's part in the programme with today; its points and records stay."""
    household, _covenant = _held(session, household_id, actor)
    if household.left_on is None:
        household.left_on = clock.today()
        _trace(session, "covenant_household.leave", household, actor=actor)
    return household


def _held(session: Session, household_id: uuid.UUID, actor: Actor) -> tuple[CovenantHousehold, Covenant]:
    household = lock(session, CovenantHousehold, household_id)
    covenant = session.get_one(Covenant, household.covenant_id)
    ensure_may(actor, Permission.LOG_COVENANTS, region_code=covenant.region_code)
    return household, covenant


def _person(session: Session, region_code: str, householder: Householder) -> Party:
    """Return the householder's person: known by the number, or entered now."""
    wanted = PersonData(
        householder.name,
        region_code,
        identity_number=householder.identity_number.strip(),
        phone=householder.phone.strip(),
    )
    fields = persons.checked_fields(wanted, whole=False)
    if fields["identity_number"] is not None:
        known = parties.by_identity_number(session, fields["identity_number"])
        if known is not None:
            if names.match_key(known.name) != names.match_key(fields["name"]):
                raise Conflict(_("姓名与这个证件号码不符，请核对。"), field="identity_number")
            return known
    # The village worker may enter villagers, whom no list of parties shows; the house enters the person.
    return persons.register_contact(session, wanted, actor=SYSTEM)


def _trace(
    session: Session, verb: str, household: CovenantHousehold, *, actor: Actor, **after: object
) -> None:
    session.flush()
    events.record(
        session, verb, THING, household.id, actor=actor, party_id=household.party_id, after=after or None
    )
