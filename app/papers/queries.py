"""Reading papers: by anybody who holds one, by those it concerns, by staff of its region."""

import re
import unicodedata
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.files.models import EvidenceFile
from app.ids import clean_code
from app.paging import Order, Page, fetch
from app.papers.models import Paper, PaperEvent, PaperEventKind, PaperEventWords, PaperState
from app.permissions import Actor, Permission
from app.regions.rules import within_any

_NEWEST = (Order(Paper.id, descending=True),)


@dataclass(frozen=True)
class Happening:
    """One line of a paper's history."""

    kind: PaperEventKind
    at: datetime
    actor_name: str | None
    note: str | None


def clean_number(text: str) -> str:
    """Return what a person typed for a paper's number in a comparable form: any brackets, width and blanks.

    >>> clean_number("捐证[2026]00001号") == clean_number("捐证〔2026〕 00001 号")
    True
    """
    folded = unicodedata.normalize("NFKC", text)
    return re.sub(r"[\s〔〕\[\]()【】《》<>]", "", folded).removesuffix("号")


def by_code(session: Session, code: str) -> Paper | None:
    """Return the paper with this code as somebody typed it, or None."""
    return session.scalar(select(Paper).where(Paper.code == clean_code(code)))


def by_number_and_code(session: Session, number: str, code: str) -> Paper | None:
    """Return the paper that carries both number and code, or None: one of them wrong tells nothing."""
    paper = by_code(session, code)
    if paper is None or clean_number(paper.number_text) != clean_number(number):
        return None
    return paper


def own(
    session: Session, actor: Actor, *, after: str | None = None, before: str | None = None
) -> Page[Paper]:
    """Return a page of the papers of the actor and of the actor's organisations, newest first."""
    return fetch(session, select(Paper).where(_is_own(actor)), _NEWEST, after=after, before=before)


def own_by_code(session: Session, code: str, actor: Actor) -> Paper:
    """Return one paper of the actor or of the actor's organisations. Raises NotFound."""
    return _one(session, code, _is_own(actor))


def staff_list(
    session: Session,
    actor: Actor,
    *,
    state: PaperState | None = None,
    number: str = "",
    after: str | None = None,
    before: str | None = None,
) -> Page[Paper]:
    """Return a page of the papers of the actor's regions, newest first.

    ``number`` is any part of the number as somebody typed it; its last run of digits counts.
    """
    query = select(Paper).where(_in_regions(actor))
    if state is not None:
        query = query.where(Paper.state == state)
    if digits := re.findall(r"[0-9]+", unicodedata.normalize("NFKC", number)):
        query = query.where(Paper.number == min(int(digits[-1]), 2**62))
    return fetch(session, query, _NEWEST, after=after, before=before)


def staff_by_code(session: Session, code: str, actor: Actor) -> Paper:
    """Return one paper of the actor's regions. Raises NotFound."""
    return _one(session, code, _in_regions(actor))


def history(session: Session, paper: Paper) -> list[Happening]:
    """Return what happened to a paper, oldest first; the words are None once retention has taken them."""
    rows = session.execute(
        select(PaperEvent, PaperEventWords)
        .outerjoin(PaperEventWords, PaperEventWords.event_id == PaperEvent.id)
        .where(PaperEvent.paper_id == paper.id)
        .order_by(PaperEvent.id)
    )
    return [
        Happening(event.kind, event.at, words.actor_name if words else None, words.note if words else None)
        for event, words in rows
    ]


def of_source(session: Session, source_kind: str, source_id: uuid.UUID) -> Sequence[Paper]:
    """Return all papers that stand on a thing, oldest first. The caller has asked who may see the thing."""
    return session.scalars(
        select(Paper).where(Paper.source_kind == source_kind, Paper.source_id == source_id).order_by(Paper.id)
    ).all()


def replacement(session: Session, paper: Paper) -> Paper | None:
    """Return the paper that replaced this one, or None."""
    return None if paper.replaced_by_id is None else session.get(Paper, paper.replaced_by_id)


def may_read_file(session: Session, file: EvidenceFile, actor: Actor) -> bool:
    """Return whether the actor may read the PDF of a paper: one's own, or of one's region."""
    visible = or_(_is_own(actor), _in_regions(actor))
    return session.scalar(select(Paper.id).where(Paper.id == file.subject_id, visible)) is not None


def _is_own(actor: Actor) -> ColumnElement[bool]:
    organisations = actor.organisations(Permission.OWN_PAPERS)
    mine: list[ColumnElement[bool]] = []
    if organisations:
        mine += [Paper.organisation_id.in_(organisations), Paper.party_id.in_(organisations)]
    if actor.person_id is not None and actor.may(Permission.OWN_PAPERS):
        mine.append(Paper.party_id == actor.person_id)
    return or_(false(), *mine)


def _in_regions(actor: Actor) -> ColumnElement[bool]:
    return within_any(Paper.region_code, actor.regions(Permission.READ_PAPERS))


def _one(session: Session, code: str, condition: ColumnElement[bool]) -> Paper:
    paper = session.scalar(select(Paper).where(Paper.code == clean_code(code), condition))
    if paper is None:
        raise NotFound(_("没有这份文书，或者您不能查看它。"))
    return paper
