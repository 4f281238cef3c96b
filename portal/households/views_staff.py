"""`/staff/households/<code>`: the whole file of a household of the actor's regions; every look is written down."""

from flask import Blueprint, render_template
from flask_babel import gettext as _

from app.access import current_actor, requires
from app.db import reading, transaction
from app.parties import household_queries
from app.parties.kinds import RegistrationState
from app.permissions import Permission, may_in
from portal.households import queries, screens

bp = Blueprint("household_file", __name__, url_prefix="/staff/households")


@bp.get("/<code>")
@requires(Permission.READ_HOUSEHOLDS)
def show(code: str) -> str:
    """Show who is of a household and all that features know of it."""
    actor = current_actor()
    with reading() as session:
        party, household = household_queries.staff_get(session, code, actor=actor)
    with transaction() as session:
        household_queries.note_read(session, party.id, actor=actor, purpose="file")
    with reading() as session:
        file = queries.staff_file(session, party, household, actor=actor)
        part = screens.chosen_part(file)
        names = {one.member.party.id: one.member.party.name for one in file.members}
        return render_template(
            "households/file.html",
            file=file,
            present=[screens.member_row(one) for one in file.members if one.member.is_present],
            former=[screens.member_row(one) for one in file.members if not one.member.is_present],
            columns=screens.member_columns(staff=True),
            categories=[screens.category_item(one, names) for one in file.categories if one.end_on is None],
            past=[screens.category_item(one, names) for one in file.categories if one.end_on is not None],
            cards=screens.cards(list(file.parts)),
            actions=[action for one in file.parts for action in one.told.actions],
            entries=screens.entries(file, part),
            tabs=screens.choices(file, ".show", part, code=party.code),
            may_change=may_in(actor, Permission.MANAGE_HOUSEHOLDS, party.region_code)
            and party.state not in (RegistrationState.CLOSED, RegistrationState.REJECTED),
            waits=party.state is RegistrationState.SUBMITTED,
            title=_("%(name)s户", name=party.name),
        )
