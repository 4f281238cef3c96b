"""The staff door: a request is written down for a family, changed, and handed in with the signed commitment."""

import uuid
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import clock
from app.access import current_actor, requires
from app.db import reading
from app.errors import InvalidInput, NotFound, Refused
from app.forms import revision_of
from app.ids import clean_code
from app.parties import household_queries
from app.parties.models import Party
from app.permissions import Permission
from app.regions import queries as regions
from credit.commitments import texts
from credit.commitments.models import How
from projects.requests import aid_kinds, intake, office, queries
from projects.requests.files import Attached
from projects.requests.forms import FindForm, KindForm, PaperSignForm, StaffTellForm, UploadForm, values_of
from projects.requests.intake import Signature, Told
from projects.requests.kinds import Channel, Protection, RequestState
from projects.requests.models import AidRequest

bp = Blueprint("requests_intake", __name__, url_prefix="/staff/requests")
P = Permission


@bp.route("/new", methods=["GET", "POST"])
@requires(P.ENTER_REQUESTS)
def find() -> ResponseReturnValue:
    """Ask which household it is: by its file's number, or a member's number."""
    form = FindForm()
    if form.validate_on_submit():
        with reading() as session:
            wanted = household_queries.staff_households(current_actor(), text=form.household.data or "")
            found = session.scalars(wanted.limit(2)).all()
        if len(found) == 1:
            return redirect(url_for(".new", household=found[0].code), 303)
        form.household.errors = [
            _("有几户符合，请填写更完整的编号或号码。")
            if found
            else _("辖区内没有这户。先在家庭档案里立户，再登记申请。")
        ]
    return form.page("requests/find.html")


@bp.route("/new/<household>", methods=["GET", "POST"])
@requires(P.ENTER_REQUESTS)
def new(household: str) -> ResponseReturnValue:
    """Write a request down for a family."""
    with reading() as session:
        party, _file = household_queries.staff_get(session, household, actor=current_actor())
    form = StaffTellForm()
    _offer(form, party.id)
    files: list[Attached] = []

    def act(session: Session) -> str:
        told = _told(session, form, party.id, files)
        one = intake.enter(session, told, actor=current_actor())
        flash(_("已登记。请核对，让申请人签承诺书，然后提交。"), "working")
        return url_for(".submit", code=one.code)

    done = form.carry_out(act) if _receive(form, files) else None
    return done or _page(form, party, None)


@bp.route("/<code>/edit", methods=["GET", "POST"])
@requires(P.ENTER_REQUESTS)
def edit(code: str) -> ResponseReturnValue:
    """Change a draft that staff wrote down."""
    one, _person = _draft(code)
    with reading() as session:
        party = session.get_one(Party, one.household_id)
    form = StaffTellForm(data=values_of(one))
    _offer(form, party.id)
    files: list[Attached] = []

    def act(session: Session) -> str:
        told = _told(session, form, party.id, files)
        intake.amend(session, one.id, told, revision=revision_of(form), actor=current_actor())
        flash(_("已保存，还没有提交。"), "working")
        return url_for(".submit", code=one.code)

    done = form.carry_out(act) if _receive(form, files) else None
    return done or _page(form, party, one)


@bp.route("/<code>/submit", methods=["GET", "POST"])
@requires(P.ENTER_REQUESTS)
def submit(code: str) -> ResponseReturnValue:
    """Hand a draft in, with the commitment as it was signed on paper."""
    one, person = _draft(code)
    form = PaperSignForm(data={"signed_on": clock.today(), "revision": str(one.revision)})
    scan: list[Any] = []

    def act(session: Session) -> str:
        signature = Signature(
            How(form.how.data),
            form.signed_on.data,
            scan[0],
            office.named(session, form.witness.data, "witness") if form.witness.data else None,
        )
        done = intake.submit(
            session, one.id, revision=revision_of(form), signature=signature, actor=current_actor()
        )
        flash(_("已提交，编号 %(number)s。", number=done.number), "done")
        return url_for("requests_staff.show", code=one.code)

    if form.validate_on_submit():
        try:
            scan.append(form.scan("file"))
        except Refused as refused:
            form.note_refusal(refused)
    done = form.carry_out(act) if scan else None
    if done is not None:
        return done
    with reading() as session:
        text = texts.in_force(session)
        kinds = queries.kinds_of(session, [one.id]).get(one.id, [])
    return form.page("requests/sign_paper.html", one=one, person=person, text=text, kinds=kinds)


