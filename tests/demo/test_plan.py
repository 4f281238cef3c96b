"""The plan of a demo city: pure, the same for the same seed, and within the rules."""

import csv
from collections import Counter
from datetime import UTC, date, datetime

from app.identity import check_phone, check_resident_id, check_uscc
from app.parties import kinds
from app.regions.cli import DEMO_FILE
from points.rulesets.kinds import ContributionKind as K
from portal.demo.places import COUNTIES, SHOWN_COUNTY
from portal.demo.plan import NORMAL, Plan, Size, make_plan
from portal.demo.plans import Course
from projects.contributions import hours
from projects.contributions.hours import Span

ENDS_AT = datetime(2026, 11, 20, 10, tzinfo=UTC)


def plan(seed: int = 1, size: Size = NORMAL) -> Plan:
    with DEMO_FILE.open(encoding="utf-8") as file:
        towns = {row["code"]: row["name"] for row in csv.DictReader(file) if row["level"] == "town"}
    return make_plan(
        seed=seed, ends_at=ENDS_AT, size=size, towns=towns, is_working=lambda day: day.weekday() < 5
    )


def test_the_same_seed_gives_the_same_city_and_another_seed_another() -> None:
    assert plan(1) == plan(1)
    assert plan(1).contributions != plan(2).contributions


def test_the_city_has_the_promised_size_and_kinds() -> None:
    made = plan()
    admitted = [one for one in made.cast.organisations if one.outcome == "approved"]
    assert len(admitted) == 60 and len(made.cast.persons) == 500
    assert abs(len(made.contributions) - 2_000) < 20
    assert {one.region_code[:6] for one in admitted} == set(COUNTIES)
    assert {one.kind for one in admitted} == set(kinds.OrganisationKind)
    assert {one.kind for one in made.contributions} == set(K)
    assert {one.course for one in made.contributions} == set(Course)
    waiting = [one for one in made.contributions if one.course is Course.WAITING]
    assert 20 <= len(waiting) <= 35
    assert len({one.region_code[:6] for one in waiting}) >= 4
    assert sum(one.region_code.startswith(SHOWN_COUNTY) for one in waiting) >= 5
    assert 0.5 < sum(one.agrees for one in made.cast.persons) / 500 < 0.7


def test_nobody_in_it_can_exist() -> None:
    made = plan(3)
    for one in made.cast.persons:
        number = one.human.identity_number
        assert number.startswith("610399") and check_resident_id(number, today=date(2026, 11, 20)).ok
        assert one.human.phone.startswith("142") and check_phone(one.human.phone).ok
    codes = [one.uscc for one in made.cast.organisations if one.uscc]
    assert all(code[8:11] == "YYY" and check_uscc(code).ok for code in codes)
    for unique in (
        codes,
        [one.human.identity_number for one in made.cast.persons],
        [one.name for one in made.cast.users],
    ):
        assert len(set(unique)) == len(unique)


def test_nobody_serves_at_two_places_at_once_in_any_of_many_cities() -> None:
    for seed in range(1, 6):
        spans: dict[str, list[Span]] = {}
        for one in plan(seed).contributions:
            if one.start_minute is not None and one.end_minute is not None:
                span = Span(one.happened_on, one.start_minute, one.end_minute, one.break_minutes)
                assert not hours.overlapping(span, spans.setdefault(one.giver, [])), (seed, one)
                spans[one.giver].append(span)


def test_the_year_has_its_seasons_and_everything_happens_in_order() -> None:
    made = plan()
    by_month = Counter(one.happened_on.strftime("%Y-%m") for one in made.contributions)
    assert by_month["2026-02"] > 2 * by_month["2026-04"]  # Spring Festival
    assert by_month["2026-08"] > 1.5 * by_month["2026-06"]  # school
    school = [one for one in made.contributions if one.happened_on.month == 8 and "助学" in one.description]
    assert school
    for one in made.contributions:
        assert made.first_on <= one.happened_on
        assert one.happened_on <= one.logged_at.date() or one.logged_at.hour >= 16
        assert one.logged_at < made.ends_at
        assert one.decided_at is None or one.logged_at < one.decided_at < made.ends_at
    receipts = [one.receipt_number for one in made.contributions if one.receipt_number]
    assert len(set(receipts)) == len(receipts)
