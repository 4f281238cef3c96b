"""What the architecture tests read: the program's source files as syntax trees."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("app", "credit", "points", "projects", "portal")


@cache
def sources() -> dict[str, ast.Module]:
    """Return every source file of the floors and the roof by its path from the root."""
    files = [ROOT / "wsgi.py", *(file for floor in FLOORS for file in sorted((ROOT / floor).rglob("*.py")))]
    return {str(file.relative_to(ROOT)): ast.parse(file.read_text(encoding="utf-8")) for file in files}


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    """Yield every function of a tree, however deep."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def called(function: ast.AST) -> set[str]:
    """Return the last names of everything a function calls: ``events.record(…)`` gives "record"."""
    names = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                names.add(node.func.attr)
            elif isinstance(node.func, ast.Name):
                names.add(node.func.id)
    return names
