"""`/staff/covenants`: the programmes of the villages, their lists, households, and the form that logs."""

from datetime import date
from uuid import UUID

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app import clock
from app.access import current_actor, requires
from app.buttons import press
from app.db import reading
from app.errors import Conflict, NotFound, Refused
from app.feature import Door, NavigationItem
from app.files.evidence import Received
from app.look.addresses import with_query
from app.permissions import Permission, ensure_may, may_in
from app.regions import queries as regions
from points.covenants import covenants, households, lines, queries, records, screens, versions
from points.covenants.forms import HouseholdForm, ListForm, LogForm, OpenForm
from points.covenants.models import Covenant
from points.covenants.queries import STAFF
from points.covenants.records import Entry
from points.rulesets.kinds import RulesetState

bp = Blueprint("covenants_staff", __name__, url_prefix="/staff/covenants")
NAVIGATION = (
    NavigationItem(Door.STAFF, _l("村规民约积分"), "covenants_staff.index", STAFF, icon="houses", order=60),
)


@bp.get("")
@requires(*STAFF)
def index() -> ResponseReturnValue:
    """List the villages of the actor's regions."""
    actor = current_actor()
    with reading() as session:
        found = queries.staff_covenants(session, actor)
        places = regions.full_names(session, [one.region_code for one in found])
        loggable = {one.code for one in queries.to_log(session, actor)}
        rows = [
            {
                **screens.covenant_row(one, places, "covenants_staff.show"),
                "action": (_("登记事项"), url_for(".log", code=one.code)) if one.code in loggable else None,
            }
            for one in found
        ]
    return render_template("covenants/index.html", rows=rows, may_open=actor.may(Permission.MANAGE_COVENANTS))


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_COVENANTS)
def new() -> ResponseReturnValue:
    """Open the programme of a village."""
    form = OpenForm()

    def act(session: Session) -> str:
        opened = covenants.open_covenant(
            session, region_code=form.region_code.data or "", name=form.name.data, actor=current_actor()
        )
        flash(_("已开设。接下来录入村民会议通过的事项。"), "done")
        return url_for(".draft", code=opened.code)

    return form.carry_out(act) or form.page("covenants/new.html")


@bp.get("/<code>")
@requires(*STAFF)
def show(code: str) -> ResponseReturnValue:
    """Show a village's programme: figures, versions, records."""
    actor = current_actor()
    with reading() as session:
        covenant = queries.staff_get(session, code, actor)
        found = queries.versions(session, covenant, drafts=True)
        page = lines.records(
            session, covenant.id, after=request.args.get("after"), before=request.args.get("before")
        )
        region = covenant.region_code
        return render_template(
            "covenants/show.html",
            covenant=covenant,
            place=regions.full_name(session, region),
            totals=screens.totals(lines.totals(session, covenant)),
            drafts=[screens.version_screen(one) for one in found if one.ruleset.state is RulesetState.DRAFT],
            is_public=any(one.ruleset.state is RulesetState.PUBLISHED for one in found),
            item_columns=screens.ITEM_COLUMNS,
            history=screens.history_rows(found, clock.today()),
            history_columns=screens.HISTORY_COLUMNS,
            columns=screens.RECORD_COLUMNS,
            rows=[screens.record_row(one, "covenant_records_staff.show") for one in page.rows],
            before=with_query(before=page.before, after=None) if page.before else None,
            after=with_query(after=page.after, before=None) if page.after else None,
            may_log=may_in(actor, Permission.LOG_COVENANTS, region),
            may_manage=may_in(actor, Permission.MANAGE_COVENANTS, region),
            may_publish=may_in(actor, Permission.PUBLISH_COVENANTS, region),
        )


@bp.route("/<code>/list", methods=["GET", "POST"])
@requires(Permission.MANAGE_COVENANTS)
def draft(code: str) -> ResponseReturnValue:
    """Enter what the assembly decided, as the draft of the next version; begins with the present list."""
    covenant = _covenant(code, Permission.MANAGE_COVENANTS)
    form = ListForm()
    if request.method == "GET":
        with reading() as session:
            found = queries.versions(session, covenant, drafts=True)
        form.list.data = screens.list_text(found[0].items) if found else ""

    def act(session: Session) -> str:
        versions.draft(session, covenant.id, form.decided(), actor=current_actor())
        flash(_("草案已保存，由镇街负责人核对会议记录后发布。"), "done")
        return url_for(".show", code=covenant.code)

    return form.carry_out(act) or form.page("covenants/list.html", covenant=covenant)


