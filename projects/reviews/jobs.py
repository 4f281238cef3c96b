"""The nightly job of re-reviews, and the command by which anybody at the machine draws or counts again."""

import click
from flask.cli import AppGroup
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import clock
from app.db import reading, transaction
from app.errors import Refused
from app.jobs.registry import DailyAt, Job
from projects.reviews import draws, queries
from projects.reviews.kinds import DrawState


def draw_due() -> str | None:
    """Make the draws whose period is over, each in a transaction of its own."""
    with reading(fresh=True) as session:
        waiting = queries.due(session, clock.today())
    for key in waiting:
        with transaction() as session:
            draws.make(session, key)
    return _("回头看抽取 %(count)s 次", count=len(waiting)) if waiting else None


JOBS = (Job("reviews_draw", _l("回头看抽取"), DailyAt(0, 25), draw_due),)
reviews = AppGroup("reviews", help="Re-reviews of refused and exited households.")


@reviews.command("draw")
@click.argument("code")
def draw_again(code: str) -> None:
    """Draw, when the period is over and nobody has; then count the draw again from its seed and list."""
    try:
        with reading() as session:
            found = queries.draw(session, code)
        with transaction() as session:
            found = draws.make(session, found.id)
        with reading() as session:
            right = draws.counted_again(session, found)
            keys = queries.keys_of(session, found.id)
    except Refused as refused:
        raise click.ClickException(str(refused.sentence)) from refused
    click.echo(
        f"seed {found.seed}\nSHA-256 of the seed {found.seed_hash}\nSHA-256 of the list {found.list_hash}"
    )
    for key in keys:
        click.echo(str(key))
    click.echo(f"{found.list_count} on the list, {found.percent} % drawn: {found.drawn_count}")
    if not right or found.state is DrawState.COMMITTED:
        raise click.ClickException("The stored draw is NOT what its seed and list give.")
    click.echo("Counted again: the same households.")
