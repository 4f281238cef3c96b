"""What the pages of requests show, as plain data for the macros."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import clock, figures
from app.deadlines.clocks import Clock
from app.masking import public_name
from app.papers.models import Paper
from app.parties import queries as parties
from app.regions import queries as regions
from app.regions.rules import is_code
from app.tables import Column, ColumnKind
from projects.publicity import publicity
from projects.publicity.models import Publicity
from projects.requests import checks, clocks, documents, flags, queries
from projects.requests.flags import RequestFlag
from projects.requests.kinds import (
    Applicant,
    Channel,
    CheckKind,
    CheckResult,
    FileKind,
    RequestState,
    Urgency,
)
from projects.requests.models import AidRequest, RequestCheck, RequestStep
from projects.requests.queries import Filters, Page, Row, Step
from projects.requests.steps import THING

S = RequestState
_TONES = {S.APPROVED: "done", S.CLOSED: "done", S.DRAFT: "waiting", S.REFUSED: "refused"}
_FAMILYS_FILES = (FileKind.EVIDENCE, FileKind.AUTHORISATION, FileKind.ECONOMIC, FileKind.COMMITMENT)


@dataclass(frozen=True, slots=True)
class Thing:
    """One request as its pages show it."""

    row: Row
    household_code: str
    facts: list[tuple[Any, ...]]
    proposal: list[tuple[Any, ...]]
    checks: list[dict[str, Any]]
    files: list[dict[str, Any]]
    timeline: list[dict[str, Any]]
    clock: Clock | None
    publicity: Publicity | None
    flags: list[RequestFlag]
    papers: list[Paper]

    @property
    def last_note(self) -> str | None:
        """The words of the newest step."""
        return self.timeline[0]["note"] if self.timeline else None


def thing(session: Session, row: Row, *, inside: bool) -> Thing:
    """Return all that a page shows of one request; ``inside``: for staff, with what the office found and thinks."""
    one = row.request
    return Thing(
        row=row,
        household_code=parties.get(session, one.household_id).code,
        facts=_facts(session, row, inside=inside),
        proposal=_proposal(one) if inside or one.decided_at else [],
        checks=_checks(session, one) if inside else [],
        files=_files(session, one, inside=inside),
        timeline=timeline(session, one, inside=inside),
        clock=clocks.running(session, [one.id]).get(one.id),
        publicity=publicity.find_live(session, THING, one.id),
        flags=flags.of(session, one) if inside else [],
        papers=documents.of_request(session, one),
    )


def _facts(session: Session, row: Row, *, inside: bool) -> list[tuple[Any, ...]]:
    one = row.request
    kinds = queries.kinds_of(session, [one.id]).get(one.id, [])
    applicant = parties.get(session, one.applicant_id).name if one.applicant is not Applicant.SELF else None
    return [
        (_("求助人"), row.person + (_("（全家）") if one.whole_household else "")),
        (_("申请人"), f"{applicant}（{one.applicant.label}）" if applicant else None),
        (_("所在地"), regions.full_name(session, one.region_code)),
        (_("需要的帮助"), "、".join(kinds)),
        (_("急不急"), one.urgency.label),
        (_("需要的金额"), figures.money_html(one.asked_fen) if one.asked_fen else None),
        (_("来源"), one.channel.label if inside else None),
        (_("工单编号"), one.slip_number if inside else None),
        (_("提交日期"), figures.day_text(clock.civil_date(one.submitted_at)) if one.submitted_at else None),
        (_("授权核对家庭经济状况"), one.economic_authorised_on or (_("还没有") if inside else None)),
        (_("不公示的情形"), one.protection.label if inside and one.protection else None),
        (_("遇到的困难"), one.words, "wide"),
    ]


def _proposal(one: AidRequest) -> list[tuple[Any, ...]]:
    if one.recommendation is None:
        return []
    return [
        (_("建议"), one.recommendation.label),
        (_("建议金额"), figures.money_html(one.proposed_fen) if one.proposed_fen else None),
        (_("审批层级"), one.level.label if one.level else None),
        (_("批准金额"), figures.money_html(one.granted_fen) if one.granted_fen else None),
        (_("内容和理由"), one.proposed_words, "wide"),
    ]


def _checks(session: Session, one: AidRequest) -> list[dict[str, Any]]:
    there = {check.kind: check for check in checks.of_round(session, one)}
    who = [signer.person_id for check in there.values() for signer in check.signers]
    names = parties.names_of(session, who)
    return [_check(kind, there.get(kind), names) for kind in CheckKind]


def _check(kind: CheckKind, check: RequestCheck | None, names: Mapping[uuid.UUID, str]) -> dict[str, Any]:
    if check is None:
        return {"title": kind.label, "badge": (_("还没有做"), "waiting"), "meta": None, "findings": None}
    signers = "、".join(f"{names.get(one.person_id, '')}（{one.how.label}）" for one in check.signers)
    done = check.result is CheckResult.DONE
    meta = [
        figures.day_text(check.done_on),
        _("签名：%(names)s", names=signers) if signers else None,
        _("依据：%(rule)s（%(day)s起施行）", rule=check.rule, day=figures.day_text(check.rule_from))
        if check.rule and check.rule_from
        else None,
    ]
    return {
        "title": kind.label,
        "badge": (check.result.label, "done" if done else "quiet"),
        "meta": " · ".join(str(one) for one in meta if one),
        "findings": check.findings,
    }


def _files(session: Session, one: AidRequest, *, inside: bool) -> list[dict[str, Any]]:
    return [
        {
            "title": link.kind.label,
            "url": f"/files/{file.code}",
            "meta": [
                file.name,
                link.place if inside else None,
                figures.day_text(clock.civil_date(link.taken_at or link.added_at)),
            ],
        }
        for link, file in queries.files_of(session, one.id)
        if inside or link.kind in _FAMILYS_FILES
    ]


def timeline(session: Session, one: AidRequest, *, inside: bool = True) -> list[dict[str, Any]]:
    """Return the history, the newest first; the family reads what concerns it, without the office's own words."""
    found = [step for step in queries.history(session, one.id) if inside or _is_for_family(step.step)]
    return [
        {
            "what": _what(step.step),
            "who": step.actor_name if inside and step.step.by_person_id else None,
            "when": step.step.happened_at,
            "note": _words(step) if inside or step.step.to_state in (S.DRAFT, S.REFUSED) else None,
            "tone": _TONES.get(step.step.to_state) if step.step.from_state else None,
            "now": number == 0,
        }
        for number, step in enumerate(found)
    ]


