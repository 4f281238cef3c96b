"""flask vocabulary load."""

import click
from flask.cli import AppGroup

from app.db import transaction
from app.imports.vocabulary import editing
from app.permissions import SYSTEM

vocabulary = AppGroup("vocabulary", help="Headings and words by which spreadsheets are understood.")


@vocabulary.command("load")
def load() -> None:
    """Take in the shipped headings and words that the city has not. Safe to repeat."""
    with transaction() as session:
        count = editing.load(session, actor=SYSTEM)
    click.echo(f"{count} headings and words added")
