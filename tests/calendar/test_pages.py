"""The calendar page: a year, a term, and the notice in two steps."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import clock
from app.calendar import queries
from app.calendar.calendar import seed_calendar
from app.db import reading, transaction
from app.permissions import SYSTEM, Role
from tests.parties.people import CITY, WEIBIN, sign_in_as

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
NOTICE = """一、元旦：1月1日（周五）至3日（周日）放假，共3天。
二、劳动节：5月1日至5日放假。5月8日（周六）上班。
三、国庆节：10月1日至7日放假。"""


@pytest.fixture
def client(web: Flask) -> FlaskClient:
    with transaction() as session:
        seed_calendar(session, actor=SYSTEM)
    web.config["WTF_CSRF_ENABLED"] = False  # its refusal has tests of its own
    return web.test_client()


def sent(client: FlaskClient, **values: str) -> tuple[int, str]:
    given = {"year": "2027", "source": "国办发明电〔2026〕9号", "text": NOTICE, **values}
    answer = client.post("/staff/calendar/notice", data=given)
    return answer.status_code, answer.get_data(as_text=True)


def test_a_year_shows_its_holidays_and_what_is_missing(client: FlaskClient) -> None:
    with clock.at(NOW):
        sign_in_as(client, "shiji", Role.CITY_STAFF, region=CITY)
        page = client.get("/staff/calendar").get_data(as_text=True)
    assert "2026 年工作日历" in page and "还没有录入 2027 年的放假通知" in page
    assert 'title="国庆节 · 放假"' in page and 'title="国庆节 · 补班"' in page
    assert page.count("<table") == 12 and "248" in page


def test_a_term_is_counted(client: FlaskClient) -> None:
    with clock.at(NOW):
        sign_in_as(client, "shiji", Role.CITY_STAFF, region=CITY)

        def page(**asked: str) -> str:
            return client.get("/staff/calendar", query_string=asked).get_data(as_text=True)

        assert "2026年11月27日" in page(start="2026-11-21", count="5", unit="working_days")
        assert "2026年11月23日" in page(start="2026年11月6日", count="15", unit="calendar_days")
        assert "暂定的" in page(start="2026-12-30", count="5", unit="working_days")
        assert "日期请写成" in page(start="昨天", count="5", unit="months")
        assert "应在 1 到 240 之间" in page(start="2026-11-21", count="99999", unit="months")
        assert "年太远" in page(start="0001-01-01", count="5", unit="no-such-unit")
        assert "起算日应在" in page(start="1901-01-01", count="5", unit="working_days")


@pytest.mark.parametrize("year", ["1", "9999", "1949", "二零二六", "-2026"])
def test_no_year_breaks_the_page(client: FlaskClient, year: str) -> None:
    sign_in_as(client, "shiji", Role.CITY_STAFF, region=CITY)
    assert client.get("/staff/calendar", query_string={"year": year}).status_code in {200, 404}


def test_a_notice_is_shown_before_it_is_entered(client: FlaskClient) -> None:
    with clock.at(NOW):
        sign_in_as(client, "shiji", Role.CITY_STAFF, region=CITY)
        assert 'value="2027"' in client.get("/staff/calendar/notice").get_data(as_text=True)
        code, page = sent(client)
        assert code == 200 and "读到 15 天放假、1 天补班" in page and 'name="confirmed"' in page
        with reading() as session:
            assert queries.find_year(session, 2027) is None
        code, page = sent(client, confirmed="1", again="1")
        assert code == 200 and NOTICE.splitlines()[1] in page
        with reading() as session:
            assert queries.find_year(session, 2027) is None
        assert sent(client, confirmed="1")[0] == 303
        with reading() as session:
            year = queries.find_year(session, 2027)
            assert year is not None and year.source == "国办发明电〔2026〕9号" and year.entered_by_id
            assert len(queries.special_days(session, 2027)) == 16
        assert "将替换已有的 2027 年日历" in sent(client)[1]


def test_what_cannot_be_read_comes_back_beside_its_field(client: FlaskClient) -> None:
    with clock.at(NOW):
        sign_in_as(client, "shiji", Role.CITY_STAFF, region=CITY)
        for changed, words in (
            ({"text": "今天天气很好"}, "没有读到放假日期"),
            ({"text": NOTICE, "year": "2026"}, "不是周五"),
            ({"year": "2099"}, "年份应在 2000 到 2028 之间"),
            ({"year": "明年"}, "整数"),
            ({"source": " "}, "必须填写"),
            ({"text": "元旦：1月1日\x00放假"}, "控制字符"),
        ):
            code, page = sent(client, confirmed="1", **changed)
            assert code == 422 and words in page, changed
        with reading() as session:
            assert queries.find_year(session, 2027) is None


def test_who_may_enter_a_notice(client: FlaskClient) -> None:
    assert client.get("/staff/calendar").status_code == 303
    sign_in_as(client, "quxian", Role.COUNTY_HANDLER, region=WEIBIN)
    page = client.get("/staff/calendar").get_data(as_text=True)
    assert "工作日历" in page and "/staff/calendar/notice" not in page
    assert client.get("/staff/calendar/notice").status_code == 403
    assert sent(client, confirmed="1")[0] == 403
