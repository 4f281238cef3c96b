"""Names of files, freed of what deceives or breaks: paths, control characters, direction marks."""

import re
import unicodedata

from app.files.media import ENDINGS, MediaType

MAX_LENGTH = 100
_KNOWN_ENDING = re.compile(r"\.(jpe?g|png|webp|pdf|xlsx|docx)$", re.IGNORECASE)
_FORBIDDEN = re.compile(r'[<>:"|?*]')  # Windows refuses these


def clean_name(name: str | None, kind: MediaType) -> str:
    """Return a file name that shows what it is: last part of the path, no invisible characters, the true ending.

    >>> clean_name("C:\\\\a\\\\收据\\u202egpj.exe", MediaType.JPEG)
    '收据gpj.exe.jpg'
    """
    stem = _KNOWN_ENDING.sub("", shown_name(name)).strip(". ")
    return (stem[:MAX_LENGTH].strip(". ") or "file") + ENDINGS[kind]


def shown_name(name: str | None) -> str:
    """Return a file name as it may be shown, its ending as it came: last part of the path, no invisible characters."""
    text = unicodedata.normalize("NFC", name or "")
    text = re.split(r"[/\\]", text)[-1]
    text = "".join(
        letter for letter in text if unicodedata.category(letter)[0] != "C"
    )  # control, bidi, surrogates
    return _FORBIDDEN.sub("_", " ".join(text.split()))
