"""What the pages of contributions show, as plain data for the macros."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.fields import read_day
from app.figures import UnreadableFigure
from app.regions import queries as regions
from app.regions.rules import is_code
from points.ledger import queries as ledger
from points.ledger.kinds import Reason
from points.rulesets.kinds import ContributionKind
from projects.contributions import qualities, queries, summary
from projects.contributions.models import Contribution
from projects.contributions.oddities import Found, from_stored
from projects.contributions.queries import Filters, Place, Row
from projects.contributions.rules import ContributionState
from projects.portfolio import queries as portfolio

_PICTURES = ("image/jpeg", "image/png", "image/webp")


@dataclass(frozen=True, slots=True)
class Thing:
    """One contribution as thing pages and the desk show it."""

    row: Row
    title: str
    facts: list[tuple[Any, ...]]
    lines: list[dict[str, Any]]
    timeline: list[dict[str, Any]]
    evidence: list[dict[str, Any]]
    oddities: list[Found]
    grade_words: str
    wording: str | None
    corrects: Contribution | None
    correction: Contribution | None


def thing(session: Session, row: Row) -> Thing:
    """Return all that a page shows of one contribution."""
    one = row.contribution
    return Thing(
        row=row,
        title=summary.title_of(row),
        facts=[
            *summary.fact_pairs(
                row,
                region_name=regions.full_name(session, one.region_code),
                project=portfolio.title_of(session, one.project_id),
            ),
            *qualities.words(session, one),
        ],
        lines=summary.line_rows(one),
        timeline=timeline(session, one),
        evidence=evidence(session, one),
        oddities=from_stored(one.oddities),
        grade_words=summary.grade_words(one),
        wording=wording_of(session, one),
        corrects=session.get(Contribution, one.corrects_id) if one.corrects_id else None,
        correction=queries.correction_of(session, one),
    )


_TONES = {
    ContributionState.AWARDED: "done",
    ContributionState.VERIFIED: "done",
    ContributionState.SENT_BACK: "waiting",
    ContributionState.REFUSED: "refused",
    ContributionState.REVERSED: "refused",
}


def timeline(session: Session, contribution: Contribution) -> list[dict[str, Any]]:
    """Return the history, the newest first."""
    steps = queries.history(session, contribution.id)
    return [
        {
            "what": _what(one),
            "who": one.actor_name,
            "when": one.step.happened_at,
            "note": one.note,
            "tone": _TONES.get(one.step.to_state),
            "now": number == 0,
        }
        for number, one in enumerate(steps)
        # Verified and awarded are one act of one moment: the reader sees it once.
        if one.step.to_state is not ContributionState.AWARDED
    ]


def _what(one: queries.Step) -> str:
    words = {
        ContributionState.LOGGED: _("登记"),
        ContributionState.SUBMITTED: _("提交核验"),
        ContributionState.REVIEWED: _("初核通过"),
        ContributionState.SENT_BACK: _("退回修改"),
        ContributionState.WITHDRAWN: _("撤回"),
        ContributionState.REFUSED: _("不予认定"),
        ContributionState.VERIFIED: _("核验通过并计分"),
        ContributionState.REVERSED: _("冲正"),
    }
    return words[one.step.to_state]


def evidence(session: Session, contribution: Contribution) -> list[dict[str, Any]]:
    """Return the files with what each is and where it is read."""
    return [
        {
            "id": link.id,
            "kind": link.kind.label,
            "name": file.name,
            "url": url_for("files.download", code=file.code),
            "size": _("%(size)s KB", size=f"{max(1, file.size_bytes // 1024):,}"),
            "is_picture": file.media_type.value in _PICTURES,
            "icon": "image" if file.media_type.value in _PICTURES else "file-earmark-text",
            "sha256": file.sha256,
            "captured_at": file.captured_at,
        }
        for link, file in queries.evidence_of(session, contribution.id)
    ]


def wording_of(session: Session, contribution: Contribution) -> str | None:
    """Return the arithmetic of the points in words, as the ledger holds it, or None before the award."""
    postings = ledger.postings_of(session, "contribution", contribution.id, Reason.AWARD)
    if not postings:
        return None
    told: dict[str, Any] = json.loads(postings[-1].explanation or "{}")
    return str(told.get("wording", ""))


def read_filters(args: Mapping[str, str]) -> Filters:
    """Return what an address narrows a list to; what cannot be read narrows nothing."""
    return Filters(
        state=_member(ContributionState, args.get("state")),
        kind=_member(ContributionKind, args.get("kind")),
        region=args["region"] if is_code(args.get("region", "")) else None,
        first=_day(args.get("first")),
        last=_day(args.get("last")),
        text=args.get("q", "").strip()[:60].replace("\x00", ""),
    )


def read_place(args: Mapping[str, str]) -> Place:
    """Return where in a list the page of an address begins."""
    return Place(after=args.get("after"), before=args.get("before"))


def read_key(text: str) -> uuid.UUID:
    """Return a key from an address. Raises NotFound for anything else."""
    try:
        return uuid.UUID(text)
    except ValueError as wrong:
        raise NotFound(_("没有这份材料。")) from wrong


def _member(words: Any, text: str | None) -> Any:
    try:
        return words(text) if text else None
    except ValueError:
        return None


def _day(text: str | None) -> date | None:
    try:
        return read_day(text) if text else None
    except UnreadableFigure:
        return None


def kind_cards(organisation: str | None) -> list[dict[str, Any]]:
    """Return the kinds to choose from, with what belongs to each."""
    hints = {
        ContributionKind.MONEY: (_("转账、现金；要有捐赠票据"), "cash-coin"),
        ContributionKind.GOODS: (_("米面油、棉被、轮椅、学习用品等"), "box-seam"),
        ContributionKind.SERVICE: (_("志愿者、社工提供的服务，按起止时间计"), "clock-history"),
        ContributionKind.FACILITY: (_("适老化改造、助餐点、活动室等"), "house-heart"),
        ContributionKind.TRAINING: (_("就业技能、照护技能等，按课时计"), "mortarboard"),
        ContributionKind.AGENCY: (_("兴办养老、儿童、助残等服务机构"), "building-add"),
        ContributionKind.PROJECT: (_("帮扶项目完成的节点"), "clipboard-check"),
        ContributionKind.JOBS: (_("向困难群众提供并有人到岗的岗位"), "briefcase"),
    }
    return [
        {
            "label": kind.label,
            "hint": hints[kind][0],
            "icon": hints[kind][1],
            "url": url_for("contributions_member.new", kind=kind.value, organisation=organisation),
        }
        for kind in ContributionKind
    ]


def form_lead(kind: ContributionKind) -> str:
    """Return what happens after a form of this kind."""
    if kind is ContributionKind.SERVICE:
        return _("大约一分钟。每人每次服务填一条；提交后由受益地民政部门核验，核验通过即计积分。")
    return _("大约一分钟。提交后由受益地民政部门核验，核验通过即计积分。")
