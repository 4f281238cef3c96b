"""`/reviews`: what anybody may see of draws; `/staff/reviews`: announcing one, the drawn households, re-checks."""

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app import clock
from app.access import current_actor, public, requires
from app.db import reading
from app.deadlines import queries as deadlines
from app.feature import Door, NavigationItem
from app.figures import day_text
from app.forms import Form
from app.masking import public_name
from app.permissions import Permission, may_in
from app.regions import queries as regions
from projects.care import screens, steps
from projects.reviews import clocks, draws, queries, sources
from projects.reviews.forms import CloseForm, CommitForm
from projects.reviews.kinds import DrawState, ItemState
from projects.reviews.models import ReviewDraw, ReviewItem
from projects.visits import clocks as visit_clocks
from projects.visits import queries as visit_queries
from projects.visits import rota

bp = Blueprint("reviews_public", __name__, url_prefix="/reviews")
staff = Blueprint("reviews_staff", __name__, url_prefix="/staff/reviews")
P, S = Permission, ItemState
NAVIGATION = (
    NavigationItem(
        Door.STAFF,
        _l("回头看"),
        "reviews_staff.index",
        P.READ_HOUSEHOLDS,
        icon="arrow-counterclockwise",
        order=315,
    ),
)
_COLUMNS = (
    {"key": "name", "label": _l("户主"), "card": "title", "url": "url", "sub": "number"},
    {"key": "what", "label": _l("原结论")},
    {"key": "place", "label": _l("所在地")},
    {"key": "closed_on", "label": _l("办结日期"), "kind": "date"},
    {"key": "state", "label": _l("状态"), "kind": "state", "card": "side"},
)


@bp.get("")
@public
def index() -> ResponseReturnValue:
    """Show every draw: hash of the seed from the beginning, the seed itself once it has drawn. No household."""
    with reading() as session:
        found = queries.draws(session)
        places = regions.full_names(session, {one.region_code for one in found})
    return render_template("reviews/public.html", draws=[_draw(one, places) for one in found])


@staff.get("", endpoint="index")
@requires(P.READ_HOUSEHOLDS)
def items() -> ResponseReturnValue:
    """List the drawn households of the actor's regions, the newest first."""
    asked = request.args.get("state", "")
    with reading() as session:
        page = queries.staff_items(
            session,
            current_actor(),
            state=S(asked) if asked in set(S) else None,
            after=request.args.get("after"),
            before=request.args.get("before"),
        )
        places = regions.full_names(session, {row[0].region_code for row in page.rows})
    rows = [
        {
            "name": public_name(party.name),
            "number": number,
            "url": url_for(".show", code=item.code),
            "what": sources.label_of(item.subject_kind),
            "place": places.get(item.region_code, item.region_code),
            "closed_on": item.closed_on,
            "state": item.state,
        }
        for item, party, number in page.rows
    ]
    return render_template(
        "care/list.html",
        title=_("回头看"),
        lead=_(
            "从不予批准和已退出的家庭中随机抽取，由两人入户再核查。种子摘要先公布、名单后产生，谁也不能挑。"
        ),
        actions=[(_("抽取记录"), url_for("reviews_public.index"), "plain", "dice-5")]
        + (
            [(_("公布新的抽取"), url_for(".announce"), "primary", "plus-lg")]
            if current_actor().may(P.APPROVE_REQUESTS)
            else []
        ),
        columns=_COLUMNS,
        rows=rows,
        page=page,
        here=url_for(".index"),
        filters=[("state", _("状态"), [one for one in S.choices() if one[0] != S.SPARED], asked)],
        empty=(_("没有抽中的家庭"), _("抽取之后，抽中的家庭会出现在这里。")),
    )


