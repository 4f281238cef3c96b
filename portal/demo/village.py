"""The acts of a village with a covenant of its own: its assembly's list, eight weeks of records, one objection."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from points.covenants import covenants, households, queries, records, versions
from points.covenants.households import Householder
from points.covenants.kinds import Assembly, RecordState
from points.covenants.models import Covenant, CovenantHousehold, CovenantRecord
from points.covenants.records import Entry
from points.covenants.rules import Meeting
from points.covenants.versions import Draft
from portal.demo.places import SHOWN_VILLAGE
from portal.demo.stage import Stage

LIST = """\
参加义务劳动 +2 次 每次半天以上
庭院整洁评比达标 +5 次 每月一评
照看邻里老人 +3 次 一次两小时以上
调解邻里纠纷 +3 次
红白事从简 +10 次 按村里约定的标准
乱倒垃圾 -2 次 劝导后不改的
占道堆放 -3 次 劝导后不改的
"""
_WEEKS = 8
_A_WEEK = 5
_BEGUN_BEFORE = timedelta(weeks=_WEEKS, days=4)
_AGREED_EVERY = 3
_DEED_WEIGHTS = (5, 3, 3, 2, 1, 2, 1)


@dataclass(frozen=True)
class Begin:
    """The town opens the village's programme by its assembly's decision; the worker enters the households."""

    at: datetime

    def perform(self, stage: Stage, session: Session) -> None:
        """Open, draft, publish, enter."""
        town, worker = stage.user(session, "town"), stage.user(session, "village")
        opened = covenants.open_covenant(
            session, region_code=SHOWN_VILLAGE, name="石坝河村文明积分", actor=town
        )
        today = clock.civil_date(self.at)
        decided = Draft(
            effective_from=today,
            basis_title="石坝河村村民会议关于文明积分办法的决议",
            basis_number=f"石坝河村〔{today.year}〕3号",
            summary="第一版：五项加分，两项扣分。",
            meeting=Meeting(Assembly.HOUSEHOLDS, today - timedelta(days=6), 214, 163, 151),
            items=LIST,
        )
        draft = versions.draft(session, opened.id, decided, actor=town)
        versions.publish(session, draft.id, actor=stage.user(session, "leader"))
        for number, human in enumerate(stage.plan.cast.householders, start=1):
            one = Householder(
                number=f"{'一' if number % 2 else '二'}组-{number:02d}",
                name=human.name,
                identity_number=human.identity_number,
                phone=human.phone,
                agrees=number % _AGREED_EVERY == 0,
            )
            households.enter(session, opened.id, one, actor=worker)


@dataclass(frozen=True)
class LogWeek:
    """The village worker writes down what households did in a week."""

    at: datetime
    week: int

    def perform(self, stage: Stage, session: Session) -> None:
        """Log some records."""
        covenant = _covenant(session)
        random = Random(f"village:{self.week}")
        today = clock.civil_date(self.at)
        version = queries.in_force(session, covenant.programme_id, today)
        assert version is not None
        items = queries.version_of(session, version).items
        there = session.scalars(
            select(CovenantHousehold.id)
            .where(CovenantHousehold.covenant_id == covenant.id)
            .order_by(CovenantHousehold.number)
        ).all()
        for _number in range(_A_WEEK):
            entry = Entry(
                household_id=random.choice(there),
                item_id=random.choices(items, _DEED_WEIGHTS)[0].id,
                happened_on=today - timedelta(days=random.randint(0, 2)),
                quantity=random.choice((1, 1, 1, 2)),
            )
            records.log(session, covenant.id, entry, actor=stage.user(session, "village"))


@dataclass(frozen=True)
class JudgeWeek:
    """The town verifies what the village logged; in the fourth week one record is refused."""

    at: datetime
    week: int

    def perform(self, stage: Stage, session: Session) -> None:
        """Verify, all but one."""
        covenant, town = _covenant(session), stage.user(session, "town")
        waiting = _of_state(session, covenant, RecordState.LOGGED)
        if self.week == _WEEKS // 2 and waiting:
            records.reject(session, waiting.pop().id, reason="与照片不符，请核对后另行登记。", actor=town)
        records.verify_many(session, [one.id for one in waiting], actor=town)


@dataclass(frozen=True)
class Object:
    """A villager objects, and the town's leader takes a record back."""

    at: datetime

    def perform(self, stage: Stage, session: Session) -> None:
        """Reverse the first verified record."""
        verified = _of_state(session, _covenant(session), RecordState.VERIFIED)
        reason = "村民提出异议，经村委会查实记错了人。"
        records.reverse(session, verified[0].id, reason=reason, actor=stage.user(session, "leader"))


Rural = Begin | LogWeek | JudgeWeek | Object


def village_acts(stage: Stage) -> Iterator[Rural]:
    """Yield the acts of the village; what the last week logged waits for the visitor of the demo."""
    begun = stage.plan.ends_at - _BEGUN_BEFORE
    yield Begin(begun)
    for week in range(1, _WEEKS + 1):
        logged = begun + timedelta(weeks=week)
        yield LogWeek(logged, week)
        if week < _WEEKS:
            yield JudgeWeek(logged + timedelta(days=2, hours=1), week)
    yield Object(begun + timedelta(weeks=3, days=4))


def _covenant(session: Session) -> Covenant:
    return session.scalars(select(Covenant).where(Covenant.region_code == SHOWN_VILLAGE)).one()


def _of_state(session: Session, covenant: Covenant, state: RecordState) -> list[CovenantRecord]:
    wanted = select(CovenantRecord).where(
        CovenantRecord.covenant_id == covenant.id, CovenantRecord.state == state
    )
    return list(session.scalars(wanted.order_by(CovenantRecord.id)))
