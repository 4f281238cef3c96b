"""`/my/household`: the own household's file, for recipients and for guardians who live with those they look after."""

from flask import Blueprint, render_template
from flask_babel import lazy_gettext as _l

from app.access import current_actor, requires
from app.db import reading
from app.feature import Door, NavigationItem
from app.permissions import Permission
from portal.households import queries, screens

bp = Blueprint("own_household", __name__, url_prefix="/my/household")
NAVIGATION = (
    NavigationItem(
        Door.MEMBER, _l("我家的档案"), "own_household.show", Permission.OWN_REQUESTS, "house-heart", order=20
    ),
)


@bp.get("")
@requires(Permission.OWN_REQUESTS)
def show() -> str:
    """Show the household, what is being done for it, and what has been."""
    with reading() as session:
        file = queries.own_file(session, actor=current_actor())
        if file is None:
            return render_template("households/own_none.html")
        part = screens.chosen_part(file)
        return render_template(
            "households/own.html",
            file=file,
            members=[screens.member_row(one) for one in file.members],
            columns=screens.member_columns(staff=False),
            categories=[screens.category_item(one, {}) for one in file.categories],
            cards=screens.cards(list(file.parts)),
            actions=[action for one in file.parts for action in one.told.actions],
            entries=screens.entries(file, part),
            tabs=screens.choices(file, ".show", part),
        )
