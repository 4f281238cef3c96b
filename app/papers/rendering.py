"""Drawing papers: a job's work, paper by paper, between short transactions, with retries."""

import logging
from datetime import timedelta

import segno
from flask import current_app
from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app import clock, pdf
from app.config import Settings
from app.db import lock, reading, transaction
from app.faults import describe
from app.files import evidence
from app.files.media import MediaType
from app.messages import inbox
from app.messages.inbox import Wording
from app.papers import kinds, papers, sealing
from app.papers.models import Paper, PaperEventKind, PaperState
from app.permissions import SYSTEM
from app.states import ensure_move

BATCH = 50
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 720))
SUBJECT = "paper"  # kind of subject of the kept file
LANGUAGE = "zh_Hans"

READY = Wording(
    "paper.ready",
    1,
    _l("%(title)s已制作完成"),
    _l("%(number)s 已制作完成，可以下载和打印。任何人都可以扫描上面的二维码核对真伪。"),
)

log = logging.getLogger("zhongli.papers")


def render_due() -> int:
    """Seal, then draw, every paper that waits for it; return how many were drawn.

    Needs the application's context. Raises pdf.PdfUnavailable when this machine lacks a library or a font.
    """
    drawn = 0
    sealing.seal()
    while batch := _due():
        pdf.ensure_available()  # a machine without the font uses up nobody's tries; the job says what is missing
        drawn += sum(_render(paper) for paper in batch)
    return drawn


def html_of(paper: Paper) -> str:
    """Return the page of a paper, made of its frozen content alone: the same today and in ten years."""
    kind = kinds.by_key(paper.kind)
    settings: Settings = current_app.extensions["zhongli"]
    verify_url = f"{settings.public_url}/verify/{paper.code}"
    with force_locale(LANGUAGE):
        return current_app.jinja_env.get_template(kind.template).render(
            paper=paper,
            content=papers.content_of(paper),
            kind=kind,
            verify_url=verify_url,
            qr=qr_picture(verify_url + _proof(paper)),
            fonts={"sans": pdf.SANS["zh-Hans"], "serif": pdf.SERIF["zh-Hans"]},
        )


def _proof(paper: Paper) -> str:
    """Return what the QR carries behind the address: the place in the public tree, where the paper has one."""
    with reading(fresh=True) as session:
        place = sealing.place_of(session, paper)
        return "" if place is None else sealing.fragment(paper, place)


def qr_picture(text: str) -> str:
    """Return a QR code as a data: address of an SVG."""
    address: str = segno.make_qr(text, error="m").svg_data_uri(scale=4, border=2, dark="#14343b", light=None)
    return address


def file_name(paper: Paper) -> str:
    """Return the name under which a paper is downloaded."""
    with force_locale(LANGUAGE):
        return f"{kinds.by_key(paper.kind).title} {paper.number_text}.pdf"


def _due() -> list[Paper]:
    with reading(fresh=True) as session:
        waiting = session.scalars(
            select(Paper)
            .where(Paper.state == PaperState.ISSUED, Paper.render_at <= clock.now())
            .order_by(Paper.render_at, Paper.id)
            .limit(BATCH)
        ).all()
        return sealing.drawable(session, waiting)


def _render(paper: Paper) -> int:
    try:
        data = pdf.render(html_of(paper))
        received = evidence.from_program(data, file_name(paper), MediaType.PDF)
    except Exception as problem:  # a template, a font, the disk: the paper stays issued and is tried again
        log.warning("paper %s: %s", paper.code, describe(problem))
        _note_failure(paper, problem)
        return 0
    with transaction() as session:
        paper = lock(session, Paper, paper.id)
        if paper.state is not PaperState.ISSUED:  # revoked, or drawn by another, meanwhile
            return 0
        file = evidence.keep(
            session,
            received,
            subject_kind=SUBJECT,
            subject_id=paper.id,
            actor=SYSTEM,
            region_code=paper.region_code,
            organisation_id=paper.organisation_id,
        )
        ensure_move(papers.MOVES, paper.state, PaperState.RENDERED)
        paper.state = PaperState.RENDERED
        paper.file_id, paper.pdf_sha256, paper.pdf_size = file.id, file.sha256, file.size_bytes
        paper.render_at = None
        papers.note_event(session, paper, PaperEventKind.RENDERED, SYSTEM)
        with force_locale(LANGUAGE):
            values = {"title": kinds.by_key(paper.kind).title, "number": paper.number_text}
            inbox.send(
                session, paper.party_id, READY, values, key=f"paper.ready:{paper.code}", link="/my/papers"
            )
    return 1


def _note_failure(paper: Paper, problem: Exception) -> None:
    with transaction() as session:
        paper = lock(session, Paper, paper.id)
        if paper.state is not PaperState.ISSUED:
            return
        paper.render_attempts += 1
        if paper.render_attempts <= len(BACK_OFF):
            paper.render_at = clock.now() + BACK_OFF[paper.render_attempts - 1]
            return
        ensure_move(papers.MOVES, paper.state, PaperState.FAILED)
        paper.state = PaperState.FAILED
        paper.render_at = None
        papers.note_event(session, paper, PaperEventKind.FAILED, SYSTEM, describe(problem))
