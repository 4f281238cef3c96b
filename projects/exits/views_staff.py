"""`/staff/exits`: exits of the actor's regions, applying, deciding, taking back, coming back."""

import uuid
from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.access import current_actor, requires
from app.db import reading
from app.deadlines import queries as deadlines
from app.errors import NotFound
from app.feature import Door, NavigationItem
from app.figures import day_text
from app.forms import Form
from app.masking import public_name
from app.parties import household_queries
from app.permissions import Permission, may_in
from app.regions import queries as regions
from projects.care import screens, steps
from projects.care.screens import Act, NoteForm, ReasonForm
from projects.exits import clocks, exits, queries
from projects.exits.forms import ApplyForm, CheckForm
from projects.exits.kinds import ExitKind, ExitState
from projects.exits.models import HouseholdExit
from projects.visits import queries as visit_queries
from projects.visits import rota

bp = Blueprint("exits_staff", __name__, url_prefix="/staff/exits")
P, S = Permission, ExitState
NAVIGATION = (
    NavigationItem(
        Door.STAFF,
        _l("退出和恢复"),
        "exits_staff.index",
        P.READ_HOUSEHOLDS,
        icon="box-arrow-right",
        order=314,
    ),
)
_COLUMNS = (
    {"key": "name", "label": _l("户主"), "card": "title", "url": "url", "sub": "number"},
    {"key": "kind", "label": _l("方式")},
    {"key": "category", "label": _l("类别")},
    {"key": "place", "label": _l("所在地")},
    {"key": "due_on", "label": _l("期限"), "kind": "date"},
    {"key": "state", "label": _l("状态"), "kind": "state", "card": "side"},
)
_STEPS = {"stage_checked": _l("渐退核查，进入下一步"), "household_changed": _l("家庭成员有变化，请核对")}
_VERBS: dict[str, tuple[Permission, type[Form], Callable[..., Any]]] = {
    "confirm": (P.APPROVE_REQUESTS, NoteForm, lambda s, key, f, a: exits.confirm(s, key, actor=a)),
    "refuse": (
        P.APPROVE_REQUESTS,
        ReasonForm,
        lambda s, key, f, a: exits.refuse(s, key, reason=f.reason.data, actor=a),
    ),
    "take-back": (
        P.VISIT_HOUSEHOLDS,
        ReasonForm,
        lambda s, key, f, a: exits.take_back(s, key, reason=f.reason.data, actor=a),
    ),
    "check": (
        P.APPROVE_REQUESTS,
        CheckForm,
        lambda s, key, f, a: exits.check(s, key, bears=f.bears.data == "yes", words=f.words.data, actor=a),
    ),
    "readmit": (
        P.APPROVE_REQUESTS,
        ReasonForm,
        lambda s, key, f, a: exits.readmit(s, key, reason=f.reason.data, actor=a),
    ),
}
_OFFERED = {
    S.APPLIED: ("take-back",),
    S.VISITED: ("confirm", "refuse", "take-back"),
    S.COOLING: ("take-back",),
    S.RUNNING: ("check",),
    S.LEFT: ("readmit",),
}


@bp.get("")
@requires(P.READ_HOUSEHOLDS)
def index() -> ResponseReturnValue:
    """List the exits of the actor's regions, the newest first, uncounted."""
    asked = request.args.get("state", "")
    with reading() as session:
        page = queries.staff_page(
            session,
            current_actor(),
            state=S(asked) if asked in set(S) else None,
            after=request.args.get("after"),
            before=request.args.get("before"),
        )
        places = regions.full_names(session, {row[0].region_code for row in page.rows})
        due = deadlines.of(session, clocks.SUBJECT, [row[0].id for row in page.rows])
    rows = [
        {
            "name": public_name(party.name),
            "number": number,
            "url": url_for(".show", code=leaving.code),
            "kind": leaving.kind,
            "category": leaving.category,
            "place": places.get(leaving.region_code, leaving.region_code),
            "due_on": due[leaving.id][0].deadline.due_on if leaving.id in due else None,
            "state": leaving.state,
        }
        for leaving, party, number in page.rows
    ]
    return render_template(
        "care/list.html",
        title=_("退出和恢复"),
        lead=_(
            "主动退出有 10 个工作日冷静期，随时可以撤回；退出后需要帮助的，可以快速恢复。任何考核都不统计退出户数。"
        ),
        columns=_COLUMNS,
        rows=rows,
        page=page,
        here=url_for(".index"),
        filters=[("state", _("状态"), S.choices(), asked)],
        empty=(_("没有退出事项"), _("家庭主动提出后，在家庭档案里登记。")),
    )


