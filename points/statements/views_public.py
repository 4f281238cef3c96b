"""`/organisations/<code>/why`: where an organisation's honour points come from, for anybody; no personal data."""

from flask import Blueprint, current_app, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.access import public
from app.db import reading
from app.parties import directory
from app.parties.models import Party
from points.ledger.kinds import Purse
from points.statements import doors
from points.statements.reader import Reader

bp = Blueprint("why_public", __name__, url_prefix="/organisations")
_PARTY_PAGE = "organisations_public.show"


@bp.get("/<code>/why")
@public
def why(code: str) -> ResponseReturnValue:
    """Show the branches of the honour points of an organisation, or one branch."""
    with reading() as session:
        party, reader = _reader(session, code)
        return doors.branch_or_root(session, party, reader)


@bp.get("/<code>/why/<int:number>")
@public
def source(code: str, number: int) -> ResponseReturnValue:
    """Show one contribution with its transfers, rule, evidence by kind and signers by office."""
    with reading() as session:
        party, reader = _reader(session, code)
        return doors.source(session, party, reader, number)


def _reader(session: Session, code: str) -> tuple[Party, Reader]:
    party, _organisation = directory.organisation(session, code)
    page = url_for(_PARTY_PAGE, code=party.code) if _PARTY_PAGE in current_app.view_functions else None
    return party, Reader(
        layout="layouts/public.html",
        base=url_for(".why", code=party.code),
        crumbs=[(_("首页"), "/"), (party.name, page)],
        actor=None,
        purses=(Purse.HONOUR,),
    )
