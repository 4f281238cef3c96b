"""What the pages of projects show, as plain data for the macros."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, figures, masking
from app.deadlines.clocks import Clock
from app.feature import Door
from app.ids import clean_code
from app.parties.models import Party
from app.permissions import Actor
from app.regions import queries as regions
from app.regions.rules import is_code
from projects.portfolio import clocks, notices, queries, sections
from projects.portfolio.kinds import ProjectState
from projects.portfolio.models import Project, ProjectStep
from projects.portfolio.queries import Filters, Row, Step
from projects.portfolio.sections import Section
from projects.publicity.models import Publicity

S = ProjectState
_TONES = {
    S.PUBLICISED: "done",
    S.OPEN: "done",
    S.EVALUATED: "done",
    S.SENT_BACK: "waiting",
    S.SUSPENDED: "waiting",
    S.REFUSED: "refused",
    S.CANCELLED: "refused",
}


@dataclass(frozen=True, slots=True)
class Thing:
    """One project as thing pages and the desk show it."""

    row: Row
    facts: list[tuple[Any, ...]]
    budget: list[dict[str, Any]]
    funding: list[dict[str, Any]]
    timeline: list[dict[str, Any]]
    clock: Clock | None
    publicity: Publicity | None
    parts: list[Section]

    @property
    def last_note(self) -> str | None:
        """The words of the newest step."""
        return self.timeline[0]["note"] if self.timeline else None


def thing(session: Session, row: Row, door: Door, actor: Actor, *, phone: bool = True) -> Thing:
    """Return all that a page shows of one project at a door; at the public one only what anybody may read.

    ``phone`` False: for staff who have nothing to ask the responsible person, whose number is then masked.
    """
    one, inside = row.project, door is not Door.PUBLIC
    return Thing(
        row=row,
        facts=_facts(session, row, inside=inside, phone=phone),
        budget=[{"purpose": line.purpose, "amount": line.amount_fen} for line in one.budget],
        funding=[{"source": line.source.label, "amount": line.amount_fen} for line in one.funding],
        timeline=timeline(session, one, inside=inside),
        clock=clocks.running(session, [one.id]).get(one.id) if inside else None,
        publicity=notices.live(session, one.id),
        parts=sections.of(session, one, door, actor),
    )


def _facts(session: Session, row: Row, *, inside: bool, phone: bool) -> list[tuple[Any, ...]]:
    one = row.project
    places = regions.full_names(session, queries.places_of(session, one))
    pairs: list[tuple[Any, ...]] = [
        (_("申报单位"), row.organisation),
        (_("专项行动"), queries.campaign_title(session, one.campaign_id)),
        (_("实施地区"), "、".join(places.values())),
        (_("实施时间"), period(one)),
        (_("帮扶对象"), one.target_group),
        (
            _("预计帮助"),
            _("%(count)s 户", count=f"{one.target_households:,}") if one.target_households else None,
        ),
        (_("预算"), figures.money_html(one.budget_fen) if one.budget_fen else None),
        (_("立项日期"), one.opened_on.isoformat() if one.opened_on else None),
    ]
    if inside:
        number = one.responsible_phone
        pairs += [
            (_("项目负责人"), one.responsible_name),
            (_("负责人电话"), number if phone or not number else masking.mask_phone(number)),
            (_("审批层级"), one.level.label if one.level else None),
        ]
    pairs += [(_("实施方案"), one.plan, "wide"), (_("预期成效"), one.expected_effect, "wide")]
    return pairs


def period(project: Project) -> str:
    """Return from when to when a project runs, in words."""
    return _(
        "%(first)s至%(last)s",
        first=figures.day_text(project.start_on),
        last=figures.day_text(project.end_on),
    )


def timeline(session: Session, project: Project, *, inside: bool = True) -> list[dict[str, Any]]:
    """Return the history, the newest first; for the public without names and words, from the publicity on."""
    steps = queries.history(session, project.id)
    if not inside:
        steps = [one for one in steps if one.step.to_state in _FOR_PUBLIC]
    return [
        {
            "what": _what(one.step),
            "who": one.actor_name if inside and one.step.by_person_id else None,
            "when": one.step.happened_at,
            "note": _words(one) if inside else None,
            "tone": _TONES.get(one.step.to_state),
            "now": number == 0,
        }
        for number, one in enumerate(steps)
    ]


_FOR_PUBLIC = frozenset(
    {S.PUBLICISED, S.OPEN, S.RUNNING, S.CLOSING, S.EVALUATED, S.ARCHIVED, S.SUSPENDED, S.CANCELLED}
)


def _what(step: ProjectStep) -> str:
    if step.from_state is S.PUBLICISED and step.to_state is S.REVIEWED:
        return _("公示异议成立，重新审批")
    if step.from_state is S.SUSPENDED and step.to_state is not S.CANCELLED:
        return _("恢复实施")
    if step.from_state is S.SENT_BACK and step.to_state is S.SUBMITTED:
        return _("修改后重新提交")
    return {
        S.DRAFT: _("起草"),
        S.SUBMITTED: _("提交审核"),
        S.REVIEWED: _("初审通过"),
        S.PUBLICISED: _("审批通过，开始公示"),
        S.OPEN: _("公示期满，立项"),
        S.RUNNING: _("开始实施"),
        S.CLOSING: _("申请结项"),
        S.EVALUATED: _("完成评价"),
        S.ARCHIVED: _("归档"),
        S.SENT_BACK: _("退回修改"),
        S.REFUSED: _("不予立项"),
        S.SUSPENDED: _("暂停"),
        S.CANCELLED: _("取消"),
        S.WITHDRAWN: _("撤回"),
    }[step.to_state]


def _words(one: Step) -> str | None:
    late = late_days(one.step)
    said = _("应于 %(day)s 前办理，迟了 %(days)d 天。", day=one.step.due_on, days=late) if late else ""
    return " ".join(part for part in (said, one.note) if part) or None


def late_days(step: ProjectStep) -> int:
    """Return by how many days a step came after its last day; 0 when it was in time."""
    if step.due_on is None:
        return 0
    return max(0, (clock.civil_date(step.happened_at) - step.due_on).days)


def list_row(
    row: Row, url: str, *, places: Mapping[str, str], due: Mapping[uuid.UUID, Clock] | None = None
) -> dict[str, Any]:
    """Return one line of a list."""
    one = row.project
    waits = (due or {}).get(one.id)
    return {
        "number": one.number,
        "name": one.name,
        "url": url,
        "organisation": row.organisation,
        "place": places.get(one.region_code, one.region_code),
        "start_on": one.start_on,
        "end_on": one.end_on,
        "budget": one.budget_fen or None,
        "state": one.state,
        "since": clock.civil_date(one.state_since),
        "due_on": waits.deadline.due_on if waits else None,
    }


def desk_item(row: Row, current: Row | None, url: str, due: Mapping[uuid.UUID, Clock]) -> dict[str, Any]:
    """Return one line of the desk's list."""
    one = row.project
    waits = due.get(one.id)
    late = waits.days_late if waits else 0
    parts = [
        row.organisation,
        one.state.label,
        _("逾期 %(days)d 天", days=late) if late else None,
    ]
    return {
        "title": one.name,
        "side": figures.money_short(one.budget_fen) if one.budget_fen else "",
        "meta": " · ".join(str(part) for part in parts if part),
        "url": url,
        "active": current is not None and current.project.id == one.id,
    }


