"""Versions of the rules: drafts, publication by somebody else, never retroactive."""

from datetime import date
from uuid import UUID

import pytest

from app import clock
from app.db import Database, transaction
from app.errors import Conflict, InvalidInput, NotAllowed
from app.ids import new_id
from app.permissions import SYSTEM, Actor, Grant, Role
from points.awards import award
from points.rulesets import publication, queries
from points.rulesets.document import read
from tests.points import city

TEXT = city.FIRST_RULES.read_text("utf-8")
SECOND = TEXT.replace("version = 1", "version = 2", 1).replace(
    'points = "1"\nper = 60', 'points = "2"\nper = 60'
)


def second(first_day: str = "2026-12-01") -> str:
    return SECOND.replace("2025-11-01", first_day)


def draft(text: str, actor: Actor = SYSTEM) -> UUID:
    with transaction() as session:
        return publication.draft_ruleset(session, read(text), actor=actor).id


def publish(ruleset_id: UUID, actor: Actor = SYSTEM) -> None:
    with clock.at(city.NOON), transaction() as session:
        publication.publish_ruleset(session, ruleset_id, actor=actor)


@pytest.fixture
def party(database: Database) -> UUID:
    with transaction() as session:
        city.programme(session)
        return city.party(session)


def test_the_version_of_the_day_scores(party: UUID) -> None:
    publish(draft(second()))
    with transaction() as session:
        old = award(session, city.service(party, day=date(2026, 11, 30)), actor=SYSTEM)
        new = award(session, city.service(party, day=date(2026, 12, 1)), actor=SYSTEM)
        programme = queries.programme(session, "social-force")
        history = queries.history(session, programme.id)
    assert (old.points, new.points) == (225, 450)
    assert [(one.version, one.effective_to) for one in history] == [(2, None), (1, date(2026, 11, 30))]


def test_a_published_version_stands(party: UUID) -> None:
    with pytest.raises(Conflict, match="已经发布"):
        draft(TEXT)
    key = draft(second())
    publish(key)
    with pytest.raises(Conflict, match="已经发布"):
        publish(key)


def test_a_draft_loaded_again_has_the_new_content(party: UUID) -> None:
    first, again = draft(second()), draft(second("2027-01-01"))
    assert first == again
    publish(again)


def test_rules_are_never_retroactive(party: UUID) -> None:
    for first_day in ("2026-11-21", "2026-01-01", "2025-11-01"):
        with pytest.raises(InvalidInput):
            publish(draft(second(first_day)))


def test_who_drafted_does_not_publish(party: UUID) -> None:
    writer = Actor(new_id(), new_id(), "制定人", (Grant(Role.CITY_STAFF, city.CITY),))
    lawyer = Actor(new_id(), new_id(), "法制审核", (Grant(Role.LEGAL_OFFICER, city.CITY),))
    both = Actor(writer.user_id, writer.person_id, "制定人", (*writer.grants, *lawyer.grants))
    key = draft(second(), writer)
    for actor in (writer, both):
        with pytest.raises(NotAllowed):
            publish(key, actor)
    with pytest.raises(NotAllowed):
        draft(second(), lawyer)
    publish(key, lawyer)
