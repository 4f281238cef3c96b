"""The pages of points, as a browser meets them, on both databases."""

import re
from collections.abc import Iterable
from datetime import date
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app import clock
from app.db import reading, transaction
from app.ids import new_id
from app.parties.models import Party, PartyKind
from app.permissions import SYSTEM, Actor, Grant, Role
from points import sources
from points.awards import award
from points.rankings.rollup import roll_up
from points.reversals import reverse_award
from points.seals.sealing import seal
from points.sources import SourceStory
from tests.entering import enter
from tests.points import city


@pytest.fixture
def client(web: Flask) -> FlaskClient:
    return web.test_client()


@pytest.fixture
def parties(web: Flask) -> list[UUID]:
    """Sixty organisations; the first has a gift, a service and one that was reversed."""
    with transaction() as session, clock.at(city.NOON):
        city.programme(session)
        made = [city.party(session, f"第{number:02d}号服务中心") for number in range(60)]
        for number, key in enumerate(made):
            award(session, city.gift(key, yuan=10_000 - 100 * (number // 2)), actor=SYSTEM)
        wrong = city.service(made[0])
        award(session, city.service(made[0]), actor=SYSTEM)
        award(session, wrong, actor=SYSTEM)
        reverse_award(
            session, source_kind="contribution", source_id=wrong.source_id, reason="误", actor=SYSTEM
        )
    seal()
    roll_up()
    return made


def code_of(key: UUID) -> str:
    with reading() as session:
        return session.scalars(select(Party.code).where(Party.id == key)).one()


def test_the_ranking_has_ranks_pages_and_filters(client: FlaskClient, parties: list[UUID]) -> None:
    page = client.get("/rankings?period=2026").text
    assert "2026年积分排行" in page
    assert page.index("第00号服务中心") < page.index("第01号服务中心") < page.index("第48号服务中心")
    assert "第59号服务中心" not in page
    after = re.search(r'href="([^"]*after=[^"]*)"', page)
    assert after is not None
    second = client.get(after[1].replace("&amp;", "&")).text
    assert "第59号服务中心" in second
    assert "第00号服务中心" in second  # in the chart of the first ten
    for address in (
        "/rankings",
        "/rankings?period=2026-11&kind=service&party=organisation",
        "/rankings?period=nonsense&kind=gold&party=household&county=1&town=x",
        "/rankings?period=all&county=610302000000&town=610302001000",
        "/rankings?period=0000&after=bm90IGEgY3Vyc29y",
    ):
        assert client.get(address).status_code in {200, 422}, address


def test_the_rules_are_told_with_examples(client: FlaskClient, parties: list[UUID]) -> None:
    page = client.get("/rules/points").text
    assert "2.5 小时 × 1 分/小时 × B 级 0.9 = 2.25 分" in page
    assert "12,000 元 × 1 分/100 元" in page
    assert "上限 16 分，此前已计 15 分，本次计 1 分" in page
    assert "现行有效" in page


def test_pages_of_an_empty_city(client: FlaskClient) -> None:
    assert "还没有发布积分规则" in client.get("/rules/points").text
    assert "这个排行里还没有名字" in client.get("/rankings").text


def clerk(organisation_id: UUID) -> Actor:
    with transaction() as session:
        person = city.party(session, "经办人", kind=PartyKind.PERSON)
    return Actor(new_id(), person, "经办人", (Grant(Role.ORGANISATION_MANAGER, None, organisation_id),))


def test_ones_own_statement(web: Flask, parties: list[UUID]) -> None:
    def tell(session: Session, source_ids: Iterable[UUID], actor: Actor) -> dict[UUID, SourceStory]:
        return {
            key: SourceStory("送餐上门", date(2026, 11, 20), f"/thing/{actor.name}") for key in source_ids
        }

    browser = enter(web, clerk(parties[0]))
    page = browser.get("/my/points").text
    assert "2.5 小时 × 1 分/小时 × B 级 0.9 = 2.25 分" in page
    assert "冲正：服务时长" in page
    assert "102.25" in page
    told = sources._tellers.get("contribution")
    sources.register("contribution", tell)
    try:
        redeemable = browser.get("/my/points?purse=redeemable&period=2026-11").text
    finally:
        sources._tellers.pop("contribution")
        if told:
            sources.register("contribution", told)
    assert 'href="/thing/经办人"' in redeemable
    assert "2029-" in redeemable
    assert "10,000 元" not in redeemable
    for address in (
        "/my/points?purse=gold&period=x&before=abc",
        "/my/points?before=2",
        "/my/points?period=2020",
        f"/my/points?party={code_of(parties[0])}",
    ):
        assert browser.get(address).status_code == 200, address
    assert browser.get(f"/my/points?party={code_of(parties[1])}").status_code == 404


def test_staff_read_the_statements_of_their_region(web: Flask, parties: list[UUID]) -> None:
    def staff(region: str) -> FlaskClient:
        return enter(web, Actor(new_id(), new_id(), "工作人员", (Grant(Role.COUNTY_REVIEWER, region),)))

    address = f"/staff/points/{code_of(parties[0])}"
    assert "102.25" in staff("610302000000").get(address).text
    assert staff("610327000000").get(address).status_code == 404
    with transaction() as session:
        household = city.party(session, "某户", kind=PartyKind.HOUSEHOLD)
    assert staff("610302000000").get(f"/staff/points/{code_of(household)}").status_code == 404
    assert staff("610302000000").get("/staff/points/NOBODY").status_code == 404
    assert web.test_client().get(address).status_code == 303


def test_commands_tell_and_exit(web: Flask, parties: list[UUID]) -> None:
    command = web.test_cli_runner()
    told = command.invoke(args=["points", "reconcile"])
    assert (told.exit_code, told.output.split()[0]) == (0, "0")
    told = command.invoke(args=["points", "verify"])
    assert told.exit_code == 0, told.output
    assert told.output.startswith("66 transfers")
    assert "66 leaves" in command.invoke(args=["points", "rebuild-rankings"]).output
    with transaction() as session:
        session.execute(
            text("UPDATE account_balance SET balance = balance + 1, last_number = last_number + 1")
        )
    assert command.invoke(args=["points", "reconcile"]).exit_code == 1
    loaded = command.invoke(args=["points", "rules", "load", str(city.FIRST_RULES)])
    assert loaded.exit_code == 1
    assert "第 1 版已经发布" in loaded.output
