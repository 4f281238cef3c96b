"""Headings and words by which spreadsheets are understood: rows that staff edit, and a shipped list."""

from app.imports.vocabulary.lists import shipped
from app.imports.vocabulary.queries import stored
from app.imports.vocabulary.terms import Vocabulary

__all__ = ["Vocabulary", "shipped", "stored"]
