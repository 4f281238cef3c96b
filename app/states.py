"""Moves between the states of a thing: one table per workflow, one way to ask it."""

from collections.abc import Mapping
from typing import TypeVar

from flask_babel import gettext as _

from app.errors import Conflict
from app.labels import Labelled

S = TypeVar("S", bound=Labelled)
Moves = Mapping[S, frozenset[S]]


def ensure_move(moves: Moves[S], state: S, new: S) -> None:
    """Return when a thing may go from ``state`` to ``new``; else raise Conflict naming both in words."""
    if new not in moves.get(state, frozenset()):
        raise Conflict(_("现在的状态是“%(state)s”，不能改为“%(new)s”。", state=state.label, new=new.label))


def diagram(title: str, moves: Moves[S]) -> str:
    """Return a Mermaid state diagram of a table of moves, for the generated docs."""
    lines = ["```mermaid", "stateDiagram-v2", f"    %% {title}"]
    for state, targets in moves.items():
        lines += [f"    {state.value} --> {new.value}" for new in sorted(targets)]
    return "\n".join([*lines, "```"])
