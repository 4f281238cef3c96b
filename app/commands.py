"""Commands of the floor: the schema, the settings, the audit log, and a demo city's clock."""

from dataclasses import fields
from datetime import datetime

import click
from flask import current_app
from flask.cli import AppGroup

from app import clock, migrate
from app.audit import chain
from app.config import Settings, variable
from app.db import database, reading

db_group = AppGroup("db", help="The database schema.")
settings_group = AppGroup("settings", help="What the program is told from outside.")
audit_group = AppGroup("audit", help="The audit log.")
clock_group = AppGroup("clock", help="The clock of a demo city.")


@db_group.command("upgrade")
def db_upgrade() -> None:
    """Bring the schema up to date; safe to run at every start, and by two at once."""
    migrate.upgrade(database())
    click.echo("The schema is up to date.")


@db_group.command("check")
def db_check() -> None:
    """Exit 1 when the schema is older than the program."""
    lacking = migrate.missing(database())
    if lacking:
        raise click.ClickException(f"The schema lacks {', '.join(lacking)}: run flask db upgrade.")
    click.echo("The schema is up to date.")


@settings_group.command("show")
def settings_show() -> None:
    """List every setting, its variable and its value; secrets are not shown."""
    settings: Settings = current_app.extensions["zhongli"]
    for one in fields(Settings):
        value = getattr(settings, one.name)
        shown = ("(set)" if value else "(empty)") if one.metadata.get("secret") else str(value)
        click.echo(f"{variable(one.name):28} {shown:40} {one.metadata['about']}")


@audit_group.command("verify")
def audit_verify() -> None:
    """Check every signature and the chain; name what is broken and exit 1 when anything is."""
    with reading() as session:
        broken = list(chain.verify(session))
        waiting = chain.unchained(session)
    for one in broken:
        click.echo(one.sentence, err=True)
    click.echo(f"{len(broken)} breaks; {waiting} events not chained yet.")
    if broken:
        raise SystemExit(1)


@clock_group.command("show")
def clock_show() -> None:
    """Print the time at which the city stands."""
    click.echo(clock.now().astimezone(clock.CITY_ZONE).isoformat(timespec="seconds"))


@clock_group.command("set")
@click.argument("moment", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]))
def clock_set(moment: datetime) -> None:
    """Move the demo city to a day or minute (city time); it goes on from there."""
    try:
        clock.set_offset(moment.replace(tzinfo=clock.CITY_ZONE))
    except RuntimeError as problem:
        raise click.ClickException(str(problem)) from problem


@clock_group.command("reset")
def clock_reset() -> None:
    """Return the demo city to the true time."""
    clock.set_offset(None)


COMMANDS = (db_group, settings_group, audit_group, clock_group)
