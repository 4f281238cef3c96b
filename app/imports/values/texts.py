"""Texts: running text, and labels (names and numbers that stand for a thing)."""

import re
import unicodedata
from typing import Any

from flask_babel import gettext as _

from app.imports.faults import Fault
from app.imports.kinds import Note, Reason
from app.imports.registers import BLANK, Binding, CellReader, Reader, Reading
from app.imports.values.folding import SPACES, UNSEEN, broken_place, narrow_letters, remembering, typed

_FORMULA_SIGNS = ("=", "+", "-", "@")
_HAN = "\u2e80-\u2fdf\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_BESIDE_HAN = re.compile(f"(?<=[{_HAN}]) | (?=[{_HAN}])")
_PLAIN_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]+")
_CODE = re.compile(r"(?=.*\d)[!-~ ]+", re.ASCII)


def text(most: int = 200) -> Reader:
    """Return the reader of running text of at most ``most`` characters; inner blanks stay, single."""

    def bind(binding: Binding) -> CellReader:
        return remembering(lambda cell: _read(cell, most, binding.field, is_label=False))

    return bind


def label(most: int = 200) -> Reader:
    """Return the reader of a name or a number that stands for a thing.

    No blank stays beside a Chinese character; a number such as "gx2026 0001" loses its blanks and is upper-cased.
    """

    def bind(binding: Binding) -> CellReader:
        field = binding.field

        def read(cell: Any) -> Reading:
            # Nearly every name of a large register: nothing to tidy.
            if isinstance(cell, str) and len(cell) <= most and _PLAIN_HAN.fullmatch(cell):
                return Reading(cell)
            return _read(cell, most, field, is_label=True)

        return read

    return bind


def _read(cell: Any, most: int, field: str, *, is_label: bool) -> Reading:
    raw = typed(cell)
    if not raw:
        return BLANK
    fault = _unfit(raw, most, field)
    if fault is not None:
        return Reading(fault=fault)
    tidy = " ".join(SPACES.sub(" ", UNSEEN.sub("", raw)).split(" ")).strip()
    while "  " in tidy:
        tidy = tidy.replace("  ", " ")
    if not tidy:
        return BLANK
    notes = []
    if is_label:
        tidy = _BESIDE_HAN.sub("", tidy)
    tidy, was_wide = narrow_letters(tidy)
    if was_wide:
        notes.append(Note.FULLWIDTH)
    if is_label and _CODE.fullmatch(tidy):
        tidy = tidy.replace(" ", "")
        if tidy != tidy.upper():
            tidy = tidy.upper()
            notes.append(Note.LOWERCASE)
    if len(tidy) < len(raw) or tidy.count(" ") != raw.count(" "):
        notes.append(Note.SPACES)
    tidy = unicodedata.normalize("NFC", tidy)
    if len(tidy) > most:
        return Reading(fault=_too_long(len(tidy), most, field))
    if tidy.startswith(_FORMULA_SIGNS) and len(tidy) > 1:
        notes.append(Note.FORMULA_TEXT)
    return Reading(tidy, tuple(notes))


def _unfit(raw: str, most: int, field: str) -> Fault | None:
    if len(raw) > most + 1_000:
        return _too_long(len(raw), most, field)
    return unkept(raw, field)


def unkept(raw: str, field: str) -> Fault | None:
    """Return the fault of a text with a sign that no database keeps, None for any other."""
    place = broken_place(raw)
    if place is None:
        return None
    if raw[place - 1] == "\x00":
        sentence = _("第 %(place)s 个字符是看不见的空字符（NUL），请删去后重新填写。", place=place)
    else:
        sentence = _("第 %(place)s 个字符是坏的，不能保存，请重新填写这个字。", place=place)
    return Fault(Reason.TEXT_INVALID, sentence, field)


def _too_long(length: int, most: int, field: str) -> Fault:
    sentence = _("这里有 %(length)s 个字，最多 %(most)s 个，请缩短。", length=length, most=most)
    return Fault(Reason.TEXT_INVALID, sentence, field)
