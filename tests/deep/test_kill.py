"""kill -9 of the server while staff verify: nothing acknowledged is lost, nothing counts twice, it comes up again."""

import random
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import pytest
from sqlalchemy import func, select

from app import clock, db, keys, migrate
from app.audit import chain
from app.audit import jobs as audit_jobs
from app.audit.models import AuditEvent
from app.config import load
from app.parties import persons
from app.parties.persons import PersonData
from app.permissions import SYSTEM, Role
from app.users import grants, passwords, users
from app.users.users import NewUser
from points.ledger import queries as ledger
from points.ledger.kinds import Purse, Reason
from points.ledger.models import Posting, Transfer
from points.ledger.reconciliation import reconcile
from points.seals.models import SealLeaf
from points.seals.sealing import seal
from points.verification.verifying import verify
from projects.contributions import contributions
from projects.contributions.contributions import MOST_OF_A_BATCH
from projects.contributions.models import Contribution
from projects.contributions.rules import ContributionState
from tests import postgres
from tests.conftest import ENVIRONMENT
from tests.contributions import city as cities
from tests.contributions.city import COUNTY, NOON, City
from tests.deep.server import Client, Server

CLIENTS = 4
PASSWORD = "lan-yu-shan-feng-07"
YUAN = 100
CENTIPOINTS = 100
"""100 yuan are one point."""


@dataclass
class Town:
    """A city whose schema came by the migrations, as a server wants it, and the server's environment."""

    city: City
    environment: dict[str, str]
    log: Path

    def server(self) -> Server:
        return Server(self.environment, self.log)


@pytest.fixture(params=["sqlite", "postgresql"])
def town(request: pytest.FixtureRequest, tmp_path: Path, worker_id: str) -> Iterator[Town]:
    environment = {**ENVIRONMENT, "ZHONGLI_DATA_DIR": str(tmp_path), "ZHONGLI_JOBS": "embedded"}
    if request.param == "postgresql":
        url = request.getfixturevalue("_postgresql")
        environment["DATABASE_URL"] = postgres.create_database(url, f"kill_{worker_id}")
    settings = load(environment)
    keys.use(settings)
    clock.follow(settings.clock_file)
    migrate.upgrade(db.connect(settings))
    clock.set_offset(NOON)  # the server follows the same file
    city = cities.found()
    hashed = passwords.hashed(PASSWORD)
    with cities.noon(), db.transaction() as session:
        for number in range(CLIENTS):
            person = persons.register_contact(session, PersonData(f"核验员{number}", COUNTY), actor=SYSTEM)
            user = users.create(session, person.id, NewUser(f"verifier{number}", hashed), actor=SYSTEM)
            grants.grant_role(session, user.id, Role.COUNTY_REVIEWER, region_code=COUNTY, actor=SYSTEM)
    yield Town(city, environment, tmp_path / "server.log")
    db.database().close()


@pytest.mark.parametrize(
    ("postings", "kills", "up_again"),
    [pytest.param(200, 2, 60, id="small"), pytest.param(10_000, 50, 15, id="whole", marks=pytest.mark.deep)],
)
def test_the_server_is_killed_while_staff_verify(
    town: Town, postings: int, kills: int, up_again: int
) -> None:
    codes = _submitted(town.city, postings)
    server = town.server()
    server.start()
    acknowledged: set[str] = set()
    ended = threading.Event()
    comebacks: list[float] = []

    def kill_now_and_then() -> None:
        chance = random.Random(7)
        for number in range(1, kills + 1):
            # Spread over the work, so that each kill meets postings under way.
            while len(acknowledged) < number * postings // (kills + 1) and not ended.is_set():
                time.sleep(0.01)
            time.sleep(chance.random() * 0.1)
            server.kill()
            comebacks.append(server.start())

    def verify_some(number: int) -> None:
        client = Client(server.port)
        client.sign_in(f"verifier{number}", PASSWORD)
        for code in codes[number::CLIENTS]:
            form = {"decision": "verify", "revision": "1", "once": uuid.uuid4().hex, "reason": ""}
            status, page = client.ask("POST", f"/staff/contributions/desk/{code}", form)
            assert status == 303, (status, page[page.find("<main") :].split("</form>")[0][-2_000:])
            acknowledged.add(code)

    killer = threading.Thread(target=kill_now_and_then)
    killer.start()
    try:
        with ThreadPoolExecutor(CLIENTS) as pool:
            for done in [pool.submit(verify_some, number) for number in range(CLIENTS)]:
                done.result()
    finally:
        ended.set()
        killer.join()
        server.kill()
    assert acknowledged == set(codes)
    assert len(comebacks) == kills
    _ensure_sound(town.city, postings)
    assert median(comebacks) < up_again, comebacks


def _submitted(city: City, count: int) -> list[str]:
    """Log so many gifts of one giver, so that all postings meet on one account, and return their codes."""
    codes: list[str] = []
    for first in range(0, count, MOST_OF_A_BATCH):
        numbers = range(first, min(count, first + MOST_OF_A_BATCH))
        with cities.noon(), db.transaction() as session:
            made = contributions.log_many(
                session,
                [city.money(YUAN, receipt=f"{number:010d}") for number in numbers],
                organisation_id=city.hub,
                actor=city.clerk,
            )
        codes += [one.code for one in made]
    return codes


def _ensure_sound(city: City, postings: int) -> None:
    """Each contribution is awarded once, the sums are right, ledger and audit log are whole."""
    seal(everything=True)
    audit_jobs.extend()
    with db.reading() as session:
        states = session.scalars(select(Contribution.state)).all()
        assert states == [ContributionState.AWARDED] * postings
        sources = session.scalars(select(Posting.source_id).where(Posting.reason == Reason.AWARD)).all()
        assert len(sources) == len(set(sources)) == postings
        assert ledger.balance(session, city.factory, Purse.HONOUR) == postings * CENTIPOINTS
        numbers = session.scalars(select(Transfer.to_number).order_by(Transfer.to_number)).all()
        assert numbers == list(range(1, postings + 1))
        assert session.scalar(select(func.count()).select_from(SealLeaf)) == postings
        verified = select(func.count()).where(AuditEvent.verb == "contribution.verify")
        assert session.scalar(verified) == postings
        assert list(reconcile(session)) == []
        assert list(verify(session)) == []
        assert list(chain.verify(session)) == [] and chain.unchained(session) == 0
