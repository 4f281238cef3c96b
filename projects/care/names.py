"""Finding the people whom staff name in forms about a household's care."""

import re
import uuid

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.errors import InvalidInput
from app.parties import household_queries

_BETWEEN = re.compile("[、，,；;]")


def person_named(session: Session, text: str, *, field: str) -> uuid.UUID:
    """Return the person of the register whom a full name or telephone number means. Raises InvalidInput."""
    try:
        return household_queries.worker_named(session, text.strip()).id
    except InvalidInput as problem:
        raise InvalidInput(
            _("“%(name)s”：%(problem)s", name=text.strip(), problem=problem.sentence), field=field
        ) from problem


def people_named(session: Session, text: str, *, field: str) -> tuple[uuid.UUID, ...]:
    """Return the persons whom a text names, divided as people divide. Raises InvalidInput."""
    parts = [part for part in _BETWEEN.split(text) if part.strip()]
    return tuple(person_named(session, part, field=field) for part in parts)
