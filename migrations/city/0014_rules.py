"""Rules edited on a page, tried on history, and adjustments by decision."""

import hashlib

import sqlalchemy as sa
from alembic import op

from app import keys, types
from app.canonical import canonical
from app.db import append_only_ddl

revision = "city_0014"
down_revision = "city_0013"
branch_labels = None
depends_on = None

_SPANS = ("day", "month", "quarter", "year")
_KEYS = ("id", "programme_id", "ruleset_id", "drafted_by_id")
_DAYS = ("effective_from", "effective_to")
_MOMENTS = ("created_at", "published_at")


def _table(name: str, columns: str) -> sa.TableClause:
    """Return a table as it is now, whose values come as the program reads them."""
    kinds = {
        **dict.fromkeys(_KEYS, types.KeyType()),
        **dict.fromkeys(_DAYS, sa.Date()),
        **dict.fromkeys(_MOMENTS, types.UtcTimeType()),
        "redeemable": sa.Boolean(),
    }
    return sa.table(name, *(sa.column(one, kinds.get(one)) for one in columns.split()))


_PROGRAMME = _table("programme", "id code name scope region_code created_at")
_RULESET = _table(
    "ruleset",
    "id programme_id version title summary effective_from effective_to basis_title basis_number "
    "redeemable_months state drafted_by_id revision published_at",
)
_RULE = _table(
    "ruleset_rule",
    "id ruleset_id place code kind category unit points per redeemable minimum rounding step note",
)
_MULTIPLIER = _table("ruleset_multiplier", "id ruleset_id place factor value kind thousandths words")
_CAP = _table("ruleset_cap", "id ruleset_id place code kind category span points")


def upgrade() -> None:
    """Make the tables and columns; a cap may be for a quarter. What is published already is signed as it stands."""
    _make_tables()
    op.create_table(
        "published_terms",
        sa.Column("id", types.KeyType(), nullable=False, comment="the ruleset's"),
        sa.Column("form", sa.SmallInteger(), nullable=False),
        sa.Column("rows", sa.Text(), nullable=False, comment="a line for each: table, key, SHA-256"),
        sa.Column("published_at", types.UtcTimeType(), nullable=False),
        sa.Column("key_id", sa.String(8), nullable=False),
        sa.Column("hmac", sa.LargeBinary(32), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["ruleset.id"], name=op.f("fk_published_terms_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_terms")),
    )
    _sign_published()
    for table in ("ruleset_reach", "published_terms"):
        for statement in append_only_ddl(table, op.get_bind().dialect.name):
            op.execute(statement)


def _sign_published() -> None:
    """Sign the terms of the versions that were published before, as ``points.rulesets.publishing`` does."""
    bind = op.get_bind()
    signed = sa.table(
        "published_terms",
        sa.column("id", types.KeyType()),
        sa.column("form"),
        sa.column("rows"),
        sa.column("published_at", types.UtcTimeType()),
        sa.column("key_id"),
        sa.column("hmac", sa.LargeBinary()),
    )
    for ruleset in bind.execute(sa.select(_RULESET).where(_RULESET.c.state == "published")).mappings().all():
        of = {"programme": ("id", ruleset["programme_id"]), "ruleset": ("id", ruleset["id"])}
        lines = []
        for table in (_PROGRAMME, _RULESET, _RULE, _MULTIPLIER, _CAP):
            column, key = of.get(table.name, ("ruleset_id", ruleset["id"]))
            for row in bind.execute(sa.select(table).where(table.c[column] == key)).mappings():
                values = [
                    part
                    for name in sorted(row)
                    if row[name] is not None and name != "effective_to"
                    for part in (name, row[name])
                ]
                lines.append((table.name, str(row["id"]), hashlib.sha256(canonical(values)).hexdigest()))
        text = "".join(f"{' '.join(line)}\n" for line in sorted(lines))
        body = (ruleset["id"], 1, text, ruleset["published_at"], keys.ledger.current_id)
        mac = keys.ledger.sign(canonical(body))[1]
        bind.execute(signed.insert().values(dict(zip(signed.c.keys(), (*body, mac), strict=True))))


