"""`/staff/plans`: help plans of the actor's regions, drafting one, deciding, furthering, evaluating."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app import clock
from app.access import current_actor, requires
from app.db import reading
from app.deadlines import queries as deadlines
from app.feature import Door, NavigationItem
from app.figures import day_text
from app.forms import Form
from app.masking import public_name
from app.parties import household_queries
from app.parties import queries as parties
from app.permissions import Permission, may_in
from app.regions import queries as regions
from projects.care import screens, steps
from projects.care.screens import Act, NoteForm, ReasonForm
from projects.plans import clocks, plans, queries
from projects.plans.forms import EvaluationForm, MeasureForm, PlanForm, values_of
from projects.plans.kinds import MeasureState, PlanEffect, PlanState
from projects.plans.models import HelpPlan

bp = Blueprint("plans_staff", __name__, url_prefix="/staff/plans")
P = Permission
NAVIGATION = (
    NavigationItem(
        Door.STAFF, _l("帮扶方案"), "plans_staff.index", P.READ_HOUSEHOLDS, icon="clipboard2-heart", order=312
    ),
)
_COLUMNS = (
    {"key": "name", "label": _l("户主"), "card": "title", "url": "url", "sub": "number"},
    {"key": "lead", "label": _l("牵头部门")},
    {"key": "responsible", "label": _l("责任人")},
    {"key": "place", "label": _l("所在地")},
    {"key": "measures", "label": _l("措施完成")},
    {"key": "due_on", "label": _l("下次评估"), "kind": "date"},
    {"key": "state", "label": _l("状态"), "kind": "state", "card": "side"},
)
_STEPS = {
    "amended": _l("修改方案"),
    "evaluated": _l("评估，继续执行"),
    "household_changed": _l("家庭成员有变化，请核对方案是否仍然合适"),
    **{f"measure_{one.value}": _l("措施：%(state)s", state=one.label) for one in MeasureState},
}


@bp.get("")
@requires(P.READ_HOUSEHOLDS)
def index() -> ResponseReturnValue:
    """List the plans of the actor's regions, the newest first."""
    actor, asked = current_actor(), request.args.get("state", "")
    with reading() as session:
        page = queries.staff_page(
            session,
            actor,
            state=PlanState(asked) if asked in set(PlanState) else None,
            mine=bool(request.args.get("mine")),
            after=request.args.get("after"),
            before=request.args.get("before"),
        )
        names = parties.names_of(session, [plan.responsible_id for plan, _party, _number in page.rows])
        places = regions.full_names(session, {plan.region_code for plan, _party, _number in page.rows})
        due = deadlines.of(session, clocks.SUBJECT, [plan.id for plan, _party, _number in page.rows])
    rows = [
        {
            "name": public_name(party.name),
            "number": number,
            "url": url_for(".show", code=plan.code),
            "lead": plan.lead_department,
            "responsible": names.get(plan.responsible_id),
            "place": places.get(plan.region_code, plan.region_code),
            "measures": _done(plan),
            "due_on": due[plan.id][0].deadline.due_on if plan.id in due else None,
            "state": plan.state,
        }
        for plan, party, number in page.rows
    ]
    return render_template(
        "care/list.html",
        title=_("帮扶方案"),
        lead=_("一户一策：牵头部门、责任人、措施和完成日期，每年评估一次。新方案从家庭档案里拟定。"),
        columns=_COLUMNS,
        rows=rows,
        page=page,
        here=url_for(".index"),
        filters=[
            ("state", _("状态"), PlanState.choices(), asked),
            ("mine", _("责任人"), [("1", _("我负责的"))], request.args.get("mine", "")),
        ],
        empty=(_("没有帮扶方案"), _("在家庭档案里为困难家庭拟定方案后，会出现在这里。")),
    )


