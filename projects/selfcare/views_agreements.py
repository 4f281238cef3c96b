"""`/staff/care-agreements`: agreements by the day they expire; signing one, ending one."""

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app import clock
from app.access import current_actor, requires
from app.db import reading
from app.deadlines import queries as deadlines
from app.errors import Refused
from app.figures import day_text
from app.files.evidence import Received
from app.masking import public_name
from app.parties import household_queries
from app.parties import queries as parties
from app.permissions import Permission, may_in
from projects.care import screens, steps
from projects.care.screens import Act, ReasonForm
from projects.selfcare import agreements, clocks, queries
from projects.selfcare.forms import AgreementForm, key_of
from projects.selfcare.kinds import AgreementState
from projects.selfcare.models import CareAgreement
from projects.selfcare.views_staff import sections
from projects.visits import queries as visit_queries

bp = Blueprint("care_agreements_staff", __name__, url_prefix="/staff/care-agreements")
P, S = Permission, AgreementState
_COLUMNS = (
    {"key": "name", "label": _l("被照料人"), "card": "title", "url": "url", "sub": "number"},
    {"key": "carer", "label": _l("照料人")},
    {"key": "level", "label": _l("自理能力")},
    {"key": "visit_days", "label": _l("探访间隔（天）"), "kind": "number"},
    {"key": "valid_to", "label": _l("到期日"), "kind": "date"},
    {"key": "state", "label": _l("状态"), "kind": "state", "card": "side"},
)


@bp.get("")
@requires(P.READ_HOUSEHOLDS)
def index() -> ResponseReturnValue:
    """List the agreements of the actor's regions, the soonest to expire first."""
    asked = request.args.get("state", S.IN_FORCE.value)
    with reading() as session:
        page = queries.staff_agreements(
            session,
            current_actor(),
            state=S(asked) if asked in set(S) else None,
            after=request.args.get("after"),
            before=request.args.get("before"),
        )
        names = parties.names_of(session, [made.carer_id for made, _person, _number in page.rows])
    rows = [
        {
            "name": public_name(person.name),
            "number": number,
            "url": url_for(".show", code=made.code),
            "carer": names.get(made.carer_id),
            "level": made.level,
            "visit_days": made.visit_days,
            "valid_to": made.valid_to,
            "state": made.state,
        }
        for made, person, number in page.rows
    ]
    return render_template(
        "care/list.html",
        title=_("照料协议"),
        lead=_("分散供养特困人员的照料协议，到期前 30 天提醒。新的协议从家庭档案里登记。"),
        columns=_COLUMNS,
        rows=rows,
        page=page,
        here=url_for(".index"),
        sections=sections("agreements"),
        filters=[("state", _("状态"), S.choices(), asked)],
        empty=(_("没有照料协议"), _("在家庭档案里登记签好的协议后，会出现在这里。")),
    )


@bp.route("/new/<file>", methods=["GET", "POST"])
@requires(P.MANAGE_HOUSEHOLDS)
def new(file: str) -> ResponseReturnValue:
    """Write an agreement that was signed on paper."""
    with reading() as session:
        party, _file = household_queries.staff_get(session, file, actor=current_actor())
    whose = screens.read(party.id, "care_agreement")
    form = AgreementForm(signed_on=clock.today(), valid_from=clock.today())
    with reading() as session:
        form.offer(household_queries.members(session, party.id))
    files: list[Received] = []
    received = True
    if form.validate_on_submit():
        try:
            files = form.receive()
        except Refused as refused:
            form.note_refusal(refused)
            received = False

    def act(session: Session) -> str:
        made = agreements.sign(
            session, party.id, key_of(form.person), form.terms(session), files=files, actor=current_actor()
        )
        flash(_("协议已登记，第一次探访已安排。"), "done")
        return url_for(".show", code=made.code)

    return (form.carry_out(act) if received else None) or form.page(
        "care/form.html",
        title=_("登记照料协议"),
        kicker=_("%(name)s户", name=party.name),
        number=whose.number,
        lead=_("由镇街、照料人和特困人员三方签字，上传签字件。已有协议的，登记新的即为续签。"),
        trail=[(_("照料协议"), url_for(".index"))],
        submit=_("登记"),
        back=url_for(".index"),
    )


@bp.get("/<code>")
@requires(P.READ_HOUSEHOLDS)
def show(code: str) -> ResponseReturnValue:
    """Show an agreement; the look is written down."""
    return _show(_agreement(code), ReasonForm(formdata=None))


@bp.post("/<code>/end")
@requires(P.MANAGE_HOUSEHOLDS)
def end(code: str) -> ResponseReturnValue:
    """End an agreement before its day."""
    made, form = _agreement(code), ReasonForm()

    def act(session: Session) -> str:
        agreements.end(session, made.id, reason=form.reason.data or "", actor=current_actor())
        flash(_("协议已终止。"), "done")
        return url_for(".show", code=made.code)

    return form.carry_out(act) or _show(made, form)


def _show(made: CareAgreement, form: ReasonForm) -> ResponseReturnValue:
    actor, whose = current_actor(), screens.read(made.household_id, "care_agreement")
    with reading() as session:
        made = session.get_one(CareAgreement, made.id)
        names = parties.names_of(session, [made.person_id, made.carer_id])
        running = deadlines.of(session, clocks.AGREEMENT, [made.id]).get(made.id, [])
        visits = visit_queries.made_for(session, clocks.AGREEMENT, made.id)
        files = queries.files_of(session, made.id)
        history = steps.timeline(
            steps.of(session, clocks.AGREEMENT, made.id), S, {"household_changed": _("随家庭变动")}
        )
    acts = []
    if made.state is S.IN_FORCE and may_in(actor, P.MANAGE_HOUSEHOLDS, made.region_code):
        acts.append(Act(_("提前终止"), url_for(".end", code=made.code), form, grave=True))
    answer = render_template(
        "care/thing.html",
        title=_("%(name)s的照料协议", name=names.get(made.person_id, "")),
        trail=[(_("照料协议"), url_for(".index"))],
        kicker=_("%(name)s户", name=whose.party.name),
        number=whose.number,
        state=made.state,
        note=None,
        clocks=running,
        facts=[
            (_("照料人"), names.get(made.carer_id)),
            (_("自理能力"), made.level.label),
            (_("签订日期"), day_text(made.signed_on)),
            (
                _("协议期限"),
                _("%(first)s至%(last)s", first=day_text(made.valid_from), last=day_text(made.valid_to)),
            ),
            (_("探访间隔"), _("%(days)s 天", days=made.visit_days)),
            (_("实际终止"), day_text(made.ended_on) if made.ended_on else None),
            (_("照料内容"), made.tasks, "wide"),
        ],
        lists=[
            (
                _("协议文件"),
                [{"title": one.name, "url": url_for("files.download", code=one.code)} for one in files],
                _("没有文件。"),
            ),
            (
                _("履行探访"),
                [
                    {
                        "title": one.outcome.label if one.outcome else "",
                        "url": url_for("visits_staff.show", code=one.code),
                        "meta": [day_text(clock.civil_date(one.made_at)) if one.made_at else ""],
                    }
                    for one in visits
                ],
                _("还没有探访。"),
            ),
        ],
        history=history,
        acts=acts,
    )
    return answer, 422 if request.method == "POST" else 200


def _agreement(code: str) -> CareAgreement:
    with reading() as session:
        return queries.staff_agreement(session, code, actor=current_actor())
