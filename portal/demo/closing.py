"""What the jobs would do within the next minutes, done at once, so that the loaded city can be looked at."""

from app.audit import chain
from app.db import transaction
from app.papers import rendering
from points.ledger.leaves import number_leaves


def settle() -> None:
    """Chain the audit events, number the leaves, draw the papers. Opens its own transactions."""
    number_leaves(everything=True)
    while _extend():
        pass
    while rendering.render_due():
        pass


def _extend() -> int:
    with transaction() as session:
        return chain.extend(session)
