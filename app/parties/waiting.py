"""What a list brought and nobody else has approved yet: conditions by which it does not count."""

from sqlalchemy import ColumnElement, exists
from sqlalchemy.orm import aliased

from app.parties.listed import Qualification
from app.parties.models import PersonRole


def role_counts() -> ColumnElement[bool]:
    """Return the condition that a role of a person does not wait for a second person's word."""
    return PersonRole.waits_since.is_(None)


def paper_counts() -> ColumnElement[bool]:
    """Return the condition that a qualification did not come with a role that still waits."""
    brought_with = aliased(PersonRole)  # asked by key: a list asks for the papers of thousands
    return ~exists().where(brought_with.id == Qualification.role_id, brought_with.waits_since.is_not(None))
