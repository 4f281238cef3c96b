"""Everything that reads the vocabulary. It is no secret: no query takes an actor."""

import uuid
from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.imports.vocabulary.lists import shipped
from app.imports.vocabulary.models import VocabularyHeading, VocabularyWord
from app.imports.vocabulary.terms import Vocabulary


def stored(session: Session) -> Vocabulary:
    """Return the city's vocabulary; a register or list that it has no row of is as shipped."""
    headings = session.execute(
        select(VocabularyHeading.register, VocabularyHeading.field, VocabularyHeading.heading)
    ).all()
    words = session.execute(
        select(VocabularyWord.list_name, VocabularyWord.value, VocabularyWord.word).order_by(
            VocabularyWord.list_name, VocabularyWord.id
        )
    ).all()
    own = Vocabulary.of(
        ((one, field, text) for one, field, text in headings),
        ((one, value, text) for one, value, text in words),
    )
    return Vocabulary({**shipped().headings, **own.headings}, {**shipped().words, **own.words})


def headings(session: Session, register: str) -> Sequence[VocabularyHeading]:
    """Return the headings of a register, by field, in the order in which they were taken in."""
    return session.scalars(
        select(VocabularyHeading)
        .where(VocabularyHeading.register == register)
        .order_by(VocabularyHeading.field, VocabularyHeading.id)
    ).all()


def words(session: Session, list_name: str) -> Sequence[VocabularyWord]:
    """Return the words of a list in the order in which they were taken in."""
    return session.scalars(
        select(VocabularyWord).where(VocabularyWord.list_name == list_name).order_by(VocabularyWord.id)
    ).all()


def counts(session: Session) -> tuple[dict[str, int], dict[str, int]]:
    """Return how many headings each register has, and how many words each list."""
    by_register = session.execute(
        select(VocabularyHeading.register, func.count()).group_by(VocabularyHeading.register)
    ).all()
    by_list = session.execute(
        select(VocabularyWord.list_name, func.count()).group_by(VocabularyWord.list_name)
    ).all()
    return {row[0]: row[1] for row in by_register}, {row[0]: row[1] for row in by_list}


def heading(session: Session, heading_id: uuid.UUID) -> VocabularyHeading:
    """Return one heading. Raises NotFound."""
    row = session.get(VocabularyHeading, heading_id)
    if row is None:
        raise NotFound(_("没有找到这个表头，也许已经删去了。"))
    return row


def word(session: Session, word_id: uuid.UUID) -> VocabularyWord:
    """Return one word of a list. Raises NotFound."""
    row = session.get(VocabularyWord, word_id)
    if row is None:
        raise NotFound(_("没有找到这个词，也许已经删去了。"))
    return row
