"""What the jobs would do within the next minutes, done at once, so that the loaded city can be looked at."""

from app.audit.jobs import extend
from app.papers import rendering
from points.open_data.folder import publish
from points.rankings.rollup import roll_up
from points.seals.sealing import seal


def settle() -> None:
    """Seal what is new, add up the rankings, chain the audit events, draw the papers, write the open data.

    Opens its own transactions.
    """
    seal(everything=True)
    roll_up()
    extend()
    rendering.render_due()
    publish()
