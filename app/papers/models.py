"""Tables of papers and their history."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import APPEND_ONLY, Base
from app.ids import new_id
from app.labels import Labelled
from app.types import CivilDate, Code, Encrypted, Key, RegionCode, UtcTime, labelled


class PaperState(Labelled):
    """How a paper stands. Valid are issued, rendered and failed (a failed drawing is no fault of the paper)."""

    ISSUED = "issued", _l("制作中")
    RENDERED = "rendered", _l("有效")
    FAILED = "failed", _l("制作失败")
    REVOKED = "revoked", _l("已撤销")
    REPLACED = "replaced", _l("已换发")


class PaperEventKind(Labelled):
    """What happened to a paper."""

    ISSUED = "issued", _l("签发")
    RENDERED = "rendered", _l("制作完成")
    FAILED = "failed", _l("制作失败")
    RETRIED = "retried", _l("重新制作")
    REVOKED = "revoked", _l("撤销")
    REPLACED = "replaced", _l("换发")


class Paper(Base):
    """One paper. Number and content never change after the transaction that issued it."""

    __tablename__ = "paper"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[Code] = mapped_column(
        unique=True, comment="printed beside the QR; with it anybody can verify"
    )
    kind: Mapped[str] = mapped_column(String(40))
    series: Mapped[str] = mapped_column(String(64))
    number: Mapped[int] = mapped_column(BigInteger, comment="gap-free within the series")
    number_text: Mapped[str] = mapped_column(String(60), unique=True, comment="as printed")
    party_id: Mapped[Key] = mapped_column(ForeignKey("party.id"), index=True, comment="for whom it is")
    organisation_id: Mapped[Key | None] = mapped_column(
        ForeignKey("party.id"),
        index=True,
        comment="organisation that issued it or through which it was earned",
    )
    region_code: Mapped[RegionCode] = mapped_column(comment="whose staff may see and revoke it")
    source_kind: Mapped[str] = mapped_column(String(40))
    source_id: Mapped[Key]
    content: Mapped[str] = mapped_column(Encrypted(), comment="frozen JSON in canonical form")
    content_sha256: Mapped[str] = mapped_column(String(64), comment="of kind, number, code, date and content")
    issued_on: Mapped[CivilDate]
    issued_at: Mapped[UtcTime]
    issued_by: Mapped[Key | None] = mapped_column(comment="user; none when a job issued it")
    state: Mapped[PaperState] = mapped_column(labelled(PaperState))
    render_attempts: Mapped[int] = mapped_column(default=0)
    render_at: Mapped[UtcTime | None] = mapped_column(
        comment="when it is drawn next; none when it need not be"
    )
    file_id: Mapped[Key | None] = mapped_column(ForeignKey("evidence_file.id"))
    pdf_sha256: Mapped[str | None] = mapped_column(String(64))
    pdf_size: Mapped[int | None] = mapped_column(BigInteger)
    ended_on: Mapped[CivilDate | None] = mapped_column(comment="day of revocation or replacement")
    replaced_by_id: Mapped[Key | None] = mapped_column(ForeignKey("paper.id"))

    __table_args__ = (
        UniqueConstraint("series", "number", name="uq_paper_series_number"),
        Index(
            "uq_paper_in_force",
            "kind",
            "source_kind",
            "source_id",
            "party_id",
            unique=True,
            sqlite_where=text("ended_on IS NULL"),
            postgresql_where=text("ended_on IS NULL"),
        ),
        Index("ix_paper_render", "state", "render_at"),
        Index("ix_paper_region", "region_code", "issued_on"),
        {"comment": "certificates, notices, decisions"},
    )


class PaperEvent(Base):
    """What happened to a paper, and when; its words stand apart."""

    __tablename__ = "paper_event"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    paper_id: Mapped[Key] = mapped_column(ForeignKey("paper.id"), index=True)
    kind: Mapped[PaperEventKind] = mapped_column(labelled(PaperEventKind))
    at: Mapped[UtcTime]
    by_user_id: Mapped[Key | None] = mapped_column(comment="none: a job")

    __table_args__ = ({"comment": "history of papers", "info": APPEND_ONLY},)


class PaperEventWords(Base):
    """The words of an event: who by name, and why. Deleted by retention, never the event."""

    __tablename__ = "paper_event_words"

    event_id: Mapped[Key] = mapped_column(ForeignKey("paper_event.id"), primary_key=True)
    actor_name: Mapped[str] = mapped_column(Encrypted())
    note: Mapped[str | None] = mapped_column(Encrypted(), comment="reason, or what went wrong")
