"""The desk of registrations: what waits for the actor's regions, one after the other."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.access import current_actor, requires
from app.db import reading
from app.errors import InvalidInput
from app.feature import Door, NavigationItem
from app.parties import desk, duplicates, facts, interest, queries, registrations
from app.parties.bulk import comparing
from app.parties.forms import DifferentForm, JudgeForm
from app.parties.kinds import PartyKind
from app.parties.models import Party
from app.permissions import Permission
from app.regions import queries as regions
from app.regions.rules import contains

bp = Blueprint("registrations_staff", __name__, url_prefix="/staff/registrations")

NAVIGATION = (
    NavigationItem(
        Door.STAFF,
        _l("入驻审核"),
        "registrations_staff.index",
        Permission.REVIEW_REGISTRATIONS,
        icon="clipboard-check",
        order=200,
        count=desk.staff_submitted_count,
    ),
)


@bp.get("")
@requires(Permission.REVIEW_REGISTRATIONS)
def index() -> ResponseReturnValue:
    """Go to the registration that has waited longest; say so when none waits."""
    with reading() as session:
        waiting = desk.staff_submitted(session, actor=current_actor(), kind=_kind(), limit=1)
    if waiting:
        return redirect(url_for(".show", code=waiting[0].code, kind=request.args.get("kind")), 303)
    return render_template("parties/desk_empty.html")


@bp.route("/<code>", methods=["GET", "POST"])
@requires(Permission.REVIEW_REGISTRATIONS)
def show(code: str) -> ResponseReturnValue:
    """Show one registration with what is odd about it, and judge it."""
    actor = current_actor()
    form = JudgeForm()

    def act(session: Session) -> str:
        party = desk.staff_waiting(session, code, actor=actor)
        revision, reason = form.revision.data or 0, form.reason.data or ""
        if form.verb.data == "approve":
            registrations.approve(session, party.id, revision=revision, note=reason, actor=actor)
            flash(_("“%(name)s”已通过，可以开始参与。", name=party.name), "success")
        elif form.verb.data == "send_back":
            registrations.send_back(session, party.id, reason=reason, revision=revision, actor=actor)
            flash(_("已退回“%(name)s”补正。", name=party.name), "success")
        elif form.verb.data == "reject":
            registrations.reject(session, party.id, reason=reason, revision=revision, actor=actor)
            flash(_("已对“%(name)s”作出不予入驻的决定。", name=party.name), "success")
        else:
            raise InvalidInput(_("请选择通过、退回或不予入驻。"))
        return url_for(".index", kind=request.args.get("kind"))

    done = form.carry_out(act)
    if done is not None:
        return done
    with reading() as session:
        party = desk.staff_waiting(session, code, actor=actor)
        queue = desk.staff_submitted(session, actor=actor, kind=_kind())
        form.revision.data = party.revision
        ground = interest.conflict_of(session, actor.person_id, [party.id]) if actor.person_id else None
        candidates = duplicates.candidates(session, party)
        unanswered = {one.party.id for one in duplicates.unanswered(session, party)}
        page = form.page(
            "parties/desk.html",
            party=party,
            queue=queue,
            places=regions.full_names(session, [one.region_code for one in queue]),
            alike=comparing.candidate_counts(session, [one.id for one in queue]),
            facts=facts.of_party(session, party),
            warnings=facts.warnings_about(session, party),
            steps=queries.timeline(session, party.id),
            candidates=candidates,
            unanswered=unanswered,
            different_form=DifferentForm(formdata=None),
            ground=ground,
            in_reach={one.party.id for one in candidates if _reaches(one.party)},
        )
    return page


@bp.post("/<code>/different")
@requires(Permission.REVIEW_REGISTRATIONS)
def different(code: str) -> ResponseReturnValue:
    """Record why a similar party is a different one."""
    actor = current_actor()
    form = DifferentForm()
    back = url_for(".show", code=code)

    def act(session: Session) -> str:
        party = desk.staff_waiting(session, code, actor=actor)
        other = queries.by_code(session, form.other.data or "")
        duplicates.answer_different(session, party.id, other.id, reason=form.reason.data or "", actor=actor)
        return back

    done = form.carry_out(act)
    if done is not None:
        return done
    for problem in [*form.problems, *(str(one) for errors in form.errors.values() for one in errors)]:
        flash(problem, "error")
    return redirect(back, 303)


def _reaches(party: Party) -> bool:
    """Whether a similar party lies in the actor's own regions, so that its page may be opened."""
    return any(
        contains(scope, party.region_code) for scope in current_actor().regions(Permission.READ_PARTIES)
    )


def _kind() -> PartyKind | None:
    kind = request.args.get("kind", "")
    return PartyKind(kind) if kind in {PartyKind.ORGANISATION.value, PartyKind.PERSON.value} else None
