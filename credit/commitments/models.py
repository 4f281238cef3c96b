"""Tables of commitments. A signed one never changes; neither does a published text."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import APPEND_ONLY, Base
from app.ids import new_code, new_id
from app.labels import Labelled
from app.types import CivilDate, Code, Key, UtcTime, labelled


class TextState(Labelled):
    """Where a version of the text stands; which published one counts is told by its first day."""

    DRAFT = "draft", _l("草案")
    PUBLISHED = "published", _l("已发布")
    DROPPED = "dropped", _l("已放弃")


class How(Labelled):
    """How somebody signed."""

    SIGNATURE = "signature", _l("本人签名")
    FINGERPRINT = "fingerprint", _l("按指印（有见证人）")
    ONLINE = "online", _l("登录后在线签署")


class CommitmentText(Base):
    """One version of the text that is read out and signed."""

    __tablename__ = "commitment_text"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    version: Mapped[int] = mapped_column(Integer, unique=True)
    title: Mapped[str] = mapped_column(String(100))
    body: Mapped[str] = mapped_column(Text, comment="what stands above the items")
    items: Mapped[list[str]] = mapped_column(JSON, comment="what is promised, one sentence each")
    consequences: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[CivilDate] = mapped_column()
    state: Mapped[TextState] = mapped_column(labelled(TextState), default=TextState.DRAFT)
    drafted_at: Mapped[UtcTime] = mapped_column()
    drafted_by_id: Mapped[Key | None] = mapped_column(comment="person; none for the one that comes along")
    decided_at: Mapped[UtcTime | None] = mapped_column(comment="published or dropped")
    decided_by_id: Mapped[Key | None] = mapped_column(comment="person, never the one who drafted it")

    __table_args__ = (
        CheckConstraint("version > 0", name="version"),
        CheckConstraint("(state = 'draft') = (decided_at IS NULL)", name="decided"),
        Index(
            "uq_commitment_text_draft",
            "state",
            unique=True,
            sqlite_where=text("state = 'draft'"),
            postgresql_where=text("state = 'draft'"),
        ),
    )


class Commitment(Base):
    """Somebody signed a text for a subject (a request), for oneself or for somebody else."""

    __tablename__ = "commitment"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[Code] = mapped_column(unique=True, default=new_code, comment="in URLs")
    text_id: Mapped[Key] = mapped_column(ForeignKey("commitment_text.id"))
    person_id: Mapped[Key] = mapped_column(
        ForeignKey("person.party_id"), comment="who signs and is bound by it"
    )
    for_person_id: Mapped[Key] = mapped_column(ForeignKey("person.party_id"), comment="for whom aid is asked")
    subject_kind: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[Key] = mapped_column()
    items: Mapped[list[str]] = mapped_column(JSON, comment="the sentences that were promised, as they stood")
    signed_on: Mapped[CivilDate] = mapped_column()
    how: Mapped[How] = mapped_column(labelled(How))
    file_id: Mapped[Key | None] = mapped_column(comment="scan or photograph of the signed paper")
    witness_id: Mapped[Key | None] = mapped_column(comment="person")
    recorded_at: Mapped[UtcTime] = mapped_column()
    recorded_by_id: Mapped[Key | None] = mapped_column(comment="person")

    __table_args__ = (
        UniqueConstraint("subject_kind", "subject_id", "person_id", "text_id"),
        CheckConstraint("how <> 'fingerprint' OR witness_id IS NOT NULL", name="witness"),
        Index("ix_commitment_person", "person_id", "signed_on"),
        Index("ix_commitment_for_person", "for_person_id", "signed_on"),
        {"info": APPEND_ONLY},
    )
