"""Tables of programmes and their rulesets. A published ruleset and its rows never change."""

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import APPEND_ONLY, Base
from app.ids import new_id
from app.types import Centipoints, CivilDate, Key, RegionCode, UtcTime, labelled
from points.rulesets.kinds import (
    ContributionKind,
    Factor,
    ProgrammeScope,
    Rounding,
    RulesetState,
    Span,
    Unit,
)

TERMS = "terms"
"""In a table's info: its rows belong to published terms. The value is the column that says to which, and what it
names: a ruleset or a programme."""
OF_RULESET, OF_PROGRAMME = ("ruleset_id", "ruleset"), ("programme_id", "programme")
_SIGNED = {**APPEND_ONLY, "signed": "ledger"}


class Programme(Base):
    """A points programme: its own rules, accounts and rankings (the city's, or a village covenant's)."""

    __tablename__ = "programme"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(32), unique=True, comment="such as social-force; stands in URLs")
    name: Mapped[str] = mapped_column(String(100))
    scope: Mapped[ProgrammeScope] = mapped_column(labelled(ProgrammeScope))
    region_code: Mapped[RegionCode] = mapped_column(comment="the city or the village whose programme it is")
    created_at: Mapped[UtcTime] = mapped_column()

    __table_args__ = ({"info": {TERMS: ("id", "programme")}},)


class Ruleset(Base):
    """One version of a programme's rules. In force on a day: the latest published that has begun by then."""

    __tablename__ = "ruleset"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    programme_id: Mapped[Key] = mapped_column(ForeignKey("programme.id"))
    version: Mapped[int] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(Text, comment="what is new in this version, in a sentence")
    effective_from: Mapped[CivilDate] = mapped_column(comment="first day; by the date on which it happened")
    effective_to: Mapped[CivilDate | None] = mapped_column(comment="last day, set when the next is published")
    basis_title: Mapped[str] = mapped_column(String(200), comment="the document that it rests on")
    basis_number: Mapped[str] = mapped_column(String(60), comment="that document's number")
    redeemable_months: Mapped[int] = mapped_column(Integer, comment="how long redeemable points last")
    state: Mapped[RulesetState] = mapped_column(labelled(RulesetState), default=RulesetState.DRAFT)
    drafted_by_id: Mapped[Key | None] = mapped_column(comment="person; somebody else publishes")
    revision: Mapped[int] = mapped_column(
        Integer, default=1, comment="grows with every edit of a draft; a stale edit is refused"
    )
    published_at: Mapped[UtcTime | None] = mapped_column()

    rules: Mapped[list["RuleRow"]] = relationship(order_by="RuleRow.place", cascade="all, delete-orphan")
    multipliers: Mapped[list["MultiplierRow"]] = relationship(
        order_by="MultiplierRow.place", cascade="all, delete-orphan"
    )
    caps: Mapped[list["CapRow"]] = relationship(order_by="CapRow.place", cascade="all, delete-orphan")

    __table_args__ = (
        UniqueConstraint("programme_id", "version"),
        UniqueConstraint("programme_id", "effective_from", "state", name="uq_ruleset_first_day"),
        CheckConstraint("effective_to IS NULL OR effective_to >= effective_from", name="period"),
        CheckConstraint("redeemable_months > 0", name="redeemable_months"),
        CheckConstraint("(state = 'published') = (published_at IS NOT NULL)", name="published"),
        {"info": {TERMS: ("id", "ruleset")}},
    )


class PublishedTerms(Base):
    """What a version was when it was published: the hash of each of its rows, signed. Only that may score."""

    __tablename__ = "published_terms"

    id: Mapped[Key] = mapped_column(ForeignKey("ruleset.id"), primary_key=True, comment="the ruleset's")
    form: Mapped[int] = mapped_column(SmallInteger)
    rows: Mapped[str] = mapped_column(Text, comment="a line for each: table, key, SHA-256")
    published_at: Mapped[UtcTime] = mapped_column()
    key_id: Mapped[str] = mapped_column(String(8))
    hmac: Mapped[bytes] = mapped_column(LargeBinary(32))

    __table_args__ = ({"info": _SIGNED},)


class RulesetReach(Base):
    """A past period that a published version scores too, because a decision says so. Later decisions go before."""

    __tablename__ = "ruleset_reach"

    id: Mapped[Key] = mapped_column(primary_key=True, comment="the decision's")
    form: Mapped[int] = mapped_column(SmallInteger)
    programme_id: Mapped[Key] = mapped_column(ForeignKey("programme.id"))
    number: Mapped[int] = mapped_column(Integer, comment="of the decision, running within the programme")
    ruleset_id: Mapped[Key] = mapped_column(ForeignKey("ruleset.id"))
    first_day: Mapped[CivilDate] = mapped_column()
    last_day: Mapped[CivilDate] = mapped_column()
    document_number: Mapped[str] = mapped_column(String(60), comment="of the decision's paper")
    adopted_at: Mapped[UtcTime] = mapped_column()
    key_id: Mapped[str] = mapped_column(String(8))
    hmac: Mapped[bytes] = mapped_column(LargeBinary(32))

    __table_args__ = (
        UniqueConstraint("programme_id", "number"),
        CheckConstraint("first_day <= last_day", name="period"),
        {"info": _SIGNED},
    )


