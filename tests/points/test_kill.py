"""A process that posts is killed in the middle, again and again: nothing said is lost, nothing is there twice."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from sqlalchemy import func, select

from app.config import Settings
from app.db import Database, reading, transaction
from points.ledger import queries
from points.ledger.kinds import Purse
from points.ledger.models import Posting, Transfer
from points.ledger.reconciliation import reconcile
from points.verification.verifying import verify
from tests.conftest import ENVIRONMENT
from tests.points import city
from tests.points.poster import source

COUNT = 120
ROOT = Path(__file__).resolve().parents[2]


def test_kill_in_the_middle(database: Database, settings: Settings) -> None:
    with transaction() as session:
        city.programme(session)
        party = city.party(session)
    said: set[int] = set()
    for stop_after in (15, 60, COUNT):
        said |= run(settings, str(party), stop_after)
    with reading() as session:
        posted = set(session.scalars(select(Posting.source_id)))
        assert {source(number) for number in said} <= posted
        assert said == set(range(COUNT))
        assert session.scalar(select(func.count()).select_from(Posting)) == COUNT
        assert session.scalar(select(func.count()).select_from(Transfer)) == 2 * COUNT
        assert queries.balance(session, party, Purse.HONOUR) == 2 * COUNT
        assert list(verify(session)) == []
        assert list(reconcile(session)) == []


def run(settings: Settings, party: str, stop_after: int) -> set[int]:
    """Let the poster run until it has said so many numbers, kill it there, and return what it said."""
    environment = os.environ | ENVIRONMENT
    environment |= {"DATABASE_URL": settings.database_url, "ZHONGLI_DATA_DIR": str(settings.data_dir)}
    command = [sys.executable, "-m", "tests.points.poster", party, str(COUNT)]
    said: set[int] = set()
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as poster:
        assert poster.stdout is not None
        for line in poster.stdout:
            said.add(int(line))
            if len(said) == stop_after and stop_after < COUNT:
                poster.send_signal(signal.SIGKILL)
                break
    return said
