"""The house keeps its shape: arrows one way, one place that commits, every verb leaves a trace."""

import ast
import subprocess
import sys

import pytest

from tests.architecture.tree import ROOT, called, functions, sources

LAZY_LOADERS = {"app/tables.py", "app/pdf.py"}  # pandas and WeasyPrint take seconds to import
MAY_COMMIT = {"app/db.py", "app/migrate.py"}
LONGEST = 350
# Functions that act for somebody and write nothing that a trace is owed for.
LEAVES_NO_TRACE = {
    "app/permissions.py": "guards",
    "app/parties/interest.py": "guards",
    "app/audit/events.py": "the trace itself",
}
# Parts of verbs: the verb that calls them traces the whole.
PARTS = {
    "app/deadlines/deadlines.py:start": "traced by the verb that begins the step",
    "app/deadlines/deadlines.py:meet": "traced by the verb that does the step",
    "app/deadlines/deadlines.py:pause": "traced by the verb that stops the clock",
    "app/deadlines/deadlines.py:resume": "traced by the verb that lets it run",
    "app/deadlines/deadlines.py:cancel_all": "traced by the verb that ends the matter",
    "app/files/evidence.py:keep": "traced by the verb to whose thing the file belongs",
    "app/messages/inbox.py:mark_read": "a person's own inbox",
    "app/parties/registrations.py:begin": "traced by the verbs that register a party",
    "projects/contributions/evidence.py:attach": "traced by log and edit",
    "projects/contributions/steps.py:begin": "traced by log",
    "projects/contributions/steps.py:move": "traced by the verb that moves",
}
TRACES = {"record", "signed_row", "trace"}


def test_arrows_go_one_way() -> None:
    program = ROOT / ".venv/bin/lint-imports"
    command = (
        [str(program)]
        if program.exists()
        else [sys.executable, "-c", "from importlinter.cli import lint_imports_command as l; l()"]
    )
    done = subprocess.run([*command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_import_inside_a_function() -> None:
    found = [
        f"{path}:{node.lineno}"
        for path, tree in sources().items()
        if path not in LAZY_LOADERS
        for function in functions(tree)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert found == []


def test_only_the_database_module_commits() -> None:
    found = [
        f"{path}:{function.name}"
        for path, tree in sources().items()
        if path not in MAY_COMMIT
        for function in functions(tree)
        if "commit" in called(function)
    ]
    assert found == []


def test_every_verb_leaves_a_trace() -> None:
    everything = {path: list(functions(tree)) for path, tree in sources().items()}
    tracing = set(TRACES)
    while True:
        more = {
            function.name
            for several in everything.values()
            for function in several
            if function.name not in tracing and called(function) & tracing
        }
        if not more:
            break
        tracing |= more
    silent = [
        f"{path}:{function.name}"
        for path, several in everything.items()
        if path not in LEAVES_NO_TRACE and not path.endswith("queries.py")
        for function in several
        if _is_verb(function) and function.name not in tracing and f"{path}:{function.name}" not in PARTS
    ]
    assert not silent, "\n".join(silent)


def _is_verb(function: ast.FunctionDef) -> bool:
    """A verb is a public function of a session and a keyword ``actor`` that may change something."""
    names = [argument.arg for argument in function.args.args]
    keywords = [argument.arg for argument in function.args.kwonlyargs]
    public = not function.name.startswith(("_", "ensure_"))
    return public and names[:1] == ["session"] and "actor" in keywords


@pytest.mark.parametrize("path", sorted(sources()))
def test_a_file_has_one_noun(path: str) -> None:
    assert len((ROOT / path).read_text(encoding="utf-8").splitlines()) <= LONGEST
    assert "utils" not in path and "helpers" not in path


def test_no_float_holds_money_points_or_time() -> None:
    found = [
        f"{path}:{node.lineno}"
        for path, tree in sources().items()
        if path.endswith(("models.py", "types.py"))
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and node.id in {"float", "Float", "Numeric", "REAL"}
    ]
    assert found == []
