"""Every text that a person reads goes through gettext."""

import ast
import re

from jinja2 import Environment

from tests.architecture.tree import ROOT, sources

HAN = re.compile(r"[\u3400-\u9fff]")
GETTEXT = {"_", "_l", "gettext", "lazy_gettext", "ngettext", "_n"}
# Chinese that is data, not interface: names, units as people write them, what is stored in the ledger as evidence.
DATA = {
    "app/config.py": "names of the demo city's office",
    "app/identity": "what identity papers are called in typed text",
    "app/figures.py": "units as people type them",
    "app/fields.py": "dates as people type them",
    "app/imports/values": "dates, sums and units as people type them",
    "app/imports/lines.py": "dates as people type them",
    "app/imports/headings.py": "what stands in front of a unit",
    "app/imports/places.py": "how the names of places end",
    "app/masking.py": "compound surnames",
    "app/calendar": "names of holidays as the yearly notice writes them",
    "app/parties/names.py": "surnames and their pinyin",
    "app/parties/rules.py": "what is dropped when names are compared",
    "app/look/samples.py": "sample content of the style page",
    "points/covenants/words.py": "the arithmetic, stored with each transfer as it was; words no item may use",
    "points/adjustments/words.py": "what an adjustment says, stored with each transfer as it was",
    "points/rulesets/words.py": "the arithmetic, stored with each transfer as it was",
    "points/ledger/words.py": "what transfers are called, stored with each as it was",
    "points/awards.py": "the arithmetic, stored with each transfer as it was",
    "points/statements/documents.py": "papers are issued in Chinese whoever reads",
    "portal/demo": "the demo city's content",
    "app/papers": "numbers of papers",
    "app/users/sessions.py": "names of browsers",
    "projects/contributions/documents.py": "papers are issued in Chinese whoever reads",
    "projects/contributions/fields.py": "times as people type them",
    "projects/referrals/documents.py": "papers are issued in Chinese whoever reads",
    "projects/requests/documents.py": "papers are issued in Chinese whoever reads",
    "projects/requests/assessments.py": "names of laws and rules, stored with what they excuse",
    "portal/gaps/tiles.py": "how the names of places end",
    "projects/tiers/rules.py": "numbers of documents as people type them",
    "projects/contributions/units.py": "units as the catalogue names them",
}
SAMPLE_PAGES = ("look/",)  # the style pages show sample content


def test_templates_speak_through_gettext() -> None:
    found = []
    lexer = Environment(extensions=["jinja2.ext.i18n"])
    for file in sorted((ROOT / "templates").rglob("*.html")):
        name = str(file.relative_to(ROOT / "templates"))
        if name.startswith(SAMPLE_PAGES) or "/print/" in name:  # papers are issued in Chinese whoever reads
            continue
        tokens = list(lexer.lex(file.read_text(encoding="utf-8")))
        for place, (line, kind, value) in enumerate(tokens):
            if kind == "data" and HAN.search(value):
                found.append(f"{name}:{line}: {value.strip()[:30]}")
            if kind == "string" and HAN.search(value) and not _in_gettext(tokens, place):
                found.append(f"{name}:{line}: {value[:30]}")
    assert not found, "\n".join(found)


def _in_gettext(tokens: list[tuple[int, str, str]], place: int) -> bool:
    """Whether the nearest thing before a string, blanks aside, is ``_(`` (or a part of the same call)."""
    before = [value for _, kind, value in tokens[max(0, place - 12) : place] if kind != "whitespace"]
    return before[-2:] == ["_", "("] or (before[-1:] == [","] and "_" in before)


def test_python_speaks_through_gettext() -> None:
    found = []
    for path, tree in sources().items():
        if path.startswith(tuple(DATA)):
            continue
        spoken = {
            id(inner)
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            and getattr(node.func, "id", getattr(node.func, "attr", "")) in GETTEXT
            for inner in ast.walk(node)
        }
        comments = {
            id(keyword.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            for keyword in node.keywords
            if keyword.arg == "comment"
        }
        docstrings = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        loose = {
            id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)
        }  # attribute docstrings
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and HAN.search(node.value)
                and not {id(node)} & (spoken | comments | docstrings | loose)
            ):
                found.append(f"{path}:{node.lineno}: {node.value[:30]!r}")
    assert not found, "\n".join(found)
