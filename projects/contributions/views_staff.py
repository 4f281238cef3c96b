"""The staff door: the verification desk, the register of contributions, and the reversal."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app import exports
from app.access import current_actor, requires
from app.db import reading
from app.feature import Door, NavigationItem
from app.forms import revision_of
from app.ids import clean_code
from app.permissions import Permission, ensure_may
from app.regions.forms import city_region
from app.regions.models import RegionLevel
from points.rulesets.kinds import ContributionKind
from projects.contributions import (
    batches,
    desk,
    documents,
    listing,
    neighbours,
    qualities,
    queries,
    screens,
    summary,
    verification,
)
from projects.contributions.desk_forms import BatchForm, DecisionForm, StepForm
from projects.contributions.models import Contribution
from projects.contributions.quality_fields import offer_qualities, read_qualities
from projects.contributions.queries import Row
from projects.contributions.rules import WAITING, ContributionState
from projects.contributions.verification import Verified

bp = Blueprint("contributions_staff", __name__, url_prefix="/staff/contributions")
NAVIGATION = (
    NavigationItem(
        Door.STAFF,
        _l("核验贡献"),
        "contributions_staff.index",
        Permission.VERIFY_CONTRIBUTIONS,
        "clipboard-check",
        order=20,
        count=queries.staff_waiting_count,
    ),
    NavigationItem(
        Door.STAFF,
        _l("贡献台账"),
        "contributions_staff.register",
        Permission.READ_CONTRIBUTIONS,
        "journal-text",
        order=21,
    ),
)
MOST_EXPORTED = 50_000
"""Rows of one export; narrower filters give the rest."""


@bp.get("")
@requires(Permission.VERIFY_CONTRIBUTIONS)
def index() -> ResponseReturnValue:
    """Open the desk at the entry that has waited longest."""
    return _desk(None, DecisionForm(formdata=None))


@bp.route("/desk/<code>", methods=["GET", "POST"])
@requires(Permission.VERIFY_CONTRIBUTIONS)
def decide(code: str) -> ResponseReturnValue:
    """Show one waiting entry at the desk, and carry out what was decided about it."""
    actor = current_actor()
    with reading() as session:
        row = queries.staff_get(session, clean_code(code), actor)
    if request.method == "GET":
        if row.contribution.state not in WAITING:
            return redirect(url_for(".show", code=row.contribution.code), 303)
        return _desk(row, DecisionForm())
    form = DecisionForm()
    with reading() as session:
        _offer(session, form, row.contribution)

    def act(session: Session) -> str:
        said = desk.decide(
            session,
            row,
            request.form.get("decision", ""),
            revision=revision_of(form),
            found=Verified(
                minutes=form.verified_minutes.data,
                amount_fen=form.verified_amount.data,
                quantity_thousandths=form.verified_quantity.data,
                qualities=read_qualities(form, qualities.ALL),
                reason=form.reason.data or "",
            ),
            actor=actor,
        )
        flash(said, "done")
        following = desk.following(session, actor, row.contribution)
        return url_for(".decide", code=following) if following else url_for(".index")

    return form.carry_out(act) or _desk(row, form)


@bp.route("/batch", methods=["GET", "POST"])
@requires(Permission.VERIFY_CONTRIBUTIONS)
def batch() -> ResponseReturnValue:
    """Accept several plain entries at once: only those without anything odd about them are offered."""
    actor = current_actor()
    with reading() as session:
        rows = desk.plain(session, actor)
    form = BatchForm()
    form.offer([(f"{row.contribution.id}:{row.contribution.revision}", _batch_label(row)) for row in rows])

    def act(session: Session) -> str:
        chosen = [desk.read_choice(text) for text in form.chosen.data or []]
        done = batches.verify_many(session, chosen, actor=actor)
        flash(_("已核验通过 %(count)s 条。", count=len(done)), "done")
        return url_for(".index")

    return form.carry_out(act) or form.page("contributions/batch.html", rows=rows)


@bp.get("/register")
@requires(Permission.READ_CONTRIBUTIONS)
def register() -> ResponseReturnValue:
    """List all contributions of the actor's regions, as a page or as a table to take away."""
    actor, filters = current_actor(), screens.read_filters(request.args)
    export = request.args.get("export")
    with reading() as session:
        if export:
            rows = queries.staff_rows(session, actor, filters, limit=MOST_EXPORTED)
            return exports.download(
                [listing.export_row(row) for row in rows], listing.export_columns(), _("贡献台账"), export
            )
        page = queries.staff_page(session, actor, filters, screens.read_place(request.args))
        counties = listing.region_choices(session, city_region(), RegionLevel.COUNTY)
    return render_template(
        "contributions/register.html",
        page=page,
        filters=filters,
        kinds=ContributionKind.choices(),
        states=ContributionState.choices(),
        counties=counties,
        columns=listing.staff_columns(),
        rows=[listing.list_row(row, url_for(".show", code=row.contribution.code)) for row in page.rows],
    )


