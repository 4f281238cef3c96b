"""The verbs of the vocabulary: take in the shipped lists, add a heading or a word, remove one."""

import uuid

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import events
from app.db import lock
from app.errors import Conflict, InvalidInput
from app.imports.vocabulary.lists import HEADINGS_FILE, WORDS_FILE, read_list
from app.imports.vocabulary.models import LONGEST, VocabularyHeading, VocabularyWord
from app.imports.vocabulary.terms import folded
from app.permissions import Actor, Permission, ensure_may

_HEADINGS = select(VocabularyHeading.register, VocabularyHeading.folded)
_WORDS = select(VocabularyWord.list_name, VocabularyWord.folded)


def load(session: Session, *, actor: Actor) -> int:
    """Take in what the shipped lists have and the city has not; return how many rows came. Safe to repeat.

    A shipped word that staff removed comes back, one that they gave another meaning keeps it.
    """
    ensure_may(actor, Permission.MANAGE_VOCABULARY)
    count = 0
    known = {(one, key) for one, key in session.execute(_HEADINGS)}
    for register, field, heading in read_list(HEADINGS_FILE):
        key = (register, folded(heading))
        if key not in known:
            known.add(key)
            session.add(VocabularyHeading(register=register, field=field, heading=heading, folded=key[1]))
            count += 1
    known = {(one, key) for one, key in session.execute(_WORDS)}
    for list_name, value, word in read_list(WORDS_FILE):
        key = (list_name, folded(word))
        if key not in known:
            known.add(key)
            session.add(VocabularyWord(list_name=list_name, value=value, word=word, folded=key[1]))
            count += 1
    session.flush()
    if count:
        events.record(session, "vocabulary.load", "vocabulary", None, actor=actor, after={"rows": count})
    return count


def add_heading(
    session: Session, *, register: str, field: str, heading: str, actor: Actor
) -> VocabularyHeading:
    """Let a heading mean a field in a register. Raises Conflict when it means something there already."""
    ensure_may(actor, Permission.MANAGE_VOCABULARY)
    _fill(session, actor)
    key = _key(heading, "heading")
    other = session.scalar(
        select(VocabularyHeading).where(
            VocabularyHeading.register == register, VocabularyHeading.folded == key
        )
    )
    if other is not None:
        raise Conflict(_("“%(text)s”已经在这张表里了。", text=other.heading), field="heading")
    row = VocabularyHeading(register=register, field=field, heading=heading.strip(), folded=key)
    session.add(row)
    session.flush()
    events.record(
        session,
        "vocabulary.add",
        "vocabulary_heading",
        row.id,
        actor=actor,
        after={"register": register, "field": field, "heading": row.heading},
    )
    return row


def add_word(session: Session, *, list_name: str, value: str, word: str, actor: Actor) -> VocabularyWord:
    """Let a word of a list stand for a value. Raises Conflict when it stands for one already."""
    ensure_may(actor, Permission.MANAGE_VOCABULARY)
    _fill(session, actor)
    key = _key(word, "word")
    other = session.scalar(
        select(VocabularyWord).where(VocabularyWord.list_name == list_name, VocabularyWord.folded == key)
    )
    if other is not None:
        raise Conflict(_("“%(text)s”已经在这张表里了。", text=other.word), field="word")
    row = VocabularyWord(list_name=list_name, value=value, word=word.strip(), folded=key)
    session.add(row)
    session.flush()
    events.record(
        session,
        "vocabulary.add",
        "vocabulary_word",
        row.id,
        actor=actor,
        after={"list": list_name, "value": value, "word": row.word},
    )
    return row


def remove_heading(session: Session, heading_id: uuid.UUID, *, actor: Actor) -> None:
    """Remove a heading. Raises NotFound; Conflict for the last one of a field."""
    ensure_may(actor, Permission.MANAGE_VOCABULARY)
    row = lock(session, VocabularyHeading, heading_id)
    others = select(VocabularyHeading.id).where(
        VocabularyHeading.register == row.register,
        VocabularyHeading.field == row.field,
        VocabularyHeading.id != row.id,
    )
    if session.scalar(others.limit(1)) is None:
        raise Conflict(_("这一列至少要留一个表头，否则就认不出来了。"))
    session.delete(row)
    session.flush()
    before = {"register": row.register, "field": row.field, "heading": row.heading}
    events.record(session, "vocabulary.remove", "vocabulary_heading", row.id, actor=actor, before=before)


def remove_word(session: Session, word_id: uuid.UUID, *, actor: Actor) -> None:
    """Remove a word of a list. Raises NotFound; Conflict for the last one of the list."""
    ensure_may(actor, Permission.MANAGE_VOCABULARY)
    row = lock(session, VocabularyWord, word_id)
    others = select(VocabularyWord.id).where(
        VocabularyWord.list_name == row.list_name, VocabularyWord.id != row.id
    )
    if session.scalar(others.limit(1)) is None:
        raise Conflict(_("这张表至少要留一个词。"))
    session.delete(row)
    session.flush()
    before = {"list": row.list_name, "value": row.value, "word": row.word}
    events.record(session, "vocabulary.remove", "vocabulary_word", row.id, actor=actor, before=before)


def _fill(session: Session, actor: Actor) -> None:
    """Take in the shipped lists where a city has none yet, so that the first own word stands beside them."""
    if session.scalar(select(VocabularyHeading.id).limit(1)) is None:
        load(session, actor=actor)


def _key(text: str, field: str) -> str:
    key = folded(text)
    if not key or len(key) > LONGEST:
        raise InvalidInput(_("请填写 1–%(most)s 个字。", most=LONGEST), field=field)
    return key
