"""Rules edited on a page, tried on history, and adjustments by decision."""

import sqlalchemy as sa
from alembic import op

from app import types

revision = "city_0014"
down_revision = "city_0013"
branch_labels = None
depends_on = None

_SPANS = ("day", "month", "quarter", "year")


def upgrade() -> None:
    """Make the tables and columns; a cap may be for a quarter."""
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
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("programme_id", types.KeyType(), nullable=False),
        sa.Column(
            "number", sa.Integer(), nullable=False, comment="of the decision, running within the programme"
        ),
        sa.Column("ruleset_id", types.KeyType(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("document_number", sa.String(60), nullable=False, comment="of the decision's paper"),
        sa.Column("adopted_at", types.UtcTimeType(), nullable=False),
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
