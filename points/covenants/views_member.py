"""`/my/village`: the points of my household in my village's programme, why there are so many, and objections."""

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app import clock
from app.access import current_actor, requires
from app.db import reading
from app.errors import NotFound
from app.feature import Door, NavigationItem
from app.look.addresses import with_query
from app.paging import Page
from app.parties import queries as parties
from app.permissions import Actor, Permission
from points.covenants import account_screens, accounts, lines, objections, queries, screens
from points.covenants.forms import ObjectionForm
from points.covenants.models import Covenant
from points.ledger import queries as ledger
from points.ledger.kinds import AccountKind
from points.rulesets.models import Ruleset

bp = Blueprint("covenants_member", __name__, url_prefix="/my/village")


def _has_household(session: Session, actor: Actor) -> bool:
    return actor.person_id is not None and bool(queries.own_households(session, actor.person_id))


NAVIGATION = (
    NavigationItem(
        Door.MEMBER,
        _l("村规民约积分"),
        "covenants_member.index",
        Permission.USE_MEMBER_DOOR,
        icon="houses",
        order=310,
        only=_has_household,
    ),
)


@bp.get("")
@requires(Permission.USE_MEMBER_DOOR)
def index() -> ResponseReturnValue:
    """Show the household of the signed-in person, or of whose family they are; where there are several, the newest."""
    actor = current_actor()
    with reading() as session:
        own = queries.own_households(session, actor.person_id) if actor.person_id else []
        if not own:
            return render_template("covenants/mine.html", own=None)
        household, covenant, party = own[0]
        page: Page[lines.Line] = lines.records(
            session,
            covenant.id,
            household_id=household.id,
            after=request.args.get("after"),
            before=request.args.get("before"),
        )
        programme = queries.programme_code(session, covenant)
        balance = ledger.balances(session, party.id, programme=programme)[AccountKind.HONOUR]
        sums = accounts.sums(session, covenant.id, party.id)
    return render_template(
        "covenants/mine.html",
        own=(household, covenant, party),
        balance=balance,
        columns=screens.OWN_COLUMNS,
        rows=[screens.record_row(one, "covenants_member.show") for one in page.rows],
        sum_columns=account_screens.SUM_COLUMNS,
        sums=account_screens.sum_rows(sums),
        check=account_screens.sum_words(sums, balance),
        before=with_query(before=page.before, after=None) if page.before else None,
        after=with_query(after=page.after, before=None) if page.after else None,
    )


@bp.get("/<code>")
@requires(Permission.USE_MEMBER_DOOR)
def show(code: str) -> ResponseReturnValue:
    """Show why one record counts what it counts: item, decision, arithmetic, who logged and who verified it."""
    return _show(code, ObjectionForm(formdata=None))


@bp.post("/<code>/object")
@requires(Permission.USE_MEMBER_DOOR)
def object_to(code: str) -> ResponseReturnValue:
    """Write down that the household holds a record for wrong."""
    form, actor = ObjectionForm(), current_actor()
    with reading() as session:
        record = _own(session, code, actor).record

    def act(session: Session) -> str:
        objections.raise_objection(session, record.id, text=form.text.data or "", actor=actor)
        flash(_("异议已送到镇街，由没有经手过这一条的工作人员核查；答复会发到消息里。"), "done")
        return url_for(".show", code=record.code)

    return form.carry_out(act) or _show(code, form)


def _own(session: Session, code: str, actor: Actor) -> lines.Line:
    own = queries.own_households(session, actor.person_id) if actor.person_id else []
    keys: Sequence[UUID] = [household.id for household, _covenant, _party in own]
    if not keys:
        raise NotFound(_("没有找到本户的这条记录。"))
    return accounts.own_record(session, code, keys)


def _show(code: str, form: ObjectionForm) -> ResponseReturnValue:
    with reading() as session:
        line = _own(session, code, current_actor())
        record = line.record
        covenant = session.get_one(Covenant, record.covenant_id)
        page = render_template(
            "covenants/my_record.html",
            covenant=covenant,
            line=line,
            row=screens.record_row(line),
            version=screens.version_screen(
                queries.version_of(session, session.get_one(Ruleset, line.item.ruleset_id))
            ),
            form=form,
            timeline=account_screens.timeline(
                line, parties.names_of(session, account_screens.stamps(record))
            ),
            wording=lines.wording(session, record.id),
            sealed=accounts.sealed(session, record.id),
            until=clock.civil_date(record.state_since + lines.PUBLICITY)
            if record.counted is not None
            else None,
            public_name=line.public_name,
            may_object=record.objected_at is None and record.state in objections.OPEN_TO_OBJECTION,
            waits=objections.is_open(record),
        )
    return page, 422 if request.method == "POST" else 200
