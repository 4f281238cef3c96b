"""The member door: an organisation logs, mends and submits; a giver reads; both get the certificate."""

import uuid
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app import clock
from app.access import current_actor, requires
from app.db import reading
from app.errors import Conflict, NotAllowed, NotFound, Refused
from app.feature import Door, NavigationItem
from app.forms import revision_of
from app.ids import clean_code
from app.parties import queries as parties
from app.permissions import Permission, ensure_may
from app.regions import queries as regions
from points.rulesets.kinds import ContributionKind
from projects.catalogue import queries as catalogue
from projects.contributions import (
    contributions,
    documents,
    evidence,
    givers,
    listing,
    qualities,
    queries,
    screens,
    summary,
)
from projects.contributions.desk_forms import StepForm
from projects.contributions.fields import ItemField
from projects.contributions.forms import EntryForm, form_class, new_values, values_of
from projects.contributions.quality_fields import offer_qualities
from projects.contributions.queries import Row
from projects.contributions.rules import EDITABLE, LINE_KINDS, TIME_KINDS, ContributionState

bp = Blueprint("contributions_member", __name__, url_prefix="/my/contributions")
NAVIGATION = (
    NavigationItem(
        Door.MEMBER, _l("贡献"), "contributions_member.index", Permission.USE_MEMBER_DOOR, "heart", order=20
    ),
)


@bp.get("")
@requires(Permission.USE_MEMBER_DOOR)
def index() -> ResponseReturnValue:
    """List what the actor's organisations logged and what the actor gave."""
    filters = screens.read_filters(request.args)
    with reading() as session:
        page = queries.own_page(session, current_actor(), filters, screens.read_place(request.args))
    return render_template(
        "contributions/mine.html",
        page=page,
        filters=filters,
        kinds=ContributionKind.choices(),
        states=ContributionState.choices(),
        may_log=current_actor().may(Permission.LOG_CONTRIBUTIONS),
        columns=listing.own_columns(),
        rows=[listing.list_row(row, url_for(".show", code=row.contribution.code)) for row in page.rows],
    )


@bp.get("/new")
@requires(Permission.LOG_CONTRIBUTIONS)
def choose() -> ResponseReturnValue:
    """Ask first what kind it is, so that the form asks only what that kind needs."""
    return render_template(
        "contributions/choose.html", kinds=screens.kind_cards(request.args.get("organisation"))
    )


@bp.route("/new/<kind>", methods=["GET", "POST"])
@requires(Permission.LOG_CONTRIBUTIONS)
def new(kind: str) -> ResponseReturnValue:
    """Log a contribution of one kind."""
    chosen = _kind(kind)
    organisation_id = _organisation()
    corrects = request.args.get("corrects")
    with reading() as session:
        old = queries.own_get(session, clean_code(corrects), current_actor()) if corrects else None
        if old is not None:
            organisation_id = old.contribution.organisation_id
            _ensure_logs_for(organisation_id)
            if old.contribution.state is not ContributionState.REVERSED:
                raise Conflict(_("只有已冲正的贡献可以更正登记。"))
            values = _values(session, old)
        else:
            values = new_values(parties.get(session, organisation_id).region_code)
        form = _form(session, chosen, organisation_id, values)
        suggested = givers.suggested(session, organisation_id, chosen)

    def act(session: Session) -> str:
        kept = old.contribution.party_id if old else None
        giver_id = givers.find(session, form.giver.data, organisation_id, chosen, kept=kept)
        entry = form.entry(chosen, giver_id)
        actor = current_actor()
        if old is not None:
            one = contributions.log_again(session, old.contribution.id, entry, actor=actor, files=files)
        else:
            one = contributions.log(session, entry, organisation_id=organisation_id, actor=actor, files=files)
        return _finish(session, one.id, one.revision)

    files: list[Any] = []
    done = form.carry_out(act) if _receive(form, files) else None
    return done or _form_page(form, chosen, suggested, back=url_for(".index"), old=old)


