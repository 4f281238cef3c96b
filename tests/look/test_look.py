"""The look without a browser: templates, titles, nothing inline, contrast, charts, tones, addresses."""

import re
from itertools import product
from pathlib import Path

import pytest
from flask import Flask
from wtforms import Form, RadioField, StringField

from app.look import charts
from app.look.addresses import sort_order, sort_url, with_query
from app.look.fields import attributes, first_id, flat_errors
from app.look.icons import icon
from app.look.samples import KINDS
from app.look.tones import TONES, tone, tone_icon

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
THEME = (ROOT / "app" / "static" / "theme.css").read_text(encoding="utf-8")
PAGES = [
    file
    for file in sorted(TEMPLATES.rglob("*.html"))
    if not {"layouts", "macros"} & set(file.relative_to(TEMPLATES).parts) and not file.name.startswith("_")
]


def test_every_template_compiles(web: Flask) -> None:
    for file in sorted(TEMPLATES.rglob("*.html")):
        web.jinja_env.get_template(file.relative_to(TEMPLATES).as_posix())


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.relative_to(TEMPLATES).as_posix())
def test_every_page_has_a_title(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    if "{% extends 'papers/print/base.html' %}" in text:
        # A paper is titled by its kind.
        text = (TEMPLATES / "papers/print/base.html").read_text(encoding="utf-8")
    assert "{% block title %}" in text or "<title>" in text or "<svg" in text


@pytest.mark.parametrize(
    "file", sorted(TEMPLATES.rglob("*.html")), ids=lambda file: file.relative_to(TEMPLATES).as_posix()
)
def test_nothing_inline(file: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not re.search(r"""\sstyle\s*=\s*["']""", text), "a style attribute"
    assert not re.search(r"<style\b", text), "a style element"
    assert not re.search(r"<script\b(?![^>]*\bsrc=)", text), "an inline script"
    assert not re.search(r"""\son[a-z]+\s*=\s*["']""", text), "an inline handler"


def test_style_pages_render_and_are_labelled(web: Flask) -> None:
    client = web.test_client()
    for path in ("/style", *(f"/style/{kind}" for kind in KINDS)):
        answer = client.get(path)
        text = answer.get_data(as_text=True)
        assert answer.status_code == 200, path
        assert re.search(r"<title>[^<]+ · 宝鸡市众力</title>", text)
        assert text.count("<h1") == 1
        ids = re.findall(r'\sid="([^"]+)"', text)
        assert len(ids) == len(set(ids)), path
    assert client.get("/style/nothing-like-it").status_code == 302


def test_large_type_never_leads_to_another_host(web: Flask) -> None:
    client = web.test_client()
    for target in ("https://example.org/", "//example.org", "/\\example.org", ""):
        assert client.get("/accessible", query_string={"on": "1", "next": target}).location == "/"
    answer = client.get("/accessible?on=1&next=/style/list")
    assert answer.location == "/style/list"
    assert 'class="accessible"' in client.get("/style").get_data(as_text=True)


_TOKENS = dict(re.findall(r"--zl-([a-z0-9-]+):\s*(#[0-9a-f]{6})", THEME))
_GROUNDS = ("paper", "surface", "sunken")
_PAIRS = [
    *product(
        ("ink", "ink-soft", "teal-900", "teal-800", "teal-700", "waiting", "working", "done", "overdue"),
        _GROUNDS,
    ),
    *((name, f"{name}-tint") for name in ("waiting", "working", "done", "overdue", "graphite", "quiet")),
    *product(("ink",), ("waiting-tint", "working-tint", "done-tint", "overdue-tint", "teal-50", "teal-100")),
    *product(("teal-900", "teal-700"), ("teal-50", "teal-100")),
    *product(("ink-soft",), ("teal-50", "teal-100", "waiting-tint")),
    *product(("on-dark", "on-dark-soft"), ("teal-900", "teal-800")),
    *product(("on-dark",), ("teal-700", "overdue", "done")),
]
_LARGE = [
    *product(("line-strong", "focus", "teal-600"), ("paper", "surface")),
    ("gold", "teal-800"),
    ("gold", "teal-900"),
]


@pytest.mark.parametrize(
    ("text", "ground", "least"), [*((*p, 4.5) for p in _PAIRS), *((*p, 3.0) for p in _LARGE)]
)
def test_contrast(text: str, ground: str, least: float) -> None:
    light, dark = sorted((_luminance(_TOKENS[text]), _luminance(_TOKENS[ground])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= least


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_columns_begin_at_zero_and_the_highest_is_said(web: Flask) -> None:
    with web.test_request_context():
        chart = charts.column_chart(
            title="积分",
            finding="3 月最高。",
            points=[charts.Point(f"{m}月", v, str(v)) for m, v in ((1, 0), (2, 50), (3, 100))],
        )
    assert [mark.height for mark in chart.marks] == [0, 86, 172]
    assert [mark.said for mark in chart.marks] == [False, False, True]
    assert all(mark.y + mark.height == chart.height - 24 for mark in chart.marks)
    assert chart.lines[0].shown == "" and chart.lines[-1].shown == "100"


def test_a_chart_without_values_says_so(web: Flask) -> None:
    with web.test_request_context():
        assert not charts.column_chart(title="x", finding="", points=[]).marks
        assert not charts.column_chart(title="x", finding="", points=[charts.Point("1月", 0, "0")]).marks
        assert (
            charts.bar_chart(title="x", finding="", points=[charts.Point("甲", 0, "0")]).marks[0].width
            == "0.0%"
        )


def test_the_longest_bar_fills_the_width(web: Flask) -> None:
    with web.test_request_context():
        bars = charts.bar_chart(
            title="x", finding="", points=[charts.Point("甲", 3, "3"), charts.Point("乙", 1, "1")]
        ).marks
    assert [bar.width for bar in bars] == ["100.0%", "33.3%"]


@pytest.mark.parametrize(
    ("value", "ceiling"),
    [
        (-1, 0),
        (0, 0),
        (1, 2),
        (2, 2),
        (3, 4),
        (7, 8),
        (11, 12),
        (41, 50),
        (99, 100),
        (10_431, 12_000),
        (38_125, 40_000),
    ],
)
def test_nice_ceiling(value: int, ceiling: int) -> None:
    assert charts.nice_ceiling(value) == ceiling


def test_tones() -> None:
    assert tone("verified") == "done"
    assert tone("waiting") == "waiting"
    assert tone("never heard of") == "quiet"
    for name in TONES:
        assert icon(tone_icon(name))


def test_an_unknown_icon_is_an_error() -> None:
    with pytest.raises(KeyError):
        icon("no-such-icon")
    assert 'role="img"' in icon("house", title="首页 <b>") and "&lt;b&gt;" in icon("house", title="首页 <b>")


def test_every_icon_named_in_templates_exists() -> None:
    for file in TEMPLATES.rglob("*.html"):
        for name in re.findall(r"\bicon\('([a-z0-9-]+)'", file.read_text(encoding="utf-8")):
            icon(name)


def test_filters_stay_in_the_address(web: Flask) -> None:
    with web.test_request_context("/organisations?kind=a&kind=b&q=%E6%85%88&sort=-points&after=x"):
        assert with_query(after=None) == "/organisations?kind=a&kind=b&q=%E6%85%88&sort=-points"
        assert sort_url("points") == "/organisations?kind=a&kind=b&q=%E6%85%88&sort=points"
        assert sort_url("name").endswith("&sort=-name")
        assert sort_order("points") == "descending" and sort_order("name") is None


def test_what_the_form_macros_ask() -> None:
    class Sample(Form):
        kind = RadioField("类型", choices=[("a", "甲"), ("b", "乙")])
        name = StringField("名称")

    form = Sample()
    form.name.errors = ["太长"]
    assert first_id(form.kind) == "kind-0" and first_id(form.name) == "name"
    assert attributes(form.name, " name-error  name-hint ") == {
        "aria-describedby": "name-error name-hint",
        "aria-invalid": "true",
    }
    assert flat_errors(["甲", {"x": ["乙"]}, [["丙"]]]) == ["甲", "乙", "丙"]
