"""flask calendar seed."""

import click
from flask.cli import AppGroup

from app.calendar.calendar import seed_calendar
from app.db import transaction
from app.permissions import SYSTEM

calendar = AppGroup("calendar", help="The working-day calendar.")


@calendar.command("seed")
def seed() -> None:
    """Enter the official years that the installed chinesecalendar knows. Safe to repeat."""
    with transaction() as session:
        years = seed_calendar(session, actor=SYSTEM)
    click.echo(
        f"Entered: {', '.join(map(str, years))}." if years else "Nothing to enter: every known year is there."
    )
