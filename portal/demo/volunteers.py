"""The volunteers and social workers of the demo city. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from app.parties.kinds import SocialWorkerLevel
from portal.demo.bodies import OrganisationPlan
from portal.demo.people import Human, Register
from portal.demo.places import COUNTIES, SHOWN_COUNTY, SHOWN_ORGANISATION, SHOWN_TOWN

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


def make_persons(
    random: Random,
    register: Register,
    first_on: date,
    last_on: date,
    count: int,
    organisations: list[OrganisationPlan],
    towns: list[str],
) -> list[PersonPlan]:
    """Return so many persons; the first of them serve with the organisation on the sign-in page."""
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
