"""A contribution whose points a decision adjusts says everywhere what the ledger says."""

from datetime import date, timedelta

import pytest

from app import clock, db
from app.permissions import SYSTEM
from points.adjustments import decisions, execution
from points.adjustments.decisions import Paper
from points.rulesets import publication
from points.rulesets.document import read
from points.simulation import simulations
from projects.contributions import published
from projects.contributions.models import Contribution
from tests.contributions import city as made
from tests.contributions.city import NOON, TODAY, City
from tests.contributions.test_chain import honour, log, verify
from tests.points.city import FIRST_RULES


@pytest.fixture
def city(database: db.Database) -> City:
    return made.found()


def test_the_contribution_keeps_what_the_ledger_has(city: City) -> None:
    text = FIRST_RULES.read_text("utf-8").replace("version = 1", "version = 2", 1)
    text = text.replace("2025-11-01", "2026-12-01").replace(
        'points = "1"\nper = 100', 'points = "2"\nper = 100', 1
    )
    with clock.at(NOON):
        gift = verify(log(city, city.money()), city.staff)
        with db.transaction() as session:
            draft = publication.draft_ruleset(session, read(text), actor=SYSTEM)
            publication.publish_ruleset(session, draft.id, actor=SYSTEM)
            asked = simulations.ask(session, draft.id, date(2026, 1, 1), TODAY, actor=SYSTEM)
        simulations.carry_out(asked.id)
        with db.transaction() as session:
            paper = Paper("示例〔2026〕9号", TODAY, "示例", "示例")
            decision = decisions.draft(session, asked.id, paper, actor=SYSTEM)
            decisions.adopt(session, decision.id, actor=SYSTEM)
    with clock.at(NOON + timedelta(minutes=3)):
        assert execution.carry_out_due() == 1
    with db.reading() as session:
        assert session.get_one(Contribution, gift.id).awarded_centipoints == honour(city.factory) == 20_000
        assert published.totals(session, party_id=city.factory).centipoints == 20_000
