"""The verbs of tips: take in many from a list, and take them out again. Nothing is published by either."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.errors import InvalidInput
from app.ids import new_id
from app.imports.registers import Admission, Row, Verdict
from app.imports.world import World
from app.parties import locks
from app.permissions import Actor, Permission, ensure_may
from app.rows import parts
from credit.tips.models import Severity, Tip

MOST_OF_A_BATCH = 2_000


@dataclass(frozen=True, slots=True)
class TipData:
    """One line of a list of false acts that can go in. Money in fen."""

    number: str
    household: str
    household_id: uuid.UUID | None
    person_id: uuid.UUID | None
    region_code: str
    act: str
    full_capacity: bool
    investigators: tuple[str, str]
    notice_served_on: date
    reply_until_on: date
    decided_on: date
    decision_number: str
    basis: str
    severity: Severity
    public_from_on: date
    public_to_on: date
    amount_fen: int
    recovered_fen: int
    revoked_on: date | None

    @property
    def content(self) -> tuple[object, ...]:
        """What two lines must agree in to be the same tip."""
        return (
            self.household, self.act, self.decided_on, self.decision_number, self.severity, self.public_from_on,
            self.public_to_on, self.amount_fen, self.recovered_fen, self.revoked_on,
        )  # fmt: skip


def record_many(
    session: Session, rows: Sequence[tuple[Row, Verdict]], *, actor: Actor, scope_of: World
) -> Admission:
    """Take in tips. One audit event for the batch; a number that came in meanwhile is refused."""
    if len(rows) > MOST_OF_A_BATCH:
        raise InvalidInput(_("一批最多 %(most)d 条。", most=MOST_OF_A_BATCH))
    wanted: list[TipData] = [verdict.data for _row, verdict in rows]
    for region in {one.region_code for one in wanted}:
        ensure_may(actor, Permission.ENTER_TIPS, region_code=region)
    locks.hold(session, (one.household_id for one in wanted))
    taken: set[str] = set()
    for some in parts(wanted):
        numbers = [one.number for one in some]
        taken.update(session.scalars(select(Tip.number).where(Tip.number.in_(numbers))))
    moment = clock.now()
    things: list[uuid.UUID | None] = []
    refused: dict[int, str] = {}
    made: list[dict[str, Any]] = []
    for place, one in enumerate(wanted):
        if one.number in taken:
            refused[place] = _("线索编号 %(number)s 已有登记。", number=one.number)
            things.append(None)
            continue
        taken.add(one.number)
        made.append(_values(one) | {"created_at": moment, "entered_by_id": actor.person_id})
        things.append(made[-1]["id"])
    if made:
        session.execute(insert(Tip), made)
    keys = [one["id"] for one in made]
    after = {"count": len(keys), "sha256_of_keys": events.digest_of(keys)}
    events.record(session, "tip.record_many", "tip", None, actor=actor, after=after)
    return Admission(tuple(things), refused)


def undo_many(session: Session, things: Sequence[uuid.UUID], *, actor: Actor, reason: str) -> None:
    """Take out tips that a list brought in."""
    for some in parts(things):
        regions = session.scalars(select(Tip.region_code).where(Tip.id.in_(some)).distinct()).all()
        for region in regions:
            ensure_may(actor, Permission.ENTER_TIPS, region_code=region)
        session.execute(delete(Tip).where(Tip.id.in_(some)))
    after = {"count": len(things), "sha256_of_keys": events.digest_of(things)}
    events.record(session, "tip.undo_many", "tip", None, actor=actor, after=after, reason=reason)


def _values(one: TipData) -> dict[str, Any]:
    return {
        "id": new_id(),
        "number": one.number,
        "household_id": one.household_id,
        "person_id": one.person_id,
        "region_code": one.region_code,
        "act": one.act,
        "full_capacity": one.full_capacity,
        "first_investigator": one.investigators[0],
        "second_investigator": one.investigators[1],
        "notice_served_on": one.notice_served_on,
        "reply_until_on": one.reply_until_on,
        "decided_on": one.decided_on,
        "decision_number": one.decision_number,
        "basis": one.basis,
        "severity": one.severity,
        "public_from_on": one.public_from_on,
        "public_to_on": one.public_to_on,
        "amount_fen": one.amount_fen,
        "recovered_fen": one.recovered_fen,
        "revoked_on": one.revoked_on,
    }
