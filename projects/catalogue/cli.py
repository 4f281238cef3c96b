"""``flask catalogue load [file]``: take in the standard list of items, or another one."""

from pathlib import Path

import click
from flask.cli import AppGroup

from app.db import transaction
from app.permissions import SYSTEM
from projects.catalogue import items

catalogue = AppGroup("catalogue", help="Items that can be given or needed.")


@catalogue.command("load")
@click.argument("path", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def load(path: Path | None) -> None:
    """Take in a list of items (CSV); without a file the standard list."""
    with transaction() as session:
        count = items.load(session, items.read_list(path or items.STANDARD_LIST), actor=SYSTEM)
    click.echo(f"{count} items")
