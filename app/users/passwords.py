"""Passwords: which are good enough (ASVS 2.1), how they are kept (argon2id). Hashing takes a moment: do it
before a transaction is opened, never inside."""

import unicodedata
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import gettext as _

from app.db import database
from app.errors import InvalidInput

SHORTEST = 12
LONGEST = 128
_PIECES_FILE = Path(__file__).with_name("common_passwords.txt")
_REST = 4  # characters that must be left when well-known pieces are taken out
_DISTINCT = 5
_ROWS = ("01234567890", "09876543210", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_RUN = 4


def ensure_good(password: str, *, names: tuple[str, ...] = (), field: str = "password") -> None:
    """Return when a password is long and uncommon enough; else raise InvalidInput saying how to mend it.

    ``names`` are those of the user: a password must not be made of them.
    """
    if len(password) < SHORTEST:
        sentence = _("密码至少 %(count)s 个字符，可以用几个不相干的词连成一句。", count=SHORTEST)
        raise InvalidInput(sentence, field=field)
    if len(password) > LONGEST:
        raise InvalidInput(_("密码最多 %(count)s 个字符。", count=LONGEST), field=field)
    folded = _folded(password)
    if len(set(folded)) < _DISTINCT:
        raise InvalidInput(_("密码里重复的字符太多，请换一个。"), field=field)
    own = [piece for piece in (_folded(name) for name in names) if len(piece) >= 2]
    if len(_without(folded, own)) < SHORTEST - _REST and any(piece in folded for piece in own):
        raise InvalidInput(_("密码里不要用自己的姓名、登录名或电话。"), field=field)
    if len(_without(_without_runs(folded), [*common_pieces(), *own])) < _REST:
        raise InvalidInput(_("这个密码太常见，很容易被猜到，请换一个。"), field=field)


def hashed(password: str) -> str:
    """Return the argon2id hash of a password, with its parameters."""
    return _hasher().hash(_normal(password))


def is_right(password_hash: str | None, password: str) -> bool:
    """Return whether a password belongs to a hash. None stands for an unknown name and takes just as long."""
    try:
        right = _hasher().verify(password_hash or _nobodys_hash(), _normal(password))
    except (VerificationError, InvalidHashError):
        return False
    return right and password_hash is not None


@cache
def common_pieces() -> tuple[str, ...]:
    """Return well-known passwords and the pieces people make theirs of, longest first."""
    lines = _PIECES_FILE.read_text(encoding="utf-8").split()
    return tuple(sorted({line.lower() for line in lines}, key=lambda piece: (-len(piece), piece)))


def _normal(password: str) -> str:
    """Composed form: the same password typed on two systems must match. Length is bounded against abuse."""
    return unicodedata.normalize("NFC", password)[: LONGEST * 4]


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).lower().split())


def _without(text: str, pieces: list[str]) -> str:
    for piece in pieces:
        text = text.replace(piece, "\0") if piece else text
    return text.replace("\0", "")


def _without_runs(text: str) -> str:
    """Drop runs of a keyboard row or of one character, such as 123456, abcdef or aaaa."""
    kept, start = [], 0
    while start < len(text):
        end = start + 1
        while end < len(text) and _is_run(text[start : end + 1]):
            end += 1
        if end - start < _RUN:
            end = start + 1
            kept.append(text[start])
        start = end
    return "".join(kept)


def _is_run(text: str) -> bool:
    return len(set(text)) == 1 or any(text in row for row in _ROWS)


def _hasher() -> PasswordHasher:
    return _hasher_of(database().settings.password_cost)


@cache
def _hasher_of(cost: str) -> PasswordHasher:
    if cost == "low":
        return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)


@cache
def _nobodys_hash_of(cost: str) -> str:
    return _hasher_of(cost).hash("nobody has this password")


def _nobodys_hash() -> str:
    return _nobodys_hash_of(database().settings.password_cost)
