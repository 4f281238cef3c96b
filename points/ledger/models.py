"""Tables of the ledger.

A transfer is one row from one account to another, so it cannot be unbalanced. Its columns never change, and no
column has a database default, since the HMAC is made before the insert. Only a party's accounts keep a balance:
the issuer's is computed, so that parallel postings never queue on it.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db import APPEND_ONLY, Base
from app.parties.models import ActingRole
from app.types import Centipoints, CivilDate, Key, RegionCode, UtcTime, labelled
from points.ledger.kinds import AccountKind, Reason
from points.rulesets.kinds import ContributionKind


class Account(Base):
    """Where points stand: an immutable identity of programme, party (or none) and kind."""

    __tablename__ = "account"

    id: Mapped[Key] = mapped_column(primary_key=True)
    form: Mapped[int] = mapped_column(SmallInteger, comment="version of the canonical form under the HMAC")
    programme_id: Mapped[Key] = mapped_column(ForeignKey("programme.id"))
    party_id: Mapped[Key | None] = mapped_column(ForeignKey("party.id"))
    kind: Mapped[AccountKind] = mapped_column(labelled(AccountKind))
    opened_at: Mapped[UtcTime] = mapped_column()
    key_id: Mapped[str] = mapped_column(String(8))
    hmac: Mapped[bytes] = mapped_column(LargeBinary(32))

    __table_args__ = (
        Index("uq_account_party", "party_id", "programme_id", "kind", unique=True),
        Index(
            "uq_account_common",
            "programme_id",
            "kind",
            unique=True,
            sqlite_where=text("party_id IS NULL"),
            postgresql_where=text("party_id IS NULL"),
        ),
        CheckConstraint("(party_id IS NOT NULL) = (kind IN ('honour', 'redeemable', 'held'))", name="owner"),
        {"info": APPEND_ONLY},
    )


class AccountBalance(Base):
    """The balance of a party's account and the number of its last transfer: a cache, rebuilt by reconcile."""

    __tablename__ = "account_balance"

    account_id: Mapped[Key] = mapped_column(ForeignKey("account.id"), primary_key=True)
    balance: Mapped[Centipoints] = mapped_column(
        comment="below zero only by the reversal of points already spent"
    )
    last_number: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (CheckConstraint("last_number >= 0", name="last_number"),)


class Posting(Base):
    """All transfers of one event. Its key (source and reason) is unique: the same event is never posted twice."""

    __tablename__ = "posting"

    id: Mapped[Key] = mapped_column(primary_key=True)
    form: Mapped[int] = mapped_column(SmallInteger, comment="version of the canonical form under the HMAC")
    programme_id: Mapped[Key] = mapped_column()
    source_id: Mapped[Key] = mapped_column(comment="the thing that caused it")
    source_kind: Mapped[str] = mapped_column(String(32))
    reason: Mapped[Reason] = mapped_column(labelled(Reason))
    revision: Mapped[int] = mapped_column(Integer, comment="revision of the source")
    input_hash: Mapped[bytes] = mapped_column(
        LargeBinary(32), comment="SHA-256 of the inputs, never of the score"
    )
    transfer_count: Mapped[int] = mapped_column(Integer)
    transfers_hash: Mapped[bytes] = mapped_column(
        LargeBinary(32), comment="SHA-256 of the transfers, in order"
    )
    explanation: Mapped[str | None] = mapped_column(
        Text, comment="JSON: facts, rule, caps taken; no personal text"
    )
    posted_at: Mapped[UtcTime] = mapped_column()
    actor_id: Mapped[Key | None] = mapped_column(comment="user; none: the system")
    key_id: Mapped[str] = mapped_column(String(8))
    hmac: Mapped[bytes] = mapped_column(LargeBinary(32))

    __table_args__ = (
        UniqueConstraint("source_id", "reason", "revision", "source_kind", name="uq_posting_key"),
        # The few that belong to holds, which verifying and reconciling ask for.
        Index(
            "ix_posting_hold",
            "source_id",
            sqlite_where=text("source_kind = 'hold'"),
            postgresql_where=text("source_kind = 'hold'"),
        ),
        CheckConstraint("transfer_count >= 0", name="transfer_count"),
        {"info": APPEND_ONLY},
    )


