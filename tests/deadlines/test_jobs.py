"""The night's supervision and the morning's reminder, on both databases."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import select

from app import clock
from app.calendar.calendar import seed_calendar
from app.db import Database, reading, transaction
from app.deadlines import deadlines, jobs
from app.deadlines.models import Deadline
from app.deadlines.rules import DeadlineState, SupervisedLevel
from app.ids import new_id
from app.messages.models import Message
from app.parties import persons
from app.permissions import SYSTEM, Role
from app.users import grants, users
from app.users.users import NewUser
from tests.deadlines.offices import CITY, COUNTY, REVIEW, TOWN
from tests.parties.people import JINTAI, person_data, places

FRIDAY, DUE = date(2026, 9, 18), date(2026, 9, 24)
MONDAY = date(2026, 9, 28)


@pytest.fixture
def city(database: Database) -> Iterator[dict[str, object]]:
    people: dict[str, object] = {}
    with clock.at(clock.instant(FRIDAY, 9)), transaction() as session:
        places(session)
        seed_calendar(session, actor=SYSTEM)
        offices = [
            ("handler", Role.COUNTY_HANDLER, COUNTY),
            ("approver", Role.COUNTY_APPROVER, COUNTY),
            ("elsewhere", Role.COUNTY_HANDLER, JINTAI),
            ("town", Role.TOWN_STAFF, TOWN),
            ("city", Role.CITY_STAFF, CITY),
            ("auditor", Role.AUDITOR, CITY),
        ]
        for index, (name, role, region) in enumerate(offices):
            person = persons.register_contact(session, person_data(50 + index), actor=SYSTEM)
            user = users.create(session, person.id, NewUser(name, "x" * 20), actor=SYSTEM)
            grants.write(session, user, role, by=SYSTEM, region_code=region)
            people[name] = person.id
    yield people


def start(count: int = 1) -> None:
    with clock.at(clock.instant(FRIDAY, 9)), transaction() as session:
        for _each in range(count):
            deadlines.start(
                session,
                REVIEW,
                subject_kind="thing",
                subject_id=new_id(),
                region_code=TOWN,
                on=FRIDAY,
                actor=SYSTEM,
            )


def night(day: date) -> str | None:
    with clock.at(clock.instant(day, 0, 20)):
        return jobs.supervise_late(day)


def morning(day: date, hour: int = 8) -> str | None:
    with clock.at(clock.instant(day, hour, 30)):
        return jobs.remind(day)


def told() -> list[tuple[object, str]]:
    with reading() as session:
        return [(one.party_id, one.title) for one in session.scalars(select(Message).order_by(Message.id))]


def levels() -> list[SupervisedLevel | None]:
    with reading() as session:
        return list(session.scalars(select(Deadline.supervised_level)))


def test_every_late_thing_comes_under_supervision_in_lots(
    city: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_LOT", 3)
    start(8)
    assert night(DUE) is None
    assert night(date(2026, 9, 25)) == "8 件事项列入或升级督办"
    assert night(date(2026, 9, 25)) is None
    assert levels() == [SupervisedLevel.COUNTY] * 8
    assert night(date(2026, 9, 30)) == "8 件事项列入或升级督办"
    assert levels() == [SupervisedLevel.CITY] * 8


def test_offices_are_told_once_a_day_on_working_days(city: dict[str, object]) -> None:
    start(2)
    night(date(2026, 9, 25))
    assert morning(date(2026, 9, 25)) is None  # the Mid-Autumn holiday
    assert morning(MONDAY) == "提醒 2 人" and morning(MONDAY, 10) is None
    assert sorted(told(), key=str) == sorted(
        [(city[name], "督办提醒：2 件事项已超期") for name in ("handler", "approver")], key=str
    )
    night(date(2026, 9, 30))
    assert morning(date(2026, 9, 30)) == "提醒 1 人"
    assert told()[-1][0] == city["city"]


@pytest.mark.parametrize("hour", [0, 3, 7, 20, 23])
def test_nobody_is_told_at_night(city: dict[str, object], hour: int) -> None:
    start()
    night(date(2026, 9, 25))
    assert morning(MONDAY, hour) is None and told() == []


def test_what_was_done_meanwhile_is_left_alone(city: dict[str, object]) -> None:
    start()
    with transaction() as session:
        (one,) = session.scalars(select(Deadline))
        deadlines.meet(session, "thing", one.subject_id, REVIEW, on=DUE, actor=SYSTEM)
        assert one.state is DeadlineState.MET
    assert night(MONDAY) is None and morning(MONDAY) is None
