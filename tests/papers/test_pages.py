"""The pages of papers: anybody verifies, members download, staff revoke; nothing is drawn in a request."""

import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

from app import pdf
from app.db import reading, transaction
from app.papers import papers, rendering
from app.papers.models import Paper, PaperState
from app.permissions import SYSTEM, Role
from tests.papers.kinds import CONTENT, bring, thank
from tests.parties.people import JINTAI, WEIBIN, sign_in_as
from tests.points.city import party


@pytest.fixture
def city(web: Flask) -> Flask:
    """Return the application with the tests' kind of paper; forms are sent without their CSRF token."""
    web.config["WTF_CSRF_ENABLED"] = False
    bring(web)
    return web


@pytest.fixture
def paper(city: Flask) -> Paper:
    """Return a paper that has been drawn, for a party in Weibin."""
    with transaction() as session:
        issued = thank(session, party(session, region_code=WEIBIN))
    with city.app_context():
        rendering.render_due()
    return _now(issued)


def _now(paper: Paper) -> Paper:
    with reading() as session:
        return session.get_one(Paper, paper.id)


def _text(client: FlaskClient, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.get_data(as_text=True)[:2000]
    return answer.get_data(as_text=True)


def test_anybody_verifies_by_the_qr_and_sees_the_least(city: Flask, paper: Paper) -> None:
    page = _text(city.test_client(), f"/verify/{paper.code}")
    assert "这份文书真实有效" in page
    assert "宝鸡市爱心协会" in page
    assert paper.pdf_sha256 is not None
    assert paper.pdf_sha256 in page
    assert CONTENT["secret"] not in page


def test_anybody_verifies_by_number_and_code_however_typed(city: Flask, paper: Paper) -> None:
    code = paper.code.lower()
    for number in (paper.number_text, "谢字[2026]00001号", "谢字 (2026) ００００１"):
        number = number.replace("2026", str(paper.issued_on.year))
        page = _text(city.test_client(), f"/verify?number={number}&code={code[:4]}-{code[4:8]} {code[8:]}")
        assert "这份文书真实有效" in page


def test_a_wrong_number_or_code_says_nothing_but_that(city: Flask, paper: Paper) -> None:
    client = city.test_client()
    for address in (
        f"/verify?number=谢字〔2020〕00009号&code={paper.code}",
        f"/verify?number={paper.number_text}&code=AAAA-BBBB-CCCC",
        "/verify/AAAABBBBCCCC",
        "/verify/' OR 1=1 --",
    ):
        page = _text(client, address, 404)
        assert "没有查到这份文书" in page
        assert "爱心协会" not in page
    assert client.get("/verify?number=%00&code=%00").status_code == 400
    assert "请把编号和核验码都填上" in _text(client, "/verify?number=1&code=")
    assert "没有查到" not in _text(client, "/verify")


def test_revoked_and_replaced_are_said_plainly(city: Flask, paper: Paper) -> None:
    with transaction() as session:
        newer = thank(session, paper.party_id, source_id=paper.source_id, replaces=paper)
    page = _text(city.test_client(), f"/verify/{paper.code}")
    assert "已换发" in page
    assert newer.number_text in page
    with transaction() as session:
        papers.revoke(session, newer, reason="私人原因", actor=SYSTEM)
    page = _text(city.test_client(), f"/verify/{newer.code}")
    assert "已撤销，不再有效" in page
    assert "私人原因" not in page


def test_a_changed_record_is_not_vouched_for(city: Flask, paper: Paper) -> None:
    with transaction() as session:
        session.get_one(Paper, paper.id).content = papers._canonical(CONTENT | {"amount": "99,999.00 元"})
    assert "记录异常" in _text(city.test_client(), f"/verify/{paper.code}")


def test_members_list_and_download_their_own(city: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    client = city.test_client()
    actor = sign_in_as(client, "donor", Role.VOLUNTEER)
    assert actor.person_id is not None
    assert "还没有证书或文书" in _text(client, "/my/papers")
    with transaction() as session:
        mine, theirs = thank(session, actor.person_id), thank(session, party(session))
    assert mine.number_text in _text(client, "/my/papers")
    assert theirs.number_text not in _text(client, "/my/papers")

    def never(_html: str) -> bytes:
        raise AssertionError("drawn inside a request")

    with monkeypatch.context() as patch:
        patch.setattr(pdf, "render", never)
        waiting = client.get(f"/my/papers/{mine.code}.pdf")
        patient = client.get(f"/my/papers/{mine.code}.pdf?look=99")
    assert (waiting.status_code, "正在制作" in waiting.get_data(as_text=True)) == (202, True)
    assert waiting.headers["Refresh"].endswith(f"/my/papers/{mine.code}.pdf?look=1")
    assert "Refresh" not in patient.headers  # a reader is not disturbed for ever
    with city.app_context():
        rendering.render_due()
    first, again = (client.get(f"/my/papers/{mine.code}.pdf") for _ in range(2))
    assert first.data == again.data
    assert first.headers["Content-Type"] == "application/pdf"
    assert first.headers["Content-Disposition"].startswith("attachment")
    assert "感谢信" in PdfReader(io.BytesIO(first.data)).pages[0].extract_text()
    assert client.get(f"/my/papers/{theirs.code}.pdf").status_code == 404
    with transaction() as session:
        papers.revoke(session, mine, reason="x", actor=SYSTEM)
    assert client.get(f"/my/papers/{mine.code}.pdf").status_code == 409


def test_staff_find_revoke_and_cannot_reach_beyond_their_region(city: Flask, paper: Paper) -> None:
    client = city.test_client()
    sign_in_as(client, "leader", Role.COUNTY_APPROVER, region=WEIBIN)
    assert paper.number_text in _text(client, "/staff/papers?q=00001")
    assert paper.number_text not in _text(client, "/staff/papers?state=revoked")
    assert "撤销这份文书" in _text(client, f"/staff/papers/{paper.code}")
    empty = client.post(f"/staff/papers/{paper.code}", data={"reason": " "})
    assert empty.status_code == 422
    assert "请写明撤销理由" in empty.get_data(as_text=True)
    done: Any = client.post(f"/staff/papers/{paper.code}", data={"reason": "捐赠退回"})
    assert done.status_code == 303
    assert _now(paper).state is PaperState.REVOKED
    page = _text(client, f"/staff/papers/{paper.code}")
    assert "捐赠退回" in page
    assert client.get(f"/staff/papers/{paper.code}.pdf").status_code == 200
    assert client.post(f"/staff/papers/{paper.code}/draw").status_code == 303  # refused with a sentence
    stranger = city.test_client()
    sign_in_as(stranger, "stranger", Role.COUNTY_APPROVER, region=JINTAI, index=7001)
    for address in (f"/staff/papers/{paper.code}", f"/staff/papers/{paper.code}.pdf"):
        assert stranger.get(address).status_code == 404


def test_the_doors_are_closed_to_others(city: Flask, paper: Paper) -> None:
    for address in (
        "/my/papers",
        f"/my/papers/{paper.code}.pdf",
        "/staff/papers",
        f"/staff/papers/{paper.code}",
    ):
        answer = city.test_client().get(address)
        assert answer.status_code == 303
        assert "/sign-in" in answer.headers["Location"]
