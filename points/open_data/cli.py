"""flask open-data write DIR; flask open-data publish."""

from pathlib import Path

import click
from flask.cli import AppGroup

from points.open_data import folder

open_data = AppGroup("open-data", help="The open data: files with which anybody can check the ledger.")


@open_data.command("write")
@click.argument("target", type=click.Path(file_okay=False, path_type=Path))
def write_command(target: Path) -> None:
    """Write all files to the folder TARGET, with the names of this moment."""
    made = folder.write(target)
    click.echo(f"{len(made.files)} files, {made.tree_size} leaves, root {made.root}")


@open_data.command("publish")
def publish_command() -> None:
    """Write the files that /open-data offers, as the nightly job does."""
    made = folder.publish()
    click.echo(f"{len(made.files)} files, {made.tree_size} leaves, root {made.root}")
