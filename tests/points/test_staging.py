"""Frozen rankings are written ahead in short transactions: unseen until published, safe twice, at once and killed."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app import clock
from app.db import Database, reading, transaction
from app.permissions import SYSTEM
from points.rankings import checking, freezing, preparing, published, staging
from points.rankings.models import FrozenPlace, FrozenRanking, FrozenStage, Ranking
from points.rankings.preparing import Prepared
from points.rulesets import queries as rulesets
from points.seals import sealing
from tests.points.test_frozen_rankings import LATER, parties  # noqa: F401  (a fixture)

PERIOD = "2026-11"


@pytest.fixture(autouse=True)
def short_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "CHUNK", 3)


def counted() -> tuple[UUID, Prepared]:
    sealing.seal(everything=True)
    with reading() as session, clock.at(LATER):
        programme = rulesets.programme(session, "social-force")
        return programme.id, preparing.prepare(session, programme, PERIOD, sealing.tree_size(session))


def publish(ready: Prepared) -> FrozenRanking:
    with transaction() as session, clock.at(LATER):
        programme = rulesets.programme(session, "social-force")
        return freezing.freeze(session, programme, PERIOD, ready.cutoff, actor=SYSTEM, ready=ready)


def amounts() -> tuple[int, int, int]:
    """Return how many stages, lines and frozen rankings there are."""
    with reading(fresh=True) as session:
        first, second, third = (
            session.scalar(select(func.count()).select_from(model)) or 0
            for model in (FrozenStage, FrozenPlace, FrozenRanking)
        )
        return first, second, third


def sound() -> None:
    with reading(fresh=True) as session:
        assert list(checking.check(session)) == []
        frozen = published.find(session, PERIOD).frozen
        assert len(published.stored_lines(session, frozen)) == frozen.places == 10


def test_what_is_written_ahead_is_seen_once_it_is_published(
    database: Database,
    parties: dict[str, UUID],  # noqa: F811
) -> None:
    programme_id, ready = counted()
    staging.write_ahead(programme_id, [ready])
    assert amounts() == (1, 10, 0)
    with reading() as session:
        assert published.frozen_files(session) == []
        assert (
            session.scalars(select(Ranking).where(Ranking.frozen_id.is_(None), Ranking.points > 0)).all()
            == []
        )
    staging.write_ahead(programme_id, [ready])
    assert amounts() == (1, 10, 0)
    assert publish(ready).number == 1
    assert amounts() == (1, 10, 1)
    sound()


def test_a_run_that_was_killed_is_gone_on_with(
    database: Database,
    parties: dict[str, UUID],  # noqa: F811
) -> None:
    programme_id, ready = counted()
    for steps in range(1, 4):
        with transaction() as session:
            assert staging.advance(session, programme_id, ready) is None
        assert amounts() == (1, 3 * (steps - 1), 0)
    publish(counted()[1])
    assert amounts() == (1, 10, 1)
    sound()


def test_two_at_once_write_them_together(
    database: Database,
    parties: dict[str, UUID],  # noqa: F811
) -> None:
    programme_id, ready = counted()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _run: staging.write_ahead(programme_id, [ready]), range(2)))
    assert amounts() == (1, 10, 0)
    publish(ready)
    sound()


def test_lines_that_came_out_otherwise_are_left_unseen(
    database: Database,
    parties: dict[str, UUID],  # noqa: F811
) -> None:
    """Between counting and publishing somebody's consent ended: what was written ahead is not what is published."""
    programme_id, ready = counted()
    fewer = Prepared(PERIOD, ready.cutoff, None, ready.lines[:4], b"\7" * 32)
    staging.write_ahead(programme_id, [fewer])
    publish(ready)
    assert amounts() == (2, 14, 1)
    sound()