class Transfer(Base):
    """Points that went from one account to another. Append-only; every column is under the HMAC."""

    __tablename__ = "transfer"

    id: Mapped[Key] = mapped_column(primary_key=True)
    form: Mapped[int] = mapped_column(SmallInteger, comment="version of the canonical form under the HMAC")
    posting_id: Mapped[Key] = mapped_column(ForeignKey("posting.id"))
    from_account_id: Mapped[Key] = mapped_column(ForeignKey("account.id"))
    to_account_id: Mapped[Key] = mapped_column(ForeignKey("account.id"))
    from_number: Mapped[int | None] = mapped_column(BigInteger, comment="running number in a party's account")
    to_number: Mapped[int | None] = mapped_column(BigInteger, comment="running number in a party's account")
    from_balance: Mapped[Centipoints | None] = mapped_column(
        comment="of a party's account, after this transfer"
    )
    to_balance: Mapped[Centipoints | None] = mapped_column(
        comment="of a party's account, after this transfer"
    )
    points: Mapped[Centipoints] = mapped_column()
    reason: Mapped[Reason] = mapped_column(labelled(Reason))
    source_kind: Mapped[str] = mapped_column(String(32))
    source_id: Mapped[Key] = mapped_column()
    ruleset_id: Mapped[Key | None] = mapped_column()
    rule_id: Mapped[Key | None] = mapped_column()
    contribution_kind: Mapped[ContributionKind | None] = mapped_column(labelled(ContributionKind))
    acting_role: Mapped[ActingRole | None] = mapped_column(labelled(ActingRole))
    region_code: Mapped[RegionCode | None] = mapped_column(comment="the party's region when it was posted")
    wording: Mapped[str] = mapped_column(Text, comment="the arithmetic in words")
    happened_on: Mapped[CivilDate] = mapped_column(comment="the day for which it counts")
    posted_at: Mapped[UtcTime] = mapped_column()
    expires_on: Mapped[CivilDate | None] = mapped_column(comment="last day of redeemable points")
    reverses_id: Mapped[Key | None] = mapped_column(
        ForeignKey("transfer.id"), comment="the transfer that this one takes back; none is taken back twice"
    )
    actor_id: Mapped[Key | None] = mapped_column(comment="user; none: the system")
    key_id: Mapped[str] = mapped_column(String(8))
    hmac: Mapped[bytes] = mapped_column(LargeBinary(32))

    __table_args__ = (
        Index("ix_transfer_posting", "posting_id"),
        Index(
            "uq_transfer_from_number",
            "from_account_id",
            "from_number",
            unique=True,
            sqlite_where=text("from_number IS NOT NULL"),
            postgresql_where=text("from_number IS NOT NULL"),
        ),
        Index(
            "uq_transfer_to_number",
            "to_account_id",
            "to_number",
            unique=True,
            sqlite_where=text("to_number IS NOT NULL"),
            postgresql_where=text("to_number IS NOT NULL"),
        ),
        # Lines as things happened: a page of any span and kind is found in these alone, from its middle on.
        Index(
            "ix_transfer_from_happened",
            "from_account_id",
            "happened_on",
            "from_number",
            "contribution_kind",
            sqlite_where=text("from_number IS NOT NULL"),
            postgresql_where=text("from_number IS NOT NULL"),
        ),
        Index(
            "ix_transfer_to_happened",
            "to_account_id",
            "happened_on",
            "to_number",
            "contribution_kind",
            sqlite_where=text("to_number IS NOT NULL"),
            postgresql_where=text("to_number IS NOT NULL"),
        ),
        # Whose points end on a day, and how many of an account's end after it.
        Index(
            "ix_transfer_expires",
            "expires_on",
            "to_account_id",
            sqlite_where=text("expires_on IS NOT NULL AND to_number IS NOT NULL"),
            postgresql_where=text("expires_on IS NOT NULL AND to_number IS NOT NULL"),
        ),
        Index(
            "ix_transfer_to_expires",
            "to_account_id",
            "expires_on",
            "points",
            sqlite_where=text("expires_on IS NOT NULL AND to_number IS NOT NULL"),
            postgresql_where=text("expires_on IS NOT NULL AND to_number IS NOT NULL"),
        ),
        Index(
            "ix_transfer_from_expires",
            "from_account_id",
            "expires_on",
            "points",
            sqlite_where=text("expires_on IS NOT NULL AND from_number IS NOT NULL"),
            postgresql_where=text("expires_on IS NOT NULL AND from_number IS NOT NULL"),
        ),
        Index(
            "uq_transfer_reverses",
            "reverses_id",
            unique=True,
            sqlite_where=text("reverses_id IS NOT NULL"),
            postgresql_where=text("reverses_id IS NOT NULL"),
        ),
        CheckConstraint("points > 0", name="points"),
        CheckConstraint("from_account_id <> to_account_id", name="accounts"),
        CheckConstraint(
            "(from_number IS NULL) = (from_balance IS NULL) AND from_number > 0", name="from_number"
        ),
        CheckConstraint("(to_number IS NULL) = (to_balance IS NULL) AND to_number > 0", name="to_number"),
        {"info": APPEND_ONLY},
    )
