"""The staff door: the register of the actor's regions, looking at a party, acting on it."""

import uuid
from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.access import current_actor, requires
from app.db import reading
from app.errors import NotFound
from app.feature import Door, NavigationItem
from app.forms import Form
from app.paging import Order, fetch
from app.parties import facts, organisations, persons, queries, registrations, relatives, reveals
from app.parties.forms import ReasonForm, RelativeForm, RevealForm, StaffOrganisationForm, VolunteerForm
from app.parties.kinds import PartyKind, RegistrationState, RelativeKind
from app.parties.models import Party
from app.parties.reveals import Number
from app.permissions import Permission
from app.regions import queries as regions

bp = Blueprint("parties_staff", __name__, url_prefix="/staff/parties")

NAVIGATION = (
    NavigationItem(
        Door.STAFF, _l("参与主体"), "parties_staff.index", Permission.READ_PARTIES, icon="people", order=300
    ),
    NavigationItem(
        Door.STAFF,
        _l("回避申报"),
        "parties_staff.declare_relative",
        Permission.USE_STAFF_DOOR,
        icon="person-slash",
        order=980,
    ),
)
_SHOWN = (PartyKind.ORGANISATION, PartyKind.PERSON)
_ORDER = (Order(Party.sort_key), Order(Party.id))
# What may be done to a party in a state, beyond judging its registration.
_ACTS: dict[str, tuple[RegistrationState, Callable[..., Party]]] = {
    "suspend": (RegistrationState.SUSPENDED, registrations.suspend),
    "restore": (RegistrationState.APPROVED, registrations.restore),
    "close": (RegistrationState.CLOSED, registrations.close),
}


@bp.get("")
@requires(Permission.READ_PARTIES)
def index() -> ResponseReturnValue:
    """List the parties of the actor's regions by name, filtered by what stands in the address."""
    chosen_kind, chosen_state = request.args.get("kind", ""), request.args.get("state", "")
    with reading() as session:
        page = fetch(
            session,
            queries.staff_parties(
                current_actor(),
                text=request.args.get("q", "")[:100],
                kind=PartyKind(chosen_kind) if chosen_kind in set(_SHOWN) else None,
                state=RegistrationState(chosen_state) if chosen_state in set(RegistrationState) else None,
            ),
            _ORDER,
            after=request.args.get("after"),
            before=request.args.get("before"),
        )
        places = regions.full_names(session, [party.region_code for party in page.rows])
        details = queries.details_of(session, [party.id for party in page.rows])
    return render_template(
        "parties/index.html",
        page=page,
        places=places,
        details=details,
        kinds=[(kind.value, kind.label) for kind in _SHOWN],
        states=RegistrationState.choices(),
        may_enter=current_actor().may(Permission.ENTER_PARTIES),
    )


@bp.route("/relatives", methods=["GET", "POST"])
@requires(Permission.USE_STAFF_DOOR)
def declare_relative() -> ResponseReturnValue:
    """Declare one's near relatives, whose matters one must not judge."""
    actor = current_actor()
    form = RelativeForm()
    assert actor.person_id is not None
    person_id = actor.person_id

    def act(session: Session) -> str:
        relation = RelativeKind(form.relation.data)
        relatives.declare(session, person_id, relation, form.identity_number.data or "", actor=actor)
        flash(_("已申报。涉及这位亲属的事项，系统会请您回避。"), "success")
        return url_for(".declare_relative")

    done = form.carry_out(act)
    if done is not None:
        return done
    with reading() as session:
        declared = queries.relatives_of(session, person_id)
    return form.page("parties/relatives.html", declared=declared)