@bp.post("/<code>/list/<int:version>/publish")
@requires(Permission.PUBLISH_COVENANTS)
def publish(code: str, version: int) -> ResponseReturnValue:
    """Publish a draft, the one that was shown: whoever enters the decision anew makes another draft."""
    covenant = _covenant(code, Permission.PUBLISH_COVENANTS)
    back = url_for(".show", code=covenant.code)
    shown = request.args.get("draft", type=UUID)
    with reading() as session:
        found = queries.versions(session, covenant, drafts=True)
    wanted = next((one.ruleset for one in found if one.ruleset.version == version), None)
    if wanted is None:
        raise NotFound(_("没有这一版。"))

    def act(session: Session) -> str:
        if wanted.id != shown:
            raise Conflict(_("您打开这一页以后，草案又重新录入过：请看过现在的内容再发布。"))
        published = versions.publish(session, wanted.id, actor=current_actor())
        flash(_("第 %(version)d 版已发布，并视为已报镇街备案。", version=published.version), "done")
        return back

    return press(act, back)


@bp.route("/<code>/households", methods=["GET", "POST"])
@requires(Permission.LOG_COVENANTS)
def list_households(code: str) -> ResponseReturnValue:
    """List the households, and enter one."""
    covenant = _covenant(code, Permission.LOG_COVENANTS)
    form = HouseholdForm()

    def act(session: Session) -> str:
        entered = households.enter(session, covenant.id, form.householder(), actor=current_actor())
        flash(_("已登记 %(number)s 户。", number=entered.number), "done")
        return url_for(".list_households", code=covenant.code)

    done = form.carry_out(act)
    if done is not None:
        return done
    with reading() as session:
        found = queries.households(session, covenant)
        rows = [
            screens.household_row(household, party.name, lines.public_name(household, party.name, born_on))
            for household, party, born_on in found
        ]
    return form.page(
        "covenants/households.html", covenant=covenant, columns=screens.HOUSEHOLD_COLUMNS, rows=rows
    )


@bp.post("/<code>/households/<uuid:household_id>/<step>")
@requires(Permission.LOG_COVENANTS)
def household(code: str, household_id: UUID, step: str) -> ResponseReturnValue:
    """Write down that a household agrees to be named, does not, or leaves."""
    covenant = _covenant(code, Permission.LOG_COVENANTS)
    back = url_for(".list_households", code=covenant.code)
    if step not in ("agree", "withdraw", "leave"):
        raise NotFound(_("没有这一步。"))

    def act(session: Session) -> str:
        actor = current_actor()
        if step == "leave":
            households.leave(session, household_id, actor=actor)
        else:
            households.set_agreement(session, household_id, agrees=step == "agree", actor=actor)
        flash(_("已更新。"), "done")
        return back

    return press(act, back)


@bp.route("/<code>/log", methods=["GET", "POST"])
@requires(Permission.LOG_COVENANTS)
def log(code: str) -> ResponseReturnValue:
    """Log what a household did; after it the next one, with the same item and day."""
    covenant = _covenant(code, Permission.LOG_COVENANTS)
    today = clock.today()
    with reading() as session:
        found = queries.versions(session, covenant)
        there = [one for one in queries.households(session, covenant) if one[0].left_on is None]
    open_versions = [
        one for one in found if one.ruleset.effective_from <= today and _still_logged(one, today)
    ]
    if not open_versions or not there:
        return render_template("covenants/not_yet.html", covenant=covenant, has_list=bool(open_versions))
    form = LogForm(happened_on=today)
    form.offer(
        [(str(one.id), f"{one.number} {party.name}") for one, party, _born_on in there],
        [screens.item_choice(item) for one in open_versions for item in one.items],
    )
    if request.method == "GET" and request.args.get("item"):
        form.item.data = request.args["item"]
    photos: list[Received] = []
    if form.validate_on_submit():
        try:
            photos = form.receive()
        except Refused as refused:
            form.note_refusal(refused)
            return form.page("covenants/log.html", covenant=covenant)

    def act(session: Session) -> str:
        entry = Entry(
            household_id=UUID(form.household.data),
            item_id=UUID(form.item.data),
            happened_on=form.happened_on.data or today,
            quantity=form.quantity.data,
            note=form.note.data or "",
        )
        records.log(session, covenant.id, entry, actor=current_actor(), photos=photos)
        flash(_("已登记，等待镇街核验。可以接着登记下一户。"), "done")
        return url_for(".log", code=covenant.code, item=form.item.data)

    return form.carry_out(act) or form.page("covenants/log.html", covenant=covenant)


def _still_logged(version: queries.Version, today: date) -> bool:
    last = version.ruleset.effective_to
    return last is None or last >= today - records.LATEST


def _covenant(code: str, permission: Permission) -> Covenant:
    actor = current_actor()
    with reading() as session:
        covenant = queries.staff_get(session, code, actor)
    ensure_may(actor, permission, region_code=covenant.region_code)
    return covenant
