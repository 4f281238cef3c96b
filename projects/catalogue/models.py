"""Tables of the catalogue: what can be given or needed, and in which units it is counted."""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base
from app.ids import new_id
from app.types import Key, labelled
from points.rulesets.kinds import ContributionKind


class CatalogueItem(Base):
    """An item, for example 大米 or 课业辅导. Rows are edited by the bureau, never deleted."""

    __tablename__ = "catalogue_item"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(String(40), unique=True, comment="stable word for files and rules")
    kind: Mapped[ContributionKind] = mapped_column(labelled(ContributionKind))
    category: Mapped[str] = mapped_column(String(40), comment="group of items; rules of points may name it")
    name: Mapped[str] = mapped_column(String(60), unique=True)
    base_unit: Mapped[str] = mapped_column(String(10), comment="quantities are stored in thousandths of it")
    professional: Mapped[bool] = mapped_column(default=False, comment="service that needs a qualification")
    qualification: Mapped[str | None] = mapped_column(
        String(40), comment="the certificate that a giver must hold"
    )
    position: Mapped[int] = mapped_column(comment="order on forms")
    is_offered: Mapped[bool] = mapped_column(default=True, comment="false: kept for old entries only")

    units: Mapped[list["CatalogueUnit"]] = relationship(order_by="CatalogueUnit.position", lazy="selectin")

    __table_args__ = (Index("ix_catalogue_item_kind", "kind", "position"),)


class CatalogueUnit(Base):
    """A unit in which an item may be entered, with its factor to the base unit."""

    __tablename__ = "catalogue_unit"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    item_id: Mapped[Key] = mapped_column(ForeignKey("catalogue_item.id"))
    name: Mapped[str] = mapped_column(String(20), comment="for example 袋(10公斤)")
    factor_thousandths: Mapped[int] = mapped_column(
        BigInteger, comment="base units in one of it, in thousandths"
    )
    position: Mapped[int] = mapped_column()

    __table_args__ = (
        UniqueConstraint("item_id", "name"),
        CheckConstraint("factor_thousandths > 0", name="factor"),
    )
