"""Tables of imports: uploads, their files, their batches of judged rows, and what people decided on rows in review."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    BigInteger,
    Boolean,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.ids import new_id
from app.labels import Labelled
from app.types import Code, Encrypted, Key, LookupHash, RegionCode, UtcTime, labelled


class UploadState(Labelled):
    """Where an upload stands on its way from a file to rows of a register."""

    RECEIVED = "received", _l("待核对列")
    JUDGING = "judging", _l("正在检查")
    JUDGED = "judged", _l("待导入")
    ACCEPTING = "accepting", _l("正在导入")
    ACCEPTED = "accepted", _l("已导入")
    FAILED = "failed", _l("中断")
    UNDOING = "undoing", _l("正在撤销")
    UNDONE = "undone", _l("已撤销")
    EXPIRED = "expired", _l("未导入，已清理")


class BatchState(Labelled):
    """What became of a batch of rows."""

    JUDGED = "judged", _l("已检查")
    ADMITTED = "admitted", _l("已导入")
    UNDONE = "undone", _l("已撤销")


class ImportUpload(Base):
    """One file that somebody uploaded. The row and its counts stay; what it holds of people is deleted after a time."""

    __tablename__ = "import_upload"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[Code] = mapped_column(unique=True, comment="stands in the address")
    state: Mapped[UploadState] = mapped_column(labelled(UploadState))
    name: Mapped[str] = mapped_column(Encrypted(), comment="the file's name")
    sha256: Mapped[str] = mapped_column(String(64), comment="of the file as it came, hexadecimal")
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    registers: Mapped[str] = mapped_column(String(200), comment="names of the registers, by blanks apart")
    headings_hash: Mapped[LookupHash] = mapped_column(comment="keyed: the same headings are understood alike")
    plan: Mapped[bytes | None] = mapped_column(
        LargeBinary, comment="sealed: tables, their first lines, columns; none once it is cleared"
    )
    uploaded_by: Mapped[Key] = mapped_column(comment="user")
    uploader_id: Mapped[Key | None] = mapped_column(comment="person: who approves must be another")
    accepted_by: Mapped[Key | None] = mapped_column(comment="user who said that its rows go in")
    undone_by: Mapped[Key | None] = mapped_column(comment="user who said that it is undone")
    undo_reason: Mapped[str | None] = mapped_column(Encrypted(), comment="in that user's words")
    uploader_name: Mapped[str] = mapped_column(Encrypted())
    region_code: Mapped[RegionCode | None] = mapped_column(comment="of the staff member's office")
    organisation_id: Mapped[Key | None] = mapped_column(comment="none: uploaded by staff")
    uploaded_at: Mapped[UtcTime]
    judged_at: Mapped[UtcTime | None]
    ended_at: Mapped[UtcTime | None] = mapped_column(comment="accepted, undone or abandoned")
    data_rows: Mapped[int] = mapped_column(Integer, default=0)
    done_rows: Mapped[int] = mapped_column(Integer, default=0, comment="judged or accepted so far")
    ready_rows: Mapped[int] = mapped_column(Integer, default=0)
    rejected_rows: Mapped[int] = mapped_column(Integer, default=0)
    duplicate_rows: Mapped[int] = mapped_column(Integer, default=0)
    review_rows: Mapped[int] = mapped_column(Integer, default=0)
    admitted_rows: Mapped[int] = mapped_column(Integer, default=0)
    approved_rows: Mapped[int] = mapped_column(Integer, default=0)
    problem: Mapped[str | None] = mapped_column(Encrypted(), comment="why it stopped")
    owner: Mapped[str | None] = mapped_column(String(100), comment="the runner that works on it")
    lease_until: Mapped[UtcTime | None] = mapped_column(comment="by the machine's clock")

    __table_args__ = (
        Index("ix_import_upload_organisation", "organisation_id", "uploaded_at"),
        Index("ix_import_upload_sha256", "sha256"),
        Index("ix_import_upload_headings", "headings_hash"),
        Index("ix_import_upload_state", "state"),
        Index("ix_import_upload_uploaded", "uploaded_at", "id"),
        {"comment": "files of rows that came in"},
    )


class ImportFile(Base):
    """The bytes of an upload: compressed, encrypted, bound to the upload."""

    __tablename__ = "import_file"

    upload_id: Mapped[Key] = mapped_column(ForeignKey("import_upload.id"), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class ImportBatch(Base):
    """At most 2,000 rows of an upload, judged; accepted in one transaction or not at all."""

    __tablename__ = "import_batch"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    upload_id: Mapped[Key] = mapped_column(ForeignKey("import_upload.id"))
    number: Mapped[int] = mapped_column(Integer, comment="from 0, in the order in which they are judged")
    table_number: Mapped[int] = mapped_column(Integer, comment="place of the table in the file, from 0")
    register: Mapped[str] = mapped_column(String(40), comment="name of the register that its rows are for")
    state: Mapped[BatchState] = mapped_column(labelled(BatchState))
    row_count: Mapped[int] = mapped_column(Integer)
    first_line: Mapped[int | None] = mapped_column(Integer)
    last_line: Mapped[int | None] = mapped_column(Integer)
    summary: Mapped[str] = mapped_column(
        Text, comment="JSON: how many rows by decision and reason, and what was put right; names nobody"
    )
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary, comment="the judged rows; none once cleared")
    things: Mapped[bytes] = mapped_column(LargeBinary, comment="keys of what came in, 16 bytes each")

    __table_args__ = (
        UniqueConstraint("upload_id", "number", name="uq_import_batch_number"),
        {"comment": "batches of judged rows"},
    )


class ImportChoice(Base):
    """What somebody decided on a row in review, or on all rows of one reason."""

    __tablename__ = "import_choice"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    upload_id: Mapped[Key] = mapped_column(ForeignKey("import_upload.id"))
    table_number: Mapped[int] = mapped_column(Integer)
    line: Mapped[int] = mapped_column(Integer, comment="0: every row of the reason")
    reason: Mapped[str] = mapped_column(String(60), comment="the word for which the row is in review")
    is_taken: Mapped[bool] = mapped_column(Boolean)
    why: Mapped[str] = mapped_column(Encrypted())
    chosen_by: Mapped[Key] = mapped_column(comment="user")
    chosen_at: Mapped[UtcTime]

    __table_args__ = (
        UniqueConstraint("upload_id", "table_number", "line", "reason", name="uq_import_choice_row"),
        {"comment": "decisions on rows in review"},
    )


class ImportApproval(Base):
    """One press of the button that approves what an upload brought in: who, how it was checked, how far it is."""

    __tablename__ = "import_approval"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    upload_id: Mapped[Key] = mapped_column(ForeignKey("import_upload.id"))
    asked_by: Mapped[Key] = mapped_column(comment="user")
    asked_at: Mapped[UtcTime]
    why: Mapped[str] = mapped_column(Encrypted(), comment="how it was checked, in the approver's words")
    all_things: Mapped[int] = mapped_column(Integer, comment="that came in, in the order of their batches")
    done_things: Mapped[int] = mapped_column(Integer, default=0, comment="looked at so far")
    approved: Mapped[int] = mapped_column(Integer, default=0)
    ended_at: Mapped[UtcTime | None]
    problem: Mapped[str | None] = mapped_column(Encrypted(), comment="why it stopped, or some stayed")
    owner: Mapped[str | None] = mapped_column(String(100), comment="the runner that works on it")
    lease_until: Mapped[UtcTime | None] = mapped_column(comment="by the machine's clock")

    __table_args__ = (
        Index("ix_import_approval_upload", "upload_id", "asked_at"),
        Index("ix_import_approval_ended", "ended_at"),
        {"comment": "presses of the button that approves an upload"},
    )
