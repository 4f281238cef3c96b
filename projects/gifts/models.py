"""The table of published gifts."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.ids import new_id
from app.types import Encrypted, Key, UtcTime, labelled
from projects.gifts.kinds import GiftKind


class GiftLine(Base):
    """One line of a published list of gifts, as it stands there. Nothing refers to it and it earns no points."""

    __tablename__ = "gift_line"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[GiftKind] = mapped_column(labelled(GiftKind))
    chain: Mapped[str] = mapped_column(
        String(64), unique=True, comment="hash of this line and all above it in its list"
    )
    list_key: Mapped[str | None] = mapped_column(String(64), comment="chain of its list's first line")
    content: Mapped[str | None] = mapped_column(String(64), comment="hash of what the line says")
    file_name: Mapped[str | None] = mapped_column(Encrypted(), comment="of the file that it came in")
    sheet: Mapped[str] = mapped_column(String(100))
    line: Mapped[int] = mapped_column(comment="its number in the sheet")
    given_on: Mapped[date | None] = mapped_column()
    giver: Mapped[str | None] = mapped_column(String(200), comment="as written")
    forwarded_by: Mapped[str | None] = mapped_column(
        String(200), comment="who passed the gift on, if somebody did"
    )
    forwarded_for: Mapped[str | None] = mapped_column(String(200), comment="for whom it was passed on")
    receiver: Mapped[str | None] = mapped_column(String(200), comment="of goods that were handed out")
    item: Mapped[str | None] = mapped_column(String(300))
    specification: Mapped[str | None] = mapped_column(String(300))
    quantity: Mapped[str | None] = mapped_column(String(30), comment="exact, as a decimal number")
    unit: Mapped[str | None] = mapped_column(String(30), comment="as written")
    amount_fen: Mapped[int | None] = mapped_column(BigInteger)
    earmark: Mapped[str | None] = mapped_column(String(500), comment="the purpose that the giver named")
    remark: Mapped[str | None] = mapped_column(String(500))
    entered_at: Mapped[UtcTime] = mapped_column()
    entered_by_id: Mapped[Key | None] = mapped_column(ForeignKey("person.party_id"))

    __table_args__ = (
        CheckConstraint("amount_fen IS NULL OR amount_fen >= 0", name="amount"),
        Index("ix_gift_line_list", "list_key", "content"),
        Index("ix_gift_line_content", "content"),
    )
