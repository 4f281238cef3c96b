"""Offers: judged line by line, entered with their places, taken back."""

from typing import Any

import pytest
from sqlalchemy import func, select

from app import db
from app.errors import NotAllowed
from app.parties.kinds import IntegrityState
from app.parties.models import Organisation
from app.permissions import Actor, Role
from projects.offers.models import Offer, OfferArea
from projects.offers.register import OFFERS
from tests.contributions import city as made
from tests.contributions import ledgers
from tests.contributions.city import City
from tests.contributions.ledgers import WORKER, enter, judge, offer, reasons


@pytest.fixture(autouse=True)
def _noon() -> object:
    with made.noon():
        yield


@pytest.fixture
def city(database: db.Database) -> City:
    return ledgers.found()


def staff(city: City) -> Actor:
    return city.actor(Role.CITY_STAFF, region=made.CITY)


def count(model: type[db.Base]) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (offer(""), "REQUIRED_MISSING:serial"),
        (offer(可服务区县=""), "REQUIRED_MISSING:areas"),
        (offer(证件号码="52610300YYO000580H"), "USCC_CHARSET"),
        (offer(证件号码="51610300YYY00010XF"), "PARTY_UNKNOWN"),
        (offer(可服务区县="溧阳市"), "REGION_UNKNOWN"),
        (offer(可用止="2026-09-30"), "DATE_RANGE"),
        (offer(事项="黄金"), "ITEM_UNKNOWN"),
        (offer(数量="-1"), "AMOUNT_NOT_POSITIVE"),
        (offer(单位="大卡车"), "UNIT_UNKNOWN"),
        (offer(提供方名称="金台区惠民社会工作服务中心"), "NAME_CODE_MISMATCH"),
        (offer(可服务区县="全市"), ""),
        (offer(提供方名称="李建国", 证件号码=WORKER, 事项="心理慰藉", 数量=5, 单位="小时"), ""),
    ],
)
def test_a_line_is_told_what_is_wrong(city: City, line: list[Any], reason: str) -> None:
    assert reasons(OFFERS, line) == [reason]


def test_a_provider_on_the_serious_list_offers_nothing(city: City) -> None:
    with db.transaction() as session:
        session.get_one(Organisation, city.factory).integrity = IntegrityState.SERIOUS
    assert reasons(OFFERS, offer()) == ["PROVIDER_ON_SERIOUS_LIST"]


def test_what_is_exported_names_places_and_papers(city: City) -> None:
    some, everywhere = judge(
        OFFERS, offer(持有证书="律师证、社会工作者证"), offer("Y2", 可服务区县="全市、金台区")
    )
    assert some.verdict.canonical == {
        "item": "大米",
        "quantity": 3000,
        "unit": "公斤",
        "areas": ["610303", "610302"],
        "start": "2026-10-01",
        "end": "2026-12-31",
        "certificates": ["律师证", "社会工作者证"],
    }
    assert everywhere.verdict.canonical is not None
    assert everywhere.verdict.canonical["areas"] == ["*"]


def test_offers_go_in_once_and_out_again(city: City) -> None:
    lines = [offer(), offer("Y2", 可服务区县="全市"), offer(), offer(数量=4)]
    assert reasons(OFFERS, *lines) == ["", "", "DUP_SERIAL", "SERIAL_CONFLICT"]
    admitted = enter(OFFERS, *lines, actor=staff(city))
    keys = [one for one in admitted.things if one]
    assert (count(Offer), count(OfferArea)) == (2, 3)
    with db.reading() as session:
        rice = session.scalars(select(Offer).where(Offer.number == "Y00001")).one()
        assert (rice.quantity_thousandths, rice.entered_thousandths, rice.unit) == (3_000_000, 3_000, "吨")
        areas = set(session.scalars(select(OfferArea.region_code)))
    assert areas == {made.COUNTY, made.OTHER_COUNTY, made.CITY}
    assert reasons(OFFERS, *lines) == ["DUP_SERIAL", "DUP_SERIAL", "DUP_SERIAL", "SERIAL_CONFLICT"]
    with db.transaction() as session:
        OFFERS.undo(session, keys, actor=staff(city), reason="传错了文件")
    assert (count(Offer), count(OfferArea)) == (0, 0)


def test_a_county_enters_offers_for_itself_only(city: City) -> None:
    clerk = ledgers.handler(city)
    with db.reading() as session:
        at = ledgers.world(session, clerk)
        assert reasons(OFFERS, offer(), offer("Y2", 可服务区县="金台区"), at=at) == ["OUT_OF_SCOPE", ""]
    with pytest.raises(NotAllowed), db.transaction() as session:
        at = ledgers.world(session)
        line = judge(OFFERS, offer(), at=at)[0]
        assert line.row is not None
        OFFERS.admit(session, [(line.row, line.verdict)], actor=clerk, scope_of=at)
