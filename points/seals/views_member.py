"""`/my/points/proof/<number>`: the proof of an own transfer, with the row that nobody else may open."""

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.access import current_actor, requires
from app.db import reading
from app.downloads import as_download
from app.errors import NotFound
from app.permissions import Permission
from points.seals import documents, queries

bp = Blueprint("seals_member", __name__, url_prefix="/my/points/proof")


@bp.get("/<int:number>")
@requires(Permission.OWN_STATEMENT)
def proof(number: int) -> ResponseReturnValue:
    """Hand out the opened proof of a transfer of the actor or of the actor's organisations."""
    actor = current_actor()
    own = {*actor.organisations(Permission.OWN_STATEMENT), *filter(None, [actor.person_id])}
    with reading() as session:
        leaf = queries.leaf(session, min(number, 10**15))
        if not own & queries.parties_of(session, leaf.thing_id):
            raise NotFound(_("没有这个存证编号，或者它不是您的积分流水。"))
        data = documents.as_json(documents.opened(session, leaf))
    return as_download(data, f"proof-{number}.json", "application/json")
