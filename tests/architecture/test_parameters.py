"""Every number that the program asks for stands in parameters.csv."""

import ast

from app.parameters.defaults import DEFAULTS
from tests.architecture.tree import sources

_ASKED = {"value", "found"}  # of app.parameters.queries, imported as `parameters`
_NAMED = {"parameter_key", "days_key"}  # keywords that carry a key


def _constants() -> dict[str, set[str]]:
    """Return the texts that constants of modules stand for, by their names."""
    found: dict[str, set[str]] = {}
    for tree in sources().values():
        for node in tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                text = node.value.value
                for target in node.targets:
                    if isinstance(target, ast.Name) and target.id.isupper() and isinstance(text, str):
                        found.setdefault(target.id, set()).add(text)
    return found


def _asked() -> list[tuple[str, ast.expr]]:
    found: list[tuple[str, ast.expr]] = []
    for path, tree in sources().items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            place = f"{path}:{node.lineno}"
            called = node.func
            if isinstance(called, ast.Attribute) and called.attr in _ASKED and len(node.args) > 1:
                module = called.value
                if isinstance(module, ast.Name) and module.id == "parameters":
                    found.append((place, node.args[1]))
            if isinstance(called, ast.Name) and called.id == "DeadlineKind" and len(node.args) > 2:
                found.append((place, node.args[2]))
            found += [(place, one.value) for one in node.keywords if one.arg in _NAMED]
    return found


def test_each_key_in_the_program_stands_in_the_file() -> None:
    constants, unknown, known = _constants(), [], 0
    for place, asked in _asked():
        if isinstance(asked, ast.Constant) and isinstance(asked.value, str):
            texts = {asked.value}
        elif isinstance(asked, ast.Name | ast.Attribute):
            texts = constants.get(asked.id if isinstance(asked, ast.Name) else asked.attr, set())
        else:
            continue
        # A constant's name may stand for other things in other modules: one meaning must be a key.
        if texts and not texts & DEFAULTS.keys():
            unknown.append(f"{place}: {', '.join(sorted(texts))}")
        known += bool(texts & DEFAULTS.keys())
    assert not unknown, "\n".join(unknown)
    assert known >= 2  # the search finds what there is
