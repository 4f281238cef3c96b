"""`/staff/households`: the household files of the actor's regions, opening one, and each change of one."""

import uuid

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app import clock
from app.access import current_actor, requires
from app.buttons import press
from app.db import reading, transaction
from app.feature import Door, NavigationItem
from app.forms import Form, chosen
from app.look.addresses import with_query
from app.masking import public_name
from app.paging import Order, fetch
from app.parties import categories, household_changes, household_queries, households, registrations
from app.parties import queries as parties
from app.parties.household_forms import EndCategoryForm, OfMembers, OpenHouseholdForm
from app.parties.household_kinds import CategoryKind
from app.parties.households import MemberData
from app.parties.kinds import Capacity, HouseholdRelation, RegistrationState
from app.parties.models import Household, Party
from app.permissions import Permission, may_in
from app.regions import queries as regions

bp = Blueprint("households_staff", __name__, url_prefix="/staff/households")
NAVIGATION = (
    NavigationItem(
        Door.STAFF,
        _l("家庭档案"),
        "households_staff.index",
        Permission.READ_HOUSEHOLDS,
        icon="house-heart",
        order=310,
    ),
)
_ORDER = (Order(Party.sort_key), Order(Party.id))
_COLUMNS = (
    {"key": "name", "label": _l("户主"), "card": "title", "url": "url", "sub": "number"},
    {"key": "people", "label": _l("人口"), "kind": "number"},
    {"key": "categories", "label": _l("类别")},
    {"key": "place", "label": _l("所在地")},
    {"key": "lead_worker", "label": _l("主责人")},
    {"key": "state", "label": _l("档案"), "kind": "state", "card": "side"},
)


@bp.get("")
@requires(Permission.READ_HOUSEHOLDS)
def index() -> ResponseReturnValue:
    """List the households of the actor's regions by name, names masked, filtered by what stands in the address."""
    actor = current_actor()
    asked = {name: request.args.get(name, "") for name in ("category", "state", "region", "mine", "q")}
    with reading() as session:
        page = fetch(
            session,
            household_queries.staff_households(
                actor,
                text=asked["q"][:100],
                category=CategoryKind(asked["category"]) if asked["category"] in set(CategoryKind) else None,
                region_code=asked["region"] or None,
                lead_worker_id=actor.person_id if asked["mine"] else None,
                state=RegistrationState(asked["state"]) if asked["state"] in set(RegistrationState) else None,
            ),
            _ORDER,
            after=request.args.get("after"),
            before=request.args.get("before"),
        )
        keys = [party.id for party in page.rows]
        files = household_queries.households_of(session, keys)
        counts = household_queries.member_counts(session, keys)
        standing = household_queries.categories_of(session, keys)
        workers = parties.names_of(
            session, [one.lead_worker_id for one in files.values() if one.lead_worker_id is not None]
        )
        places = regions.full_names(session, [party.region_code for party in page.rows])
        mine = actor.regions(Permission.READ_HOUSEHOLDS)
        below = [(one.code, one.name) for code in mine for one in regions.children(session, code)]
    rows = [
        {
            "name": public_name(party.name),
            "number": files[party.id].file_number,
            "url": f"/staff/households/{party.code}",
            "people": counts.get(party.id, 0),
            "categories": "、".join(dict.fromkeys(one.category for one in standing.get(party.id, ()))),
            "place": places.get(party.region_code, party.region_code),
            "lead_worker": workers.get(files[party.id].lead_worker_id or uuid.UUID(int=0)),
            "state": party.state,
        }
        for party in page.rows
    ]
    return render_template(
        "households/index.html",
        columns=_COLUMNS,
        rows=rows,
        asked=asked,
        kinds=CategoryKind.choices(),
        states=RegistrationState.choices(),
        below=below,
        before=with_query(before=page.before, after=None) if page.before else None,
        after=with_query(after=page.after, before=None) if page.after else None,
        may_open=actor.may(Permission.MANAGE_HOUSEHOLDS),
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_HOUSEHOLDS)
def new() -> ResponseReturnValue:
    """Open a file with its head; a colleague confirms it."""
    form = OpenHouseholdForm(on=clock.today())

    def act(session: Session) -> str:
        actor, region = current_actor(), form.region_code.data or ""
        head = household_changes.person_of(session, form, region, actor)
        opened = households.open_household(
            session,
            region_code=region,
            members=[MemberData(head, HouseholdRelation.HEAD, Capacity(form.capacity.data))],
            actor=actor,
            on=form.on.data,
            reason=form.reason.data or "",
        )
        registrations.submit(session, opened.id, actor=actor)
        number = household_queries.households_of(session, [opened.id])[opened.id].file_number
        flash(
            _("已立户，档案编号 %(number)s。请接着登记其他成员；由另一位工作人员复核建档。", number=number),
            "done",
        )
        return url_for(".changes", code=opened.code)

    return form.carry_out(act) or form.page("households/new.html")


