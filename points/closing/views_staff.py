"""`/staff/closing`: months that are closed and to be closed, their totals, and what points end when."""

from datetime import timedelta

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.access import current_actor, requires
from app.db import reading
from app.errors import NotFound, Refused
from app.feature import Door, NavigationItem
from app.permissions import Permission, may_in
from points.closing import closing, screens
from points.closing.forms import CloseForm
from points.ledger import closing as months
from points.ledger import forecasts, totals
from points.ledger.closing_models import PeriodClose
from points.rulesets import queries as rulesets
from points.rulesets.models import Programme
from points.rulesets.publication import CITY_PROGRAMME

bp = Blueprint("closing_staff", __name__, url_prefix="/staff/closing")
NAVIGATION = (
    NavigationItem(
        Door.STAFF,
        _l("积分结账"),
        "closing_staff.index",
        Permission.CLOSE_PERIODS,
        icon="lock-fill",
        order=330,
    ),
)


@bp.get("")
@requires(Permission.CLOSE_PERIODS, Permission.READ_AUDIT)
def index() -> Response:
    """Go to the city's programme."""
    return redirect(url_for(".programme", programme=CITY_PROGRAMME), 303)  # type: ignore[return-value]


@bp.get("/<programme>")
@requires(Permission.CLOSE_PERIODS, Permission.READ_AUDIT)
def programme(programme: str) -> ResponseReturnValue:
    """Show the closed months of a programme, the next one to be closed, and what ends when."""
    return _page(programme, CloseForm(formdata=None))


@bp.post("/<programme>/close")
@requires(Permission.CLOSE_PERIODS)
def close(programme: str) -> ResponseReturnValue:
    """Close the oldest open month, which the form names."""
    form = CloseForm()
    if not form.validate_on_submit():
        return _page(programme, form)
    try:
        # Sealing and freezing take their own transactions; closing twice is closing once.
        closed = closing.close(programme, form.month.data or "", actor=current_actor())
    except NotFound:
        raise
    except Refused as refused:
        form.problems.append(str(refused))
        return _page(programme, form)
    flash(_("%(month)s 已结账。", month=closed.month), "done")
    return redirect(url_for(".show", programme=programme, month=closed.month), 303)


@bp.get("/<programme>/<month>")
@requires(Permission.CLOSE_PERIODS, Permission.READ_AUDIT)
def show(programme: str, month: str) -> ResponseReturnValue:
    """Show the totals of one closed month."""
    with reading() as session:
        chosen = _programme(session, programme)
        found = session.scalar(
            select(PeriodClose).where(PeriodClose.programme_id == chosen.id, PeriodClose.month == month)
        )
    if found is None:
        raise NotFound(_("这个月还没有结账。"))
    added = totals.read(found.totals)
    return render_template(
        "points/closed_month.html",
        programme=chosen,
        closed=found,
        balances=screens.balance_rows(added),
        balance_columns=screens.balance_columns(),
        flows=screens.flow_rows(flow for flow in added.flows if not flow.month),
        flow_columns=screens.flow_columns(corrections=False),
        corrections=screens.flow_rows(added.corrections),
        correction_columns=screens.flow_columns(corrections=True),
    )


def _page(code: str, form: CloseForm) -> ResponseReturnValue:
    actor, today = current_actor(), clock.today()
    with reading() as session:
        chosen = _programme(session, code)
        closed = months.closes(session, chosen.id)
        waiting = months.open_months(session, chosen.id, today)
        ending = forecasts.by_month(session, chosen.id)
    due = None
    if waiting:
        form.month.data = waiting[0]
        fifth = months.last_day_of(waiting[-1]) + timedelta(days=closing.CLOSES_ON)
        due = max(fifth, today + timedelta(days=1)).isoformat()
    page = render_template(
        "points/closing.html",
        form=form,
        programme=chosen,
        columns=screens.close_columns(),
        rows=screens.close_rows(chosen, closed),
        waiting=waiting,
        due=due,
        may_close=may_in(actor, Permission.CLOSE_PERIODS, chosen.region_code),
        chart=screens.ending_chart(ending),
    )
    return page, 422 if form.problems else 200


def _programme(session: Session, code: str) -> Programme:
    found = rulesets.programme(session, code)
    actor = current_actor()
    if not (
        may_in(actor, Permission.CLOSE_PERIODS, found.region_code)
        or may_in(actor, Permission.READ_AUDIT, found.region_code)
    ):
        raise NotFound(_("辖区内没有这个积分方案。"))
    return found
