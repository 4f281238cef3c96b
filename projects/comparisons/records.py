"""The verbs of data brought by other departments: take in a list, take it out again."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app import clock, keys
from app.audit import events
from app.errors import InvalidInput
from app.ids import new_id
from app.imports.registers import Admission, Row, Verdict
from app.imports.world import World
from app.permissions import Actor, Permission, ensure_may
from app.rows import parts
from projects.comparisons.kinds import DataKind
from projects.comparisons.models import ComparisonRecord

THING = "comparison_record"
MOST_OF_A_BATCH = 2_000


@dataclass(frozen=True, slots=True)
class RecordData:
    """One line about one person, who is known by the keyed hash of the number alone."""

    kind: DataKind
    identity_hash: bytes
    on: date
    amount_fen: int | None
    words: str | None
    department: str

    @property
    def digest(self) -> bytes:
        """The keyed hash of the whole line, by which it is kept once."""
        said = (self.identity_hash.hex(), self.on.isoformat(), str(self.amount_fen), self.words or "")
        return keys.lookup_hash("comparison_record", "\x1f".join(said))


def record_many(
    session: Session, rows: Sequence[tuple[Row, Verdict]], *, actor: Actor, scope_of: World
) -> Admission:
    """Take in lines of data. One audit event for the batch; a line that came in meanwhile stays out."""
    if len(rows) > MOST_OF_A_BATCH:
        raise InvalidInput(_("一批最多 %(most)d 条。", most=MOST_OF_A_BATCH))
    ensure_may(actor, Permission.RUN_COMPARISONS)
    wanted: list[RecordData] = [verdict.data for _row, verdict in rows]
    taken: set[bytes] = set()
    for some in parts(wanted):
        known = select(ComparisonRecord.digest).where(
            ComparisonRecord.kind.in_({one.kind for one in some}),
            ComparisonRecord.digest.in_([one.digest for one in some]),
        )
        taken.update(bytes(one) for one in session.scalars(known))
    things: list[uuid.UUID | None] = []
    refused: dict[int, str] = {}
    moment = clock.now()
    for place, one in enumerate(wanted):
        if one.digest in taken:
            refused[place] = _("同样的一行已经导入过。")
            things.append(None)
            continue
        taken.add(one.digest)
        row = ComparisonRecord(
            id=new_id(),
            kind=one.kind,
            identity_hash=one.identity_hash,
            digest=one.digest,
            dated_on=one.on,
            amount_fen=one.amount_fen,
            words=one.words,
            department=one.department,
            received_at=moment,
            entered_by_id=actor.person_id,
        )
        session.add(row)
        things.append(row.id)
    session.flush()
    made = [key for key in things if key]
    after = {"count": len(made), "sha256_of_keys": events.digest_of(made)}
    events.record(session, "comparison_record.record_many", THING, None, actor=actor, after=after)
    return Admission(tuple(things), refused)


def undo_many(session: Session, things: Sequence[uuid.UUID], *, actor: Actor, reason: str) -> None:
    """Take out lines that a list brought in; what they led to stays to be looked at."""
    ensure_may(actor, Permission.RUN_COMPARISONS)
    for some in parts(things):
        session.execute(delete(ComparisonRecord).where(ComparisonRecord.id.in_(some)))
    after = {"count": len(things), "sha256_of_keys": events.digest_of(things)}
    events.record(
        session, "comparison_record.undo_many", THING, None, actor=actor, after=after, reason=reason
    )
