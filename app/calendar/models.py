"""Tables of the calendar: which years are official, and the days on which they differ from plain weeks."""

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.types import CivilDate, Key, UtcTime


class CalendarYear(Base):
    """A year whose notice on days off has been entered: outside its special days it is Monday to Friday."""

    __tablename__ = "calendar_year"
    __table_args__ = (CheckConstraint("year BETWEEN 1949 AND 2999", name="year"),)

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(String(200), comment="number of the notice, or chinesecalendar")
    entered_at: Mapped[UtcTime]
    entered_by_id: Mapped[Key | None] = mapped_column(comment="person; none: seeded")


class CalendarDay(Base):
    """A day that a notice names: off (weekends within a holiday too), or a weekend day to be worked."""

    __tablename__ = "calendar_day"

    day: Mapped[CivilDate] = mapped_column(primary_key=True)
    # The notice of a year may name days of the December before.
    year: Mapped[int] = mapped_column(
        ForeignKey("calendar_year.year"), index=True, comment="year of the notice"
    )
    is_working: Mapped[bool]
    note: Mapped[str] = mapped_column(String(40), comment="the holiday's name")
