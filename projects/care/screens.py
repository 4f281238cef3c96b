"""What the pages about a household's care have in common: who it is, and how acts stand on a page."""

import uuid
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import TextAreaField

from app.access import current_actor
from app.db import reading, transaction
from app.fields import NotBlank
from app.forms import CleanText, Form, at_most, optional, stripped
from app.parties import household_queries
from app.parties.models import Household, Party
from app.regions import queries as regions


class ReasonForm(Form):
    """A step with its reason."""

    reason = TextAreaField(
        _l("理由和依据"), [NotBlank(), at_most(500), CleanText()], filters=[stripped], render_kw={"rows": 2}
    )


class NoteForm(Form):
    """A step that needs no more than a word."""

    note = TextAreaField(
        _l("说明"), [optional(), at_most(500), CleanText()], filters=[stripped], render_kw={"rows": 2}
    )


@dataclass(frozen=True)
class Whose:
    """The household that a page is about."""

    party: Party
    number: str
    place: str


@dataclass(frozen=True)
class Act:
    """A step that the reader of a page may take."""

    label: Any
    url: str
    form: Form
    hint: Any = None
    grave: bool = False


def read(household_id: uuid.UUID, purpose: str) -> Whose:
    """Return whose page it is, having written down that somebody looks at it."""
    with transaction() as session:
        household_queries.note_read(session, household_id, actor=current_actor(), purpose=purpose)
    with reading() as session:
        return whose(session, household_id)


def whose(session: Session, household_id: uuid.UUID) -> Whose:
    """Return the household with its file number and place."""
    party = session.get_one(Party, household_id)
    return Whose(
        party,
        session.get_one(Household, household_id).file_number,
        regions.full_name(session, party.region_code),
    )