@bp.route("/kinds", methods=["GET", "POST"])
@requires(P.MANAGE_CATALOGUE)
def kinds() -> ResponseReturnValue:
    """List the kinds of help, and add one."""
    form = KindForm()

    def act(session: Session) -> str:
        aid_kinds.add(
            session,
            name=form.name.data or "",
            about=form.about.data or "",
            is_statutory=bool(form.is_statutory.data),
            actor=current_actor(),
        )
        flash(_("已新增。"), "done")
        return url_for(".kinds")

    done = form.carry_out(act)
    if done is not None:
        return done
    with reading() as session:
        found = queries.kinds(session, active_only=False)
    return form.page("requests/kinds.html", kinds=found)


@bp.route("/kinds/<code>", methods=["GET", "POST"])
@requires(P.MANAGE_CATALOGUE)
def kind(code: str) -> ResponseReturnValue:
    """Change one kind of help."""
    with reading() as session:
        found = next(
            (one for one in queries.kinds(session, active_only=False) if one.code == clean_code(code)), None
        )
    if found is None:
        raise NotFound(_("没有这个类别。"))
    form = KindForm(obj=found)

    def act(session: Session) -> str:
        aid_kinds.change(
            session,
            found.id,
            name=form.name.data or "",
            about=form.about.data or "",
            is_statutory=bool(form.is_statutory.data),
            is_active=bool(form.is_active.data),
            actor=current_actor(),
        )
        flash(_("已修改。"), "done")
        return url_for(".kinds")

    return form.carry_out(act) or form.page("requests/kind.html", kind=found)


def _draft(code: str) -> tuple[AidRequest, str]:
    with reading() as session:
        row = queries.staff_get(session, clean_code(code), current_actor())
    if row.request.channel is Channel.MEMBER or (
        row.request.state is not RequestState.DRAFT and request.method == "GET"
    ):
        raise NotFound(_("没有这份草稿：它已经提交，或者由申请人自己填写。"))
    return row.request, row.person


def _offer(form: StaffTellForm, household_id: uuid.UUID) -> None:
    with reading() as session:
        form.offer(household_queries.members(session, household_id), queries.kinds(session))


def _told(session: Session, form: StaffTellForm, household_id: uuid.UUID, files: list[Attached]) -> Told:
    stated = form.stated()
    applicant = stated["person_id"]
    if form.applicant_number.data:
        applicant = office.named(session, form.applicant_number.data, "applicant_number")
    elif form.applicant.data:
        applicant = uuid.UUID(form.applicant.data)
    return Told(
        household_id=household_id,
        applicant_id=applicant,
        channel=Channel(form.channel.data),
        slip_number=form.slip_number.data,
        protection=Protection(form.protection.data) if form.protection.data else None,
        files=files,
        **stated,
    )


def _receive(form: UploadForm, files: list[Attached]) -> bool:
    """Take in the uploads of a valid form before its transaction; False when one of them is refused."""
    if form.validate_on_submit():
        try:
            files += form.receive()
        except InvalidInput as refused:
            form.note_refusal(refused)
            return False
    return True


def _page(form: StaffTellForm, party: Party, one: AidRequest | None) -> ResponseReturnValue:
    with reading() as session:
        place = regions.full_name(session, party.region_code)
        about = {str(each.id): each.about for each in queries.kinds(session)}
    return form.page("requests/staff_form.html", party=party, place=place, one=one, about=about)
