"""Figures are shown and read exactly."""

from datetime import UTC, date, datetime

import pytest
from flask import Flask, render_template_string
from flask_babel import Babel
from hypothesis import given
from hypothesis import strategies as st

from app import figures
from app.figures import UnreadableFigure, read_hours, read_money, read_points

sums = st.integers(0, figures.MOST_FEN)


@given(sums)
def test_a_shown_sum_is_read_back(fen: int) -> None:
    assert read_money(figures.yuan(fen)) == read_money(figures.money(fen)) == fen
    assert read_money("￥" + figures.yuan(fen).replace(",", "，")) == fen


@given(st.integers(figures._WAN_ABOVE_FEN + 1, figures.MOST_FEN))
def test_the_short_sum_is_the_nearest_hundred_yuan_and_the_exact_one_is_in_the_title(fen: int) -> None:
    assert abs(read_money(figures.money_short(fen)) - fen) <= 5_000
    assert f'title="{figures.money(fen)}"' in figures.money_html(fen)


@given(st.integers(-(10**14), 10**14))
def test_shown_points_are_read_back(centipoints: int) -> None:
    shown = figures.points(centipoints)
    assert read_points(shown.removeprefix("-")) == abs(centipoints)
    assert shown.startswith("-") == (centipoints < 0)
    assert len(shown.partition(".")[2]) <= 2 and not ("." in shown and shown.endswith("0"))


@given(st.integers(0, figures.MOST_MINUTES))
def test_shown_time_is_read_back(minutes: int) -> None:
    assert read_hours(figures.hours(minutes)) == minutes
    assert read_hours(figures.hours_for_editing(minutes)) == minutes


@given(st.text(max_size=20), st.sampled_from([read_money, read_hours, read_points]))
def test_no_text_breaks_a_reader(text: str, read: type) -> None:
    try:
        assert read(text) >= 0
    except UnreadableFigure as refused:
        assert refused.sentence


@pytest.mark.parametrize(
    ("fen", "short"),
    [
        (0, "0.00 元"),
        (1_234_560, "12,345.60 元"),
        (10_000_000, "100,000.00 元"),
        (12_345_678, "12.35 万元"),
        (12_345_000, "12.35 万元"),
        (12_344_999, "12.34 万元"),
        (-12_345_678, "-12.35 万元"),
        (123_456_789_012, "123,456.79 万元"),
    ],
)
def test_sums_on_pages(fen: int, short: str) -> None:
    assert figures.money_short(fen) == short


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("1,234.5", 123_450),
        ("３００", 30_000),
        ("1.2万", 1_200_000),
        ("1.2 万元", 1_200_000),
        ("人民币300元整", 30_000),
        ("¥ 1 200", 120_000),
        ("0.01", 1),
        (".5", 50),
        ("0.000001万", 1),
        ("2亿", 20_000_000_000),
    ],
)
def test_sums_as_people_type_them(text: str, fen: int) -> None:
    assert read_money(text) == fen


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "必须填写"),
        ("-5", "不能是负数"),
        ("0.001", "精确到分"),
        ("1.2345678万", "精确到分"),
        ("12,34", "千位分隔"),
        ("1e5", "请填写金额"),
        ("$5", "请填写金额"),
        ("三百", "请填写金额"),
        ("1..2", "不是数字"),
        ("100000000万", ""),
        ("9" * 40, ""),
    ],
)
def test_a_sum_that_is_none_is_refused_in_words(text: str, words: str) -> None:
    if text == "100000000万":
        assert read_money(text) == figures.MOST_FEN
        return
    with pytest.raises(UnreadableFigure) as refused:
        read_money(text)
    assert words in refused.value.sentence


@pytest.mark.parametrize(
    ("minutes", "shown"),
    [
        (0, "0 小时"),
        (20, "20 分钟"),
        (30, "0.5 小时"),
        (100, "1 小时 40 分钟"),
        (150, "2.5 小时"),
        (126, "2.1 小时"),
        (75, "1.25 小时"),
        (87, "1 小时 27 分钟"),
        (60_000, "1,000 小时"),
    ],
)
def test_service_time(minutes: int, shown: str) -> None:
    assert figures.hours(minutes) == shown


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("2.5", 150),
        ("２．５小时", 150),
        ("2小时30分", 150),
        ("2小时零5分", 125),
        ("150分钟", 150),
        ("2:30", 150),
        ("半小时", 30),
        ("2个半小时", 150),
        ("2h30m", 150),
        ("0.05", 3),
    ],
)
def test_time_as_people_type_it(text: str, minutes: int) -> None:
    assert read_hours(text) == minutes


@pytest.mark.parametrize("text", ["", "1.33", "-1", "1小时半", "3半小时", "2 30", "2:70", "一小时", "999999"])
def test_time_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UnreadableFigure):
        read_hours(text)


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (0, "零元整"),
        (5, "伍分"),
        (50, "伍角整"),
        (1_000, "壹拾元整"),
        (101_005, "壹仟零壹拾元零伍分"),
        (1_234_560, "壹万贰仟叁佰肆拾伍元陆角整"),
        (10_000_001, "壹拾万元零壹分"),
        (10_000_000_100, "壹亿零壹元整"),
    ],
)
def test_sums_in_capitals(fen: int, words: str) -> None:
    assert figures.money_in_words(fen) == words


@given(sums)
def test_capitals_say_every_digit(fen: int) -> None:
    capitals = "零壹贰叁肆伍陆柒捌玖"
    said = [capitals.index(sign) for sign in figures.money_in_words(fen) if sign in capitals[1:]]
    assert said == [int(digit) for digit in str(fen) if digit != "0"]


def test_days_moments_and_shares() -> None:
    assert figures.day(date(2026, 11, 21)) == "2026-11-21"
    assert figures.day_text(date(2026, 1, 5)) == "2026年1月5日"
    assert figures.moment(datetime(2026, 11, 21, 16, 55, tzinfo=UTC)) == "2026-11-22 00:55"
    assert figures.percent(1, 3) == "33.3%（1/3）"
    assert figures.percent(1, 0) == figures.day(None) == figures.points(None) == figures.NOTHING


@pytest.mark.parametrize(
    ("template", "shown"),
    [
        ("{{ 12345678|fen }}", '<span class="figure" title="123,456.78 元">12.35 万元</span>'),
        ("{{ 12345678|fen_exact }}", "123,456.78 元"),
        ("{{ 31225|points }} {{ 150|hours }}", "312.25 2.5 小时"),
        ("{{ d|day }} {{ d|day_text }} {{ none|moment }}", "2026-11-21 2026年11月21日 —"),
    ],
)
def test_templates_have_the_filters(template: str, shown: str) -> None:
    web = Flask(__name__)
    Babel(web)
    figures.register_filters(web)
    with web.app_context():
        assert render_template_string(template, d=date(2026, 11, 21)) == shown
