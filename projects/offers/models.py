"""Tables of offers."""

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.ids import new_code, new_id
from app.types import CivilDate, Code, Key, RegionCode, UtcTime


class Offer(Base):
    """What a party could give: an item, how much, from when to when. Where stands in ``offer_area``."""

    __tablename__ = "offer"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[Code] = mapped_column(unique=True, default=new_code, comment="in URLs")
    number: Mapped[str] = mapped_column(String(40), unique=True, comment="on the list that brought it")
    party_id: Mapped[Key] = mapped_column(ForeignKey("party.id"), index=True, comment="who offers it")
    item_id: Mapped[Key] = mapped_column(ForeignKey("catalogue_item.id"))
    quantity_thousandths: Mapped[int] = mapped_column(BigInteger, comment="of the item's base unit")
    entered_thousandths: Mapped[int] = mapped_column(BigInteger, comment="in the unit entered")
    unit: Mapped[str] = mapped_column(String(20), comment="as entered")
    start_on: Mapped[CivilDate] = mapped_column()
    end_on: Mapped[CivilDate] = mapped_column(comment="last day")
    qualifications: Mapped[list[str]] = mapped_column(JSON, comment="certificates held, as stated")
    created_at: Mapped[UtcTime] = mapped_column()
    entered_by_id: Mapped[Key | None] = mapped_column(comment="person")

    __table_args__ = (
        CheckConstraint("quantity_thousandths > 0 AND entered_thousandths > 0", name="quantity"),
        CheckConstraint("end_on >= start_on", name="period"),
        Index("ix_offer_item", "item_id", "end_on"),
    )


class OfferArea(Base):
    """A place where an offer can be used, with all that lies in it; the city's own code is everywhere."""

    __tablename__ = "offer_area"

    offer_id: Mapped[Key] = mapped_column(ForeignKey("offer.id"), primary_key=True)
    region_code: Mapped[RegionCode] = mapped_column(primary_key=True)

    __table_args__ = (Index("ix_offer_area_region", "region_code"),)
