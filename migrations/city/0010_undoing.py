"""Large uploads are undone batch by batch; a batch keeps which lines it had; lists of gifts are known again."""

import hashlib

import sqlalchemy as sa
from alembic import op

from app import types

revision = "city_0010"
down_revision = "city_0009"
branch_labels = None
depends_on = None

_SAID = ("kind", "given_on", "giver", "receiver", "item", "specification", "quantity", "unit", "amount_fen")


def upgrade() -> None:
    """Add the columns, and the state in which an upload is undone."""
    op.add_column("import_batch", sa.Column("first_line", sa.Integer(), nullable=True))
    op.add_column("import_batch", sa.Column("last_line", sa.Integer(), nullable=True))
    op.add_column(
        "import_upload",
        sa.Column("undone_by", types.KeyType(), nullable=True, comment="user who said that it is undone"),
    )
    op.add_column(
        "import_upload",
        sa.Column("undo_reason", types.Encrypted(), nullable=True, comment="in that user's words"),
    )
    _allow_undoing()
    op.add_column(
        "gift_line",
        sa.Column("file_name", types.Encrypted(), nullable=True, comment="of the file that it came in"),
    )
    op.add_column(
        "gift_line",
        sa.Column("list_key", sa.String(64), nullable=True, comment="chain of its list's first line"),
    )
    op.add_column(
        "gift_line", sa.Column("content", sa.String(64), nullable=True, comment="hash of what the line says")
    )
    _fill_gifts()
    op.drop_column("gift_line", "file")
    op.create_index("ix_gift_line_list", "gift_line", ["list_key", "content"], unique=False)
    op.create_index("ix_gift_line_content", "gift_line", ["content"], unique=False)


def _allow_undoing() -> None:
    """Let the state be "undoing". SQLite cannot change a CHECK: its text is changed as SQLite's manual describes."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_import_upload_upload_state"), "import_upload", type_="check")
        op.create_check_constraint(
            op.f("ck_import_upload_upload_state"),
            "import_upload",
            "state IN ('received', 'judging', 'judged', 'accepting', 'accepted', 'failed', 'undoing', 'undone', "
            "'expired')",
        )
        return
    version = connection.scalar(sa.text("PRAGMA schema_version"))
    connection.execute(sa.text("PRAGMA writable_schema = ON"))
    connection.execute(
        sa.text(
            "UPDATE sqlite_master SET sql = "
            "replace(sql, '''failed'', ''undone''', '''failed'', ''undoing'', ''undone''') "
            "WHERE type = 'table' AND name = 'import_upload'"
        )
    )
    connection.execute(sa.text(f"PRAGMA schema_version = {version + 1}"))
    connection.execute(sa.text("PRAGMA writable_schema = RESET"))


def _fill_gifts() -> None:
    """Say of the lines that are there to which list they belong and what they say."""
    connection = op.get_bind()
    table = sa.table(
        "gift_line",
        sa.column("id", types.KeyType()),
        sa.column("chain", sa.String()),
        sa.column("file", sa.String()),
        sa.column("file_name", types.Encrypted()),
        sa.column("sheet", sa.String()),
        sa.column("line", sa.Integer()),
        sa.column("list_key", sa.String()),
        sa.column("content", sa.String()),
        *(sa.column(name, sa.Date() if name == "given_on" else None) for name in _SAID),
    )
    heads: dict[tuple[str, str], str] = {}
    for row in connection.execute(sa.select(table).order_by(table.c.file, table.c.sheet, table.c.line)).all():
        head = heads.setdefault((row.file, row.sheet), row.chain)
        said = "\x1f".join("" if row._mapping[name] is None else str(row._mapping[name]) for name in _SAID)
        connection.execute(
            sa.update(table)
            .where(table.c.id == row.id)
            .values(
                file_name=row.file,
                list_key=head,
                content=hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest(),
            )
        )
