"""A household says that a record is wrong; somebody who neither logged nor judged it looks into it and answers."""

import uuid

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.db import lock
from app.errors import Conflict, NotFound
from app.messages import inbox
from app.messages.inbox import Wording
from app.parties import interest
from app.parties.rules import ensure_reason
from app.permissions import Actor, Permission, ensure_four_eyes, ensure_may
from points.covenants import lines, queries
from points.covenants.kinds import RecordState
from points.covenants.models import Covenant, CovenantHousehold, CovenantRecord

OPEN_TO_OBJECTION = (RecordState.VERIFIED, RecordState.REJECTED)
"""What is judged can be objected to; what still waits can simply be told to the village, what was reversed is away."""
ANSWERED = Wording(
    "covenants.answered",
    1,
    _l("您对村规民约积分的异议有了答复"),
    _l("%(day)s 的“%(item)s”：%(answer)s"),
)


def raise_objection(session: Session, record_id: uuid.UUID, *, text: str, actor: Actor) -> CovenantRecord:
    """Write down that a household holds a judged record of its own for wrong, once.

    Raises NotFound for another household's record, Conflict for a record that cannot be objected to (again).
    """
    record = lock(session, CovenantRecord, record_id)
    own = queries.own_households(session, actor.person_id) if actor.person_id else []
    if record.household_id not in {household.id for household, _covenant, _party in own}:
        raise NotFound(_("没有找到本户的这条记录。"))
    if record.objected_at is not None:
        raise Conflict(_("这一条已经提过异议。"))
    if record.state not in OPEN_TO_OBJECTION:
        raise Conflict(_("核验以后、冲正以前才能提出异议。"))
    record.objection = ensure_reason(text)
    record.objected_by_id, record.objected_at = actor.person_id, clock.now()
    _trace(session, "covenant_record.object", record, actor=actor)
    return record


def answer(session: Session, record_id: uuid.UUID, *, text: str, actor: Actor) -> CovenantRecord:
    """Tell the household why a record stays as it is. Never by who logged or judged it, nor by who is near.

    What turns out to be wrong is reversed instead (``records.reverse``), which answers too.
    """
    record = lock(session, CovenantRecord, record_id)
    household = session.get_one(CovenantHousehold, record.household_id)
    covenant = session.get_one(Covenant, record.covenant_id)
    ensure_may(actor, Permission.VERIFY_COVENANTS, region_code=covenant.region_code)
    ensure_four_eyes(actor, record.logged_by_id, record.judged_by_id)
    interest.ensure_no_conflict(session, actor, household.party_id)
    if not is_open(record):
        raise Conflict(_("这一条没有待答复的异议。"))
    settle(session, record, ensure_reason(text), actor=actor)
    _trace(session, "covenant_record.answer", record, actor=actor)
    return record


def is_open(record: CovenantRecord) -> bool:
    """Say whether an objection waits for its answer."""
    return record.objected_at is not None and record.answered_at is None


def settle(session: Session, record: CovenantRecord, text: str, *, actor: Actor) -> None:
    """Answer an objection that waits, and tell who raised it; the calling verb has locked and checked, and traces."""
    if record.objected_by_id is None or not is_open(record):
        return
    record.answer, record.answered_at, record.answered_by_id = text, clock.now(), actor.person_id
    item = lines.item_name(session, record)
    inbox.send(
        session,
        record.objected_by_id,
        ANSWERED,
        {"day": record.happened_on.isoformat(), "item": item, "answer": text},
        key=f"covenants.answered:{record.code}",
        link=f"/my/village/{record.code}",
    )


def _trace(session: Session, verb: str, record: CovenantRecord, *, actor: Actor) -> None:
    session.flush()
    household = session.get_one(CovenantHousehold, record.household_id)
    events.record(session, verb, lines.SUBJECT, record.id, actor=actor, party_id=household.party_id)
