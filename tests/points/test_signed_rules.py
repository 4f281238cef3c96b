"""Published rules score as they were published: whoever changes them past the program gets no award out of it."""

from datetime import date
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app import clock
from app.db import Database, reading, transaction
from app.errors import Conflict
from app.ids import new_id
from app.parties.models import Party, PartyKind
from app.permissions import SYSTEM, Actor, Grant, Role
from points.awards import award
from points.rulesets import publication, publishing, queries
from points.rulesets.document import read
from points.rulesets.models import Programme, PublishedTerms, Ruleset
from points.seals.models import PartySalt
from points.seals.sealing import seal
from points.verification.verifying import BreakKind, verify
from tests.points import city

TEXT = city.FIRST_RULES.read_text("utf-8")


@pytest.fixture
def party(database: Database) -> UUID:
    with transaction() as session:
        city.programme(session)
        return city.party(session)


def forgotten() -> None:
    """What a process keeps of rules and decisions is gone, as in a new one."""
    queries._kept.clear()
    queries._decided.clear()


def changed(session: Session, statement: str) -> None:
    session.execute(text(statement))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ruleset_rule SET points = points * 10",
        "UPDATE ruleset_cap SET points = points * 10",
        "UPDATE ruleset_multiplier SET thousandths = thousandths + 1 WHERE place = 0",
        "UPDATE ruleset SET redeemable_months = 99",
        "UPDATE ruleset SET effective_from = '2020-01-01'",
        "DELETE FROM ruleset_cap",
        "UPDATE ruleset_rule SET rounding = 'half_up', step = step + 1",
        "UPDATE programme SET name = '别的'",
    ],
)
def test_changed_rules_score_nothing_and_are_named(party: UUID, statement: str) -> None:
    forgotten()
    with transaction() as session:
        changed(session, statement)
    with transaction() as session, pytest.raises(Conflict, match="验账"):
        award(session, city.service(party), actor=SYSTEM)
    with reading() as session:
        assert {one.kind for one in verify(session)} <= {BreakKind.SIGNATURE, BreakKind.MISSING}
        assert list(verify(session))


def test_what_was_published_scores_on_and_nothing_is_named(party: UUID) -> None:
    forgotten()
    with transaction() as session:
        assert award(session, city.service(party), actor=SYSTEM).points > 0
    with reading() as session:
        assert list(verify(session)) == []
        signed = session.scalars(select(PublishedTerms)).one()
        ruleset = session.get_one(Ruleset, signed.id)
        assert signed.rows == publishing.written(
            publishing.rows_of(session, ruleset.id, ruleset.programme_id)
        )


def test_a_draft_that_was_published_by_hand_scores_nothing_and_is_named(party: UUID) -> None:
    second = TEXT.replace("version = 1", "version = 2", 1).replace("2025-11-01", "2026-11-01")
    with transaction() as session, clock.at(city.NOON):
        draft = publication.draft_ruleset(session, read(second), actor=SYSTEM).id
        changed(session, "UPDATE ruleset SET state = 'published', published_at = created_at FROM programme "
                "WHERE programme.id = programme_id AND version = 2")  # fmt: skip
    with transaction() as session, pytest.raises(Conflict, match="验账"):
        award(session, city.service(party), actor=SYSTEM)
    with reading() as session:
        assert [(one.kind, one.table, one.key) for one in verify(session)] == [
            (BreakKind.FOREIGN, "ruleset", str(draft))
        ]


def test_a_version_of_another_day_is_refused_by_a_process_that_knows_it(party: UUID) -> None:
    with transaction() as session:
        award(session, city.service(party), actor=SYSTEM)
        changed(session, "UPDATE ruleset SET effective_from = '2020-01-01'")
    with transaction() as session, pytest.raises(Conflict, match="验账"):
        award(session, city.service(party, day=date(2024, 5, 1)), actor=SYSTEM)


def test_who_edited_a_draft_is_not_asked_to_publish_it(party: UUID) -> None:
    def writer(role: Role) -> Actor:
        return Actor(new_id(), new_id(), "某人", (Grant(role, city.CITY),))

    second = TEXT.replace("version = 1", "version = 2", 1).replace("2025-11-01", "2026-12-01")
    both = Actor(
        new_id(), new_id(), "两职", (Grant(Role.CITY_STAFF, city.CITY), Grant(Role.LEGAL_OFFICER, city.CITY))
    )
    other = writer(Role.CITY_STAFF)
    lawyer = writer(Role.LEGAL_OFFICER)
    with transaction() as session, clock.at(city.NOON):
        draft = publication.draft_ruleset(session, read(second), actor=both)
        publication.edit_ruleset(session, draft.id, read(second), revision=draft.revision, actor=other)
    with reading() as session:
        assert publication.waiting_count(session, lawyer) == 1
        assert publication.waiting_count(session, both) == 0


def test_a_party_is_forgotten_by_command(web: Flask, party: UUID) -> None:
    with transaction() as session:
        person = city.party(session, "王秀英", kind=PartyKind.PERSON)
        code = session.get_one(Party, person).code
        award(session, city.service(person), actor=SYSTEM)
    seal()
    run = web.test_cli_runner()
    asked = ["points", "forget", code, "--reason", "本人依个人信息保护法要求删除"]
    assert run.invoke(args=asked, input="n\n").exit_code == 1
    done = run.invoke(args=[*asked, "--yes"])
    assert done.exit_code == 0 and "1 salts erased: social-force" in done.output
    with reading() as session:
        programme_id = session.scalars(select(Programme.id)).one()
        assert session.get_one(PartySalt, (programme_id, person)).salt is None
        assert list(verify(session)) == []
    again = run.invoke(args=[*asked, "--yes"])
    assert again.exit_code == 1 and "没有可以清除" in again.output
    assert run.invoke(args=["points", "forget", "0000", "--reason", "误", "--yes"]).exit_code == 1
