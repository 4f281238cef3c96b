"""Tables of needs."""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.ids import new_id
from app.types import Key, UtcTime


class ProjectNeed(Base):
    """One thing that a project needs. Its place and its first and last day are those of the project."""

    __tablename__ = "project_need"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    project_id: Mapped[Key] = mapped_column(ForeignKey("project.id"))
    item_id: Mapped[Key] = mapped_column(ForeignKey("catalogue_item.id"), index=True)
    quantity_thousandths: Mapped[int] = mapped_column(BigInteger, comment="of the item's base unit")
    entered_thousandths: Mapped[int] = mapped_column(BigInteger, comment="in the unit entered")
    unit: Mapped[str] = mapped_column(String(20), comment="as entered")
    qualification: Mapped[str | None] = mapped_column(
        String(60), comment="the certificate that who gives it must hold"
    )
    urgency: Mapped[int | None] = mapped_column(comment="as the list gives it, 1 to 9")
    created_at: Mapped[UtcTime] = mapped_column()

    __table_args__ = (
        CheckConstraint("quantity_thousandths > 0 AND entered_thousandths > 0", name="quantity"),
        CheckConstraint("urgency IS NULL OR urgency BETWEEN 1 AND 9", name="urgency"),
        UniqueConstraint("project_id", "item_id"),
    )
