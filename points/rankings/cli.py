"""flask rankings freeze, correct, rebuild, list: frozen rankings, and that each is what the ledger says."""

import click
from flask.cli import AppGroup

from app.db import reading, transaction
from app.errors import Refused
from app.permissions import SYSTEM
from points.rankings import freezing, published, staging
from points.rankings.preparing import newest, prepare
from points.rankings.recounting import recount
from points.rulesets import queries as rulesets
from points.seals import sealing

rankings = AppGroup("rankings", help="Frozen rankings.")


@rankings.command("list")
def list_command() -> None:
    """Name every frozen ranking with its cut-off, its root and the hash of its file."""
    with reading() as session:
        for one in published.frozen_files(session):
            frozen = one.frozen
            click.echo(
                f"{one.programme} {frozen.period} {frozen.number}: {frozen.places} lines, "
                f"cut-off {frozen.cutoff}, root {frozen.root.hex()}, sha256 {frozen.file_sha256.hex()}"
            )


@rankings.command("freeze")
@click.argument("programme")
@click.argument("period")
def freeze_command(programme: str, period: str) -> None:
    """Seal everything and freeze the rankings of a PERIOD that is over (2026-11, 2026-Q4, 2026, all)."""
    _write(programme, period, corrects=False)


@rankings.command("correct")
@click.argument("programme")
@click.argument("period")
def correct_command(programme: str, period: str) -> None:
    """Seal everything and publish a correction beside a frozen ranking, where anything has changed."""
    _write(programme, period, corrects=True)


@rankings.command("rebuild")
@click.argument("programme")
@click.argument("period")
@click.option("--number", type=int, help="Which one of the period; without it the newest.")
def rebuild_command(programme: str, period: str, number: int | None) -> None:
    """Make a frozen ranking anew from the transfers; exit 1 and name the first line that differs."""
    try:
        with reading() as session:
            found = published.find(session, period, number, programme=programme)
            difference = recount(session, found.frozen)
    except Refused as problem:
        raise click.ClickException(str(problem)) from problem
    if difference is not None:
        click.echo(difference, err=True)
        raise SystemExit(1)
    frozen = found.frozen
    click.echo(f"{found.name}.csv: {frozen.places} lines, the same; sha256 {frozen.file_sha256.hex()}")


def _write(programme: str, period: str, *, corrects: bool) -> None:
    sealing.seal(everything=True)
    act = freezing.correct if corrects else freezing.freeze
    try:
        with reading(fresh=True) as session:
            cutoff, of = sealing.tree_size(session), rulesets.programme(session, programme)
            freezing.ensure_over(period)
            # What will be refused is not written ahead.
            is_due = (newest(session, of, period) is not None) is corrects
            ready = prepare(session, of, period, cutoff) if is_due else None
        if ready is not None:
            staging.write_ahead(of.id, [ready])
        with transaction() as session:
            of = rulesets.programme(session, programme)
            frozen = act(session, of, period, cutoff, actor=SYSTEM, ready=ready)
    except Refused as problem:
        raise click.ClickException(str(problem)) from problem
    if frozen is None:
        click.echo("Nothing has changed.")
        return
    click.echo(
        f"{programme} {period} {frozen.number}: {frozen.places} lines, cut-off {frozen.cutoff}, "
        f"sha256 {frozen.file_sha256.hex()}"
    )
