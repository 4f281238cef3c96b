"""The verbs of the organisation: propose, amend, submit, withdraw."""

import uuid
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, counters
from app.audit import events
from app.errors import Conflict, InvalidInput, NotAllowed
from app.ids import new_id
from app.parties import queries as parties
from app.parties import rules as party_rules
from app.parties.kinds import IntegrityState, RegistrationState
from app.permissions import Actor, Permission, ensure_may
from app.regions import queries as regions
from projects.portfolio import clocks, notices, rules, steps
from projects.portfolio.kinds import CampaignState, ProjectState
from projects.portfolio.models import Campaign, Project, ProjectBudgetLine, ProjectFunding, ProjectRegion
from projects.portfolio.rules import BudgetLine, Funds
from projects.tiers.rules import level_of_region

THING = "project"
S = ProjectState


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an organisation writes down of a project. Money in fen; ``places`` are division codes, at least one."""

    name: str
    places: tuple[str, ...]
    start_on: date
    end_on: date
    campaign_id: uuid.UUID | None = None
    plan: str = ""
    target_group: str = ""
    target_households: int | None = None
    expected_effect: str = ""
    responsible_name: str = ""
    responsible_phone: str = ""
    budget: tuple[BudgetLine, ...] = field(default_factory=tuple)
    funding: tuple[Funds, ...] = field(default_factory=tuple)


def propose(session: Session, proposal: Proposal, *, organisation_id: uuid.UUID, actor: Actor) -> Project:
    """Write down the draft of a project of an organisation. Raises InvalidInput beside the field that is wrong."""
    ensure_may(actor, Permission.PROPOSE_PROJECTS, organisation_id=organisation_id)
    moment = clock.now()
    project = Project(
        id=new_id(),
        number=_next_number(session),
        organisation_id=organisation_id,
        state=S.DRAFT,
        state_since=moment,
        created_at=moment,
        entered_by_id=actor.person_id,
        revision=1,
    )
    _fill(session, project, proposal)
    session.add(project)
    session.flush()
    steps.begin(session, project, actor=actor)
    _trace(session, "project.propose", project, actor=actor, after=shown(project))
    return project


def amend(
    session: Session, project_id: uuid.UUID, proposal: Proposal, *, revision: int, actor: Actor
) -> Project:
    """Change a proposal that was not submitted or was sent back. Raises Conflict when it moved on meanwhile."""
    project = own(session, project_id, revision=revision, actor=actor)
    steps.ensure_state(project, *rules.EDITABLE)
    before = shown(project)
    # Lines are made anew; the old ones must be gone before new ones take their places.
    project.budget, project.funding, project.regions = [], [], []
    session.flush()
    _fill(session, project, proposal)
    project.revision += 1
    session.flush()
    _trace(session, "project.amend", project, actor=actor, before=before, after=shown(project))
    return project


def submit(session: Session, project_id: uuid.UUID, *, revision: int, actor: Actor) -> Project:
    """Hand a proposal to the town (or the office of its place) for review; its sum and place decide who approves.

    Raises InvalidInput for all that is still missing at once, NotAllowed when the organisation is not admitted or
    stands on a list of the registration authority.
    """
    project = own(session, project_id, revision=revision, actor=actor)
    steps.ensure_state(project, *rules.EDITABLE)
    ensure_admitted(session, project)
    _ensure_whole(project)
    project.submitted_at, project.submitted_by_id = clock.now(), actor.person_id
    project.reviewed_by_id = project.approved_by_id = None
    project.level = clocks.approving_level(session, project, on=clock.today())
    project.holder_level = level_of_region(project.region_code)
    steps.move(session, project, S.SUBMITTED, actor=actor)
    clocks.start(session, project, clocks.REVIEW, actor=actor)
    _trace(
        session,
        "project.submit",
        project,
        actor=actor,
        after={"state": project.state.value, "budget_fen": project.budget_fen, "level": project.level.value},
    )
    return project


def withdraw(
    session: Session, project_id: uuid.UUID, *, revision: int, reason: str = "", actor: Actor
) -> Project:
    """Take a proposal back, up to the end of its publicity; whoever decides at the same moment comes too late."""
    notices.hold(session, project_id)
    project = own(session, project_id, revision=revision, actor=actor)
    steps.ensure_state(project, *rules.WITHDRAWABLE)
    if project.state not in rules.EDITABLE:
        reason = party_rules.ensure_reason(reason)
    was_publicised = project.state is S.PUBLICISED
    steps.move(session, project, S.WITHDRAWN, actor=actor, note=reason)
    clocks.cancel(session, project, actor=actor)
    if was_publicised:
        notices.withdraw(session, project, actor=actor)
    _trace(session, "project.withdraw", project, actor=actor, reason=reason)
    return project


def own(session: Session, project_id: uuid.UUID, *, revision: int, actor: Actor) -> Project:
    """Return a project of the actor's organisation under a lock; a page that shows an older one raises Conflict."""
    project = steps.hold(session, project_id)
    ensure_may(actor, Permission.PROPOSE_PROJECTS, organisation_id=project.organisation_id)
    steps.ensure_fresh(project, revision)
    return project