@bp.get("/<code>/changes")
@requires(Permission.READ_HOUSEHOLDS)
def changes(code: str) -> ResponseReturnValue:
    """Show who is of a household and what may be changed; the look is written down."""
    actor = current_actor()
    party, household = _household(code)
    with transaction() as session:
        household_queries.note_read(session, party.id, actor=actor, purpose="changes")
    with reading() as session:
        members = household_queries.members(session, party.id)
        lines = household_queries.timeline(session, party.id)
        people = [one.event.by_person_id for one in lines if one.event.by_person_id is not None]
        worker = household_queries.lead_worker(session, party.id)
        may_change = may_in(actor, Permission.MANAGE_HOUSEHOLDS, party.region_code)
        ended = party.state in (RegistrationState.CLOSED, RegistrationState.REJECTED)
        return render_template(
            "households/changes.html",
            party=party,
            household=household,
            place=regions.full_name(session, party.region_code),
            members=members,
            categories=household_queries.categories(session, party.id),
            kind_of=categories.kind_of,
            tags=household_queries.tags(session, [one.party.id for one in members]),
            worker=worker,
            lines=lines,
            names=parties.names_of(session, people),
            steps=household_changes.CHANGES.items() if may_change and not ended else (),
            may_confirm=party.state is RegistrationState.SUBMITTED
            and may_in(actor, Permission.REVIEW_REGISTRATIONS, party.region_code),
        )


@bp.post("/<code>/confirm")
@requires(Permission.REVIEW_REGISTRATIONS)
def confirm(code: str) -> ResponseReturnValue:
    """Admit a file that a colleague opened, as it was shown."""
    party, _file = _household(code)
    back = url_for(".changes", code=party.code)
    shown = request.args.get("revision", party.revision, type=int)

    def act(session: Session) -> str:
        households.confirm(session, party.id, revision=shown, actor=current_actor())
        flash(_("已复核建档。"), "done")
        return back

    return press(act, back)


@bp.route("/<code>/changes/<step>", methods=["GET", "POST"])
@requires(Permission.MANAGE_HOUSEHOLDS)
def change(code: str, step: str) -> ResponseReturnValue:
    """Make one change, with the day and the reason."""
    wanted = household_changes.change(step)
    party, _file = _household(code)
    form = wanted.form(on=clock.today())
    _offer(form, party)

    def act(session: Session) -> str:
        wanted.act(session, party.id, form, current_actor())
        flash(_("已办理：%(what)s。经过已记入档案。", what=wanted.title), "done")
        if step == "move":  # the file may now lie outside the actor's regions
            return url_for(".index")
        return url_for(".changes", code=party.code)

    return form.carry_out(act) or form.page("households/change.html", party=party, change=wanted)


def _offer(form: Form, party: Party) -> None:
    """Fill in the choices that a form takes from the household."""
    with reading() as session:
        if isinstance(form, OfMembers):
            form.offer(household_queries.members(session, party.id))
        if isinstance(form, EndCategoryForm):
            there = household_queries.categories(session, party.id)
            form.category.choices = chosen(
                [(str(one.id), one.category) for one in there if one.end_on is None]
            )


def _household(code: str) -> tuple[Party, Household]:
    with reading() as session:
        return household_queries.staff_get(session, code, actor=current_actor())
