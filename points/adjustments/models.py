"""The table of decisions by which a version of the rules is applied to a past period."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.ids import new_code, new_id
from app.labels import Labelled
from app.types import Centipoints, CivilDate, Code, Key, UtcTime, labelled
from points.ledger.stored_form import SIGNED


class AdjustmentState(Labelled):
    """Where a decision stands."""

    DRAFT = "draft", _l("草拟")
    DROPPED = "dropped", _l("已撤回")
    ADOPTED = "adopted", _l("已通过，正在调整")
    DONE = "done", _l("调整完毕")


MOVES = {
    AdjustmentState.DRAFT: frozenset({AdjustmentState.ADOPTED, AdjustmentState.DROPPED}),
    AdjustmentState.ADOPTED: frozenset({AdjustmentState.DONE}),
    AdjustmentState.DROPPED: frozenset[AdjustmentState](),
    AdjustmentState.DONE: frozenset[AdjustmentState](),
}


class AdjustmentDecision(Base):
    """A decision that a published version scores a past period, and how far its adjustments have come.

    Signed as it stands whenever it changes: ``decisions.sign``.
    """

    __tablename__ = "adjustment_decision"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    form: Mapped[int] = mapped_column(SmallInteger, comment="version of the canonical form under the HMAC")
    code: Mapped[Code] = mapped_column(unique=True, default=new_code, comment="in URLs")
    programme_id: Mapped[Key] = mapped_column(ForeignKey("programme.id"))
    number: Mapped[int] = mapped_column(
        Integer, comment="running within the programme; the revision of its postings"
    )
    ruleset_id: Mapped[Key] = mapped_column(ForeignKey("ruleset.id"), comment="published")
    simulation_id: Mapped[Key] = mapped_column(
        ForeignKey("simulation.id"), comment="what was known when it was drafted"
    )
    first_day: Mapped[CivilDate] = mapped_column(comment="by the date on which it happened")
    last_day: Mapped[CivilDate] = mapped_column()
    document_number: Mapped[str] = mapped_column(String(60), comment="the decision's number")
    decided_on: Mapped[CivilDate] = mapped_column(comment="the decision's date")
    basis_title: Mapped[str] = mapped_column(String(200), comment="the document that it rests on")
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[AdjustmentState] = mapped_column(labelled(AdjustmentState), default=AdjustmentState.DRAFT)
    drafted_by_id: Mapped[Key | None] = mapped_column(comment="person; somebody else adopts")
    drafted_at: Mapped[UtcTime] = mapped_column()
    adopted_by_id: Mapped[Key | None] = mapped_column(comment="person")
    adopted_at: Mapped[UtcTime | None] = mapped_column()
    finished_at: Mapped[UtcTime | None] = mapped_column()
    adjusted: Mapped[int] = mapped_column(Integer, default=0, comment="contributions adjusted so far")
    parties: Mapped[int] = mapped_column(Integer, default=0, comment="parties done so far")
    more: Mapped[Centipoints] = mapped_column(default=0, comment="honour points given so far")
    fewer: Mapped[Centipoints] = mapped_column(default=0, comment="honour points taken back so far")
    redeemable_more: Mapped[Centipoints] = mapped_column(default=0)
    redeemable_fewer: Mapped[Centipoints] = mapped_column(default=0)
    unscored: Mapped[str | None] = mapped_column(
        Text, comment="what the version cannot score and so stands as it was, a line each"
    )
    key_id: Mapped[str] = mapped_column(String(8))
    hmac: Mapped[bytes] = mapped_column(LargeBinary(32))

    __table_args__ = (
        UniqueConstraint("programme_id", "number"),
        CheckConstraint("first_day <= last_day", name="period"),
        CheckConstraint("(state IN ('adopted', 'done')) = (adopted_at IS NOT NULL)", name="adopted"),
        CheckConstraint("(state = 'done') = (finished_at IS NOT NULL)", name="finished"),
        {"info": SIGNED},
    )
