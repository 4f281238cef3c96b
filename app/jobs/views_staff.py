"""The page of background jobs: last and next runs, errors, durations, and "run now"."""

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app import clock
from app.access import current_actor, requires
from app.buttons import press
from app.db import reading
from app.errors import NotFound
from app.feature import Door, NavigationItem
from app.jobs import queries, registry, runs
from app.permissions import Permission

bp = Blueprint("jobs_staff", __name__, url_prefix="/staff/jobs")

NAVIGATION = (
    NavigationItem(
        Door.STAFF,
        _l("后台任务"),
        "jobs_staff.index",
        Permission.MANAGE_JOBS,
        icon="clock-history",
        order=910,
    ),
)


@bp.get("")
@requires(Permission.MANAGE_JOBS)
def index() -> ResponseReturnValue:
    """Show every job."""
    with reading() as session:
        standings = queries.standings(session, clock.now())
    return render_template("jobs/index.html", standings=standings, true_now=clock.true_now())


@bp.get("/<name>")
@requires(Permission.MANAGE_JOBS)
def show(name: str) -> ResponseReturnValue:
    """Show the latest runs of one job."""
    job = _job(name)
    with reading() as session:
        rows = queries.runs_of(session, name)
    return render_template(
        "jobs/show.html",
        job=job,
        rows=rows,
        next_at=job.schedule.next_after(clock.now()),
        true_now=clock.true_now(),
    )


@bp.post("/<name>/run")
@requires(Permission.MANAGE_JOBS)
def run_now(name: str) -> ResponseReturnValue:
    """Ask for a run; the scheduler takes it up within seconds. Nothing runs in this request."""
    job = _job(name)
    here = url_for(".show", name=name)

    def act(session: Session) -> str:
        runs.ask_for(session, job, actor=current_actor())
        flash(_("已安排运行“%(job)s”，通常十几秒内开始。", job=job.title), "done")
        return here

    return press(act, here)


def _job(name: str) -> registry.Job:
    job = registry.by_name(name)
    if job is None:
        raise NotFound(_("没有这个后台任务。"))
    return job