@bp.route("/<code>/edit", methods=["GET", "POST"])
@requires(Permission.LOG_CONTRIBUTIONS)
def edit(code: str) -> ResponseReturnValue:
    """Change an entry that was not submitted or was sent back."""
    with reading() as session:
        row = queries.own_get(session, clean_code(code), current_actor())
        one = row.contribution
        _ensure_logs_for(one.organisation_id)
        # A second press of the button may find it submitted: the form then leads to what the first did.
        if request.method == "GET" and one.state not in EDITABLE:
            raise Conflict(_("已经提交核验，不能再修改；需要改动时请联系核验人员退回。"))
        form = _form(session, one.kind, one.organisation_id, _values(session, row))
        suggested = givers.suggested(session, one.organisation_id, one.kind)

    def act(session: Session) -> str:
        giver_id = givers.find(session, form.giver.data, one.organisation_id, one.kind, kept=one.party_id)
        entry = form.entry(one.kind, giver_id)
        changed = contributions.edit(
            session, one.id, entry, revision=revision_of(form), actor=current_actor(), files=files
        )
        return _finish(session, changed.id, changed.revision)

    files: list[Any] = []
    done = form.carry_out(act) if _receive(form, files) else None
    return done or _form_page(form, one.kind, suggested, back=url_for(".show", code=one.code), row=row)


@bp.get("/<code>")
@requires(Permission.USE_MEMBER_DOOR)
def show(code: str) -> ResponseReturnValue:
    """Show one contribution with its history, its evidence and what it earned."""
    return _show(code, StepForm(formdata=None))


@bp.post("/<code>/submit")
@requires(Permission.LOG_CONTRIBUTIONS)
def submit(code: str) -> ResponseReturnValue:
    """Hand an entry in for verification."""
    return _step(code, contributions.submit, _("已提交，等待民政部门核验。"))


@bp.post("/<code>/withdraw")
@requires(Permission.LOG_CONTRIBUTIONS)
def withdraw(code: str) -> ResponseReturnValue:
    """Take an entry back."""
    return _step(code, contributions.withdraw, _("已撤回。"), reason=True)


@bp.post("/<code>/evidence/<evidence_id>/take-back")
@requires(Permission.LOG_CONTRIBUTIONS)
def take_back(code: str, evidence_id: str) -> ResponseReturnValue:
    """Take a file off an entry that may still be edited."""
    row, form = _row(code), StepForm()

    def act(session: Session) -> str:
        one = contributions.own(
            session, row.contribution.id, revision=revision_of(form), actor=current_actor()
        )
        evidence.take_back(session, one, screens.read_key(evidence_id), actor=current_actor())
        return url_for(".show", code=one.code)

    return form.carry_out(act) or _show(code, form)


@bp.post("/<code>/certificate")
@requires(Permission.USE_MEMBER_DOOR)
def certificate(code: str) -> ResponseReturnValue:
    """Issue the donation certificate of a verified gift."""
    row, form = _row(code), StepForm()

    def act(session: Session) -> str:
        paper = documents.certify(session, row.contribution.id, actor=current_actor())
        return url_for("papers_member.download", code=paper.code)

    return form.carry_out(act) or _show(code, form)


def _show(code: str, form: StepForm) -> ResponseReturnValue:
    with reading() as session:
        row = queries.own_get(session, clean_code(code), current_actor())
        one = row.contribution
        mine = one.organisation_id in current_actor().organisations(Permission.LOG_CONTRIBUTIONS)
        form.revision.data = str(one.revision)
        page = render_template(
            "contributions/show.html",
            thing=screens.thing(session, row),
            form=form,
            may_edit=mine and one.state in EDITABLE,
            may_log_again=mine
            and one.state is ContributionState.REVERSED
            and queries.correction_of(session, one) is None,
            may_certify=documents.may_certify(session, one, current_actor()),
            certificate=documents.certificate_of(session, one),
        )
    return page, 422 if request.method == "POST" else 200


