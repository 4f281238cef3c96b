"""What the credit record says of one person: own entries alone, to the minute, by one query; and the effect matrix."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from app import clock
from app.db import Database, reading, transaction
from app.parties import persons
from app.permissions import SYSTEM
from credit import effects
from credit.effects import Effect, ForbiddenCell, Thing, Whose
from credit.lists.models import Colour, EntryKind, EntryState, Ground, ListEntry
from credit.standing import Standing, standing
from credit.tips.models import Severity
from tests.parties.families import family
from tests.parties.people import person_data, places

BEGIN = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
END = datetime(2026, 9, 2, 1, 30, tzinfo=UTC)


def entry(session: Session, person_id: UUID, **changes: Any) -> ListEntry:
    """Return an entry of the black list, or what the changes make of it."""
    values: dict[str, Any] = {
        "person_id": person_id,
        "colour": Colour.BLACK,
        "kind": EntryKind.ASSISTANCE,
        "severity": Severity.GENERAL,
        "ground": Ground.CONCEALMENT,
        "basis_article": "社会救助法-73",
        "decided_on": date(2026, 3, 1),
        "begins_at": BEGIN,
        "ends_at": END,
        "state_since": BEGIN,
    }
    made = ListEntry(**values | changes)
    session.add(made)
    session.flush()
    return made


def _standing(person_id: UUID, at: datetime) -> Standing:
    with clock.at(at), reading() as session:
        return standing(session, person_id)


def test_a_term_runs_to_the_minute(database: Database) -> None:
    with transaction() as session:
        places(session)
        _home, (head, spouse) = family(session, 2)
        entry(session, head)
    minute = timedelta(minutes=1)
    seen = [len(_standing(head, at).flags) for at in (BEGIN - minute, BEGIN, END - minute, END)]
    assert seen == [0, 1, 1, 0]
    assert _standing(spouse, BEGIN).flags == ()
    with reading() as session:
        for day, count in (
            (date(2026, 3, 1), 0),
            (date(2026, 3, 2), 1),
            (date(2026, 9, 2), 1),
            (date(2026, 9, 3), 0),
        ):
            assert len(standing(session, head, on=day).flags) == count


@pytest.mark.parametrize("state", list(EntryState))
def test_which_states_count(database: Database, state: EntryState) -> None:
    with transaction() as session:
        places(session)
        _home, (head,) = family(session, 1)
        entry(session, head, state=state)
    flags = _standing(head, BEGIN).flags
    assert len(flags) == (state in (EntryState.IN_FORCE, EntryState.OBJECTED))
    assert all(flag.is_disputed == (state is EntryState.OBJECTED) for flag in flags)


def test_red_speaks_for_and_minors_have_none(database: Database) -> None:
    with transaction() as session:
        places(session)
        _home, (head,) = family(session, 1)
        child = persons.register_member(
            session,
            person_data(900, name="小孩子", identity_number="", phone="", born_on=date(2015, 1, 1)),
            actor=SYSTEM,
        )
        entry(session, head, colour=Colour.RED, severity=None, ground=Ground.VOLUNTARY_EXIT)
        entry(session, head)
        entry(session, child.id)
    found = _standing(head, BEGIN)
    assert (len(found.merits), len(found.warnings)) == (1, 1)
    assert _standing(child.id, BEGIN).flags == ()
    assert [cell.effect for _flag, cell in effects.of(found, Thing.EXCHANGE)] == [Effect.SUSPENDED]
    assert effects.of(found, Thing.BASIC_LIVING_AID) == ()
    assert {cell.effect for _flag, cell in effects.of(found, Thing.PRIORITY)} == {
        Effect.BETTER,
        Effect.SUSPENDED,
    }


def test_one_query_by_the_index(database: Database) -> None:
    with transaction() as session:
        places(session)
        _home, (head,) = family(session, 1)
        for place in range(300):
            entry(session, head, ends_at=BEGIN + timedelta(days=1 + place))
    said: list[str] = []
    with reading() as session:
        engine = session.get_bind()
        event.listen(
            engine, "before_cursor_execute", lambda _c, _u, statement, *_rest: said.append(statement)
        )
        standing(session, head)
        selects = [one for one in said if one.lstrip().startswith("SELECT")]
        assert len(selects) == 1
        if database.is_sqlite:
            plan = (
                "EXPLAIN QUERY PLAN SELECT code FROM list_entry WHERE person_id = x'00' AND ends_at > '2026'"
            )
            assert "ix_list_entry_person" in str(session.execute(text(plan)).all())


def test_what_no_entry_touches_is_off(database: Database) -> None:
    for cell in effects.matrix():
        if cell.thing is Thing.BASIC_LIVING_AID or cell.whose is not Whose.SELF:
            assert cell.is_forbidden and cell.effect is Effect.NONE


def _lines() -> list[str]:
    return effects.FILE.read_text(encoding="utf-8").splitlines()


def test_every_forbidden_cell_is_refused_when_switched_on() -> None:
    lines = _lines()
    tried = 0
    for place, line in enumerate(lines[1:], start=1):
        thing, whose, mark, _effect, basis = line.split(",")
        if not effects.is_forbidden(Thing(thing), Whose(whose)):
            continue
        for on in ("flag", "suspended", "better"):
            changed = [*lines[:place], f"{thing},{whose},{mark},{on},{basis}", *lines[place + 1 :]]
            with pytest.raises(ForbiddenCell):
                effects.read(changed)
            tried += 1
    assert tried == 180


def test_a_matrix_with_holes_twins_or_unknown_words_is_refused() -> None:
    lines = _lines()
    for changed in (lines[:-1], [*lines, lines[-1]], [*lines[:-1], "teleport,self,red,none,x"]):
        with pytest.raises(ValueError):
            effects.read(changed)
