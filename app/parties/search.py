"""Finding a party by what staff type: a part of a name, or a whole number."""

from sqlalchemy import ColumnElement, or_, select

from app.identity import normalise
from app.ids import clean_code
from app.parties import duplicates, names
from app.parties.models import Organisation, Party, Person, PersonRole, Volunteer


def fits(text: str) -> ColumnElement[bool]:
    """Return the condition that a party has this in its name, or this credit code, identity, telephone or volunteer
    number."""
    number = normalise(text)
    fits = [Party.match_key.contains(names.match_key(text), autoescape=True), Party.code == clean_code(text)]
    if number.isascii() and number.isalnum() and len(number) >= 7:
        fits += [
            Party.id.in_(select(Organisation.party_id).where(Organisation.uscc == number)),
            Party.id.in_(select(Organisation.party_id).where(_phone_of_organisation(number))),
            Party.id.in_(select(Person.party_id).where(_number_of_person(number))),
            Party.id.in_(
                select(PersonRole.person_id)
                .join(Volunteer, Volunteer.role_id == PersonRole.id)
                .where(Volunteer.number == number)
            ),
        ]
    return or_(*fits)


def _phone_of_organisation(number: str) -> ColumnElement[bool]:
    return Organisation.contact_phone_hash == duplicates.phone_hash(number)


def _number_of_person(number: str) -> ColumnElement[bool]:
    return or_(
        Person.identity_hash == duplicates.identity_hash(number),
        Person.phone_hash == duplicates.phone_hash(number),
    )
