"""`/staff/adjustments`: decisions that let a version score a past period, how far they have come, and what they did."""

from typing import Any

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app import clock
from app.access import current_actor, requires
from app.db import reading
from app.feature import Door, NavigationItem
from app.permissions import Permission, may_in
from points.adjustments import decisions
from points.adjustments.decisions import Paper
from points.adjustments.forms import ConfirmForm, DecisionForm
from points.adjustments.models import AdjustmentDecision, AdjustmentState
from points.rulesets import publication
from points.rulesets import queries as rulesets
from points.rulesets.models import Programme, Ruleset
from points.simulation import kept, simulations
from points.simulation.models import Simulation
from points.simulation.results import Result
from points.simulation.screens import signed

bp = Blueprint("adjustments_staff", __name__, url_prefix="/staff/adjustments")
_BOTH = (Permission.MANAGE_RULESETS, Permission.PUBLISH_RULESETS)
NAVIGATION = (
    NavigationItem(
        Door.STAFF,
        _l("调整决定"),
        "adjustments_staff.index",
        _BOTH,
        "arrow-repeat",
        order=51,
        count=decisions.waiting_count,
    ),
)
_COLUMNS = [
    {"key": "number", "label": _l("编号"), "card": "lead"},
    {"key": "title", "label": _l("决定"), "card": "title", "url": "url", "sub": "reason"},
    {"key": "period", "label": _l("调整的时期")},
    {"key": "version", "label": _l("改用"), "bare": True},
    {"key": "state", "label": _l("状态"), "kind": "state", "card": "side"},
]


@bp.get("")
@requires(*_BOTH)
def index() -> ResponseReturnValue:
    """List the decisions."""
    with reading() as session:
        programme = publication.programme_for(session, actor=current_actor())
        found = decisions.of_programme(session, programme.id) if programme else []
        versions = {
            one.id: one.version for one in (rulesets.every(session, programme.id) if programme else [])
        }
    rows = [_row(one, versions[one.ruleset_id]) for one in found]
    return render_template("points/rules/adjustments.html", columns=_COLUMNS, rows=rows)


@bp.route("/from/<code>", methods=["GET", "POST"])
@requires(Permission.MANAGE_RULESETS)
def draft(code: str) -> ResponseReturnValue:
    """Draft a decision out of a simulation."""
    actor = current_actor()
    with reading() as session:
        simulation = simulations.get(session, code, actor=actor)
        ruleset = session.get_one(Ruleset, simulation.ruleset_id)
    form = DecisionForm(data={"decided_on": clock.today()})

    def act(session: Session) -> str:
        decided_on = form.decided_on.data
        assert decided_on is not None  # the form saw to it
        paper = Paper(
            form.document_number.data or "",
            decided_on,
            form.basis_title.data or "",
            form.reason.data or "",
        )
        made = decisions.draft(session, simulation.id, paper, actor=actor)
        flash(_("决定已起草，由另一人通过后执行。"), "done")
        return url_for(".show", code=made.code)

    return form.carry_out(act) or form.page(
        "points/rules/adjustment_draft.html", simulation=simulation, ruleset=ruleset
    )


@bp.get("/<code>")
@requires(*_BOTH)
def show(code: str) -> ResponseReturnValue:
    """Show a decision: what it rests on, what it will do or has done."""
    return _page(code, ConfirmForm(formdata=None))


@bp.post("/<code>/adopt")
@requires(Permission.PUBLISH_RULESETS)
def adopt(code: str) -> ResponseReturnValue:
    """Adopt a decision."""
    actor = current_actor()

    def act(session: Session) -> str:
        decisions.adopt(session, decisions.get(session, code, actor=actor).id, actor=actor)
        flash(_("决定已通过，正在后台逐条调整。"), "done")
        return url_for(".show", code=code)

    form = ConfirmForm()
    return form.carry_out(act) or (_page(code, form), 422)


@bp.post("/<code>/drop")
@requires(Permission.MANAGE_RULESETS)
def drop(code: str) -> ResponseReturnValue:
    """Take a draft back."""
    actor = current_actor()

    def act(session: Session) -> str:
        decisions.drop(session, decisions.get(session, code, actor=actor).id, actor=actor)
        flash(_("决定草稿已撤回。"), "done")
        return url_for(".show", code=code)

    form = ConfirmForm()
    return form.carry_out(act) or (_page(code, form), 422)


def _page(code: str, form: ConfirmForm) -> str:
    actor = current_actor()
    with reading(fresh=True) as session:
        decision = decisions.get(session, code, actor=actor)
        programme = session.get_one(Programme, decision.programme_id)
        simulation = session.get_one(Simulation, decision.simulation_id)
        ruleset = session.get_one(Ruleset, decision.ruleset_id)
        result = kept.opened(simulation.result, simulation.id) if simulation.result else None
    is_draft = decision.state is AdjustmentState.DRAFT
    return render_template(
        "points/rules/adjustment.html",
        form=form,
        decision=decision,
        simulation=simulation,
        ruleset=ruleset,
        wanted=_wanted(result),
        signed=signed,
        may_drop=is_draft and may_in(actor, Permission.MANAGE_RULESETS, programme.region_code),
        may_adopt=is_draft and may_in(actor, Permission.PUBLISH_RULESETS, programme.region_code),
        drafted_by_me=decision.drafted_by_id is not None and decision.drafted_by_id == actor.person_id,
    )


def _wanted(result: Result | None) -> dict[str, int]:
    """Return what the simulation said that the decision would do."""
    if result is None:
        return {"contributions": 0, "change": 0, "redeemable": 0}
    return {
        "contributions": result.total.changed + result.caps_only,
        "change": result.total.change,
        "redeemable": result.total.redeemable_change,
    }


def _row(one: AdjustmentDecision, version: int) -> dict[str, Any]:
    return {
        "number": _("第 %(number)d 号", number=one.number),
        "title": f"{one.document_number} · {one.basis_title}",
        "url": url_for(".show", code=one.code),
        "reason": one.reason,
        "period": _("%(first)s 至 %(last)s", first=one.first_day.isoformat(), last=one.last_day.isoformat()),
        "version": _("第 %(version)d 版", version=version),
        "state": one.state,
    }
