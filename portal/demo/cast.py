"""Who plays in the demo city: organisations from a list, people that are invented, staff by role. Pure."""

import csv
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random

from app.identity.synthetic import synthetic_uscc
from app.identity.uscc import RegistrationClass
from app.parties.kinds import OrganisationKind, SocialWorkerLevel
from app.permissions import Role
from portal.demo.people import Human, Register

CITY = "610300000000"
COUNTIES = {
    "610302": "渭滨区", "610303": "金台区", "610304": "陈仓区", "610305": "凤翔区", "610323": "岐山县", "610324": "扶风县",
    "610326": "眉县", "610327": "陇县", "610328": "千阳县", "610329": "麟游县", "610330": "凤县", "610331": "太白县",
}  # fmt: skip
ORGANISATIONS = Path(__file__).parent / "data" / "organisations.csv"
SHOWN_COUNTY = "610302"
"""The county whose staff stand on the sign-in page."""
SHOWN_TOWN = "610302101000"
SHOWN_ORGANISATION = "shigu"

_CLASSES = {
    OrganisationKind.SOCIAL_GROUP: RegistrationClass.SOCIAL_GROUP,
    OrganisationKind.SOCIAL_SERVICE_INSTITUTION: RegistrationClass.SOCIAL_SERVICE_INSTITUTION,
    OrganisationKind.FOUNDATION: RegistrationClass.FOUNDATION,
    OrganisationKind.PEOPLES_ORGANISATION: RegistrationClass.PEOPLES_ORGANISATION,
    OrganisationKind.ENTERPRISE: RegistrationClass.ENTERPRISE,
    OrganisationKind.PUBLIC_INSTITUTION: RegistrationClass.PUBLIC_INSTITUTION,
    OrganisationKind.VILLAGE_COMMITTEE: RegistrationClass.VILLAGE_COMMITTEE,
}
_WEIGHTS_OF_COUNTIES = (16, 16, 13, 10, 10, 8, 7, 5, 4, 4, 4, 3)
_SHOWN_MEMBERS = 6
"""The first persons belong to the organisation on the sign-in page."""
_ADMITTED_BEFORE = 6
"""Days before the year begins on which the first lists of volunteers are admitted."""
_SKILLS = (
    "理发、家电维修",
    "中小学语文辅导",
    "中小学数学辅导",
    "护理",
    "驾驶",
    "摄影、宣传",
    "烹饪",
    "心理疏导",
    "法律咨询",
    "电脑和手机教学",
)
_KINDS = ("助老", "助老、助残", "儿童关爱", "社区服务", "应急救援", "助学")
_TIMES = ("周末全天", "周六上午", "工作日晚上", "寒暑假", "每周三下午", "随时可以")


@dataclass(frozen=True, slots=True)
class OrganisationPlan:
    """An organisation of the demo city."""

    slug: str
    name: str
    kind: OrganisationKind
    is_charity: bool
    region_code: str
    uscc: str
    founded_on: date
    member_count: int
    weight: int
    profile: str
    users: tuple[Role, ...]
    introduction: str
    head: Human
    contact_phone: str
    registered_on: date
    outcome: str = "approved"


@dataclass(frozen=True, slots=True)
class PersonPlan:
    """A volunteer, or a social worker who volunteers too."""

    slug: str
    human: Human
    region_code: str
    organisation: str | None
    registered_on: date
    weight: int
    agrees: bool
    skills: str
    service_kinds: str
    available_times: str
    level: SocialWorkerLevel | None = None
    guardian: Human | None = None
    outcome: str = "approved"


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
    bodies = _organisations(random, register, first_on, last_on, organisations, towns)
    users = _staff(register, last_on)
    for one in bodies:
        for role in one.users if one.outcome == "approved" else ():
            manager = role is Role.ORGANISATION_MANAGER
            name = f"{'manager' if manager else 'clerk'}-{one.slug}"
            human = one.head if manager else register.human(youngest=24, oldest=50, on=last_on)
            users.append(UserPlan(name, human, role, one.region_code, organisation=one.slug))
    persons = _persons(random, register, first_on, last_on, volunteers, bodies, towns)
    users += _members(persons, first_on)
    return Cast(tuple(bodies), tuple(persons), tuple(users), {one.slug: one for one in bodies})


def _organisations(
    random: Random, register: Register, first_on: date, last_on: date, count: int, towns: list[str]
) -> list[OrganisationPlan]:
    with ORGANISATIONS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows = _fewer(rows, count) + _more(random, towns, count - len(rows))
    made = []
    for index, row in enumerate(rows):
        kind = OrganisationKind(row["kind"])
        made.append(
            OrganisationPlan(
                slug=row["slug"],
                name=row["name"],
                kind=kind,
                is_charity=row["charity"] == "yes",
                region_code=row["town"],
                uscc=synthetic_uscc(_CLASSES[kind], index, region_prefix=row["town"][:6])
                if kind in _CLASSES
                else "",
                founded_on=date(int(row["founded"]), random.randint(1, 12), random.randint(1, 28)),
                member_count=int(row["members"]),
                weight=int(row["weight"]),
                profile=row["profile"],
                users=_roles(row["users"]),
                introduction=row["introduction"],
                head=register.human(youngest=35, oldest=66, on=last_on),
                contact_phone=register.phone(),
                registered_on=(
                    first_on - timedelta(days=random.randint(12, 40))
                    if row["outcome"] == "approved"
                    else last_on - timedelta(days=random.randint(2, 5))
                ),
                outcome=row["outcome"],
            )
        )
    return made


