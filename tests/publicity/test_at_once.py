"""Several at once, on both databases: nothing is lost, nothing happens twice."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock, db
from app.deadlines.models import Deadline
from app.deadlines.rules import DeadlineState
from app.errors import Refused
from app.permissions import Actor, Role
from projects.publicity import objections, publicity, queries
from projects.publicity.kinds import ObjectionState, PublicityState
from projects.publicity.models import Publicity, PublicityObjection
from tests.covenants.village import staff
from tests.publicity.place import COUNTY, KIND, MONDAY, Told, opened, people, subjects, visitor

NOON = clock.instant(MONDAY, 12)


@pytest.fixture
def told() -> Iterator[Told]:
    with subjects() as kept:
        yield kept


def _together(*works: Callable[[Session], object], at: datetime = NOON) -> list[str | None]:
    """Run each work in a transaction of its own, all at the same moment; return the refusals, None for done."""
    ready = Barrier(len(works))

    def run(work: Callable[[Session], object]) -> str | None:
        with clock.at(at):
            ready.wait(10)
            try:
                with db.transaction() as session:
                    work(session)
            except Refused as refused:
                return str(refused)
        return None

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def _made(*, answered: bool = False) -> tuple[Publicity, list[PublicityObjection]]:
    with clock.at(NOON), db.transaction() as session:
        found = opened(session, people(session).approver)
        made = [_object(session, found)] if answered else []
    return found, made


def _object(session: Session, found: Publicity, number: int = 1) -> PublicityObjection:
    return objections.object_to(session, found.id, words="金额与实际不符", actor=visitor(number))


def test_eight_objections_at_once_stop_the_clock_once(database: db.Database, told: Told) -> None:
    found, _none = _made()
    done = _together(*(lambda session, n=n: _object(session, found, n) for n in range(8)))
    assert done == [None] * 8
    with db.reading() as session:
        steps = [one.to_state for one in queries.steps_of(session, found.id)]
        assert steps == [PublicityState.RUNNING, PublicityState.STOPPED]
        assert session.scalar(select(func.count()).select_from(PublicityObjection)) == 8
        assert session.get_one(Publicity, found.id).days_left == 7


def test_two_deciders_at_once_one_decision_counts(database: db.Database, told: Told) -> None:
    found, (objection,) = _made(answered=True)
    with db.transaction() as session:
        staff = _deciders(session)
    done = _together(
        lambda session: objections.decide(
            session, objection.id, upheld=True, answer="经核查情况属实", actor=staff[0]
        ),
        lambda session: objections.decide(
            session, objection.id, upheld=False, answer="经核查没有问题", actor=staff[1]
        ),
    )
    assert done.count(None) == 1
    with db.reading() as session:
        kept, shown = session.get_one(PublicityObjection, objection.id), session.get_one(Publicity, found.id)
        upheld = kept.state is ObjectionState.UPHELD
        assert shown.state is (PublicityState.WITHDRAWN if upheld else PublicityState.RUNNING)
        assert len(told.upheld) == upheld
        assert session.scalars(select(Deadline.state)).all() == [DeadlineState.MET]


def test_withdrawn_while_being_decided(database: db.Database, told: Told) -> None:
    found, (objection,) = _made(answered=True)
    with db.transaction() as session:
        decider, other = _deciders(session)
    done = _together(
        lambda session: objections.decide(
            session, objection.id, upheld=True, answer="经核查情况属实", actor=decider
        ),
        lambda session: publicity.withdraw(
            session, subject_kind=KIND, subject_id=found.subject_id, actor=other
        ),
    )
    assert done[1] is None
    with db.reading() as session:
        kept = session.get_one(PublicityObjection, objection.id)
        assert session.get_one(Publicity, found.id).state is PublicityState.WITHDRAWN
        assert kept.state is (ObjectionState.UPHELD if done[0] is None else ObjectionState.LAPSED)
        assert [one.to_state for one in queries.steps_of(session, found.id)].count(
            PublicityState.WITHDRAWN
        ) == 1


def test_the_job_runs_twice_at_once(database: db.Database, told: Told) -> None:
    found, _none = _made()
    after = clock.instant(MONDAY + timedelta(days=8), 0, 5)
    _together(*[lambda session: publicity.end(session, found.id)] * 4, at=after)
    assert told.ended == [found.subject_id]


def _deciders(session: Session) -> tuple[Actor, Actor]:
    """Return two of the staff who may decide."""
    return (
        staff(session, "县审核一", Role.COUNTY_REVIEWER, COUNTY),
        staff(session, "县审核二", Role.COUNTY_REVIEWER, COUNTY),
    )
