"""`/staff/referrals`: the office sends and follows, a department's liaison answers, the lead worker confirms."""

import uuid
from collections.abc import Mapping

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import current_actor, requires
from app.db import reading, transaction
from app.errors import NotFound
from app.feature import Door, NavigationItem
from app.forms import Form
from app.ids import clean_code
from app.look.addresses import with_query
from app.papers.views_member import send as send_paper
from app.parties import household_queries
from app.parties.models import Household, Party
from app.permissions import Permission
from app.regions import queries as regions
from app.regions.rules import is_code
from app.tasks.registry import Task
from projects.assistance import aid_kinds
from projects.referrals import acts, clocks, documents, queries, referrals, screens, sides
from projects.referrals.forms import SendForm
from projects.referrals.kinds import ReferralKind, ReferralState
from projects.referrals.queries import READERS, Filters
from projects.referrals.referrals import Need, Receiver
from projects.requests.models import AidRequest

bp = Blueprint("referrals_staff", __name__, url_prefix="/staff/referrals")
NAVIGATION = (
    NavigationItem(
        Door.STAFF,
        _l("转介转办"),
        "referrals_staff.index",
        READERS,
        "arrow-left-right",
        order=316,
        count=queries.staff_waiting_count,
    ),
)
TASKS = (
    Task(
        "referral",
        _l("转介转办待办"),
        READERS,
        queries.waiting,
        "referrals_staff.index",
        clock=clocks.SUBJECT,
    ),
)


@bp.get("")
@requires(*READERS)
def index() -> ResponseReturnValue:
    """List the referrals of the actor's regions, and what was handed to the actor."""
    actor, filters = current_actor(), _filters(request.args)
    with reading() as session:
        page = queries.staff_page(
            session, actor, filters, after=request.args.get("after"), before=request.args.get("before")
        )
        rows = screens.rows(session, page.rows, "/staff/referrals")
        below = [
            (one.code, one.name)
            for code in actor.regions(Permission.READ_HOUSEHOLDS)
            for one in regions.children(session, code)
        ]
    return render_template(
        "referrals/index.html",
        rows=rows,
        columns=screens.columns(),
        filters=filters,
        states=ReferralState.choices(),
        kinds=ReferralKind.choices(),
        below=below,
        before=with_query(before=page.before, after=None) if page.before else None,
        after=with_query(after=page.after, before=None) if page.after else None,
        may_send=bool(sides.offices(actor)),
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.HANDLE_REFERRALS)
def new() -> ResponseReturnValue:
    """Send a need of a household; without a household's number the page asks for it first."""
    actor, number = current_actor(), request.args.get("household", "").strip()[:20].replace("\x00", "")
    asked = request.args.get("request", "")
    with reading() as session:
        household = _household(session, number) if number else None
        if household is None:
            return render_template("referrals/choose.html", number=number), 404 if number else 200
        sides.ensure_office(session, actor, household.region_code, household.id)
        aid_request = _request(session, household.id, asked) if asked else None
        form = SendForm(
            kind=ReferralKind.REFERRAL.value,
            person=str(aid_request.person_id) if aid_request else None,
            aid_kind=str(aid_request.kinds[0].kind_id) if aid_request and aid_request.kinds else None,
            words=aid_request.words if aid_request else None,
        )
        form.offer(
            screens.people(session, household.id),
            aid_kinds.offered(session),
            sides.liaisons(session, household.region_code),
        )
        organisations = sides.organisations(session)
    with transaction() as session:
        household_queries.note_read(session, household.id, actor=actor, purpose="referral.new")

    def act(session: Session) -> str:
        need = Need(
            household_id=household.id,
            person_id=uuid.UUID(form.person.data),
            aid_kind_id=uuid.UUID(form.aid_kind.data),
            words=form.words.data or "",
            request_id=aid_request.id if aid_request else None,
            consent_signed=form.consent.data,
            override_reason=form.override_reason.data or "",
        )
        sent = referrals.send(session, need, _receiver(session, form), actor=actor)
        flash(_("已转出，对方会收到消息。"), "done")
        return url_for(".show", code=sent.code)

    done = form.carry_out(act)
    return done or form.page("referrals/new.html", number=number, organisations=organisations)