@bp.route("/new/<file>", methods=["GET", "POST"])
@requires(P.VISIT_HOUSEHOLDS)
def new(file: str) -> ResponseReturnValue:
    """Write that a household wants to leave."""
    with reading() as session:
        party, _file = household_queries.staff_get(session, file, actor=current_actor())
    whose, form = screens.read(party.id, "exit"), ApplyForm()
    with reading() as session:
        form.offer(household_queries.categories(session, party.id))

    def act(session: Session) -> str:
        leaving = exits.apply(
            session,
            party.id,
            uuid.UUID(form.category.data),
            ExitKind(form.kind.data),
            reason=form.reason.data or "",
            months=form.months.data,
            stages=form.stages.data,
            actor=current_actor(),
        )
        flash(_("已登记，请由两人入户核实。"), "done")
        return url_for(".show", code=leaving.code)

    return form.carry_out(act) or form.page(
        "care/form.html",
        title=_("登记退出"),
        kicker=_("%(name)s户", name=party.name),
        number=whose.number,
        effect=_("低保、特困由省级系统审核，这里登记意愿和过程，不改动待遇。"),
        trail=[(_("退出和恢复"), url_for(".index"))],
        submit=_("登记"),
        back=url_for(".index"),
    )


@bp.get("/<code>")
@requires(P.READ_HOUSEHOLDS)
def show(code: str) -> ResponseReturnValue:
    """Show an exit; the look is written down."""
    return _show(_exit(code))


@bp.post("/<code>/<step>")
@requires(P.VISIT_HOUSEHOLDS, P.APPROVE_REQUESTS)
def take(code: str, step: str) -> ResponseReturnValue:
    """Take one step of an exit."""
    if step not in _VERBS:
        raise NotFound(_("没有这一步。"))
    leaving = _exit(code)
    _permission, kind, verb = _VERBS[step]
    form = kind()

    def act(session: Session) -> str:
        verb(session, leaving.id, form, current_actor())
        flash(_("已办理。"), "done")
        return url_for(".show", code=leaving.code)

    return form.carry_out(act) or _show(leaving, {step: form})


def _show(leaving: HouseholdExit, sent: dict[str, Form] | None = None) -> ResponseReturnValue:
    whose = screens.read(leaving.household_id, "exit")
    with reading() as session:
        leaving = session.get_one(HouseholdExit, leaving.id)
        running = deadlines.of(session, clocks.SUBJECT, [leaving.id]).get(leaving.id, [])
        made = visit_queries.made_for(session, clocks.SUBJECT, leaving.id)
        due = rota.find_due(session, clocks.SUBJECT, leaving.id)
        history = steps.timeline(steps.of(session, clocks.SUBJECT, leaving.id), S, _STEPS)
    shown = [*([due] if due else []), *made]
    answer = render_template(
        "care/thing.html",
        title=_("%(name)s户%(kind)s", name=whose.party.name, kind=leaving.kind.label),
        trail=[(_("退出和恢复"), url_for(".index"))],
        kicker=whose.place,
        number=whose.number,
        state=leaving.state,
        note=(_("待遇由省级系统审核"), _("这里只登记过程；类别变动请按省级结果在家庭档案里照录。"))
        if exits.is_statutory(leaving.category)
        else None,
        clocks=running,
        facts=[
            (_("类别"), leaving.category),
            (
                _("渐退期"),
                _("%(months)s 个月，分 %(count)s 步", months=leaving.months, count=leaving.steps_count),
            )
            if leaving.months
            else None,
            (_("确认日期"), day_text(leaving.confirmed_on) if leaving.confirmed_on else None),
            (_("退出日期"), day_text(leaving.left_on) if leaving.left_on else None),
        ],
        lists=[
            (
                _("入户核实"),
                [
                    {
                        "title": one.ground.label,
                        "url": url_for("visits_staff.show", code=one.code),
                        "state": one.state,
                    }
                    for one in shown
                ],
                _("还没有安排。"),
            ),
            *([(_("渐退步骤"), _stages(leaving), None)] if leaving.stages else []),
        ],
        history=history,
        acts=_acts(leaving, sent or {}),
    )
    return answer, 422 if sent else 200


def _stages(leaving: HouseholdExit) -> list[dict[str, Any]]:
    return [
        {
            "title": _("第 %(number)s 步：保留 %(percent)s%%", number=one.position, percent=one.percent),
            "meta": [
                _("%(first)s至%(last)s", first=day_text(one.begin_on), last=day_text(one.end_on)),
                _("%(day)s核查", day=day_text(one.checked_on)) if one.checked_on else "",
            ],
        }
        for one in leaving.stages
    ]


def _acts(leaving: HouseholdExit, sent: dict[str, Form]) -> list[Act]:
    labels = {
        "confirm": (_("确认，开始冷静期") if leaving.kind is ExitKind.VOLUNTARY else _("确认，开始渐退")),
        "refuse": _("不予退出"),
        "take-back": _("家庭撤回申请"),
        "check": _("渐退核查"),
        "readmit": _("快速恢复"),
    }
    actor = current_actor()
    return [
        Act(
            labels[name],
            url_for(".take", code=leaving.code, step=name),
            sent.get(name) or _VERBS[name][1](formdata=None),
        )
        for name in _OFFERED.get(leaving.state, ())
        if may_in(actor, _VERBS[name][0], leaving.region_code)
    ]


def _exit(code: str) -> HouseholdExit:
    with reading() as session:
        return queries.staff_get(session, code, actor=current_actor())
