"""The verbs of published gifts: take in the lines of a list, and take them out again."""

import hashlib
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.errors import Conflict, InvalidInput
from app.ids import new_id
from app.imports.registers import Admission, Row, Verdict
from app.imports.world import World
from app.permissions import Actor, Permission, ensure_may
from projects.gifts.kinds import GiftKind
from projects.gifts.models import GiftLine

MOST_OF_A_BATCH = 2_000
_SAID = ("given_on", "giver", "receiver", "item", "specification", "quantity", "unit", "amount_fen")
_VARIABLES = 500  # per IN (…): far below the limit of either database


@dataclass(frozen=True, slots=True)
class Gift:
    """A line of a published list, understood."""

    kind: GiftKind
    chain: str
    list_key: str
    given_on: date | None = None
    giver: str | None = None
    forwarded_by: str | None = None
    forwarded_for: str | None = None
    receiver: str | None = None
    item: str | None = None
    specification: str | None = None
    quantity: str | None = None
    unit: str | None = None
    amount_fen: int | None = None
    earmark: str | None = None
    remark: str | None = None

    @property
    def content(self) -> str:
        """A hash of what the line says, but for remarks: a list that was mended is known by its other lines."""
        cells = (self.kind.value, *(getattr(self, name) for name in _SAID))
        said = "\x1f".join("" if one is None else str(one) for one in cells)
        return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def record_many(
    session: Session, rows: Sequence[tuple[Row, Verdict]], *, actor: Actor, scope_of: World
) -> Admission:
    """Take in the lines of a list, one audit event for all. A line that somebody else brought first is refused."""
    if len(rows) > MOST_OF_A_BATCH:
        raise InvalidInput(_("一批最多 %(most)d 条。", most=MOST_OF_A_BATCH))
    ensure_may(actor, Permission.ENTER_RECORDS)  # a published list belongs to no place
    moment = clock.now()
    taken = known_chains(session, [verdict.data.chain for _row, verdict in rows])
    things: list[uuid.UUID | None] = []
    refused: dict[int, str] = {}
    lines = []
    for place, (row, verdict) in enumerate(rows):
        gift: Gift = verdict.data
        if gift.chain in taken:
            things.append(None)
            refused[place] = _("这一行刚刚由别人导入了，不再导入。")
            continue
        taken.add(gift.chain)
        key = new_id()
        things.append(key)
        lines.append(
            {
                "id": key,
                "file_name": row.file,
                "content": gift.content,
                "sheet": row.sheet[:100],
                "line": row.number,
                "entered_at": moment,
                "entered_by_id": actor.person_id,
                **{name: getattr(gift, name) for name in Gift.__slots__},
            }
        )
    if lines:
        session.execute(insert(GiftLine), lines)
    _trace(session, "gift.record_many", [one for one in things if one is not None], actor=actor)
    return Admission(tuple(things), refused)


def undo_many(session: Session, things: Sequence[uuid.UUID], *, actor: Actor, reason: str) -> None:
    """Take lines out again, all or none. Raises Conflict when one is gone already."""
    gone = 0
    for start in range(0, len(things), _VARIABLES):
        some = things[start : start + _VARIABLES]
        statement = delete(GiftLine).where(GiftLine.id.in_(some)).returning(GiftLine.id)
        gone += len(session.scalars(statement).all())
    if gone != len(things):
        raise Conflict(_("有的行已经撤回，请刷新页面。"))
    _trace(session, "gift.undo_many", things, actor=actor, reason=reason)


def known_chains(session: Session, chains: Sequence[str]) -> set[str]:
    """Return those of these chains that are recorded."""
    found: set[str] = set()
    for start in range(0, len(chains), _VARIABLES):
        some = chains[start : start + _VARIABLES]
        found.update(session.scalars(select(GiftLine.chain).where(GiftLine.chain.in_(some))))
    return found


def lists_with(session: Session, head: str, contents: Sequence[str]) -> dict[str, Counter[str]]:
    """Return the recorded lists that begin as this one or have one of these lines: how often each says what."""
    keys = set(session.scalars(select(GiftLine.list_key).where(GiftLine.list_key == head).limit(1)))
    for start in range(0, len(contents), _VARIABLES):
        some = contents[start : start + _VARIABLES]
        keys.update(session.scalars(select(GiftLine.list_key).where(GiftLine.content.in_(some)).distinct()))
    found: dict[str, Counter[str]] = {}
    for key in keys - {None}:
        said = session.execute(
            select(GiftLine.content, func.count()).where(GiftLine.list_key == key).group_by(GiftLine.content)
        )
        found[key or ""] = Counter({content or "": count for content, count in said})
    return found


def _trace(
    session: Session, verb: str, things: Sequence[uuid.UUID], *, actor: Actor, reason: str | None = None
) -> None:
    digest = hashlib.sha256(b"".join(one.bytes for one in things)).hexdigest()
    after = {"count": len(things), "sha256": digest}
    events.record(session, verb, "gift_line", None, actor=actor, after=after, reason=reason)
