"""What the registers of people share: the columns of a person, and who is known already."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.imports.faults import found
from app.imports.kinds import Decision, Reason
from app.imports.places import county_names
from app.imports.registers import Field, Row
from app.imports.values import choice, label, phone, resident_id
from app.imports.world import World
from app.parties.entries import PersonEntry
from app.parties.kinds import PersonRoleKind, Sex
from app.parties.names import match_key
from app.parties.registers import words
from app.parties.registers.places import region_of
from app.parties.registers.shelf import KnownParty, Parties, place_of, registered_elsewhere, stands

_COUNTY_DIGITS = 6

PLACE_FIELDS = (
    Field("county", _l("区县"), label(50), required=True, fill_down=True, choices=county_names),
    Field("town", _l("镇（街道）"), label(50), fill_down=True),
    Field("village", _l("村（社区）"), label(50), fill_down=True),
)
NUMBER_FIELD = Field(
    "id_number", _l("身份证号码"), resident_id, required=True, secret=True, hint=_l("18 位；旧号 15 位也可以")
)
PERSON_FIELDS = (
    Field("name", _l("姓名"), label(50), required=True),
    NUMBER_FIELD,
    Field("sex", _l("性别"), choice("sex"), choices=lambda _world: [str(one.label) for one in Sex]),
    Field("phone", _l("联系电话"), phone(), secret=True),
    *PLACE_FIELDS,
)


def read_person(row: Row, world: World, *, name_field: str = "name") -> tuple[PersonEntry, str]:
    """Return what a row states about a person, and the county's code. Raises Found."""
    row.ensure_present(name_field, "id_number")
    number: str = row.need("id_number")
    name = read_name(row, name_field)
    county, region = region_of(row, world)
    entry = PersonEntry(
        name,
        number,
        world.shelf(Parties).hash_of(number),
        born_on(number),
        number[16] in "02468",
        region,
        row.get("phone"),
    )
    return entry, county


def read_name(row: Row, field: str = "name") -> str:
    """Return the name in a row. Raises Found when it has nothing but blanks, brackets and stops."""
    name: str = row.need(field)
    if not match_key(name):
        raise found(Reason.TEXT_INVALID, _("这里只有标点或“市、区、县”，不是名称，请填写全名。"), field=field)
    return name


def born_on(number: str) -> date:
    """Return the birth date in a checked resident identity number of 18 characters."""
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def known_person(row: Row, world: World, person: PersonEntry) -> KnownParty | None:
    """Return the person who has the number already, or None for somebody new.

    Raises Found for somebody of the register outside the uploader's regions, whatever place the row states; and
    when the number has another name: that is for people to judge.
    """
    known = world.shelf(Parties).person(person.number_hash)
    if known is None:
        return None
    if known.party_id is not None and not world.scope.covers(known.region_code):
        raise found(Reason.OUT_OF_SCOPE, registered_elsewhere(), field="id_number")
    if known.match_key != match_key(person.name):
        sentence = _(
            "这个身份证号属于另一个姓名（%(where)s）。请核对号码和姓名，改正后再上传。",
            where=_("登记册里已有") if known.where is None else stands(known.where, row),
        )
        raise found(Reason.CODE_CONFLICT, sentence, field="id_number", decision=Decision.REVIEW)
    return known


def known_without(row: Row, world: World, person: PersonEntry, role: PersonRoleKind) -> KnownParty | None:
    """Return the known person who may take this role besides. Raises Found when the person has it already."""
    known = known_person(row, world, person)
    if known is not None and role in known.roles:
        sentence = _("这个人已经录入，不再重复录入（%(where)s）。", where=stands(known.where, row))
        raise found(Reason.DUP_SAME_ID, sentence, field="id_number", decision=Decision.DUPLICATE)
    return known


def learn_person(
    row: Row,
    world: World,
    person: PersonEntry,
    known: KnownParty | None,
    role: PersonRoleKind,
    papers: Sequence[str] = (),
) -> None:
    """Remember an accepted row: a new person, or one more role of a known one."""
    if known is None:
        known = KnownParty(
            person.name, match_key(person.name), person.region_code, place_of(row), born_on=person.born_on
        )
        world.shelf(Parties).add_person(person.number_hash, known)
    known.roles.add(role)
    known.qualifications.update(papers)


def canonical_person(row: Row, person: PersonEntry, county: str) -> dict[str, Any]:
    """Return the values that are stored of a person, as the decisions' list shows them."""
    return {
        "birth": person.born_on.isoformat(),
        "county": county[:_COUNTY_DIGITS],
        "id": person.number,
        "name": person.name,
        "phone": person.phone or "",
        "sex": row.get("sex") or words.sex_word(person.is_female),
    }


def want_people(world: World, rows: Sequence[Row]) -> None:
    """Fetch set-wise the people whose numbers stand in these rows."""
    if world.session is not None:
        numbers = (row.readings["id_number"].value for row in rows if "id_number" in row.readings)
        world.shelf(Parties).want_numbers(number for number in numbers if number is not None)
