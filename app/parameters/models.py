"""The table of changed numbers. An approved row is in force from its first day until a newer one for its place."""

from sqlalchemy import BigInteger, CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.ids import new_code, new_id
from app.parameters.kinds import ProposalState
from app.types import CivilDate, Code, Key, RegionCode, UtcTime, labelled


class ParameterValue(Base):
    """A number that goes before the one of the house."""

    __tablename__ = "parameter_value"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[Code] = mapped_column(unique=True, default=new_code, comment="in URLs")
    key: Mapped[str] = mapped_column(String(60), comment="as in parameters.csv")
    region_code: Mapped[RegionCode | None] = mapped_column(comment="with all below it; none: the whole city")
    value: Mapped[int] = mapped_column(BigInteger, comment="in the parameter's unit")
    valid_from: Mapped[CivilDate] = mapped_column(comment="first day in force")
    article: Mapped[str] = mapped_column(
        String(200), comment="the document that it rests on, with its number"
    )
    state: Mapped[ProposalState] = mapped_column(labelled(ProposalState), default=ProposalState.PROPOSED)
    proposed_by_id: Mapped[Key | None] = mapped_column(comment="person; somebody else approves")
    proposed_at: Mapped[UtcTime] = mapped_column()
    approved_by_id: Mapped[Key | None] = mapped_column(comment="person")
    approved_at: Mapped[UtcTime | None] = mapped_column()
    withdrawn_by_id: Mapped[Key | None] = mapped_column(comment="person")
    withdrawn_at: Mapped[UtcTime | None] = mapped_column()

    __table_args__ = (
        CheckConstraint("value >= 0", name="value"),
        CheckConstraint("state <> 'approved' OR approved_at IS NOT NULL", name="approved"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn"),
        # For one place and day one number: NULLs are not equal to each other, so the city has an index of its own.
        Index(
            "uq_parameter_value_city",
            "key",
            "valid_from",
            unique=True,
            sqlite_where=text("region_code IS NULL AND state <> 'withdrawn'"),
            postgresql_where=text("region_code IS NULL AND state <> 'withdrawn'"),
        ),
        Index(
            "uq_parameter_value_region",
            "key",
            "region_code",
            "valid_from",
            unique=True,
            sqlite_where=text("region_code IS NOT NULL AND state <> 'withdrawn'"),
            postgresql_where=text("region_code IS NOT NULL AND state <> 'withdrawn'"),
        ),
    )
