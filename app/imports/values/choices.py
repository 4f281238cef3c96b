"""Words of the vocabulary's lists. A word whose value is empty means that nothing is said (无, 未评估)."""

import re
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from app.imports.faults import Fault
from app.imports.kinds import Note, Reason
from app.imports.registers import BLANK, Binding, CellReader, Reader, Reading
from app.imports.values.folding import SPACES, UNSEEN, narrow_letters, remembering, shown, squeezed, typed

_SEPARATORS = re.compile("[、，,;；/|]|\\s+")
_MOST_SHOWN = 8
_LONGEST = 500


def yes_no(binding: Binding) -> CellReader:
    """Read yes or no as a bool; blank is None."""
    inner = choice("yes_no")(binding)

    def read(cell: Any) -> Reading:
        reading = inner(cell)
        return reading if reading.value is None else Reading(reading.value == "yes", reading.notes)

    return remembering(read)


def yes_or_no(_world: object) -> list[str]:
    """Return what a template offers for yes and no."""
    return [_("是"), _("否")]


def choice(list_name: str, reason: Reason = Reason.CHOICE_UNKNOWN) -> Reader:
    """Return the reader of one word of a list; the value is what the list stores."""

    def bind(binding: Binding) -> CellReader:
        words = binding.world.vocabulary.words.get(list_name, {})

        def read(cell: Any) -> Reading:
            word, notes = _word(typed(cell))
            if not word:
                return BLANK
            value = words.get(word)
            if value is None:
                return Reading(fault=_unknown(typed(cell), words, reason, binding.field))
            return Reading(value or None, notes)

        return remembering(read)

    return bind


def choices(list_name: str, reason: Reason = Reason.CHOICE_UNKNOWN) -> Reader:
    """Return the reader of several words of a list, parted by 、 ， ； / or blanks; the value is a tuple of values."""

    def bind(binding: Binding) -> CellReader:
        words = binding.world.vocabulary.words.get(list_name, {})

        def read(cell: Any) -> Reading:
            whole, notes = _word(typed(cell))
            if not whole:
                return BLANK
            if whole in words:
                return Reading((words[whole],) if words[whole] else (), notes)
            if len(typed(cell)) > _LONGEST:
                return Reading(fault=_unknown(typed(cell), words, reason, binding.field))
            values: dict[str, None] = {}
            notes = ()
            tidy = SPACES.sub(" ", UNSEEN.sub("", typed(cell))).strip()
            if tidy != typed(cell):
                notes = (Note.SPACES,)
            for part in _SEPARATORS.split(tidy):
                word = _word(part)[0]
                if not word:
                    continue
                value = words.get(word)
                if value is None:
                    return Reading(fault=_unknown(part, words, reason, binding.field))
                if value:
                    values[value] = None
            return Reading(tuple(values), notes)

        return remembering(read)

    return bind


def _word(text: str) -> tuple[str, tuple[Note, ...]]:
    """Return a word as the vocabulary folds it, and what was put right; a full-width stop alone is nothing wrong."""
    if len(text) > _LONGEST:
        return text, ()
    word, notes = squeezed(text)
    if Note.FULLWIDTH in notes and not narrow_letters(text)[1]:
        notes = tuple(note for note in notes if note is not Note.FULLWIDTH)
    return word.lstrip("'‘’`").upper(), notes


def _unknown(typed_word: str, words: Mapping[str, str], reason: Reason, field: str) -> Fault:
    quoted = shown(typed_word)
    values = list(dict.fromkeys(word for word, value in words.items() if value))
    some = "、".join(values[:_MOST_SHOWN]) + ("…" if len(values) > _MOST_SHOWN else "")
    if not some:
        return Fault(reason, _("“%(word)s”不在可选范围里。", word=quoted), field)
    sentence = _("“%(word)s”不在可选范围里，可以填：%(words)s。", word=quoted, words=some)
    return Fault(reason, sentence, field)
