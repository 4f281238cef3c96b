"""What a household's page reads: the register, and the parts that features tell."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app import clock
from app.feature import Door
from app.masking import mask_id, mask_phone
from app.parties import file_parts, household_queries
from app.parties.file_parts import Reader, Shown
from app.parties.household_models import PersonTag
from app.parties.household_queries import Member
from app.parties.listed import HouseholdCategory
from app.parties.models import Household, Party
from app.parties.rules import age
from app.permissions import Actor
from app.regions import queries as regions


@dataclass(frozen=True, slots=True)
class Somebody:
    """A member as the page shows them. Numbers are masked; ``tags``: those of today."""

    member: Member
    identity: str | None
    phone: str | None
    age: int | None
    tags: Sequence[PersonTag]


@dataclass(frozen=True, slots=True)
class File:
    """All that the page shows."""

    party: Party
    household: Household
    place: str
    lead_worker: str | None
    members: Sequence[Somebody]
    categories: Sequence[HouseholdCategory]
    parts: Sequence[Shown]


def staff_file(session: Session, party: Party, household: Household, *, actor: Actor) -> File:
    """Return the file of a household that ``household_queries.staff_get`` gave to this actor."""
    return _file(session, party, household, Reader(actor, Door.STAFF))


def own_file(session: Session, *, actor: Actor) -> File | None:
    """Return the file of the household of which the actor is a member today; None when of none.

    A guardian reads the file of the household in which they live with those they look after. What concerns one member
    alone is shown to that member only.
    """
    if actor.person_id is None:
        return None
    household_id = household_queries.household_of(session, actor.person_id)
    if household_id is None:
        return None
    party, household = session.get_one(Party, household_id), session.get_one(Household, household_id)
    return _file(session, party, household, Reader(actor, Door.MEMBER))


def _file(session: Session, party: Party, household: Household, reader: Reader) -> File:
    today = clock.today()
    staff = reader.door is Door.STAFF
    found = household_queries.members(session, party.id, on=None if staff else today)
    tags = household_queries.tags(session, [one.party.id for one in found]) if staff else []
    categories = [
        one
        for one in household_queries.categories(session, party.id)
        if staff or (one.end_on is None and one.person_id in (None, reader.actor.person_id))
    ]
    worker = household_queries.lead_worker(session, party.id)
    return File(
        party,
        household,
        regions.full_name(session, party.region_code),
        worker.name if worker else None,
        [_somebody(one, tags, today) for one in found],
        categories,
        file_parts.of(session, party.id, reader),
    )


def _somebody(one: Member, tags: Sequence[PersonTag], today: date) -> Somebody:
    person = one.person
    number, phone = person.identity_number, person.phone
    return Somebody(
        one,
        mask_id(number) if number else None,
        mask_phone(phone) if phone else None,
        age(person.born_on, one.died_on or today) if person.born_on else None,
        [
            tag
            for tag in tags
            if tag.person_id == person.party_id
            and tag.begin_on <= today
            and (tag.end_on is None or tag.end_on >= today)
        ],
    )
