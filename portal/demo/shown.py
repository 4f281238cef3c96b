"""What a visitor is meant to find: the story of the organisation on the sign-in page, and its county's queue. Pure."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from app import clock
from points.rulesets.kinds import ContributionKind as K
from portal.demo.cast import Cast
from portal.demo.gifts import Gifts
from portal.demo.places import SHOWN_COUNTY, SHOWN_ORGANISATION, SHOWN_TOWN
from portal.demo.plans import ContributionPlan, Course, LinePlan
from portal.demo.seasons import DAILY, Season
from portal.demo.services import Services
from portal.demo.volunteers import PersonPlan
from projects.contributions.hours import AUTOMATIC_MINUTES, SECOND_PERSON_FEN
from projects.contributions.rules import EvidenceKind as E
from projects.contributions.rules import ValueBasis

_PROVEN = (E.RECEIPT, E.HAND_OVER)
# Days before the end of the year, item, number, unit, price of one in yuan, words, whom.
_GIFTS: tuple[tuple[int, str, int, str, int, str, str], ...] = (
    (341, "quilt", 40, "床", 180, "暖冬行动：棉被送到户", "特困供养人员 40 人"),
    (283, "rice", 60, "袋(10公斤)", 65, "新春送温暖：年货送到家", "低保家庭 60 户"),
    (281, "oil", 60, "桶(5升)", 75, "新春送温暖：年货送到家", "低保家庭 60 户"),
    (254, "clothes", 30, "件", 120, "春季换装", "留守儿童 30 人"),
    (186, "wheelchair", 6, "辆", 850, "助残月：辅具适配上门", "残疾人家庭 6 户"),
    (151, "milk", 80, "箱", 55, "爱心超市补货", "独居老人 80 户"),
    (82, "stationery", 60, "套", 120, "金秋助学：开学用品", "困境儿童 60 人"),
    (34, "flour", 50, "袋(25公斤)", 95, "敬老月：重阳慰问品", "高龄老人 50 户"),
    (9, "heater", 8, "台", 680, "暖冬行动：取暖炉入户", "独居老人 8 户"),
)
_RECEIPT = "6103{year:02d}9{number:05d}"
_RECEIVER = "宝鸡秦岭暖阳公益基金会"
"""Takes in what the shown organisation gives and issues the receipts."""


def shown(people: Cast, last_on: date) -> list[ContributionPlan]:
    """Return the story of the shown organisation; empty when it is not in the cast."""
    if SHOWN_ORGANISATION not in people.by_slug:
        return []
    members = [
        one
        for one in people.persons
        if one.organisation == SHOWN_ORGANISATION and one.registered_on < last_on - timedelta(days=365)
    ]
    found = [*_gifts(last_on), _wrong(last_on)]
    if "nuanyang" in people.by_slug:
        found += [_large(last_on), _founded(last_on)]
    if members:
        found += [_long_day(members[0], last_on), _late(members[-1], last_on), *_drafts(members, last_on)]
    return found


def waiting(services: Services, gifts: Gifts, season: Season, last_on: date) -> Iterator[ContributionPlan]:
    """Yield what the shown county's staff find waiting: its last days."""
    daily = replace(season, action=DAILY)
    for back in (2, 1, 1, 0):
        day = last_on - timedelta(days=back)
        for one in services.activity(daily, day, 2, county=SHOWN_COUNTY):
            yield replace(one, course=Course.WAITING)
    for kind in (K.GOODS, K.MONEY):
        gift = gifts.gift(daily, kind, last_on - timedelta(days=3), county=SHOWN_COUNTY)
        if gift is not None:
            yield replace(gift, logged_at=clock.instant(last_on, 17, 40), course=Course.WAITING)


def _gifts(last_on: date) -> Iterator[ContributionPlan]:
    for number, (back, item, count, unit, yuan, words, whom) in enumerate(_GIFTS, start=10):
        day = last_on - timedelta(days=back)
        line = LinePlan(item, count, unit, count * yuan * 100, ValueBasis.INVOICE, f"票6{number}00{number}")
        yield ContributionPlan(
            key="", kind=K.GOODS, giver=SHOWN_ORGANISATION, organisation=SHOWN_ORGANISATION, region_code=SHOWN_TOWN,
            happened_on=day, logged_at=clock.instant(day + timedelta(days=1), 17, number), item=item,
            description=words, beneficiary=f"石鼓镇{whom}", evidence=(*_PROVEN, E.INVOICE),
            receipt_number=_RECEIPT.format(year=day.year % 100, number=number),
            receiver_name=_RECEIVER, lines=(line,),
        )  # fmt: skip


