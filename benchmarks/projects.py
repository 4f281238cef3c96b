"""Projects: all SQL of the work queue and of the list of projects, against the bare SQL that each needs at least.

50,000 projects with 200,000 steps and a deadline each; every tenth waits for an office. Ours is every statement that a
page sends (of all kinds of work, with names, places and parameters), sent again by the bare driver. The limit is two
hand-written statements for projects alone: the rows of the page, and the sums above it. The whole answer, with its rows
made into objects and the queue merged, is told beside it. Asked by a town, a county and the city.
"""

import random
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from flask import Flask
from sqlalchemy import Table, insert, text
from sqlalchemy.orm import Session

import wsgi
from app import clock, db, paging
from app.deadlines.models import Deadline
from app.ids import new_code, new_id
from app.parties.kinds import OrganisationKind, PartyKind, RegistrationState
from app.parties.models import Organisation, Party
from app.permissions import Actor, Grant, Role, region_prefix
from app.regions.models import Region, RegionLevel
from app.tasks import queue
from benchmarks.city import cities
from benchmarks.frame import main, medians
from benchmarks.questions import milliseconds, statements_of
from projects.portfolio import listing, queries
from projects.portfolio.models import Project, ProjectStep

PROJECTS = {True: 10_000, False: 50_000}
STEPS = 4
"""Steps of each project."""
TARGET = 3.0
"""How many times the bare statements the SQL of a page may take at most."""
CITY, COUNTIES, TOWNS = "610300000000", 12, 15
_LOT = 2_000


def county(number: int) -> str:
    """Return the code of a county."""
    return f"6103{number + 1:02d}000000"


def town(number: int) -> str:
    """Return the code of a town; towns are numbered through all counties."""
    return f"{county(number % COUNTIES)[:6]}{number // COUNTIES + 1:03d}000"


def make(count: int) -> None:
    """Fill an empty city with places, an organisation, projects, their steps and deadlines."""
    chance, now, organisation = random.Random(11), clock.now(), new_id()
    with db.transaction() as session:
        session.add(Region(code=CITY, name="宝鸡市", level=RegionLevel.CITY))
        session.flush()
        for number in range(COUNTIES):
            place = Region(
                code=county(number), name=f"{number}区", level=RegionLevel.COUNTY, parent_code=CITY
            )
            session.add(place)
        session.flush()
        for number in range(COUNTIES * TOWNS):
            above = county(number % COUNTIES)
            place = Region(code=town(number), name=f"{number}镇", level=RegionLevel.TOWN, parent_code=above)
            session.add(place)
        party = Party(
            id=organisation, kind=PartyKind.ORGANISATION, name="宝鸡市公益服务中心", sort_key="bao", match_key="宝鸡",
            region_code=CITY, state=RegistrationState.APPROVED, state_since=now, created_at=now,
        )  # fmt: skip
        session.add(party)
        session.flush()
        session.add(
            Organisation(party_id=organisation, organisation_kind=OrganisationKind.SOCIAL_SERVICE_INSTITUTION)
        )
    for first in range(0, count, _LOT):
        rows = [_project(number, organisation, chance) for number in range(first, min(first + _LOT, count))]
        with db.transaction() as session:
            _pour(session, Project.__table__, rows)
            _pour(session, ProjectStep.__table__, [step for row in rows for step in _steps(row)])
            _pour(session, Deadline.__table__, [_deadline(row, chance) for row in rows])


def _project(number: int, organisation: Any, chance: random.Random) -> dict[str, Any]:
    waits = number % 10 == 0
    state, holder = ("running", "county")
    if waits:
        state, holder = (("submitted", "town"), ("reviewed", "county"), ("reviewed", "city"))[
            number // 10 % 3
        ]
    return {
        "id": new_id(), "code": new_code(), "number": f"P{number:06d}", "name": f"帮扶项目{number}",
        "organisation_id": organisation, "region_code": town(chance.randrange(COUNTIES * TOWNS)),
        "start_on": clock.today(), "end_on": clock.today() + timedelta(days=200), "state": state,
        "state_since": clock.now() - timedelta(minutes=chance.randrange(60 * 24 * 60)), "created_at": clock.now(),
        "plan": "计划", "target_group": "困难家庭", "expected_effect": "", "budget_fen": 1_000_000, "revision": 1,
        "holder_level": holder,
    }  # fmt: skip


def _steps(project: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "id": new_id(), "project_id": project["id"], "to_state": project["state"],
            "happened_at": project["state_since"], "revision": 1, "budget_fen": 1_000_000,
        }
        for _number in range(STEPS)
    ]  # fmt: skip


