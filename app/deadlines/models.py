"""Tables of deadlines and of the times in which their clocks stood."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.calendar.rules import TermUnit
from app.db import Base
from app.deadlines.rules import DeadlineState, HolderLevel, Pause, SupervisedLevel, Term
from app.ids import new_id
from app.types import CivilDate, Key, RegionCode, UtcTime, labelled

_IS_OPEN = text("state IN ('running', 'paused')")


class Deadline(Base):
    """One clock on one step of a thing. Of a kind a thing has at most one that is open."""

    __tablename__ = "deadline"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[Key] = mapped_column()
    kind: Mapped[str] = mapped_column(String(40), comment="as features register them")
    region_code: Mapped[RegionCode] = mapped_column(comment="where the thing lies")
    holder_level: Mapped[HolderLevel] = mapped_column(labelled(HolderLevel))
    started_on: Mapped[CivilDate] = mapped_column(comment="day of the event, not counted")
    length: Mapped[int] = mapped_column(Integer)
    unit: Mapped[TermUnit] = mapped_column(labelled(TermUnit))
    due_on: Mapped[CivilDate] = mapped_column(
        comment="last day; while paused, as it was when the clock stopped"
    )
    provisional: Mapped[bool] = mapped_column(comment="a year without its notice was counted through")
    state: Mapped[DeadlineState] = mapped_column(labelled(DeadlineState), default=DeadlineState.RUNNING)
    paused_on: Mapped[CivilDate | None] = mapped_column(comment="since when the clock stands")
    met_on: Mapped[CivilDate | None] = mapped_column()
    supervised_level: Mapped[SupervisedLevel | None] = mapped_column(labelled(SupervisedLevel))
    supervised_at: Mapped[UtcTime | None] = mapped_column(comment="when it came to that level")
    opened_at: Mapped[UtcTime] = mapped_column()

    pauses: Mapped[list["DeadlinePause"]] = relationship(order_by="DeadlinePause.paused_on", lazy="selectin")

    __table_args__ = (
        CheckConstraint("length > 0", name="length"),
        CheckConstraint("due_on >= started_on", name="due_on"),
        CheckConstraint("(state = 'met') = (met_on IS NOT NULL)", name="met"),
        CheckConstraint("(state = 'paused') = (paused_on IS NOT NULL)", name="paused"),
        CheckConstraint("(supervised_level IS NULL) = (supervised_at IS NULL)", name="supervised"),
        Index(
            "uq_deadline_open",
            "subject_kind",
            "subject_id",
            "kind",
            unique=True,
            sqlite_where=_IS_OPEN,
            postgresql_where=_IS_OPEN,
        ),
        Index("ix_deadline_due", "state", "due_on"),
        Index("ix_deadline_subject", "subject_kind", "subject_id"),
    )

    @property
    def term(self) -> Term:
        """What is counted."""
        return Term(
            self.started_on,
            self.length,
            self.unit,
            tuple(Pause(one.paused_on, one.resumed_on) for one in self.pauses),
        )


class DeadlinePause(Base):
    """A time in which a clock stood and ran again."""

    __tablename__ = "deadline_pause"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    deadline_id: Mapped[Key] = mapped_column(ForeignKey("deadline.id"), index=True)
    paused_on: Mapped[CivilDate] = mapped_column(comment="itself still counted")
    resumed_on: Mapped[CivilDate] = mapped_column(comment="itself not counted")

    __table_args__ = (CheckConstraint("resumed_on >= paused_on", name="period"),)
