"""flask regions load · check."""

from pathlib import Path
from typing import IO

import click
from flask.cli import AppGroup

from app.db import reading, transaction
from app.errors import Refused
from app.permissions import SYSTEM
from app.regions import queries
from app.regions.division_file import read_divisions
from app.regions.regions import load_regions

DEMO_FILE = Path(__file__).parent / "data" / "baoji.csv"

regions = AppGroup("regions", help="Divisions.")


@regions.command("load")
@click.argument("file", type=click.File(encoding="utf-8-sig"), default=str(DEMO_FILE))
def load(file: IO[str]) -> None:
    """Load divisions from a CSV FILE; without one, those of the demo city. Safe to repeat."""
    try:
        rows = read_divisions(file)
        with transaction() as session:
            loaded = load_regions(session, rows, actor=SYSTEM)
    except (Refused, UnicodeDecodeError) as refused:
        raise click.ClickException(str(refused)) from refused
    click.echo(f"{loaded.added} added, {loaded.changed} changed, {loaded.unchanged} unchanged.")


@regions.command("check")
def check() -> None:
    """Exit 1 when a division's parent is missing."""
    with reading() as session:
        lost = queries.orphans(session)
    if lost:
        raise click.ClickException(f"{len(lost)} divisions have no parent: {', '.join(lost[:10])}")
    click.echo("Every division has its parent.")
