"""Checks that features above the ledger bring: one function each, named once in ``wsgi.py``'s list of features."""

from collections.abc import Callable, Iterator

from sqlalchemy.orm import Session

from points.verification.breaks import Break

Check = Callable[[Session], Iterator[Break]]
_checks: dict[str, Check] = {}


def register(name: str, check: Check) -> None:
    """Have a check run with every verification; a later one of the same name replaces the first."""
    _checks[name] = check


def known() -> dict[str, Check]:
    """Return the registered checks by name."""
    return dict(_checks)
