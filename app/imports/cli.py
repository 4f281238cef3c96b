"""flask import judge."""

import csv
import os
from collections import Counter
from datetime import datetime
from pathlib import Path

import click
from flask.cli import AppGroup

from app.collecting import collecting_seldom
from app.config import DEFAULT_CITY, variable
from app.errors import Refused
from app.imports import registers
from app.imports.folders import HEADINGS, Folder, line_of
from app.imports.vocabulary import shipped
from app.imports.world import World

imports = AppGroup("import", help="Spreadsheets that come in.")


@imports.command("judge")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, readable=True, path_type=Path))
@click.option(
    "--as-of", "as_of", required=True, type=click.DateTime(["%Y-%m-%d"]), help="Judge as on this day."
)
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Decisions, as CSV."
)
@click.option("--city", default="", help="12-digit code of the city; default: the one that is set.")
def judge(folder: Path, as_of: datetime, out: Path, city: str) -> None:
    """Decide every row of a FOLDER of spreadsheets as the import into an empty city would.

    Needs no settings and touches no database. Exit status 1 when a file cannot be read (the others are decided all
    the same) or nothing was recognised.
    """
    city = city or os.environ.get(variable("city_region"), "").strip() or DEFAULT_CITY
    if not (city.isdecimal() and len(city) == 12):
        raise click.ClickException(f"A city's code has 12 digits, not {city!r}.")
    world = World(today=as_of.date(), city=city, vocabulary=shipped())
    broken: list[str] = []
    passed: list[str] = []
    count: Counter[tuple[str, str, str]] = Counter()
    try:
        with collecting_seldom():
            tables = Folder(folder, registers.known(), world, passed=passed.append, broken=broken.append)
            _write(tables, out, count)
    except (OSError, Refused) as problem:
        raise click.ClickException(str(problem)) from problem
    _tell(tables, count, passed, broken)
    if broken or not tables.places:
        raise SystemExit(1)


def _write(tables: Folder, out: Path, count: "Counter[tuple[str, str, str]]") -> None:
    """Write the decisions beside the wanted file and put it in place when it is whole."""
    unfinished = out.with_name(out.name + ".part")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(HEADINGS)
            for place, section, judged in tables.judge():
                line = line_of(place, section, judged)
                writer.writerow(line)
                count[place.register.name, line.decision, line.reasons] += 1
        unfinished.replace(out)
    finally:
        unfinished.unlink(missing_ok=True)


def _tell(
    tables: Folder, count: "Counter[tuple[str, str, str]]", passed: list[str], broken: list[str]
) -> None:
    for name in passed:
        click.echo(f"Passed over, no register: {name}", err=True)
    for sentence in broken:
        click.echo(f"Cannot be read: {sentence}", err=True)
    if not tables.places:
        click.echo("No register was recognised in this folder.", err=True)
    for one in registers.known():
        rows = sorted((key[1:], number) for key, number in count.items() if key[0] == one.name)
        if rows:
            click.echo(f"{one.label}  {sum(number for _key, number in rows):,}")
        for (decision, reasons), number in rows:
            click.echo(f"    {number:>8,}  {decision:<12}  {reasons}")
