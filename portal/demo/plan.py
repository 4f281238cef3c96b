"""The year as it is planned: all contributions with what becomes of them, in the order of time. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random

from app import clock
from app.permissions import Role
from points.rulesets.kinds import ContributionKind as K
from portal.demo.cast import Cast, make_cast
from portal.demo.gifts import Gifts
from portal.demo.plans import ContributionPlan, Course
from portal.demo.seasons import seasons
from portal.demo.services import Services
from portal.demo.shown import shown, waiting

_YEAR = timedelta(days=365)
_WAITING = 80
"""One of so many contributions still waits, the youngest ones."""
_REASONS_BACK = (
    "签到表缺少服务对象或村（居）委会的签字，请补齐后重新提交。",
    "起止时间与签到表不一致，请核对后修改。",
    "票据号与票据照片不符，请核对。",
    "请写明受益群体所在的村（居）和户数。",
)
_REASONS_REFUSED = (
    "属于政府购买服务合同内的工作，不计入志愿服务。",
    "与另一单位登记的同一次活动重复。",
    "服务对象反映当日没有开展这次活动，经核实不予认定。",
    "有偿服务，不属于无偿贡献。",
)
_REASONS_PARTLY = (
    "签到表上的离开时间早于登记的结束时间，按签到表核定。",
    "路途和用餐时间没有扣除，按实际服务时间核定。",
)


@dataclass(frozen=True, slots=True)
class Size:
    """How large a city is made."""

    organisations: int
    volunteers: int
    contributions: int


NORMAL = Size(60, 500, 2_000)
LARGE = Size(600, 20_000, 12_000)


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that is to be made, and when the city opens and its year ends."""

    opens_at: datetime
    first_on: date
    ends_at: datetime
    cast: Cast
    contributions: tuple[ContributionPlan, ...]
    certified: tuple[str, ...]
    """Keys of gifts for which a donation certificate is asked."""


def make_plan(
    *, seed: int, ends_at: datetime, size: Size, towns: dict[str, str], is_working: Callable[[date], bool]
) -> Plan:
    """Return the plan of a seed for a year that ends at an instant; ``towns`` are names of towns by code.

    The same arguments give the same plan.
    """
    last_on = clock.civil_date(ends_at) - timedelta(days=1)
    first_on = clock.civil_date(ends_at) - _YEAR
    people = make_cast(
        seed=seed,
        first_on=first_on,
        last_on=last_on,
        organisations=size.organisations,
        volunteers=size.volunteers,
        towns=sorted(towns),
    )
    random = Random(f"year:{seed}")
    made = _contributions(random, people, towns, first_on, last_on, size.contributions)
    newest = clock.instant(last_on, 21, 30)
    made = [
        replace(one, logged_at=min(one.logged_at, newest - timedelta(minutes=index % 80)))
        for index, one in enumerate(made)
    ]
    made.sort(key=lambda one: (one.logged_at, one.organisation, one.giver))
    made = [replace(one, key=f"demo-{number:06d}") for number, one in enumerate(made, start=1)]
    made = _late(random, made)
    made = _courses(random, made, people)
    made = [_decided(one, last_on, is_working) for one in made]
    certified = [
        one.key
        for one in made
        if one.receipt_number and one.course is Course.WHOLE and one.organisation in _CERTIFYING
    ]
    return Plan(
        first_on=first_on,
        opens_at=clock.instant(first_on - timedelta(days=55), 9),
        ends_at=ends_at,
        cast=people,
        contributions=tuple(made),
        certified=tuple(certified[-14:]),
    )


_CERTIFYING = ("nuanyang", "shigu", "weishuizhuxue", "shiguzhuangbei", "jintai-cishan")


