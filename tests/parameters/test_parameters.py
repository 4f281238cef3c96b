"""Numbers on a day and at a place; the two persons who change one."""

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.audit.models import AuditEvent
from app.db import Database, reading, transaction
from app.errors import Conflict, InvalidInput, NotAllowed
from app.parameters import parameters, queries
from app.parameters.defaults import DEFAULTS
from app.parameters.kinds import Force, ParameterUnit, ProposalState
from app.parameters.models import ParameterValue
from app.permissions import Actor, Role
from tests.architecture.tree import ROOT
from tests.deadlines.offices import CITY, COUNTY, TOWN, actor
from tests.parties.people import places

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
TODAY, LATER = date(2026, 11, 22), date(2027, 1, 1)
KEY = "project.review"
CITY_STAFF, LEGAL = actor(Role.CITY_STAFF), actor(Role.LEGAL_OFFICER)


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with clock.at(NOW):
        yield


@pytest.fixture
def city(database: Database) -> Database:
    with transaction() as session:
        places(session)
    return database


def changed(
    value: int,
    valid_from: date = LATER,
    *,
    key: str = KEY,
    region: str | None = None,
    by: Actor = CITY_STAFF,
    article: str = "宝民发〔2026〕9号",
) -> ParameterValue:
    with transaction() as session:
        return parameters.propose(
            session, key, value=value, valid_from=valid_from, article=article, region_code=region, actor=by
        )


def approved(row: ParameterValue, by: Actor = LEGAL) -> None:
    with transaction() as session:
        parameters.approve(session, row, actor=by)


def value(on: date, region: str | None = None, key: str = KEY) -> int:
    with reading() as session:
        return queries.value(session, key, on=on, region_code=region)


def test_the_file_says_what_each_number_rests_on() -> None:
    with (ROOT / "app/parameters/data/parameters.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 100
    assert all(row["title"] and row["article"] for row in rows)
    assert sum(len(lines) for lines in DEFAULTS.values()) == len(rows)
    for lines in DEFAULTS.values():
        assert len({one.valid_from for one in lines}) == len(lines)
        assert len({one.unit for one in lines}) == 1
        assert all(one.unit.allows(one.value) for one in lines), lines
        assert all(len(one.article) <= 200 and len(one.key) <= 60 for one in lines)


def test_a_number_of_the_house_changes_with_the_law(city: Database) -> None:
    assert value(date(2026, 6, 30), key="fraud.fine_times") == 3
    assert value(date(2026, 7, 1), key="fraud.fine_times") == 2
    with reading() as session:
        found = queries.found(session, "hotline.done", on=TODAY)
    assert (found.value, found.unit, found.force) == (5, ParameterUnit.WORKING_DAYS, Force.PRACTICE)


def test_an_unknown_key_is_an_error_of_the_program(city: Database) -> None:
    with reading() as session, pytest.raises(KeyError):
        queries.value(session, "no.such", on=TODAY)


def test_an_approved_number_is_in_force_from_its_day(city: Database) -> None:
    row = changed(8)
    assert value(LATER) == 5  # proposed only
    approved(row)
    assert value(LATER - timedelta(days=1)) == 5 and value(LATER) == 8 and value(LATER, TOWN) == 8
    with reading() as session:
        assert queries.found(session, KEY, on=LATER).article == "宝民发〔2026〕9号"
        assert session.scalar(select(func.count()).select_from(AuditEvent)) == 2


def test_the_nearest_division_goes_before_the_newest(city: Database) -> None:
    approved(changed(8, LATER + timedelta(days=5)))
    approved(changed(6, LATER, region=COUNTY, by=CITY_STAFF))
    approved(changed(4, LATER, region=TOWN, by=CITY_STAFF))
    day = LATER + timedelta(days=9)
    assert [value(day, one) for one in (None, CITY, COUNTY, TOWN, "610303000000")] == [8, 8, 6, 4, 8]
    with reading() as session:
        assert {one.key: one.value for one in queries.every(session, on=day, region_code=TOWN)}[KEY] == 4


def test_who_proposes_does_not_approve_and_the_others_do_neither(city: Database) -> None:
    both = Actor(CITY_STAFF.user_id, CITY_STAFF.person_id, "both", (*CITY_STAFF.grants, *LEGAL.grants))
    row = changed(8, by=both)
    with pytest.raises(NotAllowed):
        approved(row, both)
    for stranger in (actor(Role.COUNTY_APPROVER, COUNTY), actor(Role.AUDITOR)):
        with pytest.raises(NotAllowed):
            changed(9, by=stranger)
        with pytest.raises(NotAllowed):
            approved(row, stranger)
        with pytest.raises(NotAllowed), transaction() as session:
            parameters.withdraw(session, row, reason="不对", actor=stranger)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"value": 0}, "value"),
        ({"value": 10**9}, "value"),
        ({"value": 5}, "value"),  # as it is
        ({"value": 8, "valid_from": TODAY}, "valid_from"),
        ({"value": 8, "valid_from": date(2206, 1, 1)}, "valid_from"),
        ({"value": 8, "article": "  "}, "article"),
        ({"value": 8, "key": "no.such"}, "key"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    city: Database, values: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        changed(**values)  # type: ignore[arg-type]
    assert refused.value.field == field


def test_a_day_that_has_come_is_not_approved_any_more(city: Database) -> None:
    row = changed(8, TODAY + timedelta(days=1))
    with clock.at(NOW + timedelta(days=1)), pytest.raises(Conflict):
        approved(row)


def test_what_is_not_in_force_can_be_withdrawn_once(city: Database) -> None:
    row = changed(8)
    approved(row)
    with pytest.raises(InvalidInput), transaction() as session:
        parameters.withdraw(session, row, reason=" ", actor=LEGAL)
    with transaction() as session:
        parameters.withdraw(session, row, reason="文号有误", actor=LEGAL)
    assert value(LATER) == 5
    with pytest.raises(Conflict), transaction() as session:
        parameters.withdraw(session, row, reason="再撤", actor=LEGAL)
    approved(changed(7))  # its place is free again
    assert value(LATER) == 7
    with clock.at(datetime(2027, 1, 2, tzinfo=UTC)), pytest.raises(Conflict), transaction() as session:
        parameters.withdraw(session, queries.changes(session, KEY)[0], reason="晚了", actor=LEGAL)


def test_two_at_once_propose_one_number(city: Database) -> None:
    barrier, outcomes = Barrier(2), list[object]()

    def one() -> None:
        barrier.wait()
        try:
            with clock.at(NOW):
                outcomes.append(changed(8).state)
        except Conflict as refused:
            outcomes.append(refused.field)

    threads = [Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes)) == [ProposalState.PROPOSED.value, "valid_from"]
    with reading() as session:
        assert len(_rows(session)) == 1


def _rows(session: Session) -> list[ParameterValue]:
    return list(session.scalars(select(ParameterValue)))