def _wrong(last_on: date) -> ContributionPlan:
    """Ten times too much: accepted, reversed, logged again in its right form."""
    day = last_on - timedelta(days=48)
    return ContributionPlan(
        key="", kind=K.GOODS, giver=SHOWN_ORGANISATION, organisation=SHOWN_ORGANISATION, region_code=SHOWN_TOWN,
        happened_on=day, logged_at=clock.instant(day + timedelta(days=1), 18, 20), item="milk",
        description="敬老月：重阳慰问品", beneficiary="石鼓镇高龄老人 60 户", evidence=_PROVEN,
        receipt_number=_RECEIPT.format(year=day.year % 100, number=1), receiver_name=_RECEIVER,
        lines=(LinePlan("milk", 600, "箱", 600 * 55 * 100, ValueBasis.INVOICE, "票66001"),),
        course=Course.REVERSED, reason="数量多写了一个零：实际发放 60 箱，登记为 600 箱。",
    )  # fmt: skip


def _large(last_on: date) -> ContributionPlan:
    """A gift so large that two members of staff look at it."""
    day = last_on - timedelta(days=26)
    return ContributionPlan(
        key="", kind=K.MONEY, giver="nuanyang", organisation="nuanyang", region_code="610327100000",
        happened_on=day, logged_at=clock.instant(day + timedelta(days=1), 18, 5), item="money",
        description="暖冬行动：关山片区取暖补助", beneficiary="陇县山区独居老人和困境儿童家庭 420 户", evidence=_PROVEN,
        amount_fen=SECOND_PERSON_FEN + 10_000_000, receipt_number=_RECEIPT.format(year=day.year % 100, number=2),
        receiver_name="陇县关山慈善协会",
    )  # fmt: skip


def _founded(last_on: date) -> ContributionPlan:
    """A service institution that a foundation has founded."""
    day = last_on - timedelta(days=118)
    return ContributionPlan(
        key="", kind=K.AGENCY, giver="nuanyang", organisation="nuanyang", region_code="610331100000",
        happened_on=day, logged_at=clock.instant(day + timedelta(days=2), 18, 15), item="service-institution",
        description="举办太白县山区儿童服务中心并通过登记", beneficiary="太白县留守儿童 120 人",
        evidence=(E.AGREEMENT, E.PHOTO), quantity=1,
    )  # fmt: skip


def _long_day(person: PersonPlan, last_on: date) -> ContributionPlan:
    """Ten hours of which eight are accepted."""
    day = last_on - timedelta(days=33)
    return ContributionPlan(
        key="", kind=K.SERVICE, giver=person.slug, organisation=SHOWN_ORGANISATION, region_code=SHOWN_TOWN,
        happened_on=day, logged_at=clock.instant(day, 20, 10), item="meals", description="敬老月：全天助餐和陪护",
        beneficiary="石鼓镇高龄老人 26 户", evidence=(E.ATTENDANCE_SHEET,), start_minute=8 * 60, end_minute=18 * 60,
        published_before=True, by_manager=True, course=Course.PARTLY, verified=AUTOMATIC_MINUTES,
        reason="午餐和往返路途共 2 小时不属于服务时间，核定 8 小时。",
    )  # fmt: skip


def _late(person: PersonPlan, last_on: date) -> ContributionPlan:
    """Written down ten days later: one member of staff has looked at it, a second one still has to."""
    day = last_on - timedelta(days=13)
    return ContributionPlan(
        key="", kind=K.SERVICE, giver=person.slug, organisation=SHOWN_ORGANISATION, region_code=SHOWN_TOWN,
        happened_on=day, logged_at=clock.instant(day + timedelta(days=10), 18, 40), item="tutoring",
        description="周末课堂", beneficiary="石鼓镇留守儿童 9 人", evidence=(E.ATTENDANCE_SHEET, E.CONFIRMATION),
        start_minute=9 * 60, end_minute=11 * 60 + 30, published_before=True, backfilled=True, course=Course.REVIEWED,
    )  # fmt: skip


def _drafts(members: list[PersonPlan], last_on: date) -> Iterator[ContributionPlan]:
    """Two entries that the clerk has begun and not handed in."""
    for index, person in enumerate(members[1:3]):
        yield ContributionPlan(
            key="", kind=K.SERVICE, giver=person.slug, organisation=SHOWN_ORGANISATION, region_code=SHOWN_TOWN,
            happened_on=last_on, logged_at=clock.instant(last_on, 21, 10 + index), item="visiting",
            description="每周入户探访", beneficiary="石鼓镇独居老人 5 户", start_minute=14 * 60,
            end_minute=16 * 60 + 30, published_before=True, course=Course.UNSUBMITTED,
        )  # fmt: skip
