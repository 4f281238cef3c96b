"""`/staff/self-care`: assessments of the actor's regions; the first assessor's form, the second's, the result."""

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
from app.masking import public_name
from app.parties import household_queries
from app.parties import queries as parties
from app.permissions import Permission, may_in
from projects.care import screens, steps
from projects.catalogue import queries as catalogue
from projects.selfcare import assessments, clocks, queries, rules, scales
from projects.selfcare.forms import AnswersForm, WhoseForm, answers_form, key_of
from projects.selfcare.kinds import AssessmentState
from projects.selfcare.models import SelfCareAssessment

bp = Blueprint("self_care_staff", __name__, url_prefix="/staff/self-care")
P, S = Permission, AssessmentState
NAVIGATION = (
    NavigationItem(
        Door.STAFF,
        _l("自理能力和照料"),
        "self_care_staff.index",
        P.READ_HOUSEHOLDS,
        icon="heart-pulse",
        order=313,
    ),
)
_COLUMNS = (
    {"key": "name", "label": _l("评估谁"), "card": "title", "url": "url", "sub": "number"},
    {"key": "level", "label": _l("结论")},
    {"key": "assessed_on", "label": _l("评估日期"), "kind": "date"},
    {"key": "version", "label": _l("量表"), "kind": "text"},
    {"key": "state", "label": _l("状态"), "kind": "state", "card": "side"},
)


def sections(tab: str) -> list[dict[str, Any]]:
    """Return the tabs of self-care."""
    return [
        {"label": _("评估"), "url": url_for("self_care_staff.index"), "active": tab == "assessments"},
        {
            "label": _("照料协议"),
            "url": url_for("care_agreements_staff.index"),
            "active": tab == "agreements",
        },
        {"label": _("评估量表"), "url": url_for("care_scales_staff.index"), "active": tab == "scales"},
    ]


@bp.get("")
@requires(P.READ_HOUSEHOLDS)
def index() -> ResponseReturnValue:
    """List the assessments of the actor's regions, the newest first."""
    asked = request.args.get("state", "")
    with reading() as session:
        page = queries.staff_assessments(
            session,
            current_actor(),
            state=S(asked) if asked in set(S) else None,
            after=request.args.get("after"),
            before=request.args.get("before"),
        )
    rows = [
        {
            "name": public_name(person.name),
            "number": number,
            "url": url_for(".show", code=found.code),
            "level": found.level.label if found.state is not S.AWAITING else None,
            "assessed_on": found.assessed_on,
            "version": _("第 %(version)s 版", version=found.scale_version),
            "state": found.state,
        }
        for found, person, number in page.rows
    ]
    return render_template(
        "care/list.html",
        title=_("自理能力评估"),
        lead=_("按公布的量表评估；特困人员由两人分别独立评估，结论一致才有效。新的评估从家庭档案里登记。"),
        columns=_COLUMNS,
        rows=rows,
        page=page,
        here=url_for(".index"),
        sections=sections("assessments"),
        filters=[("state", _("状态"), S.choices(), asked)],
        empty=(_("没有评估记录"), _("在家庭档案里登记第一次评估后，会出现在这里。")),
    )


@bp.route("/new/<file>", methods=["GET", "POST"])
@requires(P.VISIT_HOUSEHOLDS)
def new(file: str) -> ResponseReturnValue:
    """Write the first assessor's answers about a member of a household."""
    with reading() as session:
        party, _file = household_queries.staff_get(session, file, actor=current_actor())
        scale = scales.in_force(session, on=clock.today())
    form = answers_form(scale, WhoseForm)(assessed_on=clock.today())
    assert isinstance(form, WhoseForm)
    whose = screens.read(party.id, "self_care")
    with reading() as session:
        form.offer(household_queries.members(session, party.id))

    def act(session: Session) -> str:
        found = assessments.assess(
            session,
            party.id,
            key_of(form.person),
            form.answers(scale),
            on=form.assessed_on.data or clock.today(),
            actor=current_actor(),
        )
        flash(
            _("已登记，等待第二人独立评估。") if found.state is S.AWAITING else _("评估已登记，即日有效。"),
            "done",
        )
        return url_for(".show", code=found.code)

    return form.carry_out(act) or form.page(
        "care/form.html",
        title=_("自理能力评估"),
        kicker=_("%(name)s户", name=party.name),
        number=whose.number,
        lead=_("量表第 %(version)s 版：%(basis)s", version=scale.version, basis=scale.basis),
        trail=[(_("自理能力评估"), url_for(".index"))],
        submit=_("登记"),
        back=url_for(".index"),
    )


