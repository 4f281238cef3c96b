"""Table of the runs of jobs."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.ids import new_id
from app.labels import Labelled
from app.types import CivilDate, Key, UtcTime, labelled


class RunState(Labelled):
    """How far a run is."""

    ASKED = "asked", _l("等待运行")
    RUNNING = "running", _l("运行中")
    DONE = "done", _l("已完成")
    FAILED = "failed", _l("失败")


class JobRun(Base):
    """One run of one job in one slot. Whoever inserts it runs it."""

    __tablename__ = "job_run"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    job: Mapped[str] = mapped_column(String(64))
    run_key: Mapped[str] = mapped_column(
        String(40), comment="the slot: a minute, a day, or now-… when asked for"
    )
    day: Mapped[CivilDate] = mapped_column(comment="the day the work is for")
    state: Mapped[RunState] = mapped_column(labelled(RunState))
    attempt: Mapped[int] = mapped_column(comment="rises with each try and each take-over; fences the late")
    owner: Mapped[str | None] = mapped_column(String(120), comment="host, process and a random part")
    lease_until: Mapped[UtcTime | None] = mapped_column(
        comment="machine time; past it the run counts as killed"
    )
    asked_by: Mapped[Key | None] = mapped_column(comment="user who pressed 'run now'")
    started_at: Mapped[UtcTime | None]
    finished_at: Mapped[UtcTime | None]
    duration_ms: Mapped[int | None]
    retry_at: Mapped[UtcTime | None] = mapped_column(
        comment="when a failed run is tried again; none: given up"
    )
    note: Mapped[str | None] = mapped_column(String(500))
    error: Mapped[str | None] = mapped_column(
        Text, comment="kind and place of the last error, without personal data"
    )

    __table_args__ = (
        UniqueConstraint("job", "run_key", name="uq_job_run_job_run_key"),
        Index("ix_job_run_job_day", "job", "day"),
        Index("ix_job_run_state", "state"),
        {"comment": "runs of background jobs"},
    )
