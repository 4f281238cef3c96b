"""Who plays in the demo city, and who of them signs in. Pure."""

from dataclasses import dataclass, field
from datetime import date
from random import Random

from app.permissions import Role
from portal.demo.bodies import OrganisationPlan, make_organisations
from portal.demo.people import Human, Register
from portal.demo.places import (
    CITY,
    COUNTIES,
    SHOWN_COUNTY,
    SHOWN_ORGANISATION,
    SHOWN_TOWN,
    SHOWN_VILLAGE,
)
from portal.demo.volunteers import PersonPlan, make_persons

HOUSEHOLDS = 12
"""So many take part in the village's own points."""
FAMILIES = 6
"""So many ask for help."""


@dataclass(frozen=True, slots=True)
class UserPlan:
    """Somebody who signs in: staff with a region, clerks with an organisation, persons with their own things."""

    name: str
    human: Human
    role: Role
    region_code: str | None = None
    organisation: str | None = None
    person: str | None = None


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody of the demo city."""

    organisations: tuple[OrganisationPlan, ...]
    persons: tuple[PersonPlan, ...]
    users: tuple[UserPlan, ...]
    by_slug: dict[str, OrganisationPlan] = field(default_factory=dict)
    householders: tuple[Human, ...] = ()
    """Of the village that keeps points of its own."""
    families: tuple[tuple[Human, Human, Human], ...] = ()
    """Of the same village, who ask for help: head, spouse, child. The first head signs in."""

    @property
    def loggers(self) -> list[OrganisationPlan]:
        """The admitted organisations that have users, who can write contributions down."""
        return [one for one in self.organisations if one.users and one.outcome == "approved"]


def make_cast(
    *, seed: int, first_on: date, last_on: date, organisations: int, volunteers: int, towns: list[str]
) -> Cast:
    """Return the cast of a city whose year begins and ends on these days; ``towns`` are the codes of its towns."""
    register = Register(seed)
    random = Random(f"cast:{seed}")
    bodies = make_organisations(random, register, first_on, last_on, organisations, towns)
    users = _staff(register, last_on)
    for one in bodies:
        for role in one.users if one.outcome == "approved" else ():
            manager = role is Role.ORGANISATION_MANAGER
            name = f"{'manager' if manager else 'clerk'}-{one.slug}"
            human = one.head if manager else register.human(youngest=24, oldest=50, on=last_on)
            users.append(UserPlan(name, human, role, one.region_code, organisation=one.slug))
    persons = make_persons(random, register, first_on, last_on, volunteers, bodies, towns)
    users += _members(persons, first_on)
    worker = register.human(youngest=28, oldest=50, on=last_on)
    users.append(UserPlan("village", worker, Role.VILLAGE_WORKER, SHOWN_VILLAGE))
    householders = tuple(register.human(youngest=32, oldest=70, on=last_on) for _ in range(HOUSEHOLDS))
    families = tuple(_family(register, last_on) for _ in range(FAMILIES))
    second = register.human(youngest=26, oldest=57, on=last_on)
    users.append(UserPlan("town-2", second, Role.TOWN_STAFF, SHOWN_TOWN))
    by_slug = {one.slug: one for one in bodies}
    return Cast(tuple(bodies), tuple(persons), tuple(users), by_slug, householders, families)


def _family(register: Register, last_on: date) -> tuple[Human, Human, Human]:
    head = register.human(youngest=36, oldest=62, on=last_on)
    spouse = register.human(youngest=36, oldest=62, on=last_on)
    return head, spouse, register.human(youngest=8, oldest=15, on=last_on)


def _staff(register: Register, last_on: date) -> list[UserPlan]:
    def user(name: str, role: Role, region_code: str = CITY) -> UserPlan:
        return UserPlan(name, register.human(youngest=26, oldest=57, on=last_on), role, region_code)

    shown = f"{SHOWN_COUNTY}000000"
    users = [
        user("sysadmin", Role.SYSTEM_ADMINISTRATOR),
        user("secadmin", Role.SECURITY_ADMINISTRATOR),
        user("auditor", Role.AUDITOR),
        user("city", Role.CITY_STAFF),
        user("city-2", Role.CITY_STAFF),
        user("legal", Role.LEGAL_OFFICER),
        user("approver", Role.COUNTY_APPROVER, shown),
        user("town", Role.TOWN_STAFF, SHOWN_TOWN),
        user("leader", Role.TOWN_LEADER, SHOWN_TOWN),
    ]
    for county in COUNTIES:
        suffix = "" if county == SHOWN_COUNTY else f"-{county}"
        users.append(user(f"handler{suffix}", Role.COUNTY_HANDLER, f"{county}000000"))
        users.append(user(f"reviewer{suffix}", Role.COUNTY_REVIEWER, f"{county}000000"))
    return users


def _members(persons: list[PersonPlan], first_on: date) -> list[UserPlan]:
    """Return the two persons of the shown town's organisation who sign in for themselves."""
    found = []
    for name, role, fits in (
        (
            "volunteer",
            Role.VOLUNTEER,
            lambda one: one.level is None and one.organisation == SHOWN_ORGANISATION,
        ),
        ("socialworker", Role.SOCIAL_WORKER, lambda one: one.level is not None),
    ):
        able = [one for one in persons if fits(one) and one.agrees and one.registered_on < first_on]
        if able:
            one = max(able, key=lambda person: person.weight)
            found.append(UserPlan(name, one.human, role, person=one.slug))
    return found
