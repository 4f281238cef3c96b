"""The verbs of publicity: what opens, stops, runs on, ends, is withdrawn."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app import clock, db
from app.audit.models import AuditEvent
from app.calendar.calendar import seed_calendar
from app.errors import Conflict, InvalidInput, NotAllowed, NotFound
from app.ids import new_id
from app.permissions import SYSTEM
from projects.publicity import jobs, objections, publicity, queries
from projects.publicity.handlers import Hands
from projects.publicity.kinds import ObjectionState, PublicityState
from projects.publicity.models import Publicity, PublicityObjection, PublicityStep
from projects.tiers.kinds import TierLevel
from tests.publicity.place import KIND, MONDAY, Told, opened, people, subjects, visitor

NOON = clock.instant(MONDAY, 12)


@pytest.fixture
def told() -> Iterator[Told]:
    with subjects() as kept:
        yield kept


def _on(day: int, hour: int = 12, minute: int = 0):  # type: ignore[no-untyped-def]
    """Stop the clock so many days after the Monday."""
    return clock.at(clock.instant(MONDAY + timedelta(days=day), hour, minute))


def _receive(found: Publicity, number: int = 1) -> PublicityObjection:
    with db.transaction() as session:
        return objections.object_to(
            session, found.id, words="这户的房子去年刚修过", contact=None, actor=visitor(number)
        )


def test_it_ends_by_itself_and_its_feature_is_told_once(database: db.Database, told: Told) -> None:
    with _on(0), db.transaction() as session:
        seed_calendar(session, actor=SYSTEM)
        found = opened(session, people(session).approver)
        assert found.ends_on == MONDAY + timedelta(days=7)
    with _on(7, 23, 59):
        assert jobs.end_due() is None
    with _on(8, 0, 5):
        assert jobs.end_due() is not None
        assert jobs.end_due() is None
    assert told.ended == [found.subject_id]
    with db.reading() as session:
        kept = session.get_one(Publicity, found.id)
        assert kept.state is PublicityState.ENDED
        assert [one.to_state for one in queries.steps_of(session, found.id)] == [
            PublicityState.RUNNING,
            PublicityState.ENDED,
        ]
        verbs = session.scalars(select(AuditEvent.verb).where(AuditEvent.thing_id == found.id))
        assert sorted(verbs) == ["publicity.end", "publicity.open"]


def test_one_that_cannot_be_ended_holds_up_no_other(database: db.Database, told: Told) -> None:
    with _on(0), db.transaction() as session:
        found = opened(session, people(session).approver)
    told.fails = True
    with _on(8), pytest.raises(jobs.SomeNotEnded):
        jobs.end_due()
    told.fails = False
    with _on(8):
        jobs.end_due()
    assert told.ended == [found.subject_id]


def test_a_subject_is_shown_once_at_a_time(database: db.Database, told: Told) -> None:
    with _on(0), db.transaction() as session:
        actor = people(session).approver
        found = opened(session, actor)
        with pytest.raises(Conflict, match="正在公示"):
            opened(session, actor, subject_id=found.subject_id)
        publicity.withdraw(session, subject_kind=KIND, subject_id=found.subject_id, actor=actor)
        assert publicity.withdraw(session, subject_kind=KIND, subject_id=new_id(), actor=actor) is None
        assert opened(session, actor, subject_id=found.subject_id).round == 2
        rounds = queries.rounds_of(session, KIND, found.subject_id)
    assert [(one.round, one.state) for one in rounds] == [
        (2, PublicityState.RUNNING),
        (1, PublicityState.WITHDRAWN),
    ]


def test_an_objection_stops_the_clock_and_a_dismissal_lets_it_run_on(
    database: db.Database, told: Told
) -> None:
    with _on(0), db.transaction() as session:
        seed_calendar(session, actor=SYSTEM)
        staff = people(session)
        found = opened(session, staff.approver)
    with _on(3):
        objection = _receive(found)
    with _on(20):
        assert jobs.end_due() is None  # the clock stands
        second = _receive(found, 2)
    with _on(21), db.transaction() as session:
        due = queries.due_of(session, objections.SUBJECT, [objection.id])
        assert due == {objection.id: date(2026, 11, 19)}
        objections.decide(
            session, objection.id, upheld=False, answer="经入户核查，未修过", actor=staff.leader
        )
        assert session.get_one(Publicity, found.id).state is PublicityState.STOPPED
    with _on(22), db.transaction() as session:
        objections.decide(session, second.id, upheld=False, answer="经入户核查，未修过", actor=staff.leader)
        kept = session.get_one(Publicity, found.id)
        assert (kept.state, kept.days_left) == (PublicityState.RUNNING, 5)
        assert kept.ends_on == date(2026, 12, 7)  # five days on is Sunday the 6th
    assert told.upheld == [] and told.ended == []


def test_upheld_ends_the_round_and_the_feature_looks_anew(database: db.Database, told: Told) -> None:
    with _on(0), db.transaction() as session:
        staff = people(session)
        found = opened(session, staff.approver)
    with _on(1):
        objection, other = _receive(found), _receive(found, 2)
    with _on(2), db.transaction() as session:
        objections.decide(
            session, objection.id, upheld=True, answer="情况属实，重新审核", actor=staff.reviewer
        )
        assert session.get_one(Publicity, found.id).state is PublicityState.WITHDRAWN
        assert session.get_one(PublicityObjection, other.id).state is ObjectionState.LAPSED
        with pytest.raises(Conflict):
            objections.decide(session, other.id, upheld=False, answer="另行说明情况", actor=staff.reviewer)
    assert told.upheld == [(found.subject_id, objection.id)]


def test_at_the_very_minute_of_the_end(database: db.Database, told: Told) -> None:
    with _on(0), db.transaction() as session:
        actor = people(session).approver
        found, other = opened(session, actor), opened(session, actor)
    with _on(8, 0, 0), pytest.raises(Conflict, match=r"2026-11-16 24 时期满.*行政复议"):
        _receive(found)
    with _on(7, 23, 59):
        _receive(other)
    with _on(8, 0, 5):
        jobs.end_due()
    assert told.ended == [found.subject_id]
    with _on(9), pytest.raises(Conflict, match="期满"):
        _receive(found)


def test_who_had_a_hand_in_it_or_is_below_never_decides(database: db.Database, told: Told) -> None:
    with _on(0), db.transaction() as session:
        staff = people(session)
        found = opened(session, staff.approver)
        found.level = TierLevel.COUNTY
        objection = objections.object_to(session, found.id, words="金额与实际不符", actor=visitor())
        for actor in (staff.leader, staff.approver, visitor()):
            with pytest.raises(NotAllowed):
                objections.decide(session, objection.id, upheld=False, answer="经核查无误", actor=actor)
        told.hands = Hands(persons=(staff.reviewer.person_id,))
        with pytest.raises(NotAllowed, match="经手"):
            objections.decide(session, objection.id, upheld=False, answer="经核查无误", actor=staff.reviewer)
        assert staff.city.person_id is not None
        told.hands = Hands(parties=(staff.city.person_id,))
        with pytest.raises(NotAllowed, match="回避"):
            objections.decide(session, objection.id, upheld=False, answer="经核查无误", actor=staff.city)
        told.hands = Hands()
        objections.decide(session, objection.id, upheld=False, answer="经核查无误", actor=staff.city)


def test_withdrawn_subjects_take_no_objections_and_those_that_wait_lapse(
    database: db.Database, told: Told
) -> None:
    with _on(0), db.transaction() as session:
        staff = people(session)
        found = opened(session, staff.approver)
        objection = objections.object_to(session, found.id, words="金额与实际不符", actor=visitor())
        publicity.withdraw(session, subject_kind=KIND, subject_id=found.subject_id, actor=staff.approver)
        with pytest.raises(Conflict):
            objections.decide(session, objection.id, upheld=True, answer="经核查属实", actor=staff.city)
        with pytest.raises(Conflict, match="终止"):
            objections.object_to(session, found.id, words="金额与实际不符", actor=visitor())
        assert session.get_one(PublicityObjection, objection.id).state is ObjectionState.LAPSED


def test_a_flood_from_one_address_is_stopped_and_no_other(database: db.Database, told: Told) -> None:
    with _on(0), db.transaction() as session:
        found = opened(session, people(session).approver)
        for _round in range(objections.PER_HOUR):
            objections.object_to(session, found.id, words="金额与实际不符", actor=visitor())
        with pytest.raises(Conflict, match="一小时"):
            objections.object_to(session, found.id, words="金额与实际不符", actor=visitor())
        objections.object_to(session, found.id, words="金额与实际不符", actor=visitor(2))
        with pytest.raises(InvalidInput):
            objections.object_to(session, found.id, words="不行", actor=visitor(2))
        with pytest.raises(NotFound):
            objections.object_to(session, new_id(), words="金额与实际不符", actor=visitor(2))


def test_steps_are_append_only(database: db.Database, told: Told) -> None:
    with _on(0), db.transaction() as session:
        opened(session, people(session).approver)
    with pytest.raises(Exception, match="append-only"), db.transaction() as session:
        step = session.scalars(select(PublicityStep)).one()
        step.days_left = 1
        session.flush()