@bp.route("/new/<file>", methods=["GET", "POST"])
@requires(P.MANAGE_HOUSEHOLDS)
def new(file: str) -> ResponseReturnValue:
    """Draft a plan for a household."""
    with reading() as session:
        party, _file = household_queries.staff_get(session, file, actor=current_actor())
        there = plans.open_of(session, party.id)
        number, place = screens.whose(session, party.id).number, regions.full_name(session, party.region_code)
    form = PlanForm()

    def act(session: Session) -> str:
        plan = plans.draft(session, party.id, form.draft(session), actor=current_actor())
        flash(_("方案已拟定，等待另一位负责人审定。"), "done")
        return url_for(".show", code=plan.code)

    done = form.carry_out(act)
    if done is not None:
        return done
    if there is not None and request.method == "GET":
        flash(_("这户已有帮扶方案，请在原方案上办理。"), "done")
    return form.page("plans/form.html", party=party, number=number, place=place, back=url_for(".index"))


@bp.route("/<code>/amend", methods=["GET", "POST"])
@requires(P.MANAGE_HOUSEHOLDS)
def amend(code: str) -> ResponseReturnValue:
    """Change a plan that nobody has decided about yet."""
    plan = _plan(code)
    whose = screens.read(plan.household_id, "plan")
    with reading() as session:
        responsible = parties.names_of(session, [plan.responsible_id]).get(plan.responsible_id, "")
    form = PlanForm(data=values_of(plan, responsible))

    def act(session: Session) -> str:
        plans.amend(session, plan.id, form.draft(session), actor=current_actor())
        flash(_("方案已修改，等待审定。"), "done")
        return url_for(".show", code=plan.code)

    return form.carry_out(act) or form.page(
        "plans/form.html",
        party=whose.party,
        number=whose.number,
        place=whose.place,
        back=url_for(".show", code=plan.code),
    )


@bp.get("/<code>")
@requires(P.READ_HOUSEHOLDS)
def show(code: str) -> ResponseReturnValue:
    """Show a plan; the look is written down."""
    return _show(_plan(code))


@bp.post("/<code>/approve")
@requires(P.APPROVE_REQUESTS)
def approve(code: str) -> ResponseReturnValue:
    """Put a plan in force."""
    return _take(
        code, "approve", NoteForm(), lambda s, plan, _f: plans.approve(s, plan.id, actor=current_actor())
    )


@bp.post("/<code>/drop")
@requires(P.APPROVE_REQUESTS)
def drop(code: str) -> ResponseReturnValue:
    """Leave a draft unused."""
    form = ReasonForm()
    return _take(
        code,
        "drop",
        form,
        lambda s, plan, f: plans.drop(s, plan.id, reason=f.reason.data, actor=current_actor()),
    )


@bp.post("/<code>/evaluate")
@requires(P.ASSESS_REQUESTS)
def evaluate(code: str) -> ResponseReturnValue:
    """Judge a plan."""

    def act(session: Session, plan: HelpPlan, form: Any) -> None:
        effect = PlanEffect(form.effect.data)
        plans.evaluate(session, plan.id, effect, words=form.words.data, actor=current_actor())

    return _take(code, "evaluate", EvaluationForm(), act)


@bp.post("/<code>/measures/<int:number>")
@requires(P.MANAGE_HOUSEHOLDS)
def further(code: str, number: int) -> ResponseReturnValue:
    """Write how far a measure is."""

    def act(session: Session, plan: HelpPlan, form: Any) -> None:
        measure = next((one for one in plan.measures if one.position == number), None)
        if measure is not None:
            plans.further(
                session,
                measure.id,
                MeasureState(form.state.data),
                note=form.note.data or "",
                actor=current_actor(),
            )

    return _take(code, f"measure-{number}", MeasureForm(), act)


def _take(
    code: str, name: str, form: Form, verb: Callable[[Session, HelpPlan, Any], object]
) -> ResponseReturnValue:
    plan = _plan(code)

    def act(session: Session) -> str:
        verb(session, plan, form)
        flash(_("已办理。"), "done")
        return url_for(".show", code=plan.code)

    return form.carry_out(act) or _show(plan, {name: form})