@bp.get("/<code>")
@requires(Permission.READ_CONTRIBUTIONS)
def show(code: str) -> ResponseReturnValue:
    """Show one contribution to staff of its region."""
    return _show(code, StepForm(formdata=None))


@bp.post("/<code>/reverse")
@requires(Permission.REVERSE_CONTRIBUTIONS)
def reverse(code: str) -> ResponseReturnValue:
    """Take back an award."""
    actor, form = current_actor(), StepForm()
    with reading() as session:
        row = queries.staff_get(session, clean_code(code), actor)

    def act(session: Session) -> str:
        verification.reverse(session, row.contribution.id, reason=form.reason.data or "", actor=actor)
        flash(_("已冲正，积分、排行和证书随之更正。"), "done")
        return url_for(".show", code=row.contribution.code)

    return form.carry_out(act) or _show(code, form)


@bp.post("/<code>/certificate")
@requires(Permission.REVOKE_PAPERS)
def certificate(code: str) -> ResponseReturnValue:
    """Issue the donation certificate anew after one was revoked."""
    actor, form = current_actor(), StepForm()
    with reading() as session:
        row = queries.staff_get(session, clean_code(code), actor)

    def act(session: Session) -> str:
        paper = documents.certify(session, row.contribution.id, actor=actor)
        flash(_("已开具捐赠证书 %(number)s。", number=paper.number_text), "done")
        return url_for(".show", code=row.contribution.code)

    return form.carry_out(act) or _show(code, form)


def _offer(session: Session, form: DecisionForm, one: Contribution) -> None:
    """Ask what the rules of the day multiply, as it was claimed."""
    offer_qualities(form, qualities.choices(session, one.kind, one.happened_on), qualities.ALL)
    if request.method == "GET":
        for factor, value in qualities.of(one).items():
            if factor.value in form:
                form[factor.value].data = value


def _desk(row: Row | None, form: DecisionForm) -> ResponseReturnValue:
    actor, filters = current_actor(), screens.read_filters(request.args)
    with reading() as session:
        page = queries.staff_waiting(session, actor, filters)
        count = queries.staff_waiting_count(session, actor)
        if row is None and page.rows:
            row = page.rows[0]
        shown: dict[str, Any] = {}
        if row is not None:
            ensure_may(actor, Permission.VERIFY_CONTRIBUTIONS, region_code=row.contribution.region_code)
            one = row.contribution
            form.revision.data = str(one.revision)
            if request.method == "GET":
                _offer(session, form, one)
            shown = {
                "thing": screens.thing(session, row),
                "needed": neighbours.requirement_for(session, one),
                "why_not": verification.why_not(session, one, actor),
                "expected": verification.expected(session, one),
                "claimed": summary.decision_text(row),
                "must_review": desk.must_review(session, one),
            }
    html = render_template(
        "contributions/desk.html",
        form=form,
        items=[_desk_item(one, row) for one in page.rows],
        count=count,
        filters=filters,
        kinds=ContributionKind.choices(),
        **shown,
    )
    return html, 422 if request.method == "POST" else 200


def _desk_item(row: Row, current: Row | None) -> dict[str, Any]:
    one = row.contribution
    odd = _("存疑 %(count)s 处", count=len(one.oddities)) if one.oddities else None
    parts = [row.giver, one.happened_on.isoformat(), odd]
    return {
        "title": row.item.name,
        "side": summary.decision_text(row),
        "meta": " · ".join(part for part in parts if part),
        "url": url_for(".decide", code=one.code, **listing.kept(request.args)),
        "active": current is not None and current.contribution.id == one.id,
    }


def _batch_label(row: Row) -> str:
    one = row.contribution
    return f"{row.giver} · {summary.title_of(row)} · {one.happened_on.isoformat()} · {row.organisation}"


def _show(code: str, form: StepForm) -> ResponseReturnValue:
    actor = current_actor()
    with reading() as session:
        row = queries.staff_get(session, clean_code(code), actor)
        one = row.contribution
        form.revision.data = str(one.revision)
        page = render_template(
            "contributions/staff_show.html",
            thing=screens.thing(session, row),
            form=form,
            waiting=one.state in WAITING and actor.may(Permission.VERIFY_CONTRIBUTIONS),
            may_reverse=one.state is ContributionState.AWARDED
            and actor.may(Permission.REVERSE_CONTRIBUTIONS),
            certificate=documents.certificate_of(session, one),
            may_certify=actor.may(Permission.REVOKE_PAPERS) and documents.may_certify(session, one, actor),
        )
    return page, 422 if request.method == "POST" else 200
