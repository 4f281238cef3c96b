"""The points statement as a paper: both purses over a span, frozen, with the root of the sealed ledger."""

import hashlib
import uuid
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock, figures
from app.config import Settings
from app.db import lock
from app.errors import Conflict, NotAllowed
from app.papers import papers
from app.papers.kinds import PaperKind
from app.papers.models import Paper
from app.parties import queries as parties
from app.parties.models import Party
from app.permissions import Actor, Permission
from app.regions.rules import contains
from points.ledger.kinds import Purse
from points.rulesets.publication import CITY_PROGRAMME
from points.seals import queries as seals
from points.statements import extracts
from points.statements.choice import Choice
from points.statements.extracts import Extract, PurseExtract, month_words

THING = "points_statement"
MOST_ON_PAPER = 300
"""Lines of a purse on one paper; more are told by month and kind."""
MOST_A_DAY = 20
"""Papers of this kind for one party and day: a number is never used again, so nobody draws thousands."""


def _public_now(session: Session, paper: Paper) -> dict[str, str]:
    """Return whose statement it is as the public may read it today."""
    party = parties.get(session, paper.party_id)
    named = parties.may_name_publicly(session, party)
    return {"public_party": papers.content_of(paper)["party"] if named else "未公开姓名的参与主体"}


POINTS_STATEMENT = PaperKind(
    key=THING,
    title=_l("积分明细证明"),
    prefix="积证",
    template="points/print/statement.html",
    public_now=_public_now,
    public_fields={
        "public_party": _l("参与主体"),
        "span": _l("发生时段"),
        "known": _l("数据截至"),
        "closing_honour": _l("期末荣誉积分"),
        "root": _l("账本根"),
    },
)


def issue_statement(session: Session, party_id: uuid.UUID, choice: Choice, *, actor: Actor) -> Paper:
    """Issue the statement of a party over a span; a job draws it. The same lines once more: the paper there is.

    For the party itself and for staff who read its points. Raises NotAllowed for anybody else, Conflict for more
    than twenty in a day.
    """
    party = lock(session, Party, party_id)
    _ensure_may(party, actor)
    whole = extracts.extract(session, party, choice, most=MOST_ON_PAPER)
    source_id = _source_of(whole)
    existing = papers.in_force(session, THING, THING, source_id, party.id)
    if existing is not None:
        return existing
    today = clock.today()
    count = session.scalar(
        select(func.count())
        .select_from(Paper)
        .where(Paper.party_id == party.id, Paper.kind == THING, Paper.issued_on == today)
    )
    if (count or 0) >= MOST_A_DAY:
        raise Conflict(_("今天已经开具 %(most)s 份积分明细证明，请明天再开。", most=MOST_A_DAY))
    return papers.issue(
        session,
        POINTS_STATEMENT,
        party_id=party.id,
        source_kind=THING,
        source_id=source_id,
        content=statement_content(session, whole),
        actor=actor,
    )


def statement_content(session: Session, whole: Extract) -> dict[str, Any]:
    """Return the texts of the paper. It is Chinese, whoever asks for it in whatever language."""
    choice = whole.choice
    settings: Settings = current_app.extensions["zhongli"]
    seal = seals.last_seal(session)
    known = figures.moment(min(choice.posted_by or clock.now(), clock.now()))
    return {
        "party": whole.party.name,
        "issuer": settings.office_name,
        "span": _span_words(choice),
        "known": f"{known} 以前已记账的流水",
        "purses": [_purse(one) for one in whole.purses],
        "closing_honour": f"{figures.points(whole.purses[0].span.closing)} 分",
        "root": seal.root.hex() if seal else "",
        "tree_size": f"{seal.tree_size:,}" if seal else "",
        "sealed_at": figures.moment(seal.sealed_at) if seal else "",
    }


def _purse(one: PurseExtract) -> dict[str, Any]:
    span = one.span
    return {
        "name": "荣誉积分" if span.purse is Purse.HONOUR else "可兑换积分",
        "opening": figures.points(span.opening),
        "came": figures.points(span.flow.came),
        "went": figures.points(span.flow.went),
        "expired": figures.points(span.expired),
        "closing": figures.points(span.closing),
        "count": f"{span.flow.lines:,}",
        "lines": [
            {
                "day": line.happened_on.isoformat(),
                "what": line.what,
                "wording": line.wording,
                "points": figures.points(line.points),
                "balance": figures.points(line.balance),
                "expires_on": line.expires_on.isoformat() if line.expires_on else "",
            }
            for line in one.lines
        ],
        "months": [
            {
                "what": month_words(month, kind),
                "count": f"{flow.lines:,}",
                "came": figures.points(flow.came),
                "went": figures.points(flow.went),
                "points": figures.points(flow.net),
            }
            for month, kind, flow in one.months
        ],
    }


def _span_words(choice: Choice) -> str:
    if choice.first is None and choice.last is None:
        return "全部"
    first = figures.day_text(choice.first) if choice.first else "开户"
    return f"{first}至{figures.day_text(choice.last)}" if choice.last else f"{first}起"


def _source_of(whole: Extract) -> uuid.UUID:
    """Return the key of what is stated: the same lines of the same span have the same."""
    said = [str(whole.party.id), CITY_PROGRAMME, str(whole.choice.first), str(whole.choice.last)]
    said += [str(one.span.extent.upto if one.span.extent else 0) for one in whole.purses]
    return uuid.UUID(bytes=hashlib.sha256("|".join(said).encode()).digest()[:16])


def _ensure_may(party: Party, actor: Actor) -> None:
    own = {*actor.organisations(Permission.OWN_STATEMENT)}
    if actor.may(Permission.OWN_STATEMENT) and actor.person_id is not None:
        own.add(actor.person_id)
    staff = any(contains(scope, party.region_code) for scope in actor.regions(Permission.READ_POINTS))
    if not (actor.is_system or party.id in own or staff):
        raise NotAllowed(_("只有本人、本单位和辖区民政部门可以开具积分明细证明。"))
