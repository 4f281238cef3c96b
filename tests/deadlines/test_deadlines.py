"""Starting, meeting, pausing, supervising and counting again, on both databases."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app import clock
from app.audit.models import AuditEvent
from app.calendar.calendar import enter_notice, seed_calendar
from app.calendar.notice import read_notice
from app.calendar.rules import TermUnit
from app.db import Database, reading, transaction
from app.deadlines import deadlines
from app.deadlines.models import Deadline
from app.deadlines.registry import DeadlineKind
from app.deadlines.rules import DeadlineState, HolderLevel, SupervisedLevel
from app.ids import new_id
from app.parameters import parameters
from app.permissions import SYSTEM, Role
from tests.deadlines.offices import APPROVE, CITY, DISCLOSE, REVIEW, TOWN, actor
from tests.parties.people import places

NOW = datetime(2026, 9, 25, 4, tzinfo=UTC)
FRIDAY = date(2026, 9, 18)
NOTICE_2027 = read_notice(
    2027,
    "元旦：1月1日至3日放假。\n春节：2月5日至13日放假。2月20日（周六）上班。\n劳动节：5月1日至5日放假。\n"
    "国庆节：10月1日至7日放假。",
)


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with clock.at(NOW):
        yield


@pytest.fixture
def city(database: Database) -> Database:
    with transaction() as session:
        places(session)
        seed_calendar(session, actor=SYSTEM)
    return database


def started(
    kind: DeadlineKind = REVIEW,
    on: date = FRIDAY,
    *,
    subject_id: UUID | None = None,
    region: str = TOWN,
    length: int | None = None,
    holder_level: HolderLevel | None = None,
) -> Deadline:
    with transaction() as session:
        return deadlines.start(
            session,
            kind,
            subject_kind="thing",
            subject_id=subject_id or new_id(),
            region_code=region,
            on=on,
            actor=SYSTEM,
            length=length,
            holder_level=holder_level,
        )


def again(deadline: Deadline) -> Deadline:
    with reading() as session:
        return session.scalars(select(Deadline).where(Deadline.id == deadline.id)).one()


def supervised(deadline: Deadline, on: date) -> SupervisedLevel | None:
    with clock.at(clock.instant(on, 0, 20)), transaction() as session:
        return deadlines.supervise(session, deadline.id, on=on, actor=SYSTEM)


def test_a_clock_starts_with_the_parameter_of_its_day_and_place(city: Database) -> None:
    one = started()
    # 20 September 2026, a Sunday, is worked; 25 to 27 September are the Mid-Autumn holiday.
    assert (one.length, one.unit, one.due_on, one.provisional) == (
        5,
        TermUnit.WORKING_DAYS,
        date(2026, 9, 24),
        False,
    )
    assert started(DISCLOSE).due_on == date(2026, 12, 18)
    assert started(length=1).due_on == date(2026, 9, 20)
    assert started(holder_level=HolderLevel.COUNTY).holder_level is HolderLevel.COUNTY
    with transaction() as session:
        row = parameters.propose(
            session,
            "project.review",
            value=2,
            valid_from=date(2026, 10, 1),
            article="宝民发〔2026〕9号",
            region_code=CITY,
            actor=actor(Role.CITY_STAFF),
        )
        parameters.approve(session, row, actor=actor(Role.LEGAL_OFFICER))
    assert started(on=date(2026, 9, 30)).length == 5
    assert started(on=date(2026, 10, 8)).due_on == date(
        2026, 10, 10
    )  # Friday, and the Saturday that is worked


def test_starting_twice_is_starting_once(city: Database) -> None:
    one = started()
    assert started(on=date(2026, 9, 22), subject_id=one.subject_id).id == one.id
    assert started(APPROVE, subject_id=one.subject_id).id != one.id


def test_two_at_once_start_one_clock(city: Database) -> None:
    subject, barrier, found = new_id(), Barrier(4), list[UUID]()

    def begin() -> None:
        barrier.wait()
        with clock.at(NOW):
            found.append(started(subject_id=subject).id)

    threads = [Thread(target=begin) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 and len(set(found)) == 1


def test_a_met_clock_stands_for_good_and_its_step_can_be_begun_anew(city: Database) -> None:
    one = started()
    with transaction() as session:
        assert deadlines.meet(session, "thing", one.subject_id, APPROVE, on=FRIDAY, actor=SYSTEM) is None
        deadlines.meet(session, "thing", one.subject_id, REVIEW, on=date(2026, 9, 22), actor=SYSTEM)
        assert deadlines.meet(session, "thing", one.subject_id, REVIEW, on=FRIDAY, actor=SYSTEM) is None
    assert (again(one).state, again(one).met_on) == (DeadlineState.MET, date(2026, 9, 22))
    assert supervised(one, date(2026, 10, 20)) is None
    assert started(subject_id=one.subject_id).id != one.id


def test_a_standing_clock_runs_on_for_the_days_that_were_left(city: Database) -> None:
    one = started(APPROVE)  # 10 working days: 20 to 24, 28 to 30 September, 8 and 9 October
    assert one.due_on == date(2026, 10, 9)
    with transaction() as session:
        stopped = deadlines.pause(session, "thing", one.subject_id, on=date(2026, 9, 22), actor=SYSTEM)
        assert [each.id for each in stopped] == [one.id]
        assert deadlines.pause(session, "thing", one.subject_id, on=date(2026, 9, 23), actor=SYSTEM) == []
    assert supervised(one, date(2026, 11, 2)) is None
    with transaction() as session:
        deadlines.resume(session, "thing", one.subject_id, APPROVE, on=date(2026, 9, 29), actor=SYSTEM)
        assert deadlines.resume(session, "thing", one.subject_id, on=date(2026, 9, 30), actor=SYSTEM) == []
    # Three days were used; 30 September, 8 to 10, 12 to 14 October are the seven that were left.
    assert (again(one).due_on, again(one).state) == (date(2026, 10, 14), DeadlineState.RUNNING)
    with transaction() as session:
        deadlines.pause(session, "thing", one.subject_id, APPROVE, on=date(2026, 10, 8), actor=SYSTEM)
        deadlines.resume(session, "thing", one.subject_id, APPROVE, on=date(2026, 10, 8), actor=SYSTEM)
    assert again(one).due_on == date(2026, 10, 14)


def test_everything_of_a_thing_is_cancelled(city: Database) -> None:
    one = started()
    started(APPROVE, subject_id=one.subject_id)
    with transaction() as session:
        deadlines.pause(session, "thing", one.subject_id, REVIEW, on=FRIDAY, actor=SYSTEM)
        assert deadlines.cancel_all(session, "thing", one.subject_id, actor=SYSTEM) == 2
        assert deadlines.cancel_all(session, "thing", one.subject_id, actor=SYSTEM) == 0
    assert again(one).state is DeadlineState.CANCELLED


def test_late_things_go_up_one_level_after_the_other_and_each_once(city: Database) -> None:
    one = started()  # due on Thursday 24 September
    assert supervised(one, date(2026, 9, 24)) is None
    assert supervised(one, date(2026, 9, 25)) is SupervisedLevel.COUNTY
    assert supervised(one, date(2026, 9, 25)) is None
    # Three working days: 28, 29, 30 September.
    assert supervised(one, date(2026, 9, 29)) is None
    assert supervised(one, date(2026, 9, 30)) is SupervisedLevel.CITY
    assert supervised(one, date(2026, 12, 1)) is None
    with reading() as session:
        told = select(func.count()).where(AuditEvent.verb == "deadline.supervise")
        assert session.scalar(told) == 2


def test_two_at_once_supervise_once(city: Database) -> None:
    one, barrier, found = started(), Barrier(3), list[SupervisedLevel | None]()

    def go() -> None:
        barrier.wait()
        found.append(supervised(one, date(2026, 9, 28)))

    threads = [Thread(target=go) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, found)) == ["None", "None", "county"]


def test_a_notice_counts_what_it_concerns_again(city: Database) -> None:
    through = started(on=date(2026, 12, 28), length=5)
    within = started(on=date(2026, 9, 18), length=5)
    done = started(on=date(2026, 12, 28), length=5)
    with transaction() as session:
        deadlines.meet(session, "thing", done.subject_id, REVIEW, on=date(2026, 12, 29), actor=SYSTEM)
    assert (through.due_on, through.provisional) == (date(2027, 1, 5), True)
    later = started(on=date(2027, 2, 1), length=5)
    assert later.due_on == date(2027, 2, 8)
    with transaction() as session:
        enter_notice(session, NOTICE_2027, source="国办发明电〔2026〕9号", actor=SYSTEM)
    assert (again(through).due_on, again(through).provisional) == (date(2027, 1, 5), False)
    assert (again(later).due_on, again(later).provisional) == (date(2027, 2, 16), False)
    assert again(within).due_on == within.due_on and again(done).due_on == done.due_on
    assert again(done).provisional


def test_what_a_notice_makes_punctual_leaves_supervision(city: Database) -> None:
    one = started(
        on=date(2027, 2, 1), length=5
    )  # until 8 February, as long as the Spring Festival is not known
    assert supervised(one, date(2027, 2, 9)) is SupervisedLevel.COUNTY
    with clock.at(clock.instant(date(2027, 2, 9), 9)), transaction() as session:
        enter_notice(session, NOTICE_2027, source="国办发明电〔2026〕9号", actor=SYSTEM)
    assert again(one).supervised_level is None
    assert supervised(one, date(2027, 2, 17)) is SupervisedLevel.COUNTY


def test_what_the_city_holds_the_city_supervises(city: Database) -> None:
    one = started(holder_level=HolderLevel.CITY, region=CITY)
    two = started(DISCLOSE, on=FRIDAY - timedelta(days=400), region=CITY)
    day = date(2026, 9, 25)
    assert supervised(one, day) is SupervisedLevel.CITY and supervised(two, day) is SupervisedLevel.CITY
