"""The staff door to the vocabulary: registers and lists, the headings of one, the words of another."""

import uuid
from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.access import current_actor, requires
from app.buttons import press
from app.db import reading
from app.errors import NotFound
from app.feature import Door, NavigationItem
from app.imports import registers
from app.imports.registers import Register
from app.imports.vocabulary import editing, queries
from app.imports.vocabulary.forms import HeadingForm, RemovalForm, WordForm
from app.imports.vocabulary.kinds import WordList, value_label
from app.imports.vocabulary.models import VocabularyWord
from app.permissions import Permission

bp = Blueprint("vocabulary_staff", __name__, url_prefix="/staff/vocabulary")
NAVIGATION = (
    NavigationItem(
        Door.STAFF,
        _l("导入用词"),
        "vocabulary_staff.index",
        Permission.MANAGE_VOCABULARY,
        "translate",
        order=65,
    ),
)


@bp.get("")
@requires(Permission.MANAGE_VOCABULARY)
def index() -> ResponseReturnValue:
    """List the registers with the number of their headings, and the lists with that of their words."""
    with reading() as session:
        headings, words = queries.counts(session)
    return render_template(
        "vocabulary/index.html",
        registers=[
            {
                "name": one.label,
                "count": headings.get(one.name, 0),
                "url": url_for(".headings", register=one.name),
            }
            for one in registers.known()
        ],
        lists=[
            {
                "name": one.label,
                "count": words.get(one.value, 0),
                "url": url_for(".words", list_name=one.value),
            }
            for one in WordList
        ],
        is_empty=not headings and not words,
        form=RemovalForm(),
    )


@bp.post("/load")
@requires(Permission.MANAGE_VOCABULARY)
def load() -> ResponseReturnValue:
    """Take in what the shipped lists have and the city has not."""

    def act(session: Session) -> str:
        count = editing.load(session, actor=current_actor())
        flash(_("补入 %(count)s 条。", count=count), "success")
        return url_for(".index")

    return press(act, url_for(".index"))


@bp.route("/headings/<register>", methods=["GET", "POST"])
@requires(Permission.MANAGE_VOCABULARY)
def headings(register: str) -> ResponseReturnValue:
    """Show a register's columns with the headings that mean them; add one."""
    known = _register(register)
    form = HeadingForm([(one.name, one.label) for one in known.fields])

    def act(session: Session) -> str:
        row = editing.add_heading(
            session,
            register=known.name,
            field=str(form.field_name.data),
            heading=str(form.heading.data),
            actor=current_actor(),
        )
        flash(_("已加入“%(text)s”。", text=row.heading), "success")
        return url_for(".headings", register=known.name)

    done = form.carry_out(act)
    if done is not None:
        return done
    with reading() as session:
        rows = {
            field: list(some)
            for field, some in groupby(queries.headings(session, known.name), lambda row: row.field)
        }
    groups = [(one.label, one.required, rows.get(one.name, [])) for one in known.fields]
    return form.page("vocabulary/headings.html", register=known, groups=groups)


@bp.route("/headings/one/<uuid:heading_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_VOCABULARY)
def remove_heading(heading_id: uuid.UUID) -> ResponseReturnValue:
    """Remove a heading."""
    with reading() as session:
        row = queries.heading(session, heading_id)
    known = _register(row.register)
    label = next((one.label for one in known.fields if one.name == row.field), row.field)
    back = url_for(".headings", register=row.register)
    return _removal(
        row.heading,
        _("以后的表格里，这个表头不再当作“%(label)s”。", label=label),
        (known.label, back),
        lambda session: editing.remove_heading(session, heading_id, actor=current_actor()),
    )


@bp.route("/words/<list_name>", methods=["GET", "POST"])
@requires(Permission.MANAGE_VOCABULARY)
def words(list_name: str) -> ResponseReturnValue:
    """Show a list's values with the words for them; add one."""
    kind = next((one for one in WordList if one.value == list_name), None)
    if kind is None:
        raise NotFound(_("没有这张词表。"))
    with reading() as session:
        groups = _by_value(kind, queries.words(session, kind.value))
    form = WordForm([(value, label) for value, label, _words in groups], is_open=kind.has_own_values)

    def act(session: Session) -> str:
        row = editing.add_word(
            session, list_name=kind.value, value=form.meant(), word=str(form.word.data), actor=current_actor()
        )
        flash(_("已加入“%(text)s”。", text=row.word), "success")
        return url_for(".words", list_name=kind.value)

    return form.carry_out(act) or form.page("vocabulary/words.html", kind=kind, groups=groups)


@bp.route("/words/one/<uuid:word_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_VOCABULARY)
def remove_word(word_id: uuid.UUID) -> ResponseReturnValue:
    """Remove a word."""
    with reading() as session:
        row = queries.word(session, word_id)
    kind = WordList(row.list_name)
    meaning = value_label(kind, row.value)
    return _removal(
        row.word,
        _("以后的表格里，这个词不再当作“%(meaning)s”。", meaning=meaning),
        (kind.label, url_for(".words", list_name=kind.value)),
        lambda session: editing.remove_word(session, word_id, actor=current_actor()),
    )


def _removal(
    text: str, consequence: str, parent: tuple[Any, str], remove: Callable[[Session], None]
) -> ResponseReturnValue:
    form = RemovalForm()

    def act(session: Session) -> str:
        remove(session)
        flash(_("已删去“%(text)s”。", text=text), "success")
        return parent[1]

    return form.carry_out(act) or form.page(
        "vocabulary/remove.html", text=text, consequence=consequence, parent=parent
    )


def _register(name: str) -> Register:
    try:
        return registers.by_name(name)
    except KeyError:
        raise NotFound(_("没有这张登记表。")) from None


def _by_value(kind: WordList, rows: Iterable[VocabularyWord]) -> list[tuple[str, str, list[VocabularyWord]]]:
    """Return the values of a list in the order in which they came, each with its label and its words."""
    groups: dict[str, list[VocabularyWord]] = {}
    for row in rows:
        groups.setdefault(row.value, []).append(row)
    return [(value, value_label(kind, value), some) for value, some in groups.items()]
