"""Tables of village covenants. Items and decision belong to a version of the programme's rules; when that is
published they never change. A record is stamped once at each step and never edited."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.ids import new_code, new_id
from app.types import Centipoints, CivilDate, Code, Encrypted, Key, RegionCode, UtcTime, labelled
from points.covenants.kinds import Assembly, RecordState
from points.rulesets.models import OF_PROGRAMME, OF_RULESET, TERMS


class Covenant(Base):
    """A village's programme of points. Its code stands in addresses and is not the programme's, which stands in the
    public leaves of the ledger: so nobody reads a village out of them."""

    __tablename__ = "covenant"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[Code] = mapped_column(unique=True, default=new_code, comment="in URLs")
    programme_id: Mapped[Key] = mapped_column(ForeignKey("programme.id"), unique=True)
    region_code: Mapped[RegionCode] = mapped_column(unique=True, comment="the village, 12 digits")
    name: Mapped[str] = mapped_column(String(100))
    opened_at: Mapped[UtcTime] = mapped_column()

    __table_args__ = ({"info": {TERMS: OF_PROGRAMME}},)


class CovenantDecision(Base):
    """The assembly's decision on which a version of the rules rests."""

    __tablename__ = "covenant_decision"

    ruleset_id: Mapped[Key] = mapped_column(ForeignKey("ruleset.id"), primary_key=True)
    assembly: Mapped[Assembly] = mapped_column(labelled(Assembly))
    held_on: Mapped[CivilDate] = mapped_column()
    entitled: Mapped[int] = mapped_column(Integer, comment="who could take part")
    attended: Mapped[int] = mapped_column(Integer)
    agreed: Mapped[int] = mapped_column(Integer, comment="votes for it")

    __table_args__ = (
        CheckConstraint("agreed >= 0 AND attended >= agreed AND entitled >= attended", name="figures"),
        {"info": {TERMS: OF_RULESET}},
    )


class CovenantItem(Base):
    """One line of the list: so many points, more or fewer, for one time."""

    __tablename__ = "covenant_item"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    ruleset_id: Mapped[Key] = mapped_column(ForeignKey("ruleset.id"))
    place: Mapped[int] = mapped_column(Integer, comment="order on the page")
    name: Mapped[str] = mapped_column(String(40))
    points: Mapped[Centipoints] = mapped_column(comment="per time; below zero: taken from honour points")
    unit: Mapped[str] = mapped_column(String(10), comment="what is counted: a time, a day, a household")
    note: Mapped[str | None] = mapped_column(String(100))

    __table_args__ = (
        UniqueConstraint("ruleset_id", "name"),
        CheckConstraint("points <> 0", name="points"),
        {"info": {TERMS: OF_RULESET}},
    )


class CovenantHousehold(Base):
    """A household of the village, in the name of its householder, whose account holds its points."""

    __tablename__ = "covenant_household"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    covenant_id: Mapped[Key] = mapped_column(ForeignKey("covenant.id"))
    number: Mapped[str] = mapped_column(String(20), comment="as the village numbers it")
    party_id: Mapped[Key] = mapped_column(ForeignKey("person.party_id"), comment="the householder")
    agreed_on: Mapped[CivilDate | None] = mapped_column(
        comment="since when the whole name may be read; none: masked"
    )
    joined_on: Mapped[CivilDate] = mapped_column()
    left_on: Mapped[CivilDate | None] = mapped_column(comment="last day")

    __table_args__ = (
        UniqueConstraint("covenant_id", "number"),
        Index(
            "uq_covenant_household_party",
            "party_id",
            "covenant_id",
            unique=True,
            sqlite_where=text("left_on IS NULL"),
            postgresql_where=text("left_on IS NULL"),
        ),
        CheckConstraint("left_on IS NULL OR left_on >= joined_on", name="period"),
    )


class CovenantRecord(Base):
    """What a household did, by an item of the list: logged by one person, verified by another."""

    __tablename__ = "covenant_record"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[Code] = mapped_column(unique=True, default=new_code, comment="in URLs")
    covenant_id: Mapped[Key] = mapped_column(ForeignKey("covenant.id"))
    household_id: Mapped[Key] = mapped_column(ForeignKey("covenant_household.id"))
    item_id: Mapped[Key] = mapped_column(ForeignKey("covenant_item.id"))
    happened_on: Mapped[CivilDate] = mapped_column()
    quantity: Mapped[int] = mapped_column(Integer, comment="times")
    note: Mapped[str | None] = mapped_column(Encrypted)
    state: Mapped[RecordState] = mapped_column(labelled(RecordState), default=RecordState.LOGGED)
    state_since: Mapped[UtcTime] = mapped_column()
    logged_by_id: Mapped[Key | None] = mapped_column(comment="person")
    logged_at: Mapped[UtcTime] = mapped_column()
    judged_by_id: Mapped[Key | None] = mapped_column(comment="person who verified or rejected")
    judged_at: Mapped[UtcTime | None] = mapped_column()
    counted: Mapped[Centipoints | None] = mapped_column(
        comment="what the ledger took up, with its sign; after a reversal still what it was"
    )
    reversed_by_id: Mapped[Key | None] = mapped_column(comment="person")
    reversed_at: Mapped[UtcTime | None] = mapped_column()
    reason: Mapped[str | None] = mapped_column(Encrypted, comment="of the rejection or the reversal")
    objection: Mapped[str | None] = mapped_column(Encrypted, comment="what the household says is wrong")
    objected_by_id: Mapped[Key | None] = mapped_column(comment="person of the household")
    objected_at: Mapped[UtcTime | None] = mapped_column()
    answer: Mapped[str | None] = mapped_column(Encrypted, comment="to the objection")
    answered_by_id: Mapped[Key | None] = mapped_column(comment="person")
    answered_at: Mapped[UtcTime | None] = mapped_column()

    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("(state IN ('verified', 'reversed')) = (counted IS NOT NULL)", name="counted"),
        CheckConstraint("answered_at IS NULL OR objected_at IS NOT NULL", name="answered"),
        Index(
            "ix_covenant_record_objected",
            "covenant_id",
            "objected_at",
            sqlite_where=text("objected_at IS NOT NULL AND answered_at IS NULL"),
            postgresql_where=text("objected_at IS NOT NULL AND answered_at IS NULL"),
        ),
        Index("ix_covenant_record_ranking", "covenant_id", "state", "happened_on", "household_id"),
        Index("ix_covenant_record_waiting", "state", "state_since", "id"),
        Index("ix_covenant_record_household", "household_id", "id"),
    )
