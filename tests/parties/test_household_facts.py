"""Categories, tags and lead workers of household files, each with its dates and once."""

from datetime import date, timedelta

import pytest

from app import clock
from app.db import Database, reading, transaction
from app.errors import Conflict, InvalidInput
from app.parties import household_facts, household_queries
from app.parties.household_kinds import CategoryKind, HouseholdEventKind, PersonTagKind
from app.permissions import SYSTEM
from tests.parties.families import family
from tests.parties.people import places, staff

ON = date(2025, 5, 6)
WORD = "潜在救助对象"


def test_a_category_begins_and_ends_once(database: Database) -> None:
    with transaction() as session:
        places(session)
        home, (head, _spouse) = family(session, 2)
        made = household_facts.begin_category(
            session, home.id, category=WORD, begin_on=ON, reason="走访发现", actor=SYSTEM
        )
        own = household_facts.begin_category(
            session,
            home.id,
            category="特困人员",
            begin_on=ON,
            reason="上级认定",
            actor=SYSTEM,
            person_id=head,
        )
        with pytest.raises(Conflict, match="已经在"):
            household_facts.begin_category(
                session, home.id, category=WORD, begin_on=ON, reason="又报一次", actor=SYSTEM
            )
        for day in (ON - timedelta(days=1), clock.today() + timedelta(days=1)):
            with pytest.raises(InvalidInput) as refused:
                household_facts.end_category(
                    session, home.id, category_id=made.id, end_on=day, reason="不再符合", actor=SYSTEM
                )
            assert refused.value.field == "end_on"
    with reading() as session:
        for kind in (CategoryKind.POTENTIAL, CategoryKind.DESTITUTE, CategoryKind.EDGE):
            query = household_queries.staff_households(SYSTEM, category=kind)
            assert len(session.scalars(query).all()) == (kind is not CategoryKind.EDGE)
    with transaction() as session:
        household_facts.end_category(
            session, home.id, category_id=made.id, end_on=ON, reason="不再符合", actor=SYSTEM
        )
        with pytest.raises(Conflict, match="已经终止"):
            household_facts.end_category(
                session, home.id, category_id=made.id, end_on=ON, reason="不再符合", actor=SYSTEM
            )
    with reading() as session:
        standing = household_queries.categories_of(session, [home.id])[home.id]
        assert [one.id for one in standing] == [own.id]


def test_tags_of_children_are_for_children(database: Database) -> None:
    with transaction() as session:
        places(session)
        home, (head, _spouse) = family(session, 2)
        with pytest.raises(InvalidInput, match="18"):
            household_facts.begin_tag(
                session, home.id, head, tag=PersonTagKind.ORPHAN, begin_on=ON, reason="民政认定", actor=SYSTEM
            )
        household_facts.begin_tag(
            session, home.id, head, tag=PersonTagKind.DISABLED, begin_on=ON, reason="残疾证", actor=SYSTEM
        )
        with pytest.raises(Conflict, match="已有"):
            household_facts.begin_tag(
                session, home.id, head, tag=PersonTagKind.DISABLED, begin_on=ON, reason="残疾证", actor=SYSTEM
            )
        assert household_queries.has_tag(session, [head], [PersonTagKind.DISABLED])
        household_facts.end_tag(
            session, home.id, head, tag=PersonTagKind.DISABLED, end_on=ON, reason="证件注销", actor=SYSTEM
        )
        assert not household_queries.has_tag(session, [head], [PersonTagKind.DISABLED])


def test_the_lead_worker_is_not_of_the_family(database: Database) -> None:
    with transaction() as session:
        places(session)
        home, (head, _spouse) = family(session, 2)
        worker = staff(session, 1)
        with pytest.raises(InvalidInput, match="成员"):
            household_facts.set_lead_worker(session, home.id, head, reason="分片包干", actor=SYSTEM)
        named = household_queries.worker_named(session, worker.name)
        household_facts.set_lead_worker(session, home.id, named.id, reason="分片包干", actor=SYSTEM)
        with pytest.raises(InvalidInput):
            household_queries.worker_named(session, "没有这个人")
        lead = household_queries.lead_worker(session, home.id)
        assert lead is not None and lead.id == worker.person_id
        kinds = [one.event.kind for one in household_queries.timeline(session, home.id)]
        assert kinds[0] is HouseholdEventKind.LEAD_WORKER
