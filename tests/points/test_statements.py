"""Statements: both clocks, spans, what ends when, the paper and the table with equal figures, on both databases."""

import csv
import io
import re
from datetime import date, timedelta
from uuid import UUID

import pytest
from flask import Flask
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import select

from app import clock, figures
from app.db import reading, transaction
from app.errors import Conflict, NotAllowed
from app.files import storage
from app.ids import new_id
from app.look.stacks import Series, stack_chart
from app.messages.models import Message
from app.papers import papers, rendering
from app.papers.models import Paper
from app.parties.models import Party
from app.permissions import SYSTEM, Actor, Grant, Role
from points.awards import award
from points.ledger import closing, disputes, queries
from points.ledger.kinds import AccountKind, Purse
from points.reversals import reverse_award
from points.rulesets import queries as rulesets
from points.seals.sealing import seal
from points.statements import documents, extracts, forecast, spans, tree
from points.statements.choice import Choice, read_choice
from tests.access.city import token_of
from tests.entering import enter
from tests.points import city
from tests.points.test_pages import clerk, code_of

DAY = timedelta(days=1)


@pytest.fixture
def party(web: Flask) -> UUID:
    """An organisation with a gift of June, hours of November, and hours of June that were reversed a day later."""
    with transaction() as session, clock.at(city.NOON):
        city.programme(session)
        key = city.party(session)
        award(session, city.gift(key, day=date(2026, 6, 5)), actor=SYSTEM)
        award(session, city.service(key), actor=SYSTEM)
        wrong = city.service(key, minutes=60, day=date(2026, 6, 30))
        award(session, wrong, actor=SYSTEM)
    with transaction() as session, clock.at(city.NOON + DAY):
        reverse_award(
            session, source_kind="contribution", source_id=wrong.source_id, reason="误", actor=SYSTEM
        )
    seal()
    return key


def span(party: UUID, values: dict[str, str], purse: Purse = Purse.HONOUR) -> spans.Span:
    choice = read_choice(values)
    with reading() as session:
        extent = spans.extent_of(
            session, party, purse, first=choice.first, last=choice.last, posted_by=choice.posted_by
        )
        return spans.read(session, purse, extent)


def test_opening_movements_and_closing_fit_under_both_clocks(party: UUID) -> None:
    def figures_of(**values: str) -> tuple[int, int, int, int]:
        one = span(party, values)
        return one.opening, one.flow.came, one.flow.went, one.closing

    assert figures_of(period="2026-06") == (0, 10_090, 90, 10_000)
    assert figures_of(period="2026-06", posted_by="2026-11-21") == (0, 10_090, 0, 10_090)
    assert figures_of(period="2026-11") == (10_000, 225, 0, 10_225)
    assert figures_of(period="2026-11", posted_by="2026-11-21") == (10_090, 225, 0, 10_315)
    assert figures_of(period="2026", happened_by="2026-06-10") == (0, 10_000, 0, 10_000)
    assert figures_of(posted_by="2026-11-20") == (0, 0, 0, 0)
    assert figures_of(period="2027") == (10_225, 0, 0, 10_225)
    assert figures_of(period="2026-Q2") == (0, 10_090, 90, 10_000)


def test_the_page_answers_both_clocks_and_names_an_odd_date(web: Flask, party: UUID) -> None:
    browser = enter(web, clerk(party))
    page = browser.get("/my/points?period=2026-06&posted_by=2026-11-21").text
    assert "期初余额" in page and "100.9" in page and "冲正：" not in page
    page = browser.get("/my/points?period=2026-06").text
    assert "冲正：" in page
    assert "日期没有看懂" in browser.get("/my/points?happened_by=31.31.2026").text
    for odd in ("posted_by=9999-12-31", "happened_by=0001-01-01", "period=9999", "period=2200-12"):
        assert browser.get(f"/my/points?{odd}").status_code == 200, odd
    every = re.findall(r'href="(/my/points/why/[^"]+)"', browser.get("/my/points").text)
    assert len(every) == 4
    assert browser.get(every[0]).status_code == 200


def test_a_long_statement_is_read_page_by_page_in_either_order(web: Flask) -> None:
    with transaction() as session, clock.at(city.NOON):
        city.programme(session)
        key = city.party(session)
        for number in range(70):
            award(session, city.service(key, day=date(2026, 1, 1) + DAY * (number * 37 % 200)), actor=SYSTEM)
    browser = enter(web, clerk(key))
    for query in ("", "?period=2026"):
        page = browser.get(f"/my/points{query}").text
        (after,) = re.findall(r'href="([^"]+)" rel="next"', page)
        second = browser.get(after.replace("&amp;", "&")).text
        numbers = re.findall(r"/my/points/why/([0-9]+)", page + second)
        assert len(numbers) == len(set(numbers)) == 70, query


