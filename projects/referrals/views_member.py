"""`/my/referrals`: an organisation takes up what was referred to it; a household says whether the help has come."""

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.access import current_actor, requires
from app.db import reading, transaction
from app.errors import NotFound
from app.feature import Door, NavigationItem
from app.forms import Form
from app.look.addresses import with_query
from app.parties import household_queries
from projects.referrals import acts, queries, screens
from projects.referrals.queries import MEMBERS

bp = Blueprint("referrals_member", __name__, url_prefix="/my/referrals")
NAVIGATION = (
    NavigationItem(
        Door.MEMBER,
        _l("转介"),
        "referrals_member.index",
        MEMBERS,
        "arrow-left-right",
        order=45,
        count=queries.own_waiting_count,
    ),
)


@bp.get("")
@requires(*MEMBERS)
def index() -> ResponseReturnValue:
    """List what was referred to the actor's organisations, or concerns the own household."""
    with reading() as session:
        page = queries.own_page(
            session, current_actor(), after=request.args.get("after"), before=request.args.get("before")
        )
        rows = screens.rows(session, page.rows, "/my/referrals")
    return render_template(
        "referrals/mine.html",
        rows=rows,
        columns=screens.columns(),
        before=with_query(before=page.before, after=None) if page.before else None,
        after=with_query(after=page.after, before=None) if page.after else None,
    )


@bp.get("/<code>")
@requires(*MEMBERS)
def show(code: str) -> ResponseReturnValue:
    """Show one referral to the organisation that has it, or to the household."""
    return _show(code, None, None)


@bp.post("/<code>/<act>")
@requires(*MEMBERS)
def take(code: str, act: str) -> ResponseReturnValue:
    """Take one step of the chain."""
    if act not in acts.FORMS:
        raise NotFound(_("没有这一步。"))
    actor = current_actor()
    with reading() as session:
        referral = queries.own_get(session, code, actor)
        form = acts.form_of(act, session, referral)

    def carry(session: Session) -> str:
        flash(acts.take(session, act, referral.id, form, actor=actor), "done")
        return url_for(".show", code=referral.code)

    return form.carry_out(carry) or _show(code, act, form)


def _show(code: str, act: str | None, sent: Form | None) -> ResponseReturnValue:
    actor = current_actor()
    with reading() as session:
        referral = queries.own_get(session, code, actor)
    with transaction() as session:
        household_queries.note_read(session, referral.household_id, actor=actor, purpose="referral")
    with reading() as session:
        referral = queries.own_get(session, code, actor)
        offered = acts.offered(session, referral, actor)
        forms = {one: acts.blank(one, session, referral) for one in offered}
        if act is not None and sent is not None:
            sent["revision"].data = str(referral.revision)
            forms[act] = sent
        page = render_template(
            "referrals/show.html",
            layout="layouts/member.html",
            home=(_("我的众力"), "/my"),
            list_label=_("转介"),
            one=referral,
            thing=screens.thing(session, referral, actor),
            forms=forms,
            offered=offered,
            sent=sent,
            slip=None,
            organisations=[],
        )
    return page, 422 if sent is not None else 200
