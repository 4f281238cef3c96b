"""The mark up to which the standings hold the leaves: whoever changes standings holds it."""

from sqlalchemy.orm import Session

from app import clock
from app.rows import insert_if_absent
from points.rankings.models import RollMark

MARK = "standings"


def hold_mark(session: Session, name: str = MARK) -> RollMark:
    """Return the mark under its lock, read afresh; ``name``: that of something else which follows the leaves."""
    insert_if_absent(session, RollMark, name=name, leaves=0, changes=0, rolled_at=clock.now())
    return session.get_one(RollMark, name, with_for_update=True, populate_existing=True)