def test_what_ends_is_foretold(web: Flask, party: UUID) -> None:
    ends = date(2029, 11, 21)
    with reading() as session:
        head = queries.heads(session, party).get(AccountKind.REDEEMABLE)
        (ending,) = forecast.endings(session, head)
    assert (ending.day, ending.points, ending.quarter) == (ends, 225, (2029, 4))
    for days, tone in ((61, None), (60, "waiting"), (30, "waiting"), (7, "overdue"), (0, "overdue")):
        told = forecast.notice([ending], ends - days * DAY)
        assert (told and told[2]) == tone, days
    with clock.at(clock.instant(ends - 30 * DAY, 12)):
        page = enter(web, clerk(party)).get("/my/points?purse=redeemable").text
    assert "30 天内有 2.25 分到期" in page
    assert "2029年第4季度" in page and "还有 30 天" in page


def test_paper_and_table_have_equal_figures(web: Flask, party: UUID) -> None:
    choice = read_choice({"period": "2026"})
    own = clerk(party)
    with web.app_context(), transaction() as session:
        paper = documents.issue_statement(session, party, choice, actor=own)
        assert documents.issue_statement(session, party, choice, actor=SYSTEM).id == paper.id
    browser = enter(web, clerk(party))
    answer = browser.get("/my/points?period=2026&export=csv")
    table = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    content = papers.content_of(paper)
    expected = []
    for purse in content["purses"]:
        expected.append((purse["name"], "期初余额", "", purse["opening"]))
        expected += [
            (purse["name"], line["what"], line["points"], line["balance"]) for line in purse["lines"]
        ]
        expected.append((purse["name"], "期末余额", "", purse["closing"]))
    assert [
        (one["积分钱包"], one["事项"], plain(one["积分"]), plain(one["余额"])) for one in table
    ] == expected
    book = load_workbook(io.BytesIO(browser.get("/my/points?period=2026&export=xlsx").data))
    cells = list(book.worksheets[0].iter_rows(min_row=2, values_only=True))
    assert [plain(str(row[6])) for row in cells] == [one[3] for one in expected]
    with web.app_context():
        assert rendering.render_due() == 1
    with reading() as session:
        kept = session.get_one(Paper, paper.id)
        assert kept.pdf_sha256 is not None
        text = "".join(
            one.extract_text() for one in PdfReader(io.BytesIO(storage.get(kept.pdf_sha256))).pages
        )
        assert session.scalar(select(Message.id)) is not None
    printed = re.sub(r"\s", "", text)
    for one in expected:
        assert one[3] in printed and one[2] in printed
    assert content["root"] in printed and "2.5小时×1分/小时×B级0.9=2.25分" in printed
    assert browser.get("/my/points?export=exe").status_code == 422


def plain(text: str | None) -> str:
    """Return a figure of a table as the paper prints it."""
    return figures.points(round(float(text) * 100)) if text not in (None, "", "None") else ""


def test_very_many_lines_are_told_by_month_with_equal_sums(web: Flask, party: UUID) -> None:
    with web.app_context(), reading() as session:
        row = session.get_one(Party, party)
        long = extracts.extract(session, row, Choice(), most=100)
        short = extracts.extract(session, row, Choice(), most=2)
        content = documents.statement_content(session, short)
    for told, summed in zip(long.purses, short.purses, strict=True):
        assert told.span.closing == summed.span.closing == told.lines[-1].balance
        if summed.months:
            assert sum(flow.net for _month, _kind, flow in summed.months) == summed.span.flow.net
            assert not summed.lines
    assert content["purses"][0]["months"][0]["what"] == "2026年6月 服务时长"


def test_only_the_party_and_its_staff_get_the_paper(web: Flask, party: UUID) -> None:
    stranger = Actor(new_id(), new_id(), "别人", (Grant(Role.VOLUNTEER),))
    far = Actor(new_id(), new_id(), "别区", (Grant(Role.COUNTY_REVIEWER, "610327000000"),))
    near = Actor(new_id(), new_id(), "本区", (Grant(Role.COUNTY_REVIEWER, "610302000000"),))
    for actor in (stranger, far):
        with pytest.raises(NotAllowed), transaction() as session:
            documents.issue_statement(session, party, Choice(), actor=actor)
    with web.app_context(), transaction() as session:
        documents.issue_statement(session, party, Choice(), actor=near)
    with web.app_context(), pytest.raises(Conflict), transaction() as session:
        for month in range(1, 13):
            for posted in ("2026-11-21", "2026-11-22"):
                wanted = read_choice({"period": f"2026-{month:02d}", "posted_by": posted})
                documents.issue_statement(session, party, wanted, actor=near)


