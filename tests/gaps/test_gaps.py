"""The gap map: sums by place and item, each offer once in each place; nothing smaller than a town is shown."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app import db
from app.ids import new_code
from app.permissions import Role
from app.regions.models import Region, RegionLevel
from points.rulesets.kinds import ContributionKind
from portal.gaps import queries, tiles
from portal.gaps.tiles import Place as Spot
from projects.catalogue.models import CatalogueItem
from projects.needs.models import ProjectNeed
from projects.offers.models import Offer, OfferArea
from projects.portfolio.kinds import ProjectState
from projects.portfolio.models import Project
from tests import entering
from tests.contributions import city as made
from tests.portfolio import place as there
from tests.portfolio.place import OTHER_TOWN, TOWN, Place

VILLAGE = "610303001001"
RICE = "大米"


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with made.noon():
        yield


@pytest.fixture
def place(web: Flask) -> Place:
    web.config["WTF_CSRF_ENABLED"] = False
    found = there.found()
    with db.transaction() as session:
        session.add(Region(code=VILLAGE, name="店子街村", level=RegionLevel.VILLAGE, parent_code=TOWN))
    return found


def need(
    place: Place, region: str, quantity: int, item: str = "rice", state: str = "open", days: int = 90
) -> None:
    """Let a project of a region need so many whole units of an item."""
    with db.transaction() as session:
        project = Project(
            number=new_code(),
            name="项目",
            organisation_id=place.city.hub,
            region_code=region,
            start_on=made.TODAY - timedelta(days=30),
            end_on=made.TODAY + timedelta(days=days),
            state=ProjectState(state),
            state_since=made.NOON,
            created_at=made.NOON,
        )
        session.add(project)
        session.flush()
        session.add(
            ProjectNeed(
                project_id=project.id,
                item_id=session.scalars(select(CatalogueItem.id).where(CatalogueItem.slug == item)).one(),
                quantity_thousandths=quantity * 1000,
                entered_thousandths=quantity * 1000,
                unit="公斤",
                created_at=made.NOON,
            )
        )


def offer(place: Place, regions: tuple[str, ...], quantity: int, item: str = "rice", days: int = 30) -> None:
    """Offer so many whole units of an item in some places."""
    with db.transaction() as session:
        one = Offer(
            number=new_code(),
            party_id=place.city.factory,
            item_id=session.scalars(select(CatalogueItem.id).where(CatalogueItem.slug == item)).one(),
            quantity_thousandths=quantity * 1000,
            entered_thousandths=quantity * 1000,
            unit="公斤",
            start_on=made.TODAY - timedelta(days=60),
            end_on=made.TODAY + timedelta(days=days),
            qualifications=[],
            created_at=made.NOON,
        )
        session.add(one)
        session.flush()
        session.add_all(OfferArea(offer_id=one.id, region_code=code) for code in regions)


def asked(area: str, **more: Any) -> queries.Gaps:
    with db.reading() as session:
        return queries.gaps(session, area, **more)


def figures(found: queries.Gaps) -> dict[str, tuple[int, int, int]]:
    """Return by place the whole units of rice needed, offered and lacking."""
    return {
        one.name + ("*" if one.is_whole else ""): tuple(
            part // 1000 for part in (line.needed, line.offered, line.gap)
        )  # type: ignore[misc]
        for one in found.places
        for line in one.lines
        if line.item.name == RICE
    }


def test_needs_and_offers_are_summed_by_place(place: Place) -> None:
    need(place, TOWN, 100)
    need(place, VILLAGE, 50)
    need(place, made.COUNTY, 30)
    need(place, made.OTHER_COUNTY, 10)
    need(place, made.CITY, 7)
    need(place, TOWN, 1000, state="submitted")
    need(place, TOWN, 1000, state="cancelled")
    need(place, TOWN, 1000, days=-1)
    offer(place, (TOWN, VILLAGE, OTHER_TOWN), 40)  # one offer, one county: once
    offer(place, (made.CITY,), 5)
    offer(place, (made.CITY, TOWN), 6)  # the whole city: not once more in the town
    offer(place, (TOWN,), 999, days=-1)
    city = asked(made.CITY)
    assert figures(city) == {"金台区": (180, 51, 129), "渭滨区": (10, 11, 0), "宝鸡市*": (7, 11, 0)}
    (rice,) = city.items
    assert (rice.needed, rice.offered, rice.places) == (197_000, 51_000, 1)
    county = asked(made.COUNTY)
    assert figures(county) == {"中山东路街道": (150, 51, 99), "金台区*": (30, 11, 19)}
    assert [one.name for one in county.places if not one.is_whole] == ["中山东路街道", "西关街道"]


def test_nothing_smaller_than_a_town_is_shown(web: Flask, place: Place) -> None:
    need(place, VILLAGE, 50)
    assert asked(VILLAGE).area == asked(TOWN).area == made.COUNTY
    for path in ("/gaps", f"/gaps?place={made.COUNTY}", f"/gaps?place={VILLAGE}"):
        page = web.test_client().get(path)
        assert page.status_code == 200 and "店子街村" not in page.text
    assert "中山东路街道" in web.test_client().get(f"/gaps?place={VILLAGE}").text


def test_a_kind_of_item_alone(place: Place) -> None:
    need(place, TOWN, 10)
    need(place, TOWN, 5, item="tutoring")
    offer(place, (TOWN,), 50, item="tutoring")
    assert len(asked(made.CITY).items) == 2
    (line,) = asked(made.CITY, kind=ContributionKind.SERVICE).items
    assert (line.needed, line.offered, line.gap) == (5_000, 50_000, 0)
    assert next(one.item.name for one in asked(made.CITY).items) == RICE  # what lacks stands first


def test_both_doors_show_it(web: Flask, place: Place) -> None:
    need(place, TOWN, 100)
    empty = web.test_client().get("/gaps?kind=service")
    assert empty.status_code == 200 and "现在没有需求" in empty.text
    page = web.test_client().get("/gaps")
    assert "缺 1 项" in page.text and "金台区缺得最多" in page.text and 'style="' not in page.text
    for odd in ("place=x", "place=999999999999", "kind=x", "place=110000000000"):
        assert web.test_client().get(f"/gaps?{odd}").status_code == 200
    county = entering.enter(web, there.stranger(Role.TOWN_STAFF, TOWN))
    assert county.get("/staff/gaps").location.endswith(f"place={made.COUNTY}")
    assert "中山东路" in county.get("/staff/gaps", follow_redirects=True).text
    assert county.get(f"/staff/gaps?place={made.CITY}").status_code == 200
    assert (
        entering.enter(web, there.stranger(Role.CITY_STAFF, made.CITY)).get("/staff/gaps").status_code == 200
    )
    refused = entering.enter(web, there.stranger(Role.LEGAL_OFFICER, made.CITY)).get("/staff/gaps")
    assert refused.status_code == 403


def test_squares_stand_as_the_counties_lie_or_in_a_grid() -> None:
    known = [Spot("610303000000", "金台区", 3, 0, ""), Spot("610302000000", "渭滨区", 3, 7, "")]
    drawn = tiles.tile_map(known)
    first, second = drawn.tiles
    assert first.x == second.x and first.y < second.y  # Jintai lies north of Weibin
    assert [one.label for one in drawn.tiles] == ["金台", "渭滨"]
    grid = tiles.tile_map([Spot(f"1101{n:02d}000000", f"第{n}区", 0, 0, "") for n in range(1, 17)])
    assert len({(one.x, one.y) for one in grid.tiles}) == 16
    assert grid.width == 4 * 78 - 6 and grid.height == 4 * 78 - 6
    assert tiles.tile_map([]).tiles == ()


@pytest.mark.parametrize(
    ("needed", "gaps", "tone"), [(0, 0, 0), (3, 0, 1), (3, 1, 2), (9, 2, 2), (9, 3, 3), (9, 5, 3), (9, 6, 4)]
)
def test_the_shade_follows_the_gaps(needed: int, gaps: int, tone: int) -> None:
    assert tiles.tone(Spot("1", "x", needed, gaps, "")) == tone