class RuleRow(Base):
    """One rule of a ruleset: so many centipoints per so many units of a kind (and category)."""

    __tablename__ = "ruleset_rule"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    ruleset_id: Mapped[Key] = mapped_column(ForeignKey("ruleset.id"))
    place: Mapped[int] = mapped_column(Integer, comment="order on the page and in choosing")
    code: Mapped[str] = mapped_column(String(40), comment="the same rule in all versions")
    kind: Mapped[ContributionKind] = mapped_column(labelled(ContributionKind))
    category: Mapped[str | None] = mapped_column(String(40), comment="category code; none: the whole kind")
    unit: Mapped[Unit] = mapped_column(labelled(Unit))
    points: Mapped[Centipoints] = mapped_column()
    per: Mapped[int] = mapped_column(Integer, comment="units for which the points are given")
    redeemable: Mapped[bool] = mapped_column(comment="earns redeemable points besides honour points")
    minimum: Mapped[Centipoints] = mapped_column(comment="a score below counts as none")
    rounding: Mapped[Rounding] = mapped_column(labelled(Rounding))
    step: Mapped[Centipoints] = mapped_column(comment="scores are whole multiples of it")
    note: Mapped[str] = mapped_column(String(200), comment="the rule in a sentence, for the page")

    __table_args__ = (
        UniqueConstraint("ruleset_id", "code"),
        Index("uq_ruleset_rule_meaning", "ruleset_id", "kind", "category", "unit", unique=True),
        CheckConstraint("points > 0 AND per > 0 AND minimum >= 0 AND step > 0", name="figures"),
        {"info": {TERMS: OF_RULESET}},
    )


class MultiplierRow(Base):
    """What a factor's value multiplies a score by, in thousandths."""

    __tablename__ = "ruleset_multiplier"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    ruleset_id: Mapped[Key] = mapped_column(ForeignKey("ruleset.id"))
    place: Mapped[int] = mapped_column(Integer)
    factor: Mapped[Factor] = mapped_column(labelled(Factor))
    value: Mapped[str] = mapped_column(String(20), comment="the factor's value, such as B")
    kind: Mapped[ContributionKind | None] = mapped_column(labelled(ContributionKind))
    thousandths: Mapped[int] = mapped_column(Integer)
    words: Mapped[str] = mapped_column(String(40), comment="as the arithmetic names it: B 级")

    __table_args__ = (
        Index("uq_ruleset_multiplier_meaning", "ruleset_id", "factor", "value", "kind", unique=True),
        CheckConstraint("thousandths >= 0", name="thousandths"),
        {"info": {TERMS: OF_RULESET}},
    )


class CapRow(Base):
    """The most that a party may earn of a kind (and category) in a day, month, quarter or year."""

    __tablename__ = "ruleset_cap"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    ruleset_id: Mapped[Key] = mapped_column(ForeignKey("ruleset.id"))
    place: Mapped[int] = mapped_column(Integer)
    code: Mapped[str] = mapped_column(
        String(40), comment="the same cap in all versions: what was used stays used"
    )
    kind: Mapped[ContributionKind | None] = mapped_column(labelled(ContributionKind))
    category: Mapped[str | None] = mapped_column(String(40))
    span: Mapped[Span] = mapped_column(labelled(Span))
    points: Mapped[Centipoints] = mapped_column()

    __table_args__ = (
        UniqueConstraint("ruleset_id", "code"),
        CheckConstraint("points > 0", name="points"),
        {"info": {TERMS: OF_RULESET}},
    )


class CapUse(Base):
    """What a party has used of a cap in one period. Locked last; a reversal gives back what its award took."""

    __tablename__ = "cap_use"

    programme_id: Mapped[Key] = mapped_column(ForeignKey("programme.id"), primary_key=True)
    party_id: Mapped[Key] = mapped_column(ForeignKey("party.id"), primary_key=True)
    cap_code: Mapped[str] = mapped_column(String(40), primary_key=True)
    starts_on: Mapped[CivilDate] = mapped_column(primary_key=True, comment="first day of the period")
    used: Mapped[Centipoints] = mapped_column()

    __table_args__ = (CheckConstraint("used >= 0", name="used"),)