def _deadline(project: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    runs = project["state"] != "running"
    due = clock.today() + timedelta(days=chance.randint(-15, 15))
    return {
        "id": new_id(), "subject_kind": "project", "subject_id": project["id"], "kind": "project.review",
        "region_code": project["region_code"], "holder_level": project["holder_level"],
        "started_on": due - timedelta(days=7), "length": 5, "unit": "working_days", "due_on": due,
        "provisional": False, "state": "running" if runs else "met", "met_on": None if runs else due,
        "opened_at": clock.now(),
    }  # fmt: skip


def _pour(session: Session, table: Any, rows: list[dict[str, Any]]) -> None:
    assert isinstance(table, Table)
    session.execute(insert(table), rows)


def _actor(role: Role, region: str) -> Actor:
    return Actor(new_id(), new_id(), "某人", (Grant(role, region),))


def run(quick: bool) -> int:
    """Measure both databases; return 1 when one falls short."""
    short = False
    for dialect in ("sqlite", "postgresql"):
        with cities(dialect, ("projects",)) as (settings,):
            web = wsgi.create_app(settings)
            make(PROJECTS[quick])
            with db.database().writer.connect() as connection:
                connection.exec_driver_sql("ANALYZE")
                connection.commit()
            short |= _pages(dialect, web, 15 if quick else 40)
            db.database().close()
    return int(short)


def _pages(dialect: str, web: Flask, draws: int) -> bool:
    """Print what each page takes; return whether its SQL takes too long."""
    here = (("town", Role.TOWN_STAFF, town(3)), ("county", Role.COUNTY_APPROVER, county(3)),
            ("city", Role.CITY_STAFF, CITY))  # fmt: skip
    deep = paging.cursor(clock.today(), clock.now(), new_id())
    pages: list[tuple[str, Callable[[Session], object], tuple[str, str]]] = []
    for name, role, region in here:
        actor = _actor(role, region)
        pages.append(
            (f"work queue, {name}", partial(_queue, actor, None), _bare_queue(name, region, deep=False))
        )
        pages.append(
            (
                f"work queue, {name}, halfway down",
                partial(_queue, actor, deep),
                _bare_queue(name, region, deep=True),
            )
        )
        pages.append((f"project list, {name}", partial(_list, actor), _bare_list(region)))
    print(f"\n{dialect}: milliseconds a page; a ratio above {TARGET:.0f} is short")
    print(f"{'page':<34} | {'bare':>6} | {'SQL':>6} | {'ratio':>5} | statements | whole")
    short = False
    with web.test_request_context():
        for name, page, bare in pages:
            (speed,) = medians(draws, partial(_once, page))
            least, sql = milliseconds(partial(_send, bare), draws), milliseconds(page, draws)
            far = sql / least > TARGET
            short |= far
            print(
                f"{name:<34} | {least:>6.2f} | {sql:>6.2f} | {sql / least:>5.2f} | {statements_of(page):>10} "
                f"| {1000 / speed:>5.1f}{'  SHORT' if far else ''}"
            )
    return short


def _send(statements: tuple[str, str], session: Session) -> object:
    return [session.execute(text(one)).all() for one in statements]


def _bare_queue(level: str, region: str, *, deep: bool) -> tuple[str, str]:
    """Return the least that tells what projects wait for an office: a page by last day; how many, how many late."""
    states = {"town": "'submitted'", "county": "'reviewed'", "city": "'submitted', 'reviewed'"}[level]
    of = (
        "FROM project p JOIN deadline d ON d.subject_kind = 'project' AND d.subject_id = p.id "
        f"AND d.state = 'running' WHERE p.holder_level = '{level}' AND p.state IN ({states}) "
        f"AND p.region_code BETWEEN {_range(region)}"
    )
    beyond = f" AND d.due_on > '{clock.today()}'" if deep else ""
    return (
        f"SELECT p.id, p.code, p.number, p.name, p.state_since, p.region_code, d.due_on {of}{beyond} "
        "ORDER BY d.due_on, p.state_since, p.id LIMIT 51",
        f"SELECT count(*), count(*) FILTER (WHERE d.due_on < '{clock.today()}'), min(p.state_since), "
        f"min(d.due_on) {of}",
    )


def _bare_list(region: str) -> tuple[str, str]:
    """Return the least that lists the projects of a region, newest first, with their number and budget."""
    of = f"p.holder_level IS NOT NULL AND p.region_code BETWEEN {_range(region)}"
    return (
        f"SELECT p.*, y.name AS organisation FROM project p JOIN party y ON y.id = p.organisation_id WHERE {of} "
        "ORDER BY p.id DESC LIMIT 51",
        f"SELECT count(*), sum(budget_fen) FROM project p WHERE {of}",
    )


def _range(region: str) -> str:
    return f"'{region}' AND '{region_prefix(region).ljust(12, '9')}'"


def _once(page: Callable[[Session], object]) -> int:
    with db.reading() as session:
        page(session)
    return 1


def _queue(actor: Actor, after: str | None, session: Session) -> object:
    """Answer the whole list of what waits: a page of it, and how much of each kind."""
    desk = queue.desk(session, actor)
    return queue.page(session, actor, at=desk, after=after).rows, queue.heaps(session, actor, at=desk)


def _list(actor: Actor, session: Session) -> object:
    """Answer the list of projects with its sums, names, places and last days."""
    return listing.rows(session, queries.staff_page(session, actor), "projects_staff.show", with_due=True)


if __name__ == "__main__":
    main(run)
