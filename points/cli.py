"""flask points open, reconcile, verify, forget, rebuild-rankings; flask points rules load, publish."""

import os
from pathlib import Path
from uuid import UUID

import click
from flask import current_app
from flask.cli import AppGroup
from flask_babel import gettext as _

from app.config import Settings
from app.db import reading, transaction
from app.errors import Refused
from app.ids import clean_code
from app.parties import queries as parties
from app.permissions import SYSTEM
from points.ledger.reconciliation import mend, reconcile
from points.rankings.rollup import rebuild
from points.rulesets import document, publication
from points.rulesets.kinds import ProgrammeScope
from points.seals import salts
from points.statements import keeping
from points.verification.verifying import tail_words, verify_all

points = AppGroup("points", help="The ledger of points, its rules and rankings.")
rules = AppGroup("rules", help="Versions of the rules.")
points.add_command(rules)


@points.command("open")
@click.argument("name", required=False)
def open_command(name: str | None) -> None:
    """Open the programme of points of a new city under NAME; where it is open already, nothing changes."""
    settings: Settings = current_app.extensions["zhongli"]
    with transaction() as session:
        programme = publication.open_programme(
            session,
            code=publication.CITY_PROGRAMME,
            name=name or _("社会力量参与救助帮扶积分"),
            scope=ProgrammeScope.CITY,
            region_code=settings.city_region,
            actor=SYSTEM,
        )
    click.echo(f"Programme {programme.code}: {programme.name}")


@points.command("reconcile")
@click.option("--mend", "do_mend", is_flag=True, help="Make what differs anew from the transfers.")
def reconcile_command(do_mend: bool) -> None:
    """Compare balances, used caps and holds with the transfers; exit 1 and name each difference that stays."""
    with reading() as session:
        differences, flows = list(reconcile(session)), list(keeping.differences(session))
    if do_mend and (differences or flows):
        found = len(differences) + len(flows)
        for sentence in [*(one.sentence for one in differences), *(told for _account, told in flows)]:
            click.echo(sentence, err=True)
        with transaction() as session:
            mend(session, differences, actor=SYSTEM)
            keeping.mend(session, [account_id for account_id, _told in flows])
        with reading() as session:
            differences, flows = list(reconcile(session)), list(keeping.differences(session))
        click.echo(f"{found - len(differences) - len(flows)} differences mended")
    _tell([*(one.sentence for one in differences), *(told for _account, told in flows)], "differences")


@points.command("verify")
@click.option("--processes", type=click.IntRange(1, 64), default=None, help="As many as there are cores.")
def verify_command(processes: int | None) -> None:
    """Check the whole ledger and its seals; exit 1 and name each broken row when there is one."""
    outcome = verify_all(current_app.extensions["zhongli"], processes or os.cpu_count() or 1)
    click.echo(tail_words(outcome))
    _tell([f"{one.kind.value} {one.table} {one.key}: {one.sentence}" for one in outcome.breaks], "breaks")


@points.command("forget")
@click.argument("party")
@click.option(
    "--reason", required=True, help="Who asked for it and by which right; it goes to the audit log."
)
@click.confirmation_option(prompt="The party can never again be tied to its published points. Go on?")
def forget_command(party: str, reason: str) -> None:
    """Cut the PARTY of this code off from its published leaves for good, where the law gives it that right.

    Its secret salts are erased in every programme. The tree, its roots, the ledger and its own statement stay.
    """
    try:
        with transaction() as session:
            found = parties.by_code(session, clean_code(party))
            programmes = salts.forget(session, found.id, reason=reason, actor=SYSTEM)
    except Refused as problem:
        raise click.ClickException(str(problem)) from problem
    click.echo(f"{len(programmes)} salts erased: {', '.join(programmes)}")


@points.command("rebuild-rankings")
def rebuild_command() -> None:
    """Make the live rankings, and the flows of accounts, anew from the ledger's leaves."""
    click.echo(f"{rebuild()} leaves added up")
    keeping.rebuild()


@rules.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def load_command(file: Path) -> None:
    """Store a ruleset file (TOML) as the draft of its version."""
    try:
        with transaction() as session:
            draft = publication.draft_ruleset(session, document.read(file.read_text("utf-8")), actor=SYSTEM)
    except (Refused, UnicodeDecodeError) as problem:
        raise click.ClickException(str(problem)) from problem
    click.echo(f"Draft of version {draft.version}: {draft.id}")


@rules.command("publish")
@click.argument("ruleset", type=click.UUID)
def publish_command(ruleset: UUID) -> None:
    """Publish a draft; from its first day on it is the one that scores."""
    try:
        with transaction() as session:
            published = publication.publish_ruleset(session, ruleset, actor=SYSTEM)
    except Refused as problem:
        raise click.ClickException(str(problem)) from problem
    click.echo(f"Version {published.version} is in force from {published.effective_from.isoformat()}")


def _tell(found: list[str], noun: str) -> None:
    for sentence in found:
        click.echo(sentence, err=True)
    click.echo(f"{len(found)} {noun}")
    if found:
        raise SystemExit(1)
