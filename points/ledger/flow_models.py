"""Kept sums of each party account by month, kind of contribution and reason: a cache, made anew from the transfers."""

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.types import Centipoints, Key


class AccountFlow(Base):
    """What came to an account and what left it in a month of happening, over its lines up to its mark."""

    __tablename__ = "account_flow"

    account_id: Mapped[Key] = mapped_column(ForeignKey("account.id"), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True, comment="of happening, such as 2026-11")
    kind: Mapped[str] = mapped_column(String(32), primary_key=True, comment="of contribution; -: of none")
    reason: Mapped[str] = mapped_column(String(32), primary_key=True)
    came: Mapped[Centipoints] = mapped_column()
    went: Mapped[Centipoints] = mapped_column()
    lines: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = ({"sqlite_with_rowid": False},)


class FlowMark(Base):
    """Up to which of its lines an account's flows are kept; an account without a row has none kept."""

    __tablename__ = "flow_mark"

    account_id: Mapped[Key] = mapped_column(ForeignKey("account.id"), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, comment="running number of the last line in the flows")

    __table_args__ = ({"sqlite_with_rowid": False},)
