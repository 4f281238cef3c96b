"""`/staff/simulations`: ask for a simulation, see what it tells, take it away as a workbook."""

from urllib.parse import urlencode

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import clock, tables
from app.access import current_actor, requires
from app.db import reading
from app.downloads import as_download
from app.errors import NotFound
from app.parties.models import PartyKind
from app.permissions import Permission
from points.rulesets import publication
from points.rulesets.kinds import RulesetState
from points.rulesets.models import Ruleset
from points.simulation import kept, screens, simulations
from points.simulation.forms import SimulationForm
from points.simulation.models import SimulationState

bp = Blueprint("simulations_staff", __name__, url_prefix="/staff/simulations")
_BOTH = (Permission.MANAGE_RULESETS, Permission.PUBLISH_RULESETS)


@bp.route("/of/<int:version>", methods=["GET", "POST"])
@requires(*_BOTH)
def ask(version: int) -> ResponseReturnValue:
    """Ask for a version to be tried on a past period; a short one is there at once, a long one when the job is done."""
    actor, today = current_actor(), clock.today()
    with reading() as session:
        ruleset = publication.version_for(session, version, actor=actor)
        earlier = simulations.of_ruleset(session, ruleset.id)
        is_short = simulations.is_short(session, ruleset.programme_id)
    form = SimulationForm(data={"first_day": today.replace(month=1, day=1), "last_day": today})

    def act(session: Session) -> str:
        first, last = form.first_day.data, form.last_day.data
        assert first is not None and last is not None  # the form saw to it
        return url_for(".show", code=simulations.ask(session, ruleset.id, first, last, actor=actor).code)

    done = form.carry_out(act)
    if done is not None:
        if is_short:
            with reading(fresh=True) as session:
                newest = simulations.get(session, done.location.rpartition("/")[2], actor=actor)
            simulations.carry_out(newest.id)
        return done
    return form.page("points/rules/simulate.html", ruleset=ruleset, earlier=earlier)


@bp.get("/<code>")
@requires(*_BOTH)
def show(code: str) -> ResponseReturnValue:
    """Show what a simulation tells, or that it is still being made."""
    actor = current_actor()
    who = request.args.get("who", "all")
    kind = next((one for one in PartyKind if one.value == request.args.get("party")), None)
    number = max(1, min(request.args.get("page", 1, type=int), 100_000))
    with reading(fresh=True) as session:
        simulation = simulations.get(session, code, actor=actor)
        ruleset = session.get_one(Ruleset, simulation.ruleset_id)
        if simulation.state is not SimulationState.DONE or simulation.result is None:
            return render_template(
                "points/rules/simulation_waits.html", simulation=simulation, ruleset=ruleset
            )
        result = kept.opened(simulation.result, simulation.id)
        lines = screens.party_lines(result, who, kind)
        first = (number - 1) * screens.PAGE
        return render_template(
            "points/rules/simulation.html",
            simulation=simulation,
            ruleset=ruleset,
            is_stale=simulation.ruleset_revision != ruleset.revision,
            may_decide=ruleset.state is RulesetState.PUBLISHED and actor.may(Permission.MANAGE_RULESETS),
            result=result,
            signed=screens.signed,
            kind_columns=screens.KIND_COLUMNS,
            kind_rows=screens.kind_rows(result),
            kind_sums=screens.kind_sums(result),
            party_columns=screens.PARTY_COLUMNS,
            party_rows=screens.party_rows(session, lines[first : first + screens.PAGE], actor),
            count=len(lines),
            examples=screens.example_rows(session, result, actor),
            who=who,
            whos=list(screens.WHO.items()),
            kind=kind,
            kinds=PartyKind.choices(),
            before=_page(number - 1) if number > 1 else None,
            after=_page(number + 1) if len(lines) > first + screens.PAGE else None,
        )


@bp.get("/<code>/workbook")
@requires(*_BOTH)
def workbook(code: str) -> ResponseReturnValue:
    """Give the whole result as a workbook with a sheet that says how to read it."""
    actor = current_actor()
    with reading() as session:
        simulation = simulations.get(session, code, actor=actor)
        if simulation.result is None:
            raise NotFound(_("这次试算还没有结果。"))
        ruleset = session.get_one(Ruleset, simulation.ruleset_id)
        title = _("积分规则第 %(version)d 版试算", version=ruleset.version)
        stamp = tables.Stamp(title=title, user=actor.name, moment=clock.now())
        data = tables.write_book(
            screens.sheets(session, kept.opened(simulation.result, simulation.id), actor),
            stamp,
            screens.how_to_read(
                simulation.first_day.isoformat(), simulation.last_day.isoformat(), ruleset.version
            ),
        )
    return as_download(data, f"{title} {clock.today().isoformat()}.xlsx", tables.XLSX)


def _page(number: int) -> str:
    arguments = [(key, value) for key, value in request.args.items() if key in ("who", "party")]
    return f"{request.path}?{urlencode([*arguments, ('page', number)])}#parties"