@bp.get("/<code>")
@requires(*READERS)
def show(code: str) -> ResponseReturnValue:
    """Show the whole chain of one referral: who holds it, since when, until when."""
    return _show(code, None, None)


@bp.post("/<code>/<act>")
@requires(*READERS)
def take(code: str, act: str) -> ResponseReturnValue:
    """Take one step of the chain."""
    if act not in acts.FORMS:
        raise NotFound(_("没有这一步。"))
    actor = current_actor()
    with reading() as session:
        referral = queries.staff_get(session, code, actor)
        form = acts.form_of(act, session, referral)

    def carry(session: Session) -> str:
        flash(acts.take(session, act, referral.id, form, actor=actor), "done")
        return url_for(".show", code=referral.code)

    return form.carry_out(carry) or _show(code, act, form)


@bp.get("/<code>/slip.pdf")
@requires(*READERS)
def slip(code: str) -> ResponseReturnValue:
    """Send the slip of a hand-over, to the office and to the liaison who has it."""
    actor = current_actor()
    with reading() as session:
        referral = queries.staff_get(session, code, actor)
        paper = documents.in_force(session, referral)
        if paper is None or not screens.reads_names(session, referral, actor):
            raise NotFound(_("没有可以下载的转办单；还没有接收的，请先接收。"))
        household_id = referral.household_id
    with transaction() as session:
        household_queries.note_read(session, household_id, actor=actor, purpose="referral.slip")
    return send_paper(paper, "layouts/staff.html")


def _show(code: str, act: str | None, sent: Form | None) -> ResponseReturnValue:
    actor = current_actor()
    with reading() as session:
        referral = queries.staff_get(session, code, actor)
    with transaction() as session:
        household_queries.note_read(session, referral.household_id, actor=actor, purpose="referral")
    with reading() as session:
        referral = queries.staff_get(session, code, actor)
        offered = acts.offered(session, referral, actor)
        forms = {one: acts.blank(one, session, referral) for one in offered}
        if act is not None and sent is not None:
            sent["revision"].data = str(referral.revision)
            forms[act] = sent
        full = screens.reads_names(session, referral, actor)
        page = render_template(
            "referrals/show.html",
            layout="layouts/staff.html",
            home=(_("工作台"), "/staff"),
            list_label=_("转介转办"),
            one=referral,
            thing=screens.thing(session, referral, actor),
            forms=forms,
            offered=offered,
            sent=sent,
            slip=documents.in_force(session, referral) if full else None,
            organisations=sides.organisations(session) if "send_on" in offered else [],
        )
    return page, 422 if sent is not None else 200


def _filters(args: Mapping[str, str]) -> Filters:
    state, kind, region = args.get("state", ""), args.get("kind", ""), args.get("region", "")
    return Filters(
        state=ReferralState(state) if state in set(ReferralState) else None,
        kind=ReferralKind(kind) if kind in set(ReferralKind) else None,
        region=region if is_code(region) else None,
        mine=bool(args.get("mine")),
    )


def _household(session: Session, number: str) -> Party | None:
    wanted = select(Party).join(Household, Household.party_id == Party.id)
    return session.scalars(wanted.where(Household.file_number == number)).first()


def _request(session: Session, household_id: uuid.UUID, code: str) -> AidRequest:
    wanted = select(AidRequest).where(
        AidRequest.code == clean_code(code), AidRequest.household_id == household_id
    )
    found = session.scalars(wanted).first()
    if found is None:
        raise NotFound(_("没有找到这户的这件申请。"))
    return found


def _receiver(session: Session, form: SendForm) -> Receiver:
    if form.kind.data == ReferralKind.REFERRAL.value:
        return acts.organisation_of(session, form.organisation.data)
    return acts.receiver_of(session, None, form.department.data, form.liaison.data)
