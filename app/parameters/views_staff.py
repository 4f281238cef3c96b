"""`/staff/parameters`: every number with its force and basis, one number's history, and the two steps of a change."""

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock, exports
from app.access import current_actor, requires
from app.db import reading
from app.errors import NotFound
from app.feature import Door, NavigationItem
from app.forms import Form
from app.ids import clean_code
from app.parameters import parameters, queries
from app.parameters.defaults import ALWAYS, DEFAULTS
from app.parameters.forms import ProposalForm, WithdrawalForm, amount_text
from app.parameters.kinds import Force, ProposalState
from app.parameters.models import ParameterValue
from app.parameters.queries import Found
from app.permissions import Actor, Permission, ensure_may
from app.regions import queries as regions
from app.regions.forms import city_region
from app.tables import Column, ColumnKind

bp = Blueprint("parameters_staff", __name__, url_prefix="/staff/parameters")
_FORCE_TONES = {Force.LAW: "working", Force.PRACTICE: "quiet", Force.CHOICE: "quiet"}


def waiting_count(session: Session, actor: Actor) -> int:
    """Return how many proposed numbers wait for an approval that this actor may give."""
    if not actor.may(Permission.PUBLISH_PARAMETERS):
        return 0
    waiting = select(func.count()).where(ParameterValue.state == ProposalState.PROPOSED)
    return session.scalar(waiting) or 0


NAVIGATION = (
    NavigationItem(
        Door.STAFF,
        _l("法定期限和标准"),
        "parameters_staff.index",
        Permission.USE_STAFF_DOOR,
        icon="sliders",
        order=801,
        count=waiting_count,
    ),
)


@bp.get("")
@requires(Permission.USE_STAFF_DOOR)
def index() -> ResponseReturnValue:
    """List all numbers as they are today, as a page or as a table to take away."""
    text, force = request.args.get("q", "").strip(), request.args.get("force", "")
    export = request.args.get("export")
    with reading() as session:
        found = queries.every(session, on=clock.today())
        changes = queries.changes(session)
    waiting = {row.key for row in changes if row.state is ProposalState.PROPOSED}
    rows = [
        _row(one, one.key in waiting)
        for one in found
        if (not text or text in one.title or text in one.article) and force in ("", one.force.value)
    ]
    if export:
        return exports.download(rows, _export_columns(), _("法定期限和标准"), export)
    return render_template(
        "parameters/index.html",
        rows=rows,
        columns=_columns(),
        text=text,
        force=force,
        forces=Force.choices(),
        waiting=[
            {
                "title": DEFAULTS[row.key][0].title,
                "url": url_for(".show", key=row.key),
                "meta": [_new_words(row), _("%(day)s 起", day=row.valid_from.isoformat())],
            }
            for row in changes
            if row.state is ProposalState.PROPOSED and row.key in DEFAULTS
        ],
    )


@bp.route("/<key>", methods=["GET", "POST"])
@requires(Permission.USE_STAFF_DOOR)
def show(key: str) -> ResponseReturnValue:
    """Show one number with all its changes; whoever manages parameters proposes another here."""
    actor = current_actor()
    if key not in DEFAULTS:
        raise NotFound(_("没有这项参数。"))
    if request.method == "POST":
        ensure_may(actor, Permission.MANAGE_PARAMETERS)
    form = ProposalForm()
    form.unit = DEFAULTS[key][0].unit

    def act(session: Session) -> str:
        region = form.region_code.data
        assert form.valid_from.data is not None  # validated
        parameters.propose(
            session,
            key,
            value=form.number,
            valid_from=form.valid_from.data,
            article=form.article.data or "",
            region_code=None if region == city_region() else region,
            actor=actor,
        )
        flash(_("已提交，由法制审核员审核后到期生效。"), "done")
        return url_for(".show", key=key)

    done = form.carry_out(act)
    return done or _page(key, form)


@bp.post("/proposals/<code>/approve")
@requires(Permission.PUBLISH_PARAMETERS)
def approve(code: str) -> ResponseReturnValue:
    """Let a proposed number come into force on its day."""
    form = Form()

    def act(session: Session) -> str:
        row = parameters.approve(session, queries.by_code(session, clean_code(code)), actor=current_actor())
        flash(_("已通过，%(day)s 起生效。", day=row.valid_from.isoformat()), "done")
        return url_for(".show", key=row.key)

    return form.carry_out(act) or _refused(code, form)