@bp.route("/<code>", methods=["GET", "POST"])
@requires(P.READ_HOUSEHOLDS)
def show(code: str) -> ResponseReturnValue:
    """Show an assessment, written down; its second assessor sees the questions, not the first one's answers."""
    actor = current_actor()
    with reading() as session:
        found = queries.staff_assessment(session, code, actor=actor)
        scale = scales.of_version(session, found.scale_version)
    form = answers_form(scale, AnswersForm)()

    def act(session: Session) -> str:
        done = assessments.second(session, found.id, form.answers(scale), actor=actor)
        flash(_("评估已完成，结论：%(state)s。", state=done.state.label), "done")
        return url_for(".show", code=found.code)

    return form.carry_out(act) or _show(found, form)


def _show(found: SelfCareAssessment, form: AnswersForm) -> ResponseReturnValue:
    actor, whose = current_actor(), screens.read(found.household_id, "self_care")
    with reading() as session:
        found = session.get_one(SelfCareAssessment, found.id)
        scale = scales.of_version(session, found.scale_version)
        people = [one for one in (found.first_by_id, found.second_by_id) if one is not None]
        names = parties.names_of(session, [found.person_id, *people])
        running = deadlines.of(session, clocks.ASSESSMENT, [found.id]).get(found.id, [])
        known = {one.slug: one for one in catalogue.every(session)}
        history = steps.timeline(
            steps.of(session, clocks.ASSESSMENT, found.id), S, {"household_changed": _("随家庭变动")}
        )
    hidden = found.state is S.AWAITING
    may = (
        hidden
        and may_in(actor, P.VISIT_HOUSEHOLDS, found.region_code)
        and actor.person_id != found.first_by_id
    )
    first = {} if hidden else rules.unpacked(found.answers)
    other = rules.unpacked(found.second_answers or "")
    answered = [
        {
            "title": item.label,
            "meta": [_word(item, first.get(item.key)), _word(item, other.get(item.key))],
        }
        for item in scale.items
        if not hidden
    ]
    proposed = [
        {"title": known[slug].name, "meta": [known[slug].category]}
        for slug in scale.services[found.level]
        if slug in known and found.state is S.IN_FORCE
    ]
    answer = render_template(
        "care/thing.html",
        title=_("%(name)s的自理能力评估", name=names.get(found.person_id, "")),
        trail=[(_("自理能力评估"), url_for(".index"))],
        kicker=_("%(name)s户", name=whose.party.name),
        number=whose.number,
        state=found.state,
        note=(_("结论暂不显示"), _("第二人独立评估后才显示两人的答案和结论。")) if hidden else None,
        clocks=running,
        facts=[
            (_("结论"), None if hidden else found.level.label),
            (_("得分"), None if hidden else found.score),
            (_("第二人得分"), found.second_score),
            (_("评估日期"), day_text(found.assessed_on)),
            (_("评估人"), "、".join(names[one] for one in people if one in names)),
            (_("量表"), _("第 %(version)s 版：%(basis)s", version=scale.version, basis=scale.basis), "wide"),
        ],
        lists=[
            (_("逐项结果"), answered, _("还没有公开。")),
            (_("建议的服务"), proposed, _("评估有效后按公布的量表给出建议。")),
        ],
        history=history,
        acts=[
            screens.Act(
                _("第二人独立评估"), url_for(".show", code=found.code), form, _("请自己看过本人再填写。")
            )
        ]
        if may
        else [],
    )
    return answer, 422 if request.method == "POST" else 200


def _word(item: rules.Item, score: int | None) -> str:
    return next((label for label, value in item.options if value == score), "")