def _contributions(
    random: Random, people: Cast, towns: dict[str, str], first_on: date, last_on: date, count: int
) -> list[ContributionPlan]:
    made = shown(people, last_on)
    services = Services(people, towns, random, busy={(one.giver, one.happened_on) for one in made})
    gifts = Gifts(people, towns, random)
    year = seasons(first_on, last_on)
    made += waiting(services, gifts, year[-1], last_on)
    tries = 0
    while len(made) < count and tries < 40 * count:
        tries += 1
        season = random.choices(year, [one.share for one in year])[0]
        day = season.first_on + timedelta(days=random.randint(0, (season.last_on - season.first_on).days))
        weights = season.action.kinds
        kind = random.choices(list(weights), list(weights.values()))[0]
        if kind is K.SERVICE:
            # An activity makes about two entries: weigh it down so that the kinds keep their shares.
            if random.random() < 0.5:
                made += services.activity(season, day, count - len(made))
        else:
            gift = gifts.gift(season, kind, day)
            made += [gift] if gift else []
    return made


def _late(random: Random, made: list[ContributionPlan]) -> list[ContributionPlan]:
    """Let one in a hundred services be written down late, which asks for two members of staff."""
    ends = made[-1].logged_at
    late = []
    for one in made:
        if one.kind is K.SERVICE and one.course is Course.WHOLE and random.random() < 0.012:
            moment = one.logged_at + timedelta(days=random.randint(5, 20))
            if moment < ends:
                one = replace(one, logged_at=moment, backfilled=True)
        late.append(one)
    return sorted(late, key=lambda one: (one.logged_at, one.key))


def _courses(random: Random, made: list[ContributionPlan], people: Cast) -> list[ContributionPlan]:
    """Say what becomes of each: nearly all are accepted, the youngest still wait, some go another way."""
    count = len(made)
    youngest = {one.key for one in made[-max(6, count // _WAITING) :]}
    recent = {one.key for one in made[-count // 8 :]}
    plain = [
        one for one in made if one.course is Course.WHOLE and one.key not in youngest and not one.backfilled
    ]
    recent_plain = [one for one in plain if one.key in recent]
    chosen: dict[str, tuple[Course, str]] = {}
    for course, wanted, among, reasons in (
        (Course.SENT_BACK, 6, recent_plain, _REASONS_BACK),
        (Course.REFUSED, max(3, count // 200), plain, _REASONS_REFUSED),
        (Course.WITHDRAWN, 2, recent_plain, ("登记重复，由本单位撤回。",)),
        (Course.MENDED, max(3, count // 90), plain, _REASONS_BACK),
        (
            Course.PARTLY,
            max(3, count // 60),
            [one for one in plain if one.kind is K.SERVICE],
            _REASONS_PARTLY,
        ),
    ):
        for one in random.sample(among, min(wanted, len(among))):
            chosen.setdefault(one.key, (course, random.choice(reasons)))
    done = []
    for one in made:
        if one.key in youngest and one.course is Course.WHOLE:
            one = replace(one, course=Course.REVIEWED if one.backfilled else Course.WAITING)
        elif one.key in chosen:
            course, reason = chosen[one.key]
            one = replace(one, course=course, reason=reason)
            if course is Course.PARTLY:
                assert one.start_minute is not None and one.end_minute is not None
                minutes = one.end_minute - one.start_minute - one.break_minutes
                one = replace(one, verified=max(30, minutes - random.choice((20, 30, 40))))
        done.append(_managed(one, people))
    return done


def _managed(one: ContributionPlan, people: Cast) -> ContributionPlan:
    """Let the manager write down what an organisation without clerks gives."""
    body = people.by_slug[one.organisation]
    return one if Role.ORGANISATION_CLERK in body.users else replace(one, by_manager=True)


def _decided(one: ContributionPlan, last_on: date, is_working: Callable[[date], bool]) -> ContributionPlan:
    """Set when staff of the place look at it: at the county's next weekly session after it was handed in."""
    if one.course in (Course.WAITING, Course.UNSUBMITTED):
        return one
    county = int(one.region_code[4:6])
    day = clock.civil_date(one.logged_at) + timedelta(days=1)
    while day.weekday() != county % 5:
        day += timedelta(days=1)
    while not is_working(day):
        day += timedelta(days=1)
    moment = clock.instant(day, 9 + county % 3, 20)
    newest = clock.instant(last_on, 17, 30)
    return replace(one, decided_at=max(one.logged_at + timedelta(minutes=1), min(moment, newest)))
