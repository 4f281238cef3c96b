"""Gifts and other things that organisations give: money, goods, facilities, training, projects, jobs. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from app import clock
from points.rulesets.kinds import ContributionKind as K
from portal.demo.bodies import OrganisationPlan
from portal.demo.cast import Cast
from portal.demo.places import COUNTIES
from portal.demo.plans import ContributionPlan, LinePlan
from portal.demo.seasons import Season, words_of
from portal.demo.volunteers import PersonPlan
from projects.contributions.rules import GIFT_KINDS, EvidenceKind, ValueBasis

# Item → unit, price of one in yuan, numbers given. Prices are made up and of the right size.
_GOODS: dict[str, tuple[str, int, tuple[int, ...]]] = {
    "rice": ("袋(10公斤)", 65, (20, 30, 40, 50, 60, 80, 100, 150)),
    "oil": ("桶(5升)", 75, (20, 30, 40, 50, 60, 80, 100)),
    "flour": ("袋(25公斤)", 95, (20, 30, 40, 50, 80, 100)),
    "milk": ("箱", 55, (20, 30, 50, 60, 100, 200)),
    "quilt": ("床", 180, (10, 20, 30, 40, 50, 80)),
    "clothes": ("件", 120, (15, 20, 30, 50, 60)),
    "heater": ("台", 680, (4, 6, 8, 10, 15, 20)),
    "wheelchair": ("辆", 850, (2, 3, 4, 5, 8, 10)),
    "mask": ("盒(50只)", 15, (40, 60, 100, 200)),
    "diaper": ("包(10片)", 32, (20, 40, 50, 80)),
    "stationery": ("套", 120, (20, 30, 40, 50, 60, 100)),
    "books": ("册", 28, (100, 150, 200, 300, 500)),
}
_FACILITIES: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "home-adaptation": ((1, 2, 2, 3, 4, 6), (4_200, 4_800, 5_600, 6_500, 7_800)),
    "canteen": ((1,), (58_000, 76_000, 93_000)),
    "activity-room": ((1,), (36_000, 48_000, 65_000)),
}
_YUAN = (2_000, 3_000, 3_000, 5_000, 5_000, 6_000, 8_000, 10_000, 10_000, 15_000, 20_000, 30_000, 50_000)
_YUAN_OF_PERSONS = (200, 300, 500, 500, 800, 1_000, 1_000, 2_000, 3_000, 5_000)
_GIVERS = {
    K.MONEY: {"company": 4, "foundation": 9, "giver": 3, "receiver": 2},
    K.GOODS: {"company": 5, "foundation": 5, "giver": 3, "team": 1, "village": 1, "receiver": 2},
    K.FACILITY: {"company": 3, "foundation": 5, "public": 2},
    K.TRAINING: {"training": 8, "care": 2, "public": 2},
    K.PROJECT: {"care": 5, "foundation": 2, "receiver": 1},
    K.JOBS: {"company": 6, "village": 1},
}
_RECEIVERS = ("receiver", "foundation", "team", "giver", "care", "training")
_RECEIPT_SERIES = 6103


class Gifts:
    """Makes what organisations (and, of money, persons) give, with receipts that never come twice."""

    def __init__(self, cast: Cast, towns: dict[str, str], random: Random) -> None:
        self._random = random
        self._towns = towns
        self._organisations = cast.organisations
        self._loggers = cast.loggers
        self._persons = [one for one in cast.persons if one.outcome == "approved" and one.weight]
        self._receipts = 0

    def gift(
        self, season: Season, kind: K, day: date, *, county: str | None = None
    ) -> ContributionPlan | None:
        """Return one contribution of a kind in a season, or None when nobody could give it on that day."""
        random = self._random
        if county is None:
            near = season.action.counties if random.random() < 0.8 else ()
            county = random.choice(near or tuple(COUNTIES))
        region_code = random.choice([town for town in self._towns if town.startswith(county)])
        receiver = self._receiver(county)
        giver: OrganisationPlan | PersonPlan | None = self._giver(kind, county)
        if kind is K.MONEY and random.random() < 0.3:
            giver = self._person(day, county) or giver
        if receiver is None or giver is None or giver.registered_on >= day:
            return None
        own = isinstance(giver, OrganisationPlan) and bool(giver.users)
        item = random.choice(season.action.items[kind])
        logged_on = day + timedelta(days=random.choice((0, 1, 1, 2, 3, 5, 8)))
        plan = ContributionPlan(
            key="",
            kind=kind,
            giver=giver.slug,
            organisation=giver.slug if own else receiver.slug,
            region_code=region_code,
            happened_on=day,
            logged_at=clock.instant(logged_on, random.randint(18, 20), random.randint(1, 59)),
            item=item,
            description=random.choice(words_of(season.action, kind, item)),
            beneficiary=f"{self._towns[region_code]}{random.choice(season.action.whom)} {random.randint(5, 60)} 户",
        )
        plan = self._with_what(plan, season, giver)
        if kind not in GIFT_KINDS:
            return plan
        if receiver.slug == giver.slug:  # what a receiving organisation gives itself goes to another one
            other = self._receiver(county, other_than=giver.slug)
            return None if other is None else self._with_receipt(plan, other)
        return self._with_receipt(plan, receiver)

    def _with_what(
        self, plan: ContributionPlan, season: Season, giver: OrganisationPlan | PersonPlan
    ) -> ContributionPlan:
        random = self._random
        if plan.kind is K.MONEY:
            yuan = random.choice(_YUAN_OF_PERSONS if isinstance(giver, PersonPlan) else _YUAN)
            if isinstance(giver, OrganisationPlan) and giver.weight >= 12:
                yuan *= random.choice((1, 2, 3, 5))
            return replace(plan, amount_fen=yuan * 100)
        if plan.kind is K.GOODS:
            return replace(plan, lines=self._goods(season, plan.item))
        if plan.kind is K.FACILITY:
            counts, yuan_each = _FACILITIES[plan.item]
            count, each = random.choice(counts), random.choice(yuan_each)
            line = LinePlan(
                plan.item, count, "处", count * each * 100, ValueBasis.AGREEMENT, self._number("协")
            )
            return replace(plan, lines=(line,), evidence=(EvidenceKind.AGREEMENT, EvidenceKind.PHOTO))
        if plan.kind is K.TRAINING:
            proof: tuple[EvidenceKind, ...] = (EvidenceKind.ATTENDANCE_SHEET,)
            return replace(plan, quantity=random.choice((8, 12, 16, 24, 32, 40)), evidence=proof)
        numbers = (1, 1, 2) if plan.kind is K.PROJECT else (1, 2, 2, 3, 4, 6, 10)
        return replace(plan, quantity=random.choice(numbers), evidence=(EvidenceKind.AGREEMENT,))

    def _goods(self, season: Season, item: str) -> tuple[LinePlan, ...]:
        random = self._random
        if random.random() < 0.1:
            unit, _price, numbers = _GOODS[item]
            return (LinePlan(item, random.choice(numbers), unit, None, ValueBasis.NONE),)
        items = [item]
        other = random.choice(season.action.items[K.GOODS])
        if other != item and random.random() < 0.5:
            items.append(other)
        lines = []
        for one in items:
            unit, price, numbers = _GOODS[one]
            count = random.choice(numbers)
            basis = random.choice(
                (
                    ValueBasis.INVOICE,
                    ValueBasis.INVOICE,
                    ValueBasis.INVOICE,
                    ValueBasis.AGREEMENT,
                    ValueBasis.PRICE_LIST,
                )
            )
            lines.append(LinePlan(one, count, unit, count * price * 100, basis, self._number("票")))
        return tuple(lines)

    def _with_receipt(self, plan: ContributionPlan, receiver: OrganisationPlan) -> ContributionPlan:
        """Return a gift with its receipt, or that it was given up; only an organisation can have issued one."""
        chance = self._random.random()
        evidence = list(plan.evidence)
        number, waiver = "", ""
        if chance < 0.05:
            waiver = "捐赠人书面声明不需要票据，声明存受赠单位。"
        else:
            self._receipts += 1
            number = f"{_RECEIPT_SERIES}{plan.happened_on:%y}{self._receipts:06d}"
            evidence += [EvidenceKind.RECEIPT] if chance < 0.85 else []
            evidence += [EvidenceKind.HAND_OVER] if chance < 0.7 else []
        if plan.kind is K.GOODS and any(line.basis is ValueBasis.INVOICE for line in plan.lines):
            evidence.append(EvidenceKind.INVOICE)
        return replace(
            plan,
            evidence=tuple(evidence),
            receipt_number=number,
            receipt_waiver=waiver,
            receiver_name=receiver.name,
        )

    def _giver(self, kind: K, county: str) -> OrganisationPlan | None:
        profiles = _GIVERS[kind]
        able = [one for one in self._organisations if one.profile in profiles and one.outcome == "approved"]
        weights = [
            one.weight * profiles[one.profile] * (3 if one.region_code.startswith(county) else 1)
            for one in able
        ]
        return self._random.choices(able, weights)[0] if able else None

    def _receiver(self, county: str, *, other_than: str = "") -> OrganisationPlan | None:
        able = [one for one in self._loggers if one.profile in _RECEIVERS and one.slug != other_than]
        here = [one for one in able if one.region_code.startswith(county)] or able
        return max(here, key=lambda one: (-_RECEIVERS.index(one.profile), one.weight)) if here else None

    def _person(self, day: date, county: str) -> PersonPlan | None:
        able: Sequence[PersonPlan] = [
            one for one in self._persons if one.registered_on < day and one.region_code.startswith(county)
        ]
        return self._random.choice(able) if able else None

    def _number(self, letter: str) -> str:
        return f"{letter}{self._random.randint(10_000, 99_999)}"
