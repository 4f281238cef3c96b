"""Uploads and their batches."""

import sqlalchemy as sa
from alembic import op

from app import types

revision = "city_0005"
down_revision = "city_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "import_upload",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False, comment="stands in the address"),
        sa.Column(
            "state",
            sa.Enum(
                "received",
                "judging",
                "judged",
                "accepting",
                "accepted",
                "failed",
                "undoing",
                "undone",
                "expired",
                name="upload_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name", types.Encrypted(), nullable=False, comment="the file's name"),
        sa.Column(
            "sha256", sa.String(length=64), nullable=False, comment="of the file as it came, hexadecimal"
        ),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column(
            "registers",
            sa.String(length=200),
            nullable=False,
            comment="names of the registers, by blanks apart",
        ),
        sa.Column(
            "headings_hash",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="keyed: the same headings are understood alike",
        ),
        sa.Column(
            "plan",
            sa.LargeBinary(),
            nullable=True,
            comment="sealed: tables, their first lines, columns; none once it is cleared",
        ),
        sa.Column("uploaded_by", types.KeyType(), nullable=False, comment="user"),
        sa.Column(
            "uploader_id", types.KeyType(), nullable=True, comment="person: who approves must be another"
        ),
        sa.Column("accepted_by", types.KeyType(), nullable=True, comment="user who said that its rows go in"),
        sa.Column("undone_by", types.KeyType(), nullable=True, comment="user who said that it is undone"),
        sa.Column("undo_reason", types.Encrypted(), nullable=True, comment="in that user's words"),
        sa.Column("uploader_name", types.Encrypted(), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=True, comment="of the staff member's office"),
        sa.Column("organisation_id", types.KeyType(), nullable=True, comment="none: uploaded by staff"),
        sa.Column("uploaded_at", types.UtcTimeType(), nullable=False),
        sa.Column("judged_at", types.UtcTimeType(), nullable=True),
        sa.Column("ended_at", types.UtcTimeType(), nullable=True, comment="accepted, undone or abandoned"),
        sa.Column("data_rows", sa.Integer(), nullable=False),
        sa.Column("done_rows", sa.Integer(), nullable=False, comment="judged or accepted so far"),
        sa.Column("ready_rows", sa.Integer(), nullable=False),
        sa.Column("rejected_rows", sa.Integer(), nullable=False),
        sa.Column("duplicate_rows", sa.Integer(), nullable=False),
        sa.Column("review_rows", sa.Integer(), nullable=False),
        sa.Column("admitted_rows", sa.Integer(), nullable=False),
        sa.Column("approved_rows", sa.Integer(), nullable=False),
        sa.Column("problem", types.Encrypted(), nullable=True, comment="why it stopped"),
        sa.Column("owner", sa.String(length=100), nullable=True, comment="the runner that works on it"),
        sa.Column("lease_until", types.UtcTimeType(), nullable=True, comment="by the machine's clock"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_upload")),
        sa.UniqueConstraint("code", name=op.f("uq_import_upload_code")),
        comment="files of rows that came in",
    )
    op.create_index("ix_import_upload_headings", "import_upload", ["headings_hash"], unique=False)
    op.create_index(
        "ix_import_upload_organisation", "import_upload", ["organisation_id", "uploaded_at"], unique=False
    )
    op.create_index("ix_import_upload_sha256", "import_upload", ["sha256"], unique=False)
    op.create_index("ix_import_upload_state", "import_upload", ["state"], unique=False)
    op.create_index("ix_import_upload_uploaded", "import_upload", ["uploaded_at", "id"], unique=False)
    op.create_table(
        "import_batch",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("upload_id", types.KeyType(), nullable=False),
        sa.Column(
            "number", sa.Integer(), nullable=False, comment="from 0, in the order in which they are judged"
        ),
        sa.Column(
            "table_number", sa.Integer(), nullable=False, comment="place of the table in the file, from 0"
        ),
        sa.Column(
            "register",
            sa.String(length=40),
            nullable=False,
            comment="name of the register that its rows are for",
        ),
        sa.Column(
            "state",
            sa.Enum(
                "judged",
                "admitted",
                "undone",
                name="batch_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("first_line", sa.Integer(), nullable=True),
        sa.Column("last_line", sa.Integer(), nullable=True),
        sa.Column(
            "summary",
            sa.Text(),
            nullable=False,
            comment="JSON: how many rows by decision and reason, and what was put right; names nobody",
        ),
        sa.Column("sealed", sa.LargeBinary(), nullable=True, comment="the judged rows; none once cleared"),
        sa.Column("things", sa.LargeBinary(), nullable=False, comment="keys of what came in, 16 bytes each"),
        sa.ForeignKeyConstraint(["upload_id"], ["import_upload.id"], name=op.f("fk_import_batch_upload_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
        sa.UniqueConstraint("upload_id", "number", name="uq_import_batch_number"),
        comment="batches of judged rows",
    )
    op.create_table(
        "import_choice",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("upload_id", types.KeyType(), nullable=False),
        sa.Column("table_number", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False, comment="0: every row of the reason"),
        sa.Column(
            "reason", sa.String(length=60), nullable=False, comment="the word for which the row is in review"
        ),
        sa.Column("is_taken", sa.Boolean(), nullable=False),
        sa.Column("why", types.Encrypted(), nullable=False),
        sa.Column("chosen_by", types.KeyType(), nullable=False, comment="user"),
        sa.Column("chosen_at", types.UtcTimeType(), nullable=False),
        sa.ForeignKeyConstraint(["upload_id"], ["import_upload.id"], name=op.f("fk_import_choice_upload_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_choice")),
        sa.UniqueConstraint("upload_id", "table_number", "line", "reason", name="uq_import_choice_row"),
        comment="decisions on rows in review",
    )
    op.create_table(
        "import_file",
        sa.Column("upload_id", types.KeyType(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["upload_id"], ["import_upload.id"], name=op.f("fk_import_file_upload_id")),
        sa.PrimaryKeyConstraint("upload_id", name=op.f("pk_import_file")),
    )
