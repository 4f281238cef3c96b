"""The papers of a decision. Their words are Chinese on every page language; they are frozen when they are issued."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app import clock, figures
from app.masking import public_name
from app.papers import papers
from app.papers import queries as paper_queries
from app.papers.kinds import PaperKind
from app.papers.models import Paper
from app.parameters import queries as parameters
from app.parties import queries as parties
from app.permissions import Actor
from app.regions import queries as regions
from projects.requests import notices
from projects.requests.kinds import Applicant
from projects.requests.models import AidRequest
from projects.requests.steps import THING
from projects.tiers.kinds import TierLevel
from projects.tiers.rules import seat

REVIEW_DAYS, COURT_MONTHS = "remedy.review", "remedy.court"
_PUBLIC = {"request_number": _l("申请编号"), "masked_name": _l("求助人"), "issuer": _l("决定机关")}

APPROVAL = PaperKind(
    key="request_approval",
    title=_l("社会帮扶决定通知书"),
    prefix="帮决",
    template="requests/print/approval.html",
    public_fields=_PUBLIC,
)
REFUSAL = PaperKind(
    key="request_refusal",
    title=_l("不予批准社会帮扶通知书"),
    prefix="不批",
    template="requests/print/refusal.html",
    public_fields=_PUBLIC,
)


def issue_approval(session: Session, request: AidRequest, *, note: str, actor: Actor) -> Paper:
    """Issue the paper of what was granted. Call it last: the number's series stays locked until the end."""
    content = _common(session, request)
    content["amount"] = f"{figures.yuan(request.granted_fen)} 元" if request.granted_fen else ""
    content["amount_words"] = figures.money_in_words(request.granted_fen) if request.granted_fen else ""
    content["what"] = request.proposed_words or ""
    content["note"] = note
    return _issue(session, APPROVAL, request, content, actor)


def issue_refusal(session: Session, request: AidRequest, *, reason: str, actor: Actor) -> Paper:
    """Issue the paper that says why nothing is granted, and what can be done against it."""
    return _issue(session, REFUSAL, request, _common(session, request) | {"reason": reason}, actor)


def of_request(session: Session, request: AidRequest) -> list[Paper]:
    """Return the papers of a request, the newest first."""
    return list(paper_queries.of_source(session, THING, request.id))


def _issue(
    session: Session, kind: PaperKind, request: AidRequest, content: dict[str, Any], actor: Actor
) -> Paper:
    return papers.issue(
        session,
        kind,
        party_id=request.applicant_id,
        region_code=request.region_code,
        source_kind=THING,
        source_id=request.id,
        content=content,
        actor=actor,
    )


def _common(session: Session, request: AidRequest) -> dict[str, Any]:
    person = parties.get(session, request.person_id)
    applicant = parties.get(session, request.applicant_id)
    today = clock.today()
    submitted = clock.civil_date(request.submitted_at) if request.submitted_at else today
    return {
        "request_number": request.number or "",
        "applicant": applicant.name,
        "person": person.name,
        "masked_name": public_name(person.name),
        "by_other": "" if request.applicant is Applicant.SELF else str(request.applicant.label),
        "asked_on": _day(submitted),
        "kinds": "、".join(notices.kind_names(session, request.id)),
        "issuer": _office(session, request),
        "review_days": str(parameters.value(session, REVIEW_DAYS, on=today, region_code=request.region_code)),
        "court_months": str(
            parameters.value(session, COURT_MONTHS, on=today, region_code=request.region_code)
        ),
    }


def _office(session: Session, request: AidRequest) -> str:
    """Return who decides there: the town's government or street office, else the civil affairs bureau."""
    level = request.holder_level or TierLevel.TOWN
    code = seat(level, request.region_code)
    if level is TierLevel.TOWN:
        name = regions.full_name(session, code).replace(" / ", "")
        return f"{name}办事处" if name.endswith("街道") else f"{name}人民政府"
    return f"{regions.full_name(session, code).split(' / ')[-1]}民政局"


def _day(day: Any) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
