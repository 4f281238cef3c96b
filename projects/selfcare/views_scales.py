"""`/staff/care-scales`: the published scale, its versions, proposing and publishing one."""

from collections.abc import Callable

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import clock
from app.access import current_actor, requires
from app.buttons import press
from app.db import reading
from app.permissions import Permission
from projects.catalogue import queries as catalogue
from projects.selfcare import scales
from projects.selfcare.forms import ScaleForm, values_of
from projects.selfcare.kinds import ScaleState, SelfCareLevel
from projects.selfcare.models import CareScale
from projects.selfcare.views_staff import sections

bp = Blueprint("care_scales_staff", __name__, url_prefix="/staff/care-scales")
P = Permission


@bp.get("")
@requires(P.READ_HOUSEHOLDS, P.PUBLISH_PARAMETERS)
def index() -> ResponseReturnValue:
    """Show the scale that is in force, and the city's versions."""
    actor = current_actor()
    with reading() as session:
        scale = scales.in_force(session, on=clock.today())
        versions = scales.every(session)
        names = {one.slug: one.name for one in catalogue.every(session)}
    return render_template(
        "selfcare/scale.html",
        scale=scale,
        levels=list(SelfCareLevel),
        versions=versions,
        names=names,
        tabs_of=sections("scales"),
        proposed=ScaleState.PROPOSED,
        may_propose=actor.may(P.MANAGE_PARAMETERS),
        may_publish=actor.may(P.PUBLISH_PARAMETERS),
        me=actor.person_id,
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(P.MANAGE_PARAMETERS)
def new() -> ResponseReturnValue:
    """Propose the next version, beginning from the one in force."""
    with reading() as session:
        items = catalogue.offered(session)
        form = ScaleForm(data=values_of(scales.in_force(session, on=clock.today())))
    form.offer(items)

    def act(session: Session) -> str:
        row = scales.propose(
            session, form.scale(), valid_from=form.valid_from.data or clock.today(), actor=current_actor()
        )
        flash(_("第 %(version)s 版已拟定，等待另一位工作人员发布。", version=row.version), "done")
        return url_for(".index")

    return form.carry_out(act) or form.page("selfcare/new_scale.html")


@bp.post("/<int:version>/publish")
@requires(P.PUBLISH_PARAMETERS)
def publish(version: int) -> ResponseReturnValue:
    """Publish a proposed version."""
    return _decide(version, scales.publish)


@bp.post("/<int:version>/drop")
@requires(P.PUBLISH_PARAMETERS)
def drop(version: int) -> ResponseReturnValue:
    """Leave a proposed version unused."""
    return _decide(version, scales.drop)


def _decide(version: int, verb: Callable[..., CareScale]) -> ResponseReturnValue:
    def act(session: Session) -> str:
        row = verb(session, version, actor=current_actor())
        flash(_("第 %(version)s 版：%(state)s。", version=row.version, state=row.state.label), "done")
        return url_for(".index")

    return press(act, url_for(".index"))
