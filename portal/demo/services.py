"""Hours of service: who served whom, on which day, from when to when. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from app import clock
from app.regions.rules import contains
from points.rulesets.kinds import ContributionKind
from portal.demo.bodies import OrganisationPlan
from portal.demo.cast import Cast
from portal.demo.places import COUNTIES
from portal.demo.plans import ContributionPlan
from portal.demo.seasons import Season, words_of
from portal.demo.volunteers import PersonPlan
from projects.contributions.rules import EvidenceKind

_MINUTES = (60, 90, 90, 120, 120, 120, 150, 180, 180, 210, 240)
_STARTS = (
    8 * 60 + 30,
    9 * 60,
    9 * 60,
    9 * 60 + 30,
    10 * 60,
    14 * 60,
    14 * 60,
    14 * 60 + 30,
    15 * 60,
    18 * 60,
)
_PROFESSIONAL = ("counselling", "casework", "casework", "rehabilitation")
_DAYS_LATE = (0, 0, 0, 0, 1, 1, 1, 2, 2, 3)
_COUNTIES = (17, 16, 12, 10, 10, 8, 7, 6, 4, 4, 5, 5)


@dataclass(frozen=True, slots=True)
class Team:
    """The people of an organisation who serve."""

    organisation: OrganisationPlan
    people: tuple[PersonPlan, ...]


class Services:
    """Makes activities, each of a few people of one organisation on one day; nobody serves twice a day."""

    def __init__(
        self, cast: Cast, towns: dict[str, str], random: Random, *, busy: set[tuple[str, date]]
    ) -> None:
        self._random = random
        self._towns = towns
        self._busy = set(busy)
        self._teams: dict[str, list[Team]] = {}
        for county in COUNTIES:
            loggers = [one for one in cast.loggers if one.region_code.startswith(county)]
            if not loggers:
                continue
            main = max(loggers, key=lambda one: (one.profile == "team", one.weight))
            for body in loggers:
                people = tuple(
                    person
                    for person in cast.persons
                    if person.weight
                    and person.outcome == "approved"
                    and _served_for(person, body, main, cast)
                )
                if people:
                    self._teams.setdefault(county, []).append(Team(body, people))

    def activity(
        self, season: Season, day: date, most: int, *, county: str | None = None
    ) -> Iterator[ContributionPlan]:
        """Yield the hours of one activity: at most so many people, none when nobody is free."""
        random = self._random
        counties = list(self._teams)
        near = [county for county in season.action.counties if county in self._teams]
        if county is None:
            county = random.choice(near) if near and random.random() < 0.6 else _weighted(random, counties)
        team = random.choices(self._teams[county], [_weight(one) for one in self._teams[county]])[0]
        free = [one for one in team.people if one.registered_on < day and (one.slug, day) not in self._busy]
        if not free:
            return
        region_code = self._place(county)
        leader = random.choices(free, [one.weight for one in free])[0]
        item = random.choice(season.action.items[ContributionKind.SERVICE])
        if leader.level is not None and random.random() < 0.7:
            item = random.choice(_PROFESSIONAL)
        people = [leader]
        size = 1 if item in _PROFESSIONAL else min(most, random.choice((1, 1, 2, 2, 3, 4)))
        while len(people) < min(size, len(free)):
            one = random.choices(free, [person.weight for person in free])[0]
            if one not in people:
                people.append(one)
        start, minutes = random.choice(_STARTS), random.choice(_MINUTES)
        late = random.choice(_DAYS_LATE)
        words = random.choice(words_of(season.action, ContributionKind.SERVICE, item))
        households = random.randint(2, 12)
        first = ContributionPlan(
            key="",
            kind=ContributionKind.SERVICE,
            giver="",
            organisation=team.organisation.slug,
            region_code=region_code,
            happened_on=day,
            logged_at=clock.instant(
                day + timedelta(days=late), 20 if late == 0 else random.randint(9, 20), random.randint(5, 55)
            ),
            item=item,
            description=words,
            beneficiary=f"{self._towns[region_code]}{random.choice(season.action.whom)} {households} 户",
            evidence=self._evidence(),
            published_before=random.random() < 0.9,
        )
        if start + minutes > 19 * 60 + 45 and late == 0:
            start = 14 * 60
        for one in people:
            self._busy.add((one.slug, day))
            came = start + random.choice((0, 0, 0, 15))
            longer = random.choice((0, 0, 0, 15, -15)) if minutes > 60 else 0
            rest = random.choice((0, 0, 0, 15, 30)) if minutes >= 150 else 0
            yield replace(
                first,
                giver=one.slug,
                start_minute=came,
                end_minute=came + minutes + longer,
                break_minutes=rest,
            )

    def _evidence(self) -> tuple[EvidenceKind, ...]:
        chance = self._random.random()
        if chance < 0.5:
            return (EvidenceKind.ATTENDANCE_SHEET,)
        if chance < 0.78:
            return (EvidenceKind.ATTENDANCE_SHEET, EvidenceKind.CONFIRMATION)
        return (EvidenceKind.PHOTO,) if chance < 0.88 else ()

    def _place(self, county: str) -> str:
        return self._random.choice([town for town in self._towns if contains(f"{county}000000", town)])


def _served_for(person: PersonPlan, body: OrganisationPlan, main: OrganisationPlan, cast: Cast) -> bool:
    """Whether a person's hours are written down by an organisation: the own one, else the county's main one."""
    own = cast.by_slug.get(person.organisation or "")
    if own is not None and own in cast.loggers:
        return own is body
    return body is main and person.region_code[:6] == main.region_code[:6]


def _weight(team: Team) -> int:
    return team.organisation.weight * (4 if team.organisation.profile == "team" else 2)


def _weighted(random: Random, counties: list[str]) -> str:
    weights = dict(zip(COUNTIES, _COUNTIES, strict=True))
    return random.choices(counties, [weights[one] for one in counties])[0]
