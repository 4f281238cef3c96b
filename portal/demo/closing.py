"""What the jobs would do within the next minutes, done at once, so that the loaded city can be looked at."""

from app.audit.jobs import extend
from app.papers import rendering
from points.ledger.leaves import number_leaves
from points.rankings.rollup import roll_up


def settle() -> None:
    """Number the leaves, add up the rankings, chain the audit events, draw the papers. Opens its own transactions."""
    number_leaves(everything=True)
    roll_up()
    extend()
    rendering.render_due()
