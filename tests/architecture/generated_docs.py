"""Writes the docs that are made from the code: ``python -m tests.architecture.generated_docs`` (bin/docs)."""

import importlib
import pkgutil
from collections.abc import Iterator

from app.labels import Labelled
from app.permissions import INCOMPATIBLE, ROLE_PERMISSIONS, Permission, Role
from app.states import Moves, diagram
from tests.architecture.tree import FLOORS, ROOT

_HEAD = "<!-- Made by bin/docs from the code; do not edit. -->\n\n"


def documents() -> dict[str, str]:
    """Return the generated docs by file name."""
    return {"permissions.md": _permissions(), "states.md": _states()}


def _permissions() -> str:
    lines = [
        _HEAD + "# Roles and permissions",
        "",
        "From `app/permissions.py`.",
        "",
        "| Role | 中文 | May |",
        "|---|---|---|",
    ]
    for role in Role:
        may = ", ".join(f"`{one.value}`" for one in Permission if one in ROLE_PERMISSIONS[role])
        lines.append(f"| `{role.value}` | {role.label} | {may} |")
    lines += ["", "## Permissions", "", "| Permission | 中文 |", "|---|---|"]
    lines += [f"| `{one.value}` | {one.label} |" for one in Permission]
    lines += ["", "## Roles that one person may not hold together", ""]
    lines += sorted("- " + " · ".join(f"`{role.value}`" for role in sorted(pair)) for pair in INCOMPATIBLE)
    return "\n".join(lines) + "\n"


def _states() -> str:
    lines = [
        _HEAD + "# States",
        "",
        "Every workflow and its moves, from the `MOVES` tables beside the verbs.",
    ]
    for where, moves in _tables_of_moves():
        kind = type(next(iter(moves)))
        lines += ["", f"## {kind.__name__} (`{where}`)", "", "| State | 中文 |", "|---|---|"]
        lines += [f"| `{state.value}` | {state.label} |" for state in kind]
        lines += ["", diagram(kind.__name__, moves)]
    return "\n".join(lines) + "\n"


def _tables_of_moves() -> Iterator[tuple[str, Moves[Labelled]]]:
    seen: set[int] = set()
    for floor in FLOORS:
        if not (ROOT / floor / "__init__.py").exists():
            continue
        for module in pkgutil.walk_packages([str(ROOT / floor)], floor + "."):
            found = getattr(importlib.import_module(module.name), "MOVES", None)
            if isinstance(found, dict) and id(found) not in seen:
                seen.add(id(found))
                yield module.name, found


if __name__ == "__main__":
    for name, text in documents().items():
        (ROOT / "docs" / name).write_text(text, encoding="utf-8")