@staff.route("/new", methods=["GET", "POST"])
@requires(P.APPROVE_REQUESTS)
def announce() -> ResponseReturnValue:
    """Announce a draw: its seed is made now, and nobody sees it before it draws."""
    form = CommitForm(first_day=clock.today(), last_day=clock.today())

    def act(session: Session) -> str:
        draw = draws.announce(
            session,
            form.region_code.data or "",
            first_day=form.first_day.data or clock.today(),
            last_day=form.last_day.data or clock.today(),
            actor=current_actor(),
        )
        flash(_("已公布种子摘要，%(day)s 之后的夜间自动抽取。", day=day_text(draw.last_day)), "done")
        return url_for("reviews_public.index")

    return form.carry_out(act) or form.page(
        "care/form.html",
        title=_("公布新的抽取"),
        effect=_("种子由系统生成并密封，摘要立即公开；到期自动抽取，不能更换。"),
        trail=[(_("回头看"), url_for(".index"))],
        submit=_("公布"),
        back=url_for(".index"),
    )


@staff.route("/<code>", methods=["GET", "POST"])
@requires(P.READ_HOUSEHOLDS)
def show(code: str) -> ResponseReturnValue:
    """Show a drawn household's re-check, written down; close it."""
    with reading() as session:
        item = queries.staff_item(session, code, actor=current_actor())
    form = CloseForm()

    def act(session: Session) -> str:
        readmit = form.result.data == "readmit"
        draws.close(session, item.id, readmit=readmit, words=form.words.data or "", actor=current_actor())
        flash(_("已办结。"), "done")
        return url_for(".show", code=item.code)

    return form.carry_out(act) or _show(item, form)


def _show(item: ReviewItem, form: Form) -> ResponseReturnValue:
    actor, whose = current_actor(), screens.read(item.household_id, "review")
    with reading() as session:
        item = session.get_one(ReviewItem, item.id)
        draw = session.get_one(ReviewDraw, item.draw_id)
        made = visit_queries.made_for(session, clocks.ITEM, item.id)
        due = rota.find_due(session, clocks.ITEM, item.id)
        running = deadlines.of(session, visit_clocks.SUBJECT, [due.id]).get(due.id, []) if due else []
        history = steps.timeline(steps.of(session, clocks.ITEM, item.id), S, {})
    may = item.state is S.WAITING and may_in(actor, P.ASSESS_REQUESTS, item.region_code)
    answer = render_template(
        "care/thing.html",
        title=_("%(name)s户回头看", name=whose.party.name),
        trail=[(_("回头看"), url_for(".index"))],
        kicker=whose.place,
        number=whose.number,
        state=item.state,
        note=None,
        clocks=running,
        facts=[
            (_("原结论"), sources.label_of(item.subject_kind)),
            (
                _("决定时间"),
                _("%(first)s至%(last)s", first=day_text(draw.first_day), last=day_text(draw.last_day)),
            ),
            (_("抽取种子"), draw.seed if draw.drawn_at else None, "wide"),
        ],
        lists=[
            (
                _("入户核查"),
                [
                    {
                        "title": one.ground.label,
                        "url": url_for("visits_staff.show", code=one.code),
                        "state": one.state,
                    }
                    for one in [*([due] if due else []), *made]
                ],
                _("还没有安排。"),
            )
        ],
        history=history,
        acts=[screens.Act(_("办结核查"), url_for(".show", code=item.code), form, _("先由两人入户核查。"))]
        if may
        else [],
    )
    return answer, 422 if request.method == "POST" else 200


def _draw(draw: ReviewDraw, places: dict[str, str]) -> dict[str, Any]:
    drawn = draw.state is not DrawState.COMMITTED
    return {
        "code": draw.code,
        "place": places.get(draw.region_code, draw.region_code),
        "period": _("%(first)s至%(last)s", first=day_text(draw.first_day), last=day_text(draw.last_day)),
        "state": draw.state,
        "facts": [
            (_("公布时间"), day_text(clock.civil_date(draw.committed_at))),
            (_("种子摘要（SHA-256）"), draw.seed_hash, "wide"),
            (_("种子"), draw.seed if drawn else None, "wide"),
            (_("名单摘要（SHA-256）"), draw.list_hash, "wide"),
            (_("抽取比例"), f"{draw.percent}%"),
            (_("名单户数"), draw.list_count if drawn else None),
            (_("抽中户数"), draw.drawn_count if drawn else None),
        ],
    }
