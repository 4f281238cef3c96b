"""The verbs of parameters: the city proposes a number, a legal officer approves it before its first day."""

from datetime import date

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import clock
from app.audit import events as audit
from app.db import lock
from app.errors import Conflict, InvalidInput
from app.ids import new_code, new_id
from app.parameters import queries
from app.parameters.defaults import DEFAULTS
from app.parameters.kinds import MOVES, ProposalState
from app.parameters.models import ParameterValue
from app.permissions import Actor, Permission, ensure_four_eyes, ensure_may
from app.regions import queries as regions
from app.rows import insert_if_absent
from app.states import ensure_move


def propose(
    session: Session,
    key: str,
    *,
    value: int,
    valid_from: date,
    article: str,
    actor: Actor,
    region_code: str | None = None,
) -> ParameterValue:
    """Propose a number from a future day on, for the whole city or one division, and return the row.

    Raises InvalidInput with the field's name; Conflict when that place and day have a number already.
    """
    ensure_may(actor, Permission.MANAGE_PARAMETERS, region_code=region_code)
    _ensure_known(key)
    if region_code is not None:
        regions.get(session, region_code)
    article = article.strip()
    if not article:
        raise InvalidInput(_("请填写依据的文件和文号。"), field="article")
    _ensure_future(valid_from)
    _ensure_in_reach(session, key, value, valid_from, region_code)
    row_id = new_id()
    new = insert_if_absent(
        session,
        ParameterValue,
        id=row_id,
        code=new_code(),
        key=key,
        region_code=region_code,
        value=value,
        valid_from=valid_from,
        article=article,
        state=ProposalState.PROPOSED,
        proposed_by_id=actor.person_id,
        proposed_at=clock.now(),
    )
    if not new:
        raise Conflict(_("这一天起已有一项调整，请先撤回它，或换一个生效日期。"), field="valid_from")
    row = lock(session, ParameterValue, row_id)
    audit.record(session, "parameter.propose", "parameter", row.id, actor=actor, after=_told(row))
    return row


def approve(session: Session, row: ParameterValue, *, actor: Actor) -> ParameterValue:
    """Let a proposed number come into force on its first day, which must still lie ahead.

    Raises NotAllowed for who proposed it, Conflict when the day has come or somebody was faster.
    """
    row = lock(session, ParameterValue, row.id)
    ensure_may(actor, Permission.PUBLISH_PARAMETERS)
    ensure_four_eyes(actor, row.proposed_by_id)
    ensure_move(MOVES, row.state, ProposalState.APPROVED)
    if row.valid_from <= clock.today():
        raise Conflict(_("生效日期已到，不能再通过；请撤回后重新拟定。"))
    row.state, row.approved_by_id, row.approved_at = ProposalState.APPROVED, actor.person_id, clock.now()
    audit.record(session, "parameter.approve", "parameter", row.id, actor=actor, after=_told(row))
    return row


def withdraw(session: Session, row: ParameterValue, *, reason: str, actor: Actor) -> ParameterValue:
    """Take a number back that is not in force yet: by who may propose or approve, with a reason.

    Raises InvalidInput without a reason, Conflict once it has come into force.
    """
    row = lock(session, ParameterValue, row.id)
    if not actor.may(Permission.PUBLISH_PARAMETERS):
        ensure_may(actor, Permission.MANAGE_PARAMETERS, region_code=row.region_code)
    ensure_move(MOVES, row.state, ProposalState.WITHDRAWN)
    if row.state is ProposalState.APPROVED and row.valid_from <= clock.today():
        raise Conflict(_("已经生效，不能撤回；请拟定一项新的调整。"))
    if not reason.strip():
        raise InvalidInput(_("请填写撤回的理由。"), field="reason")
    row.state, row.withdrawn_by_id, row.withdrawn_at = ProposalState.WITHDRAWN, actor.person_id, clock.now()
    audit.record(
        session,
        "parameter.withdraw",
        "parameter",
        row.id,
        actor=actor,
        after=_told(row),
        reason=reason.strip(),
    )
    return row


def _ensure_known(key: str) -> None:
    if key not in DEFAULTS:
        raise InvalidInput(_("没有这项参数。"), field="key")


def _ensure_future(valid_from: date) -> None:
    if valid_from <= clock.today():
        raise InvalidInput(_("生效日期须在今天之后：已经发生的事按当时的规定办。"), field="valid_from")
    if valid_from.year > clock.today().year + 10:
        raise InvalidInput(_("生效日期太远，请核对年份。"), field="valid_from")


def _ensure_in_reach(
    session: Session, key: str, value: int, valid_from: date, region_code: str | None
) -> None:
    unit = DEFAULTS[key][0].unit
    if not unit.allows(value):
        raise InvalidInput(_("这个数值不在可用的范围内，请核对。"), field="value")
    standing = queries.found(session, key, on=valid_from, region_code=region_code)
    if standing.value == value and standing.region_code == region_code:
        raise InvalidInput(_("与那一天起的现有数值相同，不需要调整。"), field="value")


def _told(row: ParameterValue) -> dict[str, object]:
    return {
        "key": row.key,
        "region": row.region_code,
        "value": row.value,
        "valid_from": row.valid_from.isoformat(),
        "article": row.article,
        "state": row.state.value,
    }
