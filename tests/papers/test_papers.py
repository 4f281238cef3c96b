"""Papers: numbers without gaps, frozen content, drawn once and kept, revoked, replaced, seen by the right people."""

import io
import threading
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from app import clock, pdf
from app.db import reading, transaction
from app.errors import Conflict, NotAllowed, NotFound
from app.files import storage
from app.files.models import EvidenceFile
from app.ids import new_id
from app.messages.models import Message
from app.papers import kinds, papers, queries, rendering
from app.papers.models import Paper, PaperEvent, PaperEventKind, PaperState
from app.permissions import Actor, Grant, Role
from points.verification import trail
from tests.papers.kinds import CONTENT, THANKS, bring, thank
from tests.points.city import party

NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)
LEADER = Actor(new_id(), new_id(), "李科长", (Grant(Role.COUNTY_APPROVER, "610302000000"),))


@pytest.fixture
def city(web: Flask) -> Flask:
    """Return the application with the tests' kind of paper."""
    bring(web)
    return web


@pytest.fixture
def donor(city: Flask) -> uuid.UUID:
    """Return a party to thank."""
    with transaction() as session:
        return party(session)


def _issue(donor: uuid.UUID, **options: Any) -> Paper:
    with transaction() as session:
        return thank(session, donor, **options)


def _now(paper: Paper) -> Paper:
    with reading() as session:
        return session.get_one(Paper, paper.id)


def _events(paper: Paper) -> list[PaperEventKind]:
    with reading() as session:
        return [event.kind for event in queries.history(session, paper)]


def _render(city: Flask) -> int:
    with city.app_context():
        return rendering.render_due()


def test_numbers_run_without_gaps_per_year(donor: uuid.UUID) -> None:
    with clock.at(NOON):
        assert _issue(donor).number_text == "谢字〔2026〕00001 号"
        with pytest.raises(RuntimeError), transaction() as session:
            thank(session, donor)
            raise RuntimeError
        assert _issue(donor).number_text == "谢字〔2026〕00002 号"
    with clock.at(datetime(2026, 12, 31, 16, tzinfo=UTC)):  # new year in the city
        assert _issue(donor).number_text == "谢字〔2027〕00001 号"


