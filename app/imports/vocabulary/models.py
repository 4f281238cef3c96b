"""Tables of the vocabulary."""

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.ids import new_id
from app.types import Key

LONGEST = 100


class VocabularyHeading(Base):
    """A heading under which a field of a register stands in spreadsheets."""

    __tablename__ = "vocabulary_heading"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    register: Mapped[str] = mapped_column(String(40), comment="name of the register")
    field: Mapped[str] = mapped_column(String(40), comment="name of the field")
    heading: Mapped[str] = mapped_column(String(LONGEST), comment="as it is written")
    folded: Mapped[str] = mapped_column(String(LONGEST), comment="as it is compared")

    __table_args__ = (UniqueConstraint("register", "folded"),)


class VocabularyWord(Base):
    """A word of a list (yes and no, units of money, certificates) and the value that it stands for."""

    __tablename__ = "vocabulary_word"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    list_name: Mapped[str] = mapped_column(String(40))
    value: Mapped[str] = mapped_column(String(LONGEST), comment="what is stored; empty: nothing is said")
    word: Mapped[str] = mapped_column(String(LONGEST), comment="as it is written")
    folded: Mapped[str] = mapped_column(String(LONGEST), comment="as it is compared")

    __table_args__ = (UniqueConstraint("list_name", "folded"),)