def test_a_click_issues_the_paper_once(web: Flask, party: UUID) -> None:
    near = Actor(new_id(), new_id(), "本区", (Grant(Role.COUNTY_REVIEWER, "610302000000"),))
    for actor, address in (
        (clerk(party), "/my/points?period=2026-11"),
        (near, f"/staff/points/{code_of(party)}"),
    ):
        browser = enter(web, actor)
        page = browser.get(address).text
        fields = dict(re.findall(r'name="(csrf_token|once)"[^>]*value="([^"]+)"', page))
        first = browser.post(address, data=fields)
        assert first.status_code == 303, first.text
        assert browser.post(address, data=fields).headers["Location"] == first.headers["Location"]
    with reading() as session:
        assert len(session.scalars(select(Paper.id)).all()) == 2
    assert web.test_client().post(
        "/my/points", data={"csrf_token": token_of(web.test_client())}
    ).status_code in {
        303,
        400,
        422,
    }


def test_stacks_hold_what_months_are_made_of(web: Flask) -> None:
    with web.test_request_context():
        chart = stack_chart(
            title="t",
            finding="f",
            labels=[("1月", "2026年1月"), ("2月", "2026年2月")],
            series=[Series(f"第{n}类", (n * 100, -n)) for n in range(1, 9)],
            shown=str,
            scale=str,
        )
        assert chart.names[0] == "第8类" and chart.names[-1] == "其他" and len(chart.names) == 6
        first, second = chart.stacks
        assert (first.total, second.total, second.parts) == ("3600", "-36", ())
        assert all(
            above.y + above.height == below.y
            for below, above in zip(first.parts, first.parts[1:], strict=False)
        )
        assert not stack_chart(title="t", finding="", labels=[], series=[], shown=str, scale=str).stacks


def test_what_is_disputed_is_told_in_words_and_back_again(web: Flask) -> None:
    with transaction() as session, clock.at(city.NOON):
        city.programme(session)
        key = city.party(session)
        request = city.service(key)
        award(session, request, actor=SYSTEM)
        award(session, city.gift(key), actor=SYSTEM)
    with transaction() as session, clock.at(city.NOON + DAY):
        disputes.dispute(
            session, source_kind="contribution", source_id=request.source_id, reason="核查", actor=SYSTEM
        )
    browser = enter(web, clerk(key))
    page = browser.get("/my/points").text
    assert "2.25 分已冻结：有争议" in page and "冻结：服务时长" in page
    assert "有争议，2.25 分已冻结" in browser.get("/my/points/why/1").text
    with reading() as session:
        whole = tree.trunk(session, key, Purse.HONOUR)
        assert whole is not None
        found = tree.branches(session, whole)
        assert sum(one.flow.net for one in found) == whole.known.balance == 10_000
    with transaction() as session, clock.at(city.NOON + 2 * DAY):
        disputes.release(
            session, source_kind="contribution", source_id=request.source_id, reason="属实", actor=SYSTEM
        )
    page = browser.get("/my/points").text
    assert "已冻结" not in page and "解除冻结：服务时长" in page


def test_what_came_after_the_close_says_so(web: Flask, party: UUID) -> None:
    with transaction() as session, clock.at(city.NOON + 20 * DAY):
        programme = rulesets.programme(session, "social-force")
        closing.close_period(session, programme, "2026-06", tree_size=5, root=bytes(32), actor=SYSTEM)
    with transaction() as session, clock.at(city.NOON + 21 * DAY):
        award(session, city.service(party, day=date(2026, 6, 1), minutes=30), actor=SYSTEM)
        award(session, city.service(party, day=date(2026, 12, 1), minutes=30), actor=SYSTEM)
    page = enter(web, clerk(party)).get("/my/points").text
    assert page.count("补记于 2026年6月结账之后") == 1


def test_whoever_has_the_paper_verifies_it(web: Flask, party: UUID) -> None:
    with web.app_context(), transaction() as session:
        paper = documents.issue_statement(session, party, Choice(), actor=SYSTEM)
    page = web.test_client().get(f"/verify/{paper.code}").text
    for told in ("积分明细证明", "向阳社会工作服务中心", "102.25 分", "账本根"):
        assert told in page