def test_twelve_at_once_get_twelve_numbers(donor: uuid.UUID) -> None:
    threads = [threading.Thread(target=_issue, args=(donor,)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading() as session:
        assert sorted(session.scalars(select(Paper.number))) == list(range(1, 13))


def test_one_source_has_one_paper_in_force(donor: uuid.UUID) -> None:
    gift = new_id()
    first = _issue(donor, source_id=gift)
    with pytest.raises(Conflict):
        _issue(donor, source_id=gift)
    second = _issue(donor, source_id=gift, replaces=first)
    old = _now(first)
    assert (old.state, old.replaced_by_id) == (PaperState.REPLACED, second.id)
    assert _events(first) == [PaperEventKind.ISSUED, PaperEventKind.REPLACED]
    with pytest.raises(Conflict):
        _issue(donor, source_id=gift, replaces=first)
    with pytest.raises(IntegrityError), transaction() as session:  # also when two ask at the same time
        session.execute(Paper.__table__.update().values(ended_on=None))  # type: ignore[attr-defined]


def test_content_is_frozen_encrypted_and_under_the_hash(donor: uuid.UUID) -> None:
    paper = _issue(donor)
    assert papers.content_of(_now(paper)) == CONTENT
    assert papers.content_hash(_now(paper)) == paper.content_sha256
    with reading() as session:
        raw = session.connection().exec_driver_sql("SELECT content FROM paper").scalar_one()
    assert "爱心协会".encode() not in bytes(raw)


def test_history_cannot_be_changed(donor: uuid.UUID) -> None:
    _issue(donor)
    with pytest.raises(DBAPIError, match="append-only"), transaction() as session:
        session.execute(PaperEvent.__table__.delete())  # type: ignore[attr-defined]


def test_the_job_draws_it_once_and_the_bytes_are_kept(city: Flask, donor: uuid.UUID) -> None:
    with clock.at(NOON):
        paper = _issue(donor)
        assert [_render(city), _render(city)] == [1, 0]
    drawn = _now(paper)
    assert (drawn.state, drawn.render_at) == (PaperState.RENDERED, None)
    data = storage.get(drawn.pdf_sha256 or "")
    reader = PdfReader(io.BytesIO(data))
    text = reader.pages[0].extract_text()
    assert len(reader.pages) == 1
    for words in (
        "感谢信",
        "谢字〔2026〕00001 号",
        "宝鸡市爱心协会",
        "12,345.60 元",
        "2026年11月21日",
        paper.code[:4],
    ):
        assert words in text
    assert reader.metadata is not None
    assert reader.metadata.title == "感谢信 谢字〔2026〕00001 号"
    with clock.at(NOON + timedelta(days=3650)), city.app_context():
        assert pdf.render(rendering.html_of(drawn)) == data  # ten years later, the same
    with reading() as session:
        assert [message.title for message in session.scalars(select(Message))] == ["感谢信已制作完成"]


def test_texts_of_users_stay_texts(city: Flask, donor: uuid.UUID) -> None:
    paper = _issue(donor, content=CONTENT | {"donor": "<img src='http://127.0.0.1:9/x'>{{ 7 * 7 }}"})
    with city.app_context():
        html = rendering.html_of(paper)
    assert "&lt;img" in html
    assert "{{ 7 * 7 }}" in html


def test_a_failed_drawing_is_tried_again_and_never_renumbered(
    city: Flask, donor: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    with clock.at(NOON):
        paper = _issue(donor)
    real, moment = pdf.render, NOON

    def broken(_html: str) -> bytes:
        raise pdf.PdfUnavailable("the font is missing")

    monkeypatch.setattr(pdf, "render", broken)
    for wait in (*rendering.BACK_OFF, timedelta(0)):
        with clock.at(moment):
            assert _render(city) == 0
            assert _render(city) == 0
        moment += wait
    failed = _now(paper)
    assert (failed.state, failed.render_at) == (PaperState.FAILED, None)
    with pytest.raises(NotAllowed), transaction() as session:
        papers.draw_again(
            session, failed, actor=Actor(new_id(), new_id(), "x", (Grant(Role.AUDITOR, "610300000000"),))
        )
    with transaction() as session:
        papers.draw_again(session, failed, actor=LEADER)
    monkeypatch.setattr(pdf, "render", real)
    assert _render(city) == 1
    drawn = _now(paper)
    assert (drawn.number_text, drawn.code) == (paper.number_text, paper.code)
    assert _events(paper) == [
        PaperEventKind.ISSUED,
        PaperEventKind.FAILED,
        PaperEventKind.RETRIED,
        PaperEventKind.RENDERED,
    ]


def test_a_paper_revoked_before_it_was_drawn_is_not_drawn(city: Flask, donor: uuid.UUID) -> None:
    paper = _issue(donor)
    with transaction() as session:
        papers.revoke(session, paper, reason="捐赠退回", actor=LEADER)
    assert _render(city) == 0
    assert _now(paper).state is PaperState.REVOKED
    with reading() as session:
        (message,) = session.scalars(select(Message))
        assert "捐赠退回" in message.body


def test_only_leaders_of_the_region_revoke_and_only_once(donor: uuid.UUID) -> None:
    paper = _issue(donor)
    for actor in (
        Actor(new_id(), new_id(), "外区", (Grant(Role.COUNTY_APPROVER, "610303000000"),)),
        Actor(new_id(), new_id(), "经办", (Grant(Role.COUNTY_HANDLER, "610302000000"),)),
    ):
        with pytest.raises(NotAllowed), transaction() as session:
            papers.revoke(session, paper, reason="x", actor=actor)
    with transaction() as session:
        papers.revoke(session, paper, reason="x", actor=LEADER)
    with pytest.raises(Conflict), transaction() as session:
        papers.revoke(session, paper, reason="x", actor=LEADER)


def test_a_revocation_that_is_undone_past_the_program_is_named(donor: uuid.UUID) -> None:
    paper = _issue(donor)
    with transaction() as session:
        papers.revoke(session, paper, reason="x", actor=LEADER)
    with reading() as session:
        assert list(trail.check(session)) == []
    with transaction() as session:
        session.execute(text("UPDATE paper SET state = 'rendered', ended_on = NULL"))
    with reading() as session:
        assert [(one.table, one.key) for one in trail.check(session)] == [("paper", str(paper.id))]


def test_what_falls_takes_its_papers_along(donor: uuid.UUID) -> None:
    gift = new_id()
    paper = _issue(donor, source_id=gift)
    with transaction() as session:
        fallen = papers.revoke_of_source(session, "gift", gift, reason="冲正", actor=LEADER)
        assert [one.id for one in fallen] == [paper.id]
        assert papers.revoke_of_source(session, "gift", gift, reason="冲正", actor=LEADER) == []


def test_members_see_their_own_and_staff_their_region(donor: uuid.UUID) -> None:
    with transaction() as session:
        other = party(session, "邻县协会", region_code="610303000000")
        mine, theirs = thank(session, donor), thank(session, other)
        through = thank(session, other, organisation_id=donor)
    clerk = Actor(new_id(), new_id(), "经办人", (Grant(Role.ORGANISATION_CLERK, organisation_id=donor),))
    person = Actor(new_id(), donor, "本人", (Grant(Role.VOLUNTEER),))
    with reading() as session:
        assert {paper.id for paper in queries.own(session, clerk).rows} == {mine.id, through.id}
        assert {paper.id for paper in queries.own(session, person).rows} == {mine.id}
        assert {paper.id for paper in queries.staff_list(session, LEADER).rows} == {mine.id}
        assert queries.own(session, LEADER).rows == []
        assert queries.staff_list(session, clerk).rows == []
        for nobody in (LEADER, person):
            with pytest.raises(NotFound):
                queries.own_by_code(session, theirs.code, nobody)
        assert queries.staff_list(session, LEADER, number="〔2026〕 00001 号").rows
        assert queries.staff_list(session, LEADER, number="9" * 50).rows == []


def test_the_kept_file_is_read_by_the_papers_rules(city: Flask, donor: uuid.UUID) -> None:
    paper = _issue(donor)
    _render(city)
    with reading() as session:
        file = session.get_one(EvidenceFile, _now(paper).file_id)
        assert queries.may_read_file(session, file, LEADER)
        assert not queries.may_read_file(
            session, file, Actor(new_id(), new_id(), "x", (Grant(Role.VOLUNTEER),))
        )


def test_an_unknown_kind_is_a_clear_error() -> None:
    with pytest.raises(LookupError, match="no feature brings"):
        kinds.by_key("nonsense")


def test_number_text() -> None:
    assert THANKS.number_text(datetime(2026, 1, 1, tzinfo=UTC).date(), 123456) == "谢字〔2026〕123456 号"
