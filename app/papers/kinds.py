"""The kinds of paper that features bring."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.papers.models import Paper


@dataclass(frozen=True)
class PaperKind:
    """One kind of paper.

    ``template`` extends ``papers/print/base.html`` and sees ``paper``, ``content``, ``kind``, ``verify_url`` and
    ``qr``. ``content`` of a paper is a dict of texts ready for print (lists and dicts of texts for tables);
    ``public_fields`` names those of its entries, with labels, that the public verification page shows;
    ``public_now`` gives those of them that are not frozen but asked anew at each verification (whether a
    donor may be named).
    """

    key: str  # stored, e.g. "donation_certificate"
    title: Any  # translated text, stands on top of the paper
    prefix: str  # of the number: 捐证 → 捐证〔2026〕00001 号
    template: str
    public_fields: Mapping[str, Any]
    public_now: Callable[[Session, Paper], Mapping[str, str]] | None = None

    def series(self, issued_on: date) -> str:
        """Return the running series that the number is taken from: one per kind and year."""
        return f"paper:{self.key}:{issued_on.year}"

    def number_text(self, issued_on: date, number: int) -> str:
        """Return the number as it is printed."""
        return f"{self.prefix}〔{issued_on.year}〕{number:05d} 号"


_kinds: dict[str, PaperKind] = {}


def register(*kinds: PaperKind) -> None:
    """Make kinds known; a later one of the same key replaces the first."""
    _kinds.update({kind.key: kind for kind in kinds})


def by_key(key: str) -> PaperKind:
    """Return a registered kind. Raises LookupError for a key that no feature brings."""
    try:
        return _kinds[key]
    except KeyError as unknown:
        raise LookupError(f"no feature brings papers of kind {key}") from unknown


def known() -> tuple[PaperKind, ...]:
    """Return all kinds in the order of their keys."""
    return tuple(_kinds[key] for key in sorted(_kinds))
