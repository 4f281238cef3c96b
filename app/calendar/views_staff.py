"""The calendar page of the staff door: a year, the yearly notice, and a term counted."""

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app import clock
from app.access import current_actor, requires
from app.calendar import queries
from app.calendar.calendar import enter_notice
from app.calendar.forms import NoticeForm, is_year, read_term
from app.calendar.months import months_of
from app.calendar.notice import Notice
from app.calendar.rules import TermUnit, WorkingCalendar
from app.db import reading
from app.errors import NotFound
from app.feature import Door, NavigationItem
from app.permissions import Permission

bp = Blueprint("calendar_staff", __name__, url_prefix="/staff/calendar")

NAVIGATION = (
    NavigationItem(
        Door.STAFF,
        _l("工作日历"),
        "calendar_staff.year",
        Permission.USE_STAFF_DOOR,
        icon="calendar3",
        order=800,
    ),
)


@bp.get("")
@requires(Permission.USE_STAFF_DOOR)
def year() -> str:
    """Show a year, this one unless the address names another."""
    today = clock.today()
    asked = request.args.get("year", "")
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) == 4 else today.year
    if not is_year(number):
        raise NotFound(_("工作日历没有 %(year)s 年。", year=number))
    with reading() as session:
        days = queries.load_calendar(session)
        official = queries.find_year(session, number)
        missing = queries.missing_year(session, today)
    months = months_of(days, number, today=today)
    return render_template(
        "calendar/year.html",
        number=number,
        official=official,
        missing=missing,
        months=months,
        working_days=sum(month.working_days for month in months),
        earlier=number - 1 if is_year(number - 1) else None,
        later=number + 1 if is_year(number + 1) else None,
        term=read_term(request.args, days),
        units=TermUnit.choices(),
        may_enter=current_actor().may(Permission.MANAGE_CALENDAR),
    )


@bp.route("/notice", methods=["GET", "POST"])
@requires(Permission.MANAGE_CALENDAR)
def notice() -> Response | tuple[str, int]:
    """Take the yearly notice: first show what was understood, then, confirmed, enter it."""
    form = NoticeForm()
    if not form.is_submitted():
        asked = request.args.get("year", "")
        form.year.data = (
            int(asked) if asked.isascii() and asked.isdecimal() and len(asked) == 4 else _next_missing()
        )
    elif "again" in request.form:
        form.confirmed.data = ""
        return render_template("calendar/notice.html", form=form), 200
    elif not form.is_confirmed and form.validate() and form.notice is not None:
        form.confirmed.data = "1"
        return render_template("calendar/check.html", form=form, **_understood(form.notice)), 200

    def act(session: Session) -> str:
        assert form.notice is not None  # validated
        entered = enter_notice(session, form.notice, source=str(form.source.data), actor=current_actor())
        flash(_("%(year)s 年的工作日历已启用。", year=entered.year), "done")
        return url_for(".year", year=entered.year)

    return form.carry_out(act) or form.page("calendar/notice.html")


def _next_missing() -> int:
    with reading() as session:
        return queries.missing_year(session, clock.today()) or clock.today().year + 1


def _understood(read: Notice) -> dict[str, object]:
    days = WorkingCalendar(frozenset({read.year}), {one.day: one for one in read.days})
    with reading() as session:
        replaced = queries.find_year(session, read.year)
    return {"notice": read, "months": months_of(days, read.year), "replaced": replaced}