def _make_tables() -> None:
    op.add_column(
        "ruleset",
        sa.Column(
            "revision",
            sa.Integer(),
            nullable=False,
            server_default="1",
            comment="grows with every edit of a draft; a stale edit is refused",
        ),
    )
    with op.batch_alter_table("ruleset_cap") as batch:
        batch.drop_constraint(op.f("ck_ruleset_cap_span"), type_="check")
        batch.create_check_constraint(op.f("ck_ruleset_cap_span"), sa.column("span").in_(_SPANS))
    op.create_table(
        "ruleset_reach",
        sa.Column("id", types.KeyType(), nullable=False, comment="the decision's"),
        sa.Column("form", sa.SmallInteger(), nullable=False),
        sa.Column("programme_id", types.KeyType(), nullable=False),
        sa.Column(
            "number", sa.Integer(), nullable=False, comment="of the decision, running within the programme"
        ),
        sa.Column("ruleset_id", types.KeyType(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("document_number", sa.String(60), nullable=False, comment="of the decision's paper"),
        sa.Column("adopted_at", types.UtcTimeType(), nullable=False),
        sa.Column("key_id", sa.String(8), nullable=False),
        sa.Column("hmac", sa.LargeBinary(32), nullable=False),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_ruleset_reach_period")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_ruleset_reach_programme_id")
        ),
        sa.ForeignKeyConstraint(["ruleset_id"], ["ruleset.id"], name=op.f("fk_ruleset_reach_ruleset_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ruleset_reach")),
        sa.UniqueConstraint("programme_id", "number", name=op.f("uq_ruleset_reach_programme_id_number")),
    )
    op.create_table(
        "simulation",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("code", sa.String(12), nullable=False, comment="in URLs"),
        sa.Column("programme_id", types.KeyType(), nullable=False),
        sa.Column("ruleset_id", types.KeyType(), nullable=False),
        sa.Column(
            "ruleset_revision", sa.Integer(), nullable=False, comment="of the draft, as it was simulated"
        ),
        sa.Column("first_day", sa.Date(), nullable=False, comment="by the date on which it happened"),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "running",
                "done",
                "failed",
                name="simulation_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("asked_by_id", types.KeyType(), nullable=True, comment="person"),
        sa.Column("asked_at", types.UtcTimeType(), nullable=False),
        sa.Column("begun_at", types.UtcTimeType(), nullable=True),
        sa.Column("finished_at", types.UtcTimeType(), nullable=True),
        sa.Column(
            "result",
            sa.LargeBinary(),
            nullable=True,
            comment="JSON, compressed and encrypted: it names parties",
        ),
        sa.Column("problem", sa.Text(), nullable=True, comment="why there is no result, in a sentence"),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_simulation_period")),
        sa.CheckConstraint("(state = 'done') = (result IS NOT NULL)", name=op.f("ck_simulation_result")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_simulation_programme_id")),
        sa.ForeignKeyConstraint(["ruleset_id"], ["ruleset.id"], name=op.f("fk_simulation_ruleset_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_simulation")),
        sa.UniqueConstraint("code", name=op.f("uq_simulation_code")),
    )
    op.create_index("ix_simulation_ruleset", "simulation", ["ruleset_id"])
    op.create_index("ix_simulation_state", "simulation", ["state"])
    op.create_table(
        "adjustment_decision",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column(
            "form", sa.SmallInteger(), nullable=False, comment="version of the canonical form under the HMAC"
        ),
        sa.Column("code", sa.String(12), nullable=False, comment="in URLs"),
        sa.Column("programme_id", types.KeyType(), nullable=False),
        sa.Column(
            "number",
            sa.Integer(),
            nullable=False,
            comment="running within the programme; the revision of its postings",
        ),
        sa.Column("ruleset_id", types.KeyType(), nullable=False, comment="published"),
        sa.Column(
            "simulation_id",
            types.KeyType(),
            nullable=False,
            comment="what was known when it was drafted",
        ),
        sa.Column("first_day", sa.Date(), nullable=False, comment="by the date on which it happened"),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("document_number", sa.String(60), nullable=False, comment="the decision's number"),
        sa.Column("decided_on", sa.Date(), nullable=False, comment="the decision's date"),
        sa.Column("basis_title", sa.String(200), nullable=False, comment="the document that it rests on"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "dropped",
                "adopted",
                "done",
                name="adjustment_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("drafted_by_id", types.KeyType(), nullable=True, comment="person; somebody else adopts"),
        sa.Column("drafted_at", types.UtcTimeType(), nullable=False),
        sa.Column("adopted_by_id", types.KeyType(), nullable=True, comment="person"),
        sa.Column("adopted_at", types.UtcTimeType(), nullable=True),
        sa.Column("finished_at", types.UtcTimeType(), nullable=True),
        sa.Column("adjusted", sa.Integer(), nullable=False, comment="contributions adjusted so far"),
        sa.Column("parties", sa.Integer(), nullable=False, comment="parties done so far"),
        sa.Column("more", sa.BigInteger(), nullable=False, comment="honour points given so far"),
        sa.Column("fewer", sa.BigInteger(), nullable=False, comment="honour points taken back so far"),
        sa.Column("redeemable_more", sa.BigInteger(), nullable=False),
        sa.Column("redeemable_fewer", sa.BigInteger(), nullable=False),
        sa.Column(
            "unscored",
            sa.Text(),
            nullable=True,
            comment="what the version cannot score and so stands as it was, a line each",
        ),
        sa.Column("key_id", sa.String(8), nullable=False),
        sa.Column("hmac", sa.LargeBinary(32), nullable=False),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_adjustment_decision_period")),
        sa.CheckConstraint(
            "(state IN ('adopted', 'done')) = (adopted_at IS NOT NULL)",
            name=op.f("ck_adjustment_decision_adopted"),
        ),
        sa.CheckConstraint(
            "(state = 'done') = (finished_at IS NOT NULL)", name=op.f("ck_adjustment_decision_finished")
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_adjustment_decision_programme_id")
        ),
        sa.ForeignKeyConstraint(
            ["ruleset_id"], ["ruleset.id"], name=op.f("fk_adjustment_decision_ruleset_id")
        ),
        sa.ForeignKeyConstraint(
            ["simulation_id"], ["simulation.id"], name=op.f("fk_adjustment_decision_simulation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adjustment_decision")),
        sa.UniqueConstraint("code", name=op.f("uq_adjustment_decision_code")),
        sa.UniqueConstraint(
            "programme_id", "number", name=op.f("uq_adjustment_decision_programme_id_number")
        ),
    )