def _is_for_family(step: RequestStep) -> bool:
    return step.from_state is not step.to_state or step.verb in ("request.accept", "request.serve")


def _what(step: RequestStep) -> Any:
    return {
        "request.enter": _("登记申请"),
        "request.submit": _("提交申请"),
        "request.accept": _("受理"),
        "request.send_back": _("退回补充"),
        "request.visit": _("登记入户调查"),
        "request.sign_visit": _("入户调查签名"),
        "request.authorise": _("登记核对授权"),
        "request.check": _("登记核对或评议"),
        "request.excuse": _("免予一项调查"),
        "request.assess": _("完成评估"),
        "request.propose": _("提出审批建议"),
        "request.review": _("复核通过，报审批"),
        "request.look_again": _("退回重新评估"),
        "request.pass_up": _("报上一级办理"),
        "request.publicity_end": _("公示期满，报审批"),
        "request.objection_upheld": _("公示异议成立，重新评估"),
        "request.approve": _("批准"),
        "request.refuse": _("不予批准"),
        "request.serve": _("送达决定书"),
        "request.withdraw": _("撤回申请"),
        "request.refer": _("转介"),
        "request.hand_over": _("转办"),
        "request.take_back": _("转出后退回，重新评估"),
        "request.close": _("办结"),
        "request.move": _("随户迁移"),
        "request.split": _("随人分户"),
        "request.succeed": _("由户主继续"),
    }.get(step.verb, step.to_state.label)


def _words(one: Step) -> str | None:
    due_on = one.step.due_on
    late = (clock.civil_date(one.step.happened_at) - due_on).days if due_on else 0
    said = _("应于 %(day)s 前办理，迟了 %(days)d 天。", day=due_on, days=late) if late > 0 else ""
    return " ".join(part for part in (said, one.note) if part) or None


