"""``flask demo load`` and ``flask demo clock``."""

import time

import click
from flask import current_app
from flask.cli import AppGroup

from app.commands import clock_group
from app.config import Mode, Settings
from app.errors import Refused
from portal.demo import closing
from portal.demo.load import Outcome, load_city
from portal.demo.plan import LARGE, NORMAL

demo = AppGroup("demo", help="The demo city: invented people in a real city, a year of life.")
demo.add_command(clock_group, "clock")

_SAID = {
    Outcome.LOADED: "The demo city is loaded",
    Outcome.RESUMED: "The load that was broken off has been brought to its end",
    Outcome.THERE: "The demo city is there already; nothing was changed",
}


@demo.command("load")
@click.option("--large", is_flag=True, help="600 organisations and 20,000 volunteers.")
@click.option("--seed", default=1, show_default=True, help="Another number, another city.")
def load(large: bool, seed: int) -> None:
    """Make the demo city, or go on with one that was begun; a whole one is left alone."""
    settings: Settings = current_app.extensions["zhongli"]
    if settings.mode is Mode.PRODUCTION:
        raise click.ClickException("A production city takes no demo data.")
    started = time.monotonic()
    with click.progressbar(length=1, label="宝鸡市", item_show_func=str) as bar:

        def tell(done: int, count: int) -> None:
            bar.length = count
            bar.update(done - bar.pos)

        try:
            outcome = load_city(settings, seed=seed, size=LARGE if large else NORMAL, tell=tell)
        except Refused as refused:
            raise click.ClickException(str(refused)) from refused
    if outcome is not Outcome.THERE:
        closing.settle()
    click.echo(f"{_SAID[outcome]} ({time.monotonic() - started:.0f} s).")