def _show(plan: HelpPlan, sent: dict[str, Form] | None = None) -> ResponseReturnValue:
    whose = screens.read(plan.household_id, "plan")
    with reading() as session:
        plan = session.get_one(HelpPlan, plan.id)
        found = queries.evaluations(session, plan.id)
        names = parties.names_of(
            session,
            [plan.responsible_id, *(one.by_person_id for one in found if one.by_person_id is not None)],
        )
        running = deadlines.of(session, clocks.SUBJECT, [plan.id]).get(plan.id, [])
        history = steps.timeline(steps.of(session, clocks.SUBJECT, plan.id), PlanState, _STEPS)
    actor = current_actor()
    answer = render_template(
        "care/thing.html",
        title=_("%(name)s户的帮扶方案", name=whose.party.name),
        trail=[(_("帮扶方案"), url_for(".index"))],
        kicker=whose.place,
        number=whose.number,
        state=plan.state,
        note=None,
        clocks=running,
        actions=[(_("修改方案"), url_for(".amend", code=plan.code), "plain", "pencil-square")]
        if plan.state is PlanState.DRAFT and may_in(actor, P.MANAGE_HOUSEHOLDS, plan.region_code)
        else [],
        facts=[
            (_("牵头部门"), plan.lead_department),
            (_("责任人"), names.get(plan.responsible_id)),
            (_("执行时间"), _since(plan)),
            (_("帮扶目标"), plan.goal, "wide"),
        ],
        lists=[
            (_("帮扶措施"), _measures(plan), _("没有措施。")),
            (
                _("评估"),
                [
                    {
                        "title": one.effect.label,
                        "meta": [
                            day_text(one.evaluated_on),
                            names.get(one.by_person_id) if one.by_person_id else "",
                            one.words,
                        ],
                    }
                    for one in found
                ],
                _("还没有评估。"),
            ),
        ],
        history=history,
        acts=_acts(plan, sent or {}),
    )
    return answer, 422 if sent else 200


def _acts(plan: HelpPlan, sent: dict[str, Form]) -> list[Act]:
    actor, here, acts = current_actor(), plan.region_code, []

    def offer(name: str, label: Any, url: str, form: type[Form], **more: Any) -> None:
        acts.append(Act(label, url, sent.get(name) or form(formdata=None), **more))

    if plan.state is PlanState.DRAFT and may_in(actor, P.APPROVE_REQUESTS, here):
        offer("approve", _("审定，开始执行"), url_for(".approve", code=plan.code), NoteForm)
        offer("drop", _("不采用"), url_for(".drop", code=plan.code), ReasonForm)
    if plan.state is PlanState.IN_FORCE and may_in(actor, P.MANAGE_HOUSEHOLDS, here):
        for one in plan.measures:
            if one.state in (MeasureState.PLANNED, MeasureState.UNDER_WAY):
                label = _("登记进展：%(what)s", what=one.what)
                url = url_for(".further", code=plan.code, number=one.position)
                offer(f"measure-{one.position}", label, url, MeasureForm)
    if plan.state is PlanState.IN_FORCE and may_in(actor, P.ASSESS_REQUESTS, here):
        offer("evaluate", _("评估方案"), url_for(".evaluate", code=plan.code), EvaluationForm)
    return acts


def _measures(plan: HelpPlan) -> list[dict[str, Any]]:
    today = clock.today()
    open_ones = (MeasureState.PLANNED, MeasureState.UNDER_WAY)
    return [
        {
            "title": one.what,
            "meta": [
                one.by_whom,
                _("%(first)s至%(last)s", first=day_text(one.start_on), last=day_text(one.due_on)),
                _("已超期 %(days)s 天", days=(today - one.due_on).days)
                if one.state in open_ones and one.due_on < today and plan.state is PlanState.IN_FORCE
                else "",
            ],
            "state": one.state,
        }
        for one in plan.measures
    ]


def _done(plan: HelpPlan) -> str:
    wanted = [one for one in plan.measures if one.state is not MeasureState.DROPPED]
    return f"{sum(one.state is MeasureState.DONE for one in wanted)} / {len(wanted)}"


def _since(plan: HelpPlan) -> str | None:
    if plan.begin_on is None:
        return None
    if plan.end_on is None:
        return _("%(day)s起", day=day_text(plan.begin_on))
    return _("%(first)s至%(last)s", first=day_text(plan.begin_on), last=day_text(plan.end_on))


def _plan(code: str) -> HelpPlan:
    with reading() as session:
        return queries.staff_get(session, code, actor=current_actor())