def _fewer(rows: list[dict[str, str]], count: int) -> list[dict[str, str]]:
    """Return the first organisations of each county in turn, so that a small city has all kinds of places."""
    if count >= len(rows):
        return rows
    wanted = [row for row in rows if row["users"] != "none"]
    return (wanted + [row for row in rows if row["users"] == "none"])[:count]


def _more(random: Random, towns: list[str], count: int) -> list[dict[str, str]]:
    """Return further organisations with made-up names, for a large city."""
    kinds = (
        ("social_group", "team", "志愿者协会"),
        ("social_service_institution", "care", "社会工作服务中心"),
        ("village_committee", "village", "幸福村村民委员会"),
        ("social_group", "giver", "爱心联谊会"),
        ("enterprise", "company", "农产品有限公司"),
    )
    first = "和 同 惠 仁 德 明 春 秋 清 泉 福 康 安 宁 兴 盛 丰 禾 松 柏 云 岭".split()
    made = []
    for index in range(max(0, count)):
        kind, profile, ending = kinds[index % len(kinds)]
        name = random.choice(first) + random.choice(first)
        made.append(
            {
                "slug": f"more-{index}", "name": f"{name}{index + 1}号{ending}", "kind": kind, "charity": "no",
                "town": random.choice(towns), "founded": str(random.randint(2000, 2023)),
                "members": str(random.randint(5, 60)), "weight": str(random.randint(1, 6)), "profile": profile,
                "users": "none", "introduction": "为演示大城市而生成的单位。", "outcome": "approved",
            }
        )  # fmt: skip
    return made


def _roles(text: str) -> tuple[Role, ...]:
    manager, clerk = (Role.ORGANISATION_MANAGER,), (Role.ORGANISATION_CLERK,)
    return {"both": manager + clerk, "clerk": clerk}.get(text, ())


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


def _persons(
    random: Random,
    register: Register,
    first_on: date,
    last_on: date,
    count: int,
    organisations: list[OrganisationPlan],
    towns: list[str],
) -> list[PersonPlan]:
    teams = {
        county: [
            one for one in organisations if one.region_code.startswith(county) and one.outcome == "approved"
        ]
        for county in COUNTIES
    }
    made = []
    waiting = min(8, count // 10)
    workers = max(4, count // 25)
    for index in range(count):
        county = random.choices(list(COUNTIES), _WEIGHTS_OF_COUNTIES)[0]
        if index < _SHOWN_MEMBERS:
            county = SHOWN_COUNTY
        worker = _SHOWN_MEMBERS <= index < _SHOWN_MEMBERS + workers
        fitting = [
            one for one in teams[county] if one.profile in _TEAMS and (not worker or one.profile == "care")
        ]
        late = random.random() < 0.22
        span = (last_on - first_on).days
        registered_on = first_on - timedelta(days=_ADMITTED_BEFORE)
        if late and index >= _SHOWN_MEMBERS:  # lists come in once a month
            registered_on = first_on + timedelta(days=20 + 30 * random.randint(0, max(0, span // 30 - 2)))
        outcome = "approved"
        if index >= count - waiting:
            outcome = (
                "waiting",
                "waiting",
                "sent_back",
                "waiting",
                "waiting",
                "rejected",
                "waiting",
                "waiting",
            )[index % 8]
            registered_on = last_on - timedelta(days=1 + index % 5)
        youngest, oldest = (24, 55) if worker else ((14, 17) if index % 41 == 40 else (20, 74))
        human = register.human(youngest=youngest, oldest=oldest, on=last_on)
        home = [town for town in towns if town.startswith(county)]
        made.append(
            PersonPlan(
                slug=f"person-{index}",
                human=human,
                region_code=SHOWN_TOWN if index < _SHOWN_MEMBERS else random.choice(home),
                organisation=_organisation_of(random, index, fitting),
                registered_on=registered_on,
                # Few do much, most do something, a third does nothing yet.
                weight=0
                if random.random() < 0.3 and index >= _SHOWN_MEMBERS
                else min(400, int(10 * random.paretovariate(1.1))),
                agrees=index < _SHOWN_MEMBERS or random.random() < 0.6,
                skills=random.choice(_SKILLS),
                service_kinds=random.choice(_KINDS),
                available_times=random.choice(_TIMES),
                level=random.choice(_LEVELS) if worker else None,
                guardian=register.human(youngest=38, oldest=50, on=last_on) if youngest == 14 else None,
                outcome=outcome,
            )
        )
    return made


_TEAMS = ("team", "care", "village", "receiver")
_LEVELS = (SocialWorkerLevel.ASSISTANT, SocialWorkerLevel.SOCIAL_WORKER, SocialWorkerLevel.SOCIAL_WORKER)


def _organisation_of(random: Random, index: int, fitting: list[OrganisationPlan]) -> str | None:
    if index < _SHOWN_MEMBERS:
        return SHOWN_ORGANISATION
    if not fitting:
        return None
    return random.choices(fitting, [one.weight for one in fitting])[0].slug
