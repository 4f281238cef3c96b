"""The table of divisions."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import SHARED, Base
from app.labels import Labelled
from app.types import CivilDate, RegionCode, labelled


class RegionLevel(Labelled):
    """The five levels of division, from the top."""

    PROVINCE = "province", _l("省级")
    CITY = "city", _l("市级")
    COUNTY = "county", _l("区县")
    TOWN = "town", _l("镇街")
    VILLAGE = "village", _l("村居")


class Region(Base):
    """One division. All cities of a server share the table, so other tables hold codes, not foreign keys to it."""

    __tablename__ = "region"
    __table_args__ = (
        CheckConstraint("length(code) = 12", name="code_length"),
        CheckConstraint("valid_to IS NULL OR valid_from IS NULL OR valid_from <= valid_to", name="validity"),
        {"schema": SHARED},
    )

    code: Mapped[RegionCode] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    level: Mapped[RegionLevel] = mapped_column(labelled(RegionLevel))
    parent_code: Mapped[RegionCode | None] = mapped_column(
        index=True, comment="the next division above, none for a province"
    )
    valid_from: Mapped[CivilDate | None] = mapped_column(comment="first day in force, none: unknown")
    valid_to: Mapped[CivilDate | None] = mapped_column(comment="last day in force, none: still in force")
    successor_code: Mapped[RegionCode | None] = mapped_column(comment="what a retired code became")