@bp.route("/<code>", methods=["GET", "POST"])
@requires(Permission.READ_PARTIES)
def show(code: str) -> ResponseReturnValue:
    """Show one party, numbers masked; a reason reveals one of them on the answer to its own form."""
    actor = current_actor()
    with reading() as session:
        party = queries.staff_get(session, code, actor=actor)
    form = _reveal_form(party)
    shown: dict[str, Any] = {}

    def act(session: Session) -> str:
        number = Number(form.number.data)
        shown["number"] = number
        shown["value"] = reveals.reveal(session, party.id, number, reason=form.reason.data or "", actor=actor)
        return url_for(".show", code=party.code)

    # The number stands on this answer only: a redirect would put it where it could be fetched again.
    if form.carry_out(act) is not None:
        form = _reveal_form(party, empty=True)
    with reading() as session:
        party = queries.staff_get(session, code, actor=actor)
        steps = queries.timeline(session, party.id)
        people = [one.step.by_person_id for one in steps if one.step.by_person_id is not None]
        page = render_template(
            "parties/show.html",
            form=form,
            party=party,
            shown=shown,
            facts=facts.of_party(session, party),
            steps=steps,
            names=queries.names_of(session, people),
            affiliations=queries.affiliations_of(session, party.id),
            looks=facts.looks_at(session, party),
            may_review=actor.may(Permission.REVIEW_REGISTRATIONS),
            may_reveal=actor.may(Permission.REVEAL_NUMBERS),
            acts=_acts_on(party) if actor.may(Permission.REVIEW_REGISTRATIONS) else [],
        )
    return page, 422 if form.errors or form.problems else 200


@bp.route("/<code>/<verb>", methods=["GET", "POST"])
@requires(Permission.REVIEW_REGISTRATIONS)
def act_on(code: str, verb: str) -> ResponseReturnValue:
    """Suspend, restore or close a party, with a reason."""
    actor = current_actor()
    if verb not in _ACTS:
        raise NotFound(_("没有这个页面，或者它已经移走。请从首页重新进入。"))
    with reading() as session:
        party = queries.staff_get(session, code, actor=actor)
    form = ReasonForm()

    def act(session: Session) -> str:
        _ACTS[verb][1](session, party.id, reason=form.reason.data or "", actor=actor)
        flash(_("已办理，并告知登记人。"), "success")
        return url_for(".show", code=party.code)

    return form.carry_out(act) or form.page("parties/act.html", party=party, verb=verb)


@bp.route("/new/organisation", methods=["GET", "POST"])
@requires(Permission.ENTER_PARTIES)
def new_organisation() -> ResponseReturnValue:
    """Enter an organisation for it and hand the registration to a colleague."""
    form = StaffOrganisationForm()
    return _entered(
        form,
        lambda session: organisations.register(session, form.data_of(), actor=current_actor()).id,
        "parties/new_organisation.html",
    )


@bp.route("/new/volunteer", methods=["GET", "POST"])
@requires(Permission.ENTER_PARTIES)
def new_volunteer() -> ResponseReturnValue:
    """Enter a volunteer who came with a paper form and hand the registration to a colleague."""
    form = VolunteerForm()
    return _entered(
        form,
        lambda session: persons.register_volunteer(session, form.data_of(), actor=current_actor()).id,
        "parties/new_volunteer.html",
    )


def _reveal_form(party: Party, *, empty: bool = False) -> RevealForm:
    """Return the form with the numbers that this kind of party has; an empty one is ready for the next look."""
    form = RevealForm(formdata=None) if empty else RevealForm()
    form.number.choices = [(one.value, one.label) for one in facts.numbers_of(party)]
    return form


def _entered(form: Form, register: Callable[[Session], uuid.UUID], template: str) -> ResponseReturnValue:
    def act(session: Session) -> str:
        party = registrations.submit(session, register(session), actor=current_actor())
        flash(_("已录入并提交，由另一位工作人员审核。"), "success")
        return url_for(".show", code=party.code)

    return form.carry_out(act) or form.page(template)


def _acts_on(party: Party) -> list[str]:
    if party.state is RegistrationState.SUBMITTED:
        return []
    return [verb for verb, (new, _act) in _ACTS.items() if new in registrations.MOVES[party.state]]
