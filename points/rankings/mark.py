"""The mark up to which the standings hold the leaves: whoever changes standings holds it."""

from sqlalchemy.orm import Session

from app import clock
from app.rows import insert_if_absent
from points.rankings.models import RollMark

MARK = "standings"


def hold_mark(session: Session) -> RollMark:
    """Return the mark under its lock, read afresh."""
    insert_if_absent(session, RollMark, name=MARK, leaves=0, changes=0, rolled_at=clock.now())
    return session.get_one(RollMark, MARK, with_for_update=True, populate_existing=True)
