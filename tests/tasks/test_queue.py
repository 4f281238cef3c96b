"""The work queue: over all kinds of work, the soonest last day first, paged in both directions, cut to the regions."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import insert

from app import clock, db, paging
from app.calendar import queries as calendar
from app.calendar.rules import add_working_days
from app.deadlines.models import Deadline
from app.errors import InvalidInput
from app.ids import new_code, new_id
from app.parties.kinds import RegistrationState
from app.parties.models import Party
from app.permissions import Actor, Role
from app.tasks import queue
from app.tasks.queue import Due, Filters
from app.tasks.terms import FAR
from projects.contributions import contributions
from projects.contributions.models import Contribution
from projects.portfolio.models import Project
from tests import entering
from tests.contributions import city as made
from tests.portfolio import place as there
from tests.portfolio.place import TOWN, Place

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with made.noon():
        yield


@pytest.fixture
def place(web: Flask) -> Place:
    web.config["WTF_CSRF_ENABLED"] = False
    return there.found()


def copied(one: Project | Contribution, **changes: object) -> dict[str, object]:
    """Return the columns of a row as another one of its table."""
    kept = {key.key: getattr(one, key.key) for key in type(one).__mapper__.column_attrs}
    return {**kept, "id": new_id(), "code": new_code(), **changes}


def crowd(place: Place, number: int = 40) -> None:
    """Let as many projects and contributions wait, since all sorts of days, some projects without a clock."""
    chance = random.Random(5)
    project = place.submitted()
    with db.transaction() as session:
        one = contributions.log(
            session, place.city.money(), organisation_id=place.city.hub, actor=place.city.clerk
        )
        contributions.submit(session, one.id, revision=one.revision, actor=place.city.clerk)
    with db.transaction() as session:
        projects = [
            copied(project, number=f"P{n:05d}", state_since=since(chance), region_code=TOWN)
            for n in range(number)
        ]
        session.execute(insert(Project), projects)
        clocks = [
            {
                "subject_kind": "project",
                "subject_id": row["id"],
                "kind": "project.review",
                "region_code": TOWN,
                "holder_level": "town",
                "started_on": date(2026, 9, 1),
                "length": 5,
                "unit": "working_days",
                "due_on": made.TODAY + chance.randint(-20, 20) * DAY,
                "provisional": False,
                "opened_at": made.NOON,
            }
            for row in projects[: number * 3 // 4]
        ]
        session.execute(insert(Deadline), clocks)
        fresh = session.get_one(Contribution, one.id)
        session.execute(
            insert(Contribution),
            [copied(fresh, receipt_number=f"{n:010d}", state_since=since(chance)) for n in range(number)],
        )


def since(chance: random.Random) -> datetime:
    """Return an instant of the last weeks; several fall on one day."""
    return made.NOON - chance.randint(0, 30) * DAY - timedelta(minutes=chance.randint(0, 300))


def both(place: Place) -> Actor:
    """Return somebody who reviews the town's projects and verifies the county's contributions."""
    town, county = place.town, place.county
    return Actor(county.user_id, county.person_id, county.name, (*town.grants, *county.grants))


def walked(actor: Actor, filters: Filters = queue.EVERYTHING, *, size: int = 7) -> list[queue.Line]:
    """Return the whole queue page by page, having gone back from every page as well."""
    lines: list[queue.Line] = []
    after, earlier = None, None
    with db.reading() as session:
        while True:
            page = queue.page(session, actor, filters, after=after, size=size)
            lines += page.rows
            assert (page.before is None) is (after is None)
            if page.before:
                back = queue.page(session, actor, filters, before=page.before, size=size)
                assert [one.id for one in back.rows] == earlier
                assert back.after is not None
            if page.after is None:
                return lines
            after, earlier = page.after, [one.id for one in page.rows]


def test_all_kinds_stand_in_one_order(place: Place) -> None:
    crowd(place)
    actor = both(place)
    lines = walked(actor)
    assert len(lines) == len({one.id for one in lines}) == 82
    assert {one.task.name for one in lines} == {"project", "contribution"}
    places = [one.key for one in lines]
    assert places == sorted(places)
    with db.reading() as session:
        days = calendar.load_calendar(session)
        heaps = {heap.task.name: heap for heap in queue.heaps(session, actor)}
    for one in lines:
        if one.task.name == "contribution":
            assert one.due_on == add_working_days(days, clock.civil_date(one.since), 5).day
    for name in ("project", "contribution"):
        mine = [one for one in lines if one.task.name == name]
        heap = heaps[name]
        assert heap.count == len(mine) == 41
        assert heap.late == sum(one.is_late for one in mine) > 0
        assert heap.since == min(one.since for one in mine)
        assert heap.due_on == min(one.due_on for one in mine if one.due_on)
    assert [one.due_on for one in lines if one.due_on is None] == [None] * 10
    assert all(one.shown and one.shown.url for one in lines)


def test_a_queue_is_narrowed_by_kind_place_and_last_day(place: Place) -> None:
    crowd(place)
    actor = both(place)
    everything = walked(actor)
    late = walked(actor, Filters(due=Due.LATE), size=5)
    assert [one.id for one in late] == [one.id for one in everything if one.is_late]
    soon = walked(actor, Filters(due=Due.SOON), size=5)
    # Saturday noon; two working days on is Tuesday
    last = made.TODAY + 3 * DAY
    assert [one.id for one in soon] == [
        one.id for one in everything if one.due_on and made.TODAY <= one.due_on <= last
    ]
    of_town = walked(actor, Filters(region=TOWN))
    assert {one.task.name for one in of_town} == {"project"}
    assert len(walked(actor, Filters(name="contribution"), size=100)) == 41
    assert walked(actor, Filters(region=there.OTHER_TOWN)) == []


def test_nobody_sees_the_work_of_another_place_or_office(place: Place) -> None:
    crowd(place, 4)
    for stranger in (
        there.stranger(Role.COUNTY_REVIEWER, made.OTHER_COUNTY),
        there.stranger(Role.TOWN_STAFF, there.OTHER_TOWN),
        there.stranger(Role.AUDITOR, made.CITY),
        place.clerk,
    ):
        assert walked(stranger) == []
    assert {one.task.name for one in walked(place.town)} == {"project"}


def test_a_registration_is_named_without_a_persons_full_name(place: Place) -> None:
    with db.transaction() as session:
        session.get_one(Party, place.city.worker).state = RegistrationState.SUBMITTED
        session.get_one(Party, place.city.factory).state = RegistrationState.SUBMITTED
    titles = {one.shown.title for one in walked(place.county) if one.shown}
    assert "宝鸡秦岭机械有限公司" in titles
    assert not any("李建国" in title for title in titles) and len(titles) == 2


def test_waiting_is_counted_in_working_days(place: Place) -> None:
    place.submitted()
    with clock.at(clock.instant(date(2026, 11, 25), 12)):
        (line,) = walked(place.town)
        assert line.waited == 3  # Saturday 21st to Wednesday 25th: Monday, Tuesday, Wednesday
        assert line.due_on is not None and not line.is_late


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "W10",
        paging.cursor(date(1, 1, 1), made.NOON, new_id()),
        paging.cursor(FAR - DAY, made.NOON, new_id()),
        paging.cursor(made.TODAY, made.NOON, "text"),
        paging.cursor(made.TODAY, made.TODAY, new_id()),
        paging.cursor(1, 2, 3),
        paging.cursor(made.TODAY, datetime.min.replace(tzinfo=made.NOON.tzinfo), new_id()),
    ],
)
def test_a_cursor_that_is_not_ours_is_refused(place: Place, cursor: str) -> None:
    with db.reading() as session, pytest.raises(InvalidInput):
        queue.page(session, both(place), after=cursor)


def test_the_pages_show_it(web: Flask, place: Place) -> None:
    crowd(place)
    client = entering.enter(web, place.town)
    door = client.get("/staff")
    assert door.status_code == 200 and "待审核的项目" in door.text and "最该先办的" in door.text
    page = client.get("/staff/queue")
    assert page.status_code == 200 and "共 41 件" in page.text and "已超期" in page.text
    for query in ("due=late&kind=project", "due=x&kind=y&region=z", "region=610303001000", "after=nonsense"):
        assert client.get(f"/staff/queue?{query}").status_code in (200, 422)
    assert client.get("/staff/queue?due=late&kind=project").text.count("overdue") > 2
    assert client.get("/staff/queue?export=xlsx").mimetype.endswith("sheet")
    empty = entering.enter(web, there.stranger(Role.TOWN_STAFF, there.OTHER_TOWN)).get("/staff/queue")
    assert empty.status_code == 200 and "没有等您办的事" in empty.text
