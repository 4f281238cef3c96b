"""Table of evidence files."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.files.media import MediaType
from app.ids import new_id
from app.labels import Labelled
from app.types import Code, Encrypted, Key, RegionCode, UtcTime, labelled


class FileState(Labelled):
    """Whether a file can still be read."""

    KEPT = "kept", _l("已保存")
    WITHDRAWN = "withdrawn", _l("已撤下")


class EvidenceFile(Base):
    """One file as it was handed in for one thing; the same bytes handed in twice are two rows, one blob."""

    __tablename__ = "evidence_file"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[Code] = mapped_column(unique=True, comment="stands in the address of the file")
    sha256: Mapped[str] = mapped_column(String(64), comment="of the kept bytes, hexadecimal")
    received_sha256: Mapped[str] = mapped_column(
        String(64),
        comment="of the bytes as they came: a picture is re-encoded, the giver can still prove the original",
    )
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[MediaType] = mapped_column(labelled(MediaType, length=80))
    name: Mapped[str] = mapped_column(Encrypted(), comment="the giver's file name, cleaned")
    captured_at: Mapped[UtcTime | None] = mapped_column(
        comment="time of capture that the camera wrote, unverified"
    )
    state: Mapped[FileState] = mapped_column(labelled(FileState), default=FileState.KEPT)
    subject_kind: Mapped[str] = mapped_column(
        String(40), comment="kind of thing it belongs to; decides who may read"
    )
    subject_id: Mapped[Key]
    region_code: Mapped[RegionCode | None]
    organisation_id: Mapped[Key | None] = mapped_column(comment="organisation that handed it in")
    uploaded_by: Mapped[Key | None] = mapped_column(comment="user; none when the program made it")
    uploaded_at: Mapped[UtcTime]

    __table_args__ = (
        Index("ix_evidence_file_subject", "subject_kind", "subject_id"),
        Index("ix_evidence_file_sha256", "sha256"),
        {"comment": "evidence files; the bytes stand encrypted in the data folder"},
    )
