"""flask jobs run · once · list."""

import click
from flask import current_app
from flask.cli import AppGroup

from app import clock
from app.db import reading
from app.jobs import queries, registry, runner, scheduler

jobs = AppGroup("jobs", help="Background jobs.")


@jobs.command("run")
def run() -> None:
    """Run the jobs in this process until it is stopped."""
    scheduler.run_for_ever(current_app._get_current_object())  # type: ignore[attr-defined]


@jobs.command("once")
@click.argument("name", required=False)
def once(name: str | None) -> None:
    """Run what is due now, of one job or of all, and return."""
    chosen = registry.known() if name is None else tuple(job for job in registry.known() if job.name == name)
    if not chosen:
        raise click.ClickException(
            f"There is no job {name}. Known: {', '.join(job.name for job in registry.known())}"
        )
    for job in chosen:
        click.echo(f"{job.name}: {runner.run_due(job)} runs")


@jobs.command("list")
def list_jobs() -> None:
    """Show each job with its last and its next run."""
    with reading() as session:
        for standing in queries.standings(session, clock.now()):
            last = standing.last
            said = (
                f"{last.state.value} {last.started_at:%Y-%m-%d %H:%MZ}"
                if last and last.started_at
                else "never"
            )
            click.echo(f"{standing.job.name:<28} last: {said:<30} next: {standing.next_at:%Y-%m-%d %H:%MZ}")