def ensure_admitted(session: Session, project: Project) -> None:
    """Return while the organisation may have projects; else raise NotAllowed that says why and what mends it.

    民政部令第60号: whoever is listed as abnormal or seriously unlawful gets no support from government meanwhile.
    """
    party = parties.get(session, project.organisation_id)
    if party.state is not RegistrationState.APPROVED:
        raise NotAllowed(
            _(
                "“%(name)s”的入驻登记现在是“%(state)s”，入驻以后才能申报项目。",
                name=party.name,
                state=party.state.label,
            ),
            field="name",
        )
    organisation = parties.organisation_of(session, party.id)
    if organisation.integrity is not IntegrityState.CLEAR:
        raise NotAllowed(
            _(
                "“%(name)s”现已%(state)s（%(source)s），移出以前不能立项。请先向登记管理机关申请移出；"
                "移出以后请民政部门更新登记信息，即可继续办理。已填写的内容会保留。",
                name=party.name,
                state=organisation.integrity.label,
                source=organisation.integrity_source or _("登记管理机关公布"),
            ),
            field="name",
        )


def lines_of(project: Project) -> tuple[tuple[BudgetLine, ...], tuple[Funds, ...]]:
    """Return budget and sources of a project as plain values."""
    return (
        tuple(BudgetLine(one.purpose, one.amount_fen) for one in project.budget),
        tuple(Funds(one.source, one.amount_fen) for one in project.funding),
    )


def shown(project: Project) -> dict[str, Any]:
    """Return what an audit event keeps of a proposal: no words about persons."""
    return {
        "name": project.name,
        "region_code": project.region_code,
        "start_on": project.start_on.isoformat(),
        "end_on": project.end_on.isoformat(),
        "budget_fen": project.budget_fen,
        "revision": project.revision,
    }


def _fill(session: Session, project: Project, proposal: Proposal) -> None:
    rules.ensure_period(proposal.start_on, proposal.end_on)
    places = rules.distinct_places(proposal.places)
    known = regions.in_force(session, places, on=clock.today())
    if not places or known != set(places):
        raise InvalidInput(_("请从列表中选择实施地区。"), field="places")
    _ensure_campaign(session, project, proposal)
    total = rules.budget_sum(proposal.budget)
    if len({one.source for one in proposal.funding}) < len(proposal.funding):
        raise InvalidInput(_("同一种资金来源只写一行，请合并。"), field="funding")
    project.name = proposal.name
    project.region_code = rules.common_place(places)
    project.regions = [ProjectRegion(region_code=one) for one in places] if len(places) > 1 else []
    project.start_on, project.end_on = proposal.start_on, proposal.end_on
    project.campaign_id = proposal.campaign_id
    project.plan, project.expected_effect = proposal.plan, proposal.expected_effect
    project.target_group, project.target_households = proposal.target_group, proposal.target_households
    project.responsible_name = proposal.responsible_name or None
    project.responsible_phone = (
        party_rules.accepted_phone(proposal.responsible_phone, field="responsible_phone").code
        if proposal.responsible_phone
        else None
    )
    project.responsible_id = _person_named(session, project.organisation_id, proposal.responsible_name)
    project.budget = [
        ProjectBudgetLine(position=place, purpose=one.purpose, amount_fen=one.amount_fen)
        for place, one in enumerate(proposal.budget, 1)
    ]
    project.funding = [
        ProjectFunding(source=one.source, amount_fen=one.amount_fen) for one in proposal.funding
    ]
    project.budget_fen = total


def _ensure_campaign(session: Session, project: Project, proposal: Proposal) -> None:
    if proposal.campaign_id is None or proposal.campaign_id == project.campaign_id:
        return
    campaign = session.get(Campaign, proposal.campaign_id)
    if campaign is None or campaign.state is not CampaignState.OPEN:
        raise InvalidInput(_("这个专项行动已经结束，请另选，或者不选。"), field="campaign")


def _ensure_whole(project: Project) -> None:
    """Raise InvalidInput with all that a proposal lacks."""
    budget, funding = lines_of(project)
    problems = rules.lacking(
        plan=project.plan,
        target_group=project.target_group,
        expected_effect=project.expected_effect,
        responsible=project.responsible_name,
        phone=project.responsible_phone,
        budget=budget,
        funding=funding,
    )
    if project.end_on < clock.today():
        problems.append(InvalidInput(_("结束日期已经过去，请改为今后的日期。"), field="end_on"))
    if problems:
        first = problems[0]
        raise InvalidInput(first.sentence, field=first.field, others=tuple(problems[1:]))


def _person_named(session: Session, organisation_id: uuid.UUID, name: str) -> uuid.UUID | None:
    """Return the one person of the organisation who has this name, or None: then nobody's relatives are known."""
    found = {
        party.id for _link, party in parties.affiliations_of(session, organisation_id) if party.name == name
    }
    return found.pop() if len(found) == 1 else None


def _next_number(session: Session) -> str:
    """Return the next free number of the year; a ledger may have brought one of the same form."""
    year = clock.today().year
    for _try in range(1000):
        number = f"XM{year}-{counters.take(session, f'project-{year}'):05d}"
        if session.scalar(select(Project.id).where(Project.number == number)) is None:
            return number
    raise Conflict(_("今年的项目编号取不到空号，请联系系统管理员。"))


def _trace(session: Session, verb: str, project: Project, *, actor: Actor, **detail: Any) -> None:
    session.flush()
    events.record(session, verb, THING, project.id, actor=actor, party_id=project.organisation_id, **detail)
