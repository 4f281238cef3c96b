"""Tables of the seals. The tree grows to the right only, so all but its head and the salts is append-only."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db import APPEND_ONLY, Base
from app.types import CivilDate, Key, UtcTime, labelled
from points.ledger.kinds import LeafKind
from points.ledger.stored_form import SIGNED


class PartySalt(Base):
    """What ties a party to its leaves in a programme. Erasing the salt cuts them off from the party for good."""

    __tablename__ = "party_salt"

    programme_id: Mapped[Key] = mapped_column(ForeignKey("programme.id"), primary_key=True)
    party_id: Mapped[Key] = mapped_column(ForeignKey("party.id"), primary_key=True)
    form: Mapped[int] = mapped_column(SmallInteger, comment="version of the canonical form under the HMAC")
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(32), comment="secret; none once erased")
    made_at: Mapped[UtcTime] = mapped_column()
    erased_at: Mapped[UtcTime | None] = mapped_column()
    key_id: Mapped[str] = mapped_column(String(8))
    hmac: Mapped[bytes] = mapped_column(LargeBinary(32))

    __table_args__ = (
        # How many are erased: whoever keeps salts in memory asks.
        Index(
            "ix_party_salt_erased",
            "erased_at",
            sqlite_where=text("erased_at IS NOT NULL"),
            postgresql_where=text("erased_at IS NOT NULL"),
        ),
        CheckConstraint("(salt IS NULL) = (erased_at IS NOT NULL)", name="erased"),
        {"info": SIGNED},
    )


class TreeHead(Base):
    """How large the tree is: the row that whoever adds leaves holds, so that numbers have no gap."""

    __tablename__ = "tree_head"

    tree: Mapped[str] = mapped_column(String(32), primary_key=True)
    form: Mapped[int] = mapped_column(SmallInteger, comment="version of the canonical form under the HMAC")
    leaves: Mapped[int] = mapped_column(BigInteger)
    seals: Mapped[int] = mapped_column(BigInteger)
    days: Mapped[int] = mapped_column(BigInteger, comment="day roots")
    numbered_at: Mapped[UtcTime] = mapped_column(comment="when new things were last looked for")
    looked_at: Mapped[UtcTime | None] = mapped_column(comment="the same in machine time, as keys are made")
    key_id: Mapped[str] = mapped_column(String(8))
    hmac: Mapped[bytes] = mapped_column(LargeBinary(32))

    __table_args__ = ({"info": SIGNED},)


class SealLeaf(Base):
    """The place of a transfer or a paper in the tree: what everybody may read of it, and what hides the rest."""

    __tablename__ = "seal_leaf"

    # INTEGER is SQLite's own row number: no index besides, and leaves lie in their order.
    number: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"),
        primary_key=True,
        autoincrement=False,
        comment="from 0",
    )
    form: Mapped[int] = mapped_column(SmallInteger, comment="version of the form that is hashed")
    kind: Mapped[LeafKind] = mapped_column(labelled(LeafKind))
    thing_id: Mapped[Key] = mapped_column(unique=True, comment="transfer or paper")
    public: Mapped[str] = mapped_column(Text, comment="the public line")
    commitment: Mapped[bytes] = mapped_column(
        LargeBinary(32), comment="SHA-256 of the row's own salt and its canonical form; a paper's: zeros"
    )
    leaf_hash: Mapped[bytes] = mapped_column(
        LargeBinary(32), comment="SHA-256 of 0x00, the public line, 0x0A and the commitment"
    )

    __table_args__ = ({"info": {**APPEND_ONLY, "key": "number"}},)


class SealNode(Base):
    """The root of a complete subtree of 256, 65,536 … leaves, so that a proof need not read all leaves."""

    __tablename__ = "seal_node"

    level: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, autoincrement=False, comment="within the level"
    )
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))

    __table_args__ = ({"info": {**APPEND_ONLY, "key": "level, place"}},)


class Seal(Base):
    """The tree as it was when leaves had been added: its size and root, chained to the seal before."""

    __tablename__ = "seal"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False, comment="from 1")
    form: Mapped[int] = mapped_column(SmallInteger, comment="version of the canonical form under the HMAC")
    tree_size: Mapped[int] = mapped_column(BigInteger, unique=True)
    root: Mapped[bytes] = mapped_column(LargeBinary(32))
    peaks: Mapped[bytes] = mapped_column(
        LargeBinary, comment="roots of the maximal perfect subtrees, left to right"
    )
    sealed_at: Mapped[UtcTime] = mapped_column(index=True)
    chain: Mapped[bytes] = mapped_column(
        LargeBinary(32), comment="SHA-256 of the chain before and number, size, root and time"
    )
    key_id: Mapped[str] = mapped_column(String(8))
    hmac: Mapped[bytes] = mapped_column(LargeBinary(32))

    __table_args__ = ({"info": {**APPEND_ONLY, **SIGNED, "key": "number"}},)


class DayRoot(Base):
    """The tree as it was at the end of a civil day, chained to the day before. Made when the day is over."""

    __tablename__ = "day_root"

    day: Mapped[CivilDate] = mapped_column(Date, primary_key=True)
    form: Mapped[int] = mapped_column(SmallInteger, comment="version of the canonical form under the HMAC")
    tree_size: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[bytes] = mapped_column(LargeBinary(32))
    chain: Mapped[bytes] = mapped_column(
        LargeBinary(32), comment="SHA-256 of the chain before and day, size and root"
    )
    made_at: Mapped[UtcTime] = mapped_column()
    key_id: Mapped[str] = mapped_column(String(8))
    hmac: Mapped[bytes] = mapped_column(LargeBinary(32))

    __table_args__ = ({"info": {**APPEND_ONLY, **SIGNED, "key": "day"}},)
