"""The table of simulations: what was asked, and the result once it is there."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.ids import new_code, new_id
from app.labels import Labelled
from app.types import CivilDate, Code, Key, UtcTime, labelled


class SimulationState(Labelled):
    """Where a simulation stands."""

    WAITING = "waiting", _l("等待试算")
    RUNNING = "running", _l("正在试算")
    DONE = "done", _l("试算完毕")
    FAILED = "failed", _l("没有算成")


MOVES = {
    SimulationState.WAITING: frozenset({SimulationState.RUNNING}),
    SimulationState.RUNNING: frozenset(
        {SimulationState.RUNNING, SimulationState.DONE, SimulationState.FAILED}
    ),
    SimulationState.DONE: frozenset[SimulationState](),
    SimulationState.FAILED: frozenset[SimulationState](),
}
"""Running may begin again: the process that ran it may have ended."""


class Simulation(Base):
    """A ruleset tried on a past period."""

    __tablename__ = "simulation"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[Code] = mapped_column(unique=True, default=new_code, comment="in URLs")
    programme_id: Mapped[Key] = mapped_column(ForeignKey("programme.id"))
    ruleset_id: Mapped[Key] = mapped_column(ForeignKey("ruleset.id"))
    ruleset_revision: Mapped[int] = mapped_column(Integer, comment="of the draft, as it was simulated")
    first_day: Mapped[CivilDate] = mapped_column(comment="by the date on which it happened")
    last_day: Mapped[CivilDate] = mapped_column()
    state: Mapped[SimulationState] = mapped_column(labelled(SimulationState), default=SimulationState.WAITING)
    asked_by_id: Mapped[Key | None] = mapped_column(comment="person")
    asked_at: Mapped[UtcTime] = mapped_column()
    begun_at: Mapped[UtcTime | None] = mapped_column()
    finished_at: Mapped[UtcTime | None] = mapped_column()
    result: Mapped[bytes | None] = mapped_column(
        LargeBinary, comment="JSON, compressed and encrypted: it names parties"
    )
    problem: Mapped[str | None] = mapped_column(Text, comment="why there is no result, in a sentence")

    __table_args__ = (
        Index("ix_simulation_ruleset", "ruleset_id"),
        Index("ix_simulation_state", "state"),
        CheckConstraint("first_day <= last_day", name="period"),
        CheckConstraint("(state = 'done') = (result IS NOT NULL)", name="result"),
    )