def rows(session: Session, page: Page, endpoint: str, *, inside: bool) -> list[dict[str, Any]]:
    """Return the lines of a list; staff read masked names there."""
    keys = [row.request.id for row in page.rows]
    kinds = queries.kinds_of(session, keys)
    places = regions.full_names(session, [row.request.region_code for row in page.rows])
    due = clocks.running(session, keys) if inside else {}
    return [
        {
            "number": one.number or _("未提交"),
            "person": public_name(row.person) if inside else row.person,
            "url": url_for(endpoint, code=one.code),
            "kinds": "、".join(kinds.get(one.id, [])),
            "place": places.get(one.region_code, one.region_code),
            "channel": one.channel.label,
            "urgency": one.urgency.label if one.urgency is not Urgency.NORMAL else None,
            "state": one.state,
            "since": clock.civil_date(one.state_since),
            "due_on": due[one.id].deadline.due_on if one.id in due else None,
        }
        for row in page.rows
        for one in (row.request,)
    ]


def staff_columns() -> list[dict[str, Any]]:
    """Return the columns of the staff's list."""
    return [
        {"key": "person", "label": _("求助人"), "url": "url", "card": "title", "sub": "number"},
        {"key": "kinds", "label": _("需要的帮助")},
        {"key": "place", "label": _("所在地")},
        {"key": "channel", "label": _("来源")},
        {"key": "urgency", "label": _("急不急")},
        {"key": "state", "label": _("状态"), "kind": "state", "card": "side"},
        {"key": "since", "label": _("状态日期"), "kind": "date"},
        {"key": "due_on", "label": _("应办结"), "kind": "date"},
    ]


def own_columns() -> list[dict[str, Any]]:
    """Return the columns of the family's list."""
    return [
        {"key": "kinds", "label": _("需要的帮助"), "url": "url", "card": "title", "sub": "number"},
        {"key": "person", "label": _("为谁")},
        {"key": "state", "label": _("办到哪一步"), "kind": "state", "card": "side"},
        {"key": "since", "label": _("日期"), "kind": "date"},
    ]


def export_columns() -> list[Column]:
    """Return the columns of the exported table: names are masked there too."""
    texts = ("number", _("申请编号")), ("person", _("求助人")), ("kinds", _("需要的帮助"))
    more = ("place", _("所在地")), ("channel", _("来源")), ("urgency", _("急不急")), ("state", _("状态"))
    return [
        *(Column(key, label) for key, label in (*texts, *more)),
        Column("since", _("状态日期"), ColumnKind.DAY),
        Column("due_on", _("应办结"), ColumnKind.DAY),
    ]


def export_rows(session: Session, found: list[Row]) -> list[dict[str, Any]]:
    """Return the lines of the exported table."""
    lines: list[dict[str, Any]] = []
    for start in range(0, len(found), 1000):
        part = rows(session, Page(found[start : start + 1000]), "requests_staff.show", inside=True)
        lines += [
            {
                **one,
                "channel": str(one["channel"]),
                "urgency": str(one["urgency"] or ""),
                "state": str(one["state"].label),
            }
            for one in part
        ]
    return lines


def desk_item(row: Row, current: Row | None, url: str, due: Mapping[uuid.UUID, Clock]) -> dict[str, Any]:
    """Return one line of the desk's list."""
    one = row.request
    waits = due.get(one.id)
    late = waits.days_late if waits else 0
    waits_for_review = one.state is S.ASSESSED and one.proposed_at is not None
    parts = [
        one.number,
        _("待复核") if waits_for_review else one.state.label,
        _("超期 %(days)d 天", days=late) if late else None,
    ]
    return {
        "title": public_name(row.person),
        "side": one.urgency.label if one.urgency is not Urgency.NORMAL else "",
        "meta": " · ".join(str(part) for part in parts if part),
        "url": url,
        "active": current is not None and current.request.id == one.id,
    }


def read_filters(args: Mapping[str, str]) -> Filters:
    """Return what an address narrows a list to; what cannot be read narrows nothing."""
    kind = args.get("kind", "")
    return Filters(
        state=_value(RequestState, args.get("state")),
        region=args["region"] if is_code(args.get("region", "")) else None,
        channel=_value(Channel, args.get("channel")),
        urgency=_value(Urgency, args.get("urgency")),
        kind_id=_key(kind),
        text=args.get("q", "").strip()[:60].replace("\x00", ""),
    )


def read_place(args: Mapping[str, str]) -> queries.Place:
    """Return where in a list the page of an address begins."""
    return queries.Place(after=args.get("after"), before=args.get("before"))


def _value(kind: Any, text: str | None) -> Any:
    try:
        return kind(text) if text else None
    except ValueError:
        return None


def _key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        return None