@bp.post("/proposals/<code>/withdraw")
@requires(Permission.MANAGE_PARAMETERS, Permission.PUBLISH_PARAMETERS)
def withdraw(code: str) -> ResponseReturnValue:
    """Take a number back that is not in force yet."""
    form = WithdrawalForm()

    def act(session: Session) -> str:
        row = queries.by_code(session, clean_code(code))
        parameters.withdraw(session, row, reason=form.reason.data or "", actor=current_actor())
        flash(_("已撤回。"), "done")
        return url_for(".show", key=row.key)

    return form.carry_out(act) or _refused(code, form)


def _refused(code: str, form: Form) -> ResponseReturnValue:
    with reading() as session:
        row = queries.by_code(session, clean_code(code))
    return _page(row.key, ProposalForm(formdata=None), refused=(row.code, form))


def _page(key: str, form: ProposalForm, refused: tuple[str, Form] | None = None) -> ResponseReturnValue:
    actor, today = current_actor(), clock.today()
    form.unit = DEFAULTS[key][0].unit
    with reading() as session:
        found = queries.found(session, key, on=today)
        changes = queries.changes(session, key)
        places = regions.full_names(session, {row.region_code for row in changes if row.region_code})
    page = render_template(
        "parameters/show.html",
        found=found,
        amount=amount_text(found.unit, found.value),
        since=_since(found),
        form=form,
        refused=refused,
        withdrawal=refused[1]
        if refused and isinstance(refused[1], WithdrawalForm)
        else WithdrawalForm(formdata=None),
        once=Form(formdata=None),
        changes=[_change(row, places, today) for row in changes],
        defaults=[
            {
                "amount": amount_text(one.unit, one.value),
                "article": one.article,
                "since": _day(one.valid_from),
            }
            for one in reversed(DEFAULTS[key])
        ],
        may_propose=actor.may(Permission.MANAGE_PARAMETERS),
        may_approve=actor.may(Permission.PUBLISH_PARAMETERS),
        person_id=actor.person_id,
        is_law=found.force is Force.LAW,
    )
    return page, 422 if request.method == "POST" else 200


def _row(one: Found, waiting: bool) -> dict[str, Any]:
    return {
        "key": one.key,
        "title": one.title,
        "url": url_for(".show", key=one.key),
        "amount": amount_text(one.unit, one.value),
        "value": one.value,
        "unit": str(one.unit.label),
        "force": str(one.force.label),
        "tone": _FORCE_TONES[one.force],
        "article": one.article,
        "since": _since(one),
        "waiting": _("有调整待审核") if waiting else None,
    }


def _change(row: ParameterValue, places: dict[str, str], today: Any) -> dict[str, Any]:
    return {
        "row": row,
        "amount": _new_words(row),
        "place": places.get(row.region_code, row.region_code) if row.region_code else _("全市"),
        "in_force": row.state is ProposalState.APPROVED and row.valid_from <= today,
        "open": row.state is ProposalState.PROPOSED
        or (row.state is ProposalState.APPROVED and row.valid_from > today),
    }


def _new_words(row: ParameterValue) -> str:
    return amount_text(DEFAULTS[row.key][0].unit, row.value) if row.key in DEFAULTS else str(row.value)


def _since(one: Found) -> str:
    return _day(one.valid_from)


def _day(value: Any) -> str:
    return _("一直有效") if value == ALWAYS else str(value.isoformat())


def _columns() -> list[dict[str, Any]]:
    return [
        {"key": "title", "label": _("名称"), "card": "title", "url": "url", "sub": "waiting"},
        {"key": "amount", "label": _("现行数值"), "card": "side"},
        {"key": "force", "label": _("效力"), "kind": "state", "tone": "tone"},
        {"key": "article", "label": _("依据")},
        {"key": "since", "label": _("生效日期")},
    ]


def _export_columns() -> list[Column]:
    return [
        Column("key", _("编号")),
        Column("title", _("名称")),
        Column("value", _("数值"), ColumnKind.INTEGER),
        Column("unit", _("单位")),
        Column("force", _("效力")),
        Column("article", _("依据")),
        Column("since", _("生效日期")),
    ]
