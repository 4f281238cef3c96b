"""What re-reviews bring to the house."""

import uuid
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.feature import Feature
from app.parties.household_kinds import HouseholdEventKind
from app.parties.signals import household_changed
from projects.exits import clocks as exit_clocks
from projects.exits import queries as exit_queries
from projects.reviews import draws, jobs, sources, views

REVIEWS = Feature(
    "reviews",
    blueprints=(views.bp, views.staff),
    navigation=views.NAVIGATION,
    jobs=jobs.JOBS,
    commands=(jobs.reviews,),
)
sources.register(sources.Source(exit_clocks.SUBJECT, _l("已退出"), exit_queries.left_between))


@household_changed.connect
def hear(session: Session, *, household_id: uuid.UUID, kind: HouseholdEventKind, **_more: Any) -> None:
    """Ended: what waits is closed unchecked. Moved, split: the old household is checked where it lives now."""
    if kind is HouseholdEventKind.CLOSED:
        draws.gone(session, household_id)
    elif kind is HouseholdEventKind.MOVED:
        draws.moved(session, household_id)