def read_filters(session: Session, args: Mapping[str, str]) -> Filters:
    """Return what an address narrows a list to; what cannot be read narrows nothing."""
    return Filters(
        state=_state(args.get("state")),
        region=args["region"] if is_code(args.get("region", "")) else None,
        organisation_id=_organisation(session, args.get("organisation")),
        campaign_id=_campaign(session, args.get("campaign")),
        text=args.get("q", "").strip()[:60].replace("\x00", ""),
    )


def read_place(args: Mapping[str, str]) -> queries.Place:
    """Return where in a list the page of an address begins."""
    return queries.Place(after=args.get("after"), before=args.get("before"))


def _state(text: str | None) -> ProjectState | None:
    try:
        return ProjectState(text) if text else None
    except ValueError:
        return None


def _organisation(session: Session, code: str | None) -> uuid.UUID | None:
    if not code:
        return None
    return session.scalar(select(Party.id).where(Party.code == clean_code(code)))


def _campaign(session: Session, code: str | None) -> uuid.UUID | None:
    return next((one.id for one in queries.campaigns(session) if one.code == code), None) if code else None


def kept(args: Mapping[str, str]) -> dict[str, Any]:
    """Return the filters of an address, for links that keep them."""
    return {name: args[name] for name in ("state", "q", "region", "campaign") if args.get(name)}