def _step(code: str, verb: Any, said: str, *, reason: bool = False) -> ResponseReturnValue:
    row, form = _row(code), StepForm()

    def act(session: Session) -> str:
        words = {"reason": form.reason.data or ""} if reason else {}
        verb(session, row.contribution.id, revision=revision_of(form), actor=current_actor(), **words)
        flash(said, "done")
        return url_for(".show", code=row.contribution.code)

    return form.carry_out(act) or _show(code, form)


def _finish(session: Session, contribution_id: uuid.UUID, revision: int) -> str:
    """Submit when that button was pressed, and return the page to go to."""
    code = queries.by_id(session, contribution_id).code
    if request.form.get("action") == "submit":
        contributions.submit(session, contribution_id, revision=revision, actor=current_actor())
        flash(_("已登记并提交，等待民政部门核验。"), "done")
    else:
        flash(_("已保存，还没有提交。"), "working")
    return url_for(".show", code=code)


def _ensure_logs_for(organisation_id: uuid.UUID) -> None:
    """Keep out the giver, who may read an entry, from its form: that lists the people of who logged it."""
    ensure_may(current_actor(), Permission.LOG_CONTRIBUTIONS, organisation_id=organisation_id)


def _row(code: str) -> Row:
    with reading() as session:
        return queries.own_get(session, clean_code(code), current_actor())


def _kind(text: str) -> ContributionKind:
    try:
        return ContributionKind(text)
    except ValueError as unknown:
        raise NotFound(_("没有这一类贡献。")) from unknown


def _organisation() -> uuid.UUID:
    """Return the organisation for which the actor logs: the one in the address, else the first."""
    mine = current_actor().organisations(Permission.LOG_CONTRIBUTIONS)
    wanted = request.args.get("organisation")
    if wanted:
        with reading() as session:
            party = parties.by_code(session, wanted)
        if party.id in mine:
            return party.id
    if not mine or wanted:
        raise NotAllowed(_("您不是这个参与单位的经办人。"))
    return mine[0]


def _form(
    session: Session, kind: ContributionKind, organisation_id: uuid.UUID, values: dict[str, Any]
) -> EntryForm:
    form = form_class(kind)(data=values)
    day = values.get("happened_on") or clock.today()
    offer_qualities(form, qualities.choices(session, kind, day), qualities.CLAIMED)
    items = catalogue.offered(session, kind)
    inputs = [form["item"]] if "item" in form else []
    if kind in LINE_KINDS:
        inputs = [line.form["item"] for line in form["lines"]]
    for one in inputs:
        assert isinstance(one, ItemField)
        one.offer(items, units=kind not in TIME_KINDS)
    return form


def _values(session: Session, row: Row) -> dict[str, Any]:
    one = row.contribution
    keys = {one.item_id, *(line.item_id for line in one.lines)}
    items = {key: catalogue.get(session, key) for key in keys}
    giver = givers.text_of(session, parties.get(session, one.party_id))
    return values_of(one, items=items, giver=giver)


def _receive(form: EntryForm, files: list[Any]) -> bool:
    """Take in the uploads of a valid form before its transaction; False when one of them is refused."""
    if form.validate_on_submit():
        try:
            files += form.receive()
        except Refused as refused:
            form.note_refusal(refused)
            return False
    return True


def _form_page(
    form: EntryForm,
    kind: ContributionKind,
    suggested: list[givers.Giver],
    *,
    back: str,
    old: Row | None = None,
    row: Row | None = None,
) -> ResponseReturnValue:
    with reading() as session:
        attached = queries.evidence_of(session, row.contribution.id) if row else []
        place = regions.full_name(session, form.region_code.data) if form.region_code.data else ""
    return form.page(
        "contributions/form.html",
        kind=kind,
        givers=suggested,
        back=back,
        old=old,
        row=row,
        attached=attached,
        place=place,
        title=summary.form_title(kind, old, row),
        lead=screens.form_lead(kind),
    )
