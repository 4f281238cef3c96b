"""flask check-real."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from app import clock
from app.imports.vocabulary import shipped
from portal.real.headings import check_headings
from portal.real.lists import check_lists
from portal.real.report import Report
from portal.real.rosters import check_rosters


@click.command("check-real")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@with_appcontext
def check_real(folder: Path) -> None:
    """Read the real data of a FOLDER (templates/, orgs/, donations/) as an import would, and tell what came of it.

    Needs no settings and touches no database. Exit status 1 when a code was refused or taken wrongly, or sums differ.
    """
    report = Report(click.echo)
    vocabulary, today = shipped(), clock.today()
    checked = 0
    if (folder / "templates").is_dir():
        check_headings(folder / "templates", vocabulary, report)
        checked += 1
    if (folder / "orgs").is_dir():
        check_rosters(folder / "orgs", vocabulary, report, today=today)
        checked += 1
    if (folder / "donations").is_dir():
        check_lists(folder / "donations", vocabulary, report, today=today)
        checked += 1
    if not checked:
        raise click.ClickException(f"{folder} has none of the folders templates, orgs and donations.")
    report.head("Result")
    for sentence in report.wrong:
        report.line(sentence)
    report.line(f"{len(report.wrong)} things are wrong.")
    if report.wrong:
        raise SystemExit(1)
