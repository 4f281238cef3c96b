"""What a list brought and nobody else has approved yet: conditions by which it does not count."""

from sqlalchemy import ColumnElement, or_, select

from app.parties.listed import Qualification
from app.parties.models import PersonRole


def role_counts() -> ColumnElement[bool]:
    """Return the condition that a role of a person does not wait for a second person's word."""
    return PersonRole.waits_since.is_(None)


def paper_counts() -> ColumnElement[bool]:
    """Return the condition that a qualification did not come with a role that still waits."""
    waiting = select(PersonRole.id).where(PersonRole.waits_since.is_not(None))
    return or_(Qualification.role_id.is_(None), Qualification.role_id.not_in(waiting))
