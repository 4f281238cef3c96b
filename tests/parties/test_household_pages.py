"""The pages of household files: the list, opening by hand, each change as a form, and who sees which."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.db import reading, transaction
from app.parties import household_queries
from app.parties.household_changes import CHANGES
from app.parties.kinds import RegistrationState
from app.parties.models import Household, Party
from app.permissions import Role
from app.regions.models import Region, RegionLevel
from tests.parties.families import family
from tests.parties.people import JINTAI, TOWN, WEIBIN, person_data, places, sign_in_as

OTHER_TOWN = "610303001000"
REASON = {"on": "2025-05-06", "reason": "户口簿变更"}


@pytest.fixture
def clerk(web: Flask) -> Any:
    """Return a client of the town's staff; a household of the town and one of another county exist."""
    client = web.test_client()
    web.config["WTF_CSRF_ENABLED"] = False
    sign_in_as(client, "town-clerk", Role.TOWN_STAFF, region=TOWN)
    return client


def _made(region: str = TOWN, first: int = 100) -> tuple[Party, list[str]]:
    with transaction() as session:
        places(session)
        if session.get(Region, OTHER_TOWN) is None:
            session.add(
                Region(code=OTHER_TOWN, name="群众路街道", level=RegionLevel.TOWN, parent_code=JINTAI)
            )
        home, there = family(session, 3, first, region)
        return home, [str(one) for one in there]


def test_the_list_is_cut_to_the_regions_and_masked(clerk: Any) -> None:
    home, _there = _made()
    far, _others = _made(JINTAI, 200)
    page = clerk.get("/staff/households")
    assert page.status_code == 200
    assert home.name not in page.text and home.code in page.text and far.code not in page.text
    assert clerk.get(f"/staff/households/{far.code}/changes").status_code == 404
    with reading() as session:
        number = session.get_one(Household, home.id).file_number
    for query in (number, home.name, home.name[:2], ""):
        assert home.code in clerk.get("/staff/households", query_string={"q": query}).text
    assert home.code not in clerk.get("/staff/households", query_string={"q": "没有这个人"}).text
    for strange in ("category=x", "state=x", "region=x", "after=x", "mine=1", "q=%25", "category=local"):
        assert clerk.get(f"/staff/households?{strange}").status_code in (200, 422)


def test_looking_at_a_file_is_written_down(clerk: Any) -> None:
    home, _there = _made()
    assert home.name in clerk.get(f"/staff/households/{home.code}/changes").text
    with reading() as session:
        looks = select(AuditEvent).where(AuditEvent.verb == "household.read", AuditEvent.thing_id == home.id)
        assert len(session.scalars(looks).all()) == 1


def test_opening_by_hand_and_its_confirmation(clerk: Any, web: Flask) -> None:
    data = person_data(400, name="赵山川")
    sent = {
        **REASON,
        "region_code": TOWN,
        "identity_number": data.identity_number,
        "document_kind": "resident_id",
        "name": data.name,
        "capacity": "full",
    }
    wrong = clerk.post("/staff/households/new", data={**sent, "identity_number": "610302199005170000"})
    assert wrong.status_code == 422 and "赵山川" in wrong.text
    answer = clerk.post("/staff/households/new", data=sent)
    assert answer.status_code == 303, answer.text
    with reading() as session:
        opened = session.scalars(select(Party).where(Party.kind == "household")).one()
    assert opened.state is RegistrationState.SUBMITTED
    again = clerk.post("/staff/households/new", data=sent)
    assert again.status_code == 422 and "另一户" in again.text
    clerk.post(f"/staff/households/{opened.code}/confirm")
    other = web.test_client()
    sign_in_as(other, "county-clerk", Role.COUNTY_REVIEWER, region=WEIBIN, index=7100)
    assert "建档" in other.get(f"/staff/households/{opened.code}/changes").text
    other.post(f"/staff/households/{opened.code}/confirm?revision={opened.revision}")
    with reading() as session:
        assert session.get_one(Party, opened.id).state is RegistrationState.APPROVED


@pytest.mark.parametrize("step", list(CHANGES))
def test_each_change_has_its_form(clerk: Any, step: str) -> None:
    home, (head, spouse, child) = _made()
    path = f"/staff/households/{home.code}/changes/{step}"
    assert clerk.get(path).status_code == 200
    assert clerk.post(path, data={}).status_code == 422
    sent = {
        **REASON,
        "person": spouse,
        "head": spouse,
        "members": [spouse, child],
        "relation": "other",
        "capacity": "limited",
        "cause": "moved_out" if step == "leaving" else "因病",
        "region_code": OTHER_TOWN,
        "category": "监测对象",
        "tag": "disabled",
        "step": "begin",
        "lead_worker": "测试用户",
        "document_kind": "resident_id",
        "name": "新来的",
        "born_on": "2020-02-02",
    }
    if step == "category-end":
        begun = clerk.post(f"/staff/households/{home.code}/changes/category", data={**sent, "person": ""})
        assert begun.status_code == 303, begun.text
        with reading() as session:
            sent["category"] = str(household_queries.categories(session, home.id)[0].id)
    answer = clerk.post(path, data=sent)
    assert answer.status_code == 303, answer.text
    with reading() as session:
        assert household_queries.timeline(session, home.id)[0].event.happened_on >= date(2025, 5, 6)
    assert head


def test_a_change_that_is_not_there(clerk: Any) -> None:
    home, _there = _made()
    assert clerk.get(f"/staff/households/{home.code}/changes/burn").status_code == 404
