"""Assistance received, the list that brings it in, and the guard, on both databases."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import clock, db
from app.errors import Conflict, InvalidInput, NotAllowed
from app.ids import new_id
from app.imports.judging import Judged
from app.imports.kinds import TAKEN
from app.imports.registers import Admission
from app.parties import household_moves
from app.parties.households import MemberData
from app.parties.kinds import HouseholdRelation
from app.permissions import SYSTEM, Actor
from projects.assistance import assistance, guard, queries
from projects.assistance.kinds import AssistanceSource
from projects.assistance.models import AidOverride, AidOverrideNote, Assistance
from projects.assistance.register import ASSISTANCE
from tests import entering
from tests.assistance import place as there
from tests.assistance.place import Place, together
from tests.contributions import city as made
from tests.contributions import ledgers
from tests.parties.lists import judged

HEADINGS = ["救助记录编号", "家庭编号", "救助种类", "救助内容", "救助金额（元）", "救助日期", "救助单位"]
MEDICAL = "医疗帮扶"


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with made.noon():
        yield


@pytest.fixture
def place(web: Flask) -> Place:
    web.config["WTF_CSRF_ENABLED"] = False
    return there.found()


def count(model: type[db.Base]) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def line(place: Place, number: str = "JZ1", **changes: Any) -> list[Any]:
    row = [number, place.number, MEDICAL, "药费补助", "500", "2026-11-02", "市红十字会"]
    for heading, value in changes.items():
        row[next(at for at, one in enumerate(HEADINGS) if one.startswith(heading))] = value
    return row


def judge(*rows: list[Any], actor: Actor | None = None) -> list[Judged]:
    with db.reading() as session:
        return judged(ASSISTANCE, HEADINGS, rows, ledgers.world(session, actor))


def reasons(*rows: list[Any], actor: Actor | None = None) -> list[str]:
    lines = judge(*rows, actor=actor)
    return [one.verdict.fault.word if one.verdict.fault else "" for one in lines]


def enter(*rows: list[Any], actor: Actor) -> Admission:
    with db.transaction() as session:
        at = ledgers.world(session, actor)
        lines = judged(ASSISTANCE, HEADINGS, rows, at)
        pairs = [(one.row, one.verdict) for one in lines if one.row and one.verdict.decision in TAKEN]
        return ASSISTANCE.admit(session, pairs, actor=actor, scope_of=at)


def hint(place: Place, household: UUID | None = None, on: date = made.TODAY) -> guard.Hint | None:
    with db.reading() as session:
        return guard.same_kind(session, household or place.household, place.kinds[MEDICAL], on=on)


def test_a_list_goes_in_once_and_out_again(place: Place) -> None:
    rows = [line(place), line(place, "JZ2"), line(place), line(place, 救助内容="别的")]
    assert reasons(*rows) == ["", "", "DUP_SERIAL", "SERIAL_CONFLICT"]
    admitted = enter(*rows, actor=place.town)
    assert count(Assistance) == 2
    assert reasons(line(place), line(place, 救助金额="600")) == ["DUP_SERIAL", "SERIAL_CONFLICT"]
    with db.transaction() as session:
        keys = [one for one in admitted.things if one]
        assistance.undo_many(session, keys, actor=place.town, reason="名单有误")
    assert count(Assistance) == 0


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"家庭编号": "H99999"}, "HOUSEHOLD_UNKNOWN"),
        ({"救助种类": "没有这种"}, "TYPE_UNKNOWN"),
        ({"救助日期": "2027-01-01"}, "DATE_FUTURE"),
        ({"救助单位": ""}, "REQUIRED_MISSING:giver"),
        ({"救助金额": "-1"}, "AMOUNT_NEGATIVE"),
    ],
)
def test_a_line_is_told_what_is_wrong(place: Place, changes: dict[str, Any], reason: str) -> None:
    assert reasons(line(place, **changes)) == [reason]


def test_another_county_brings_nothing_in_and_sees_nothing(place: Place) -> None:
    assert reasons(line(place), actor=place.stranger) == ["OUT_OF_SCOPE"]
    place.helped()
    with db.transaction() as session, pytest.raises(NotAllowed):
        assistance.enter(session, place.help(), actor=place.stranger)
    with db.reading() as session:
        assert queries.staff_page(session, place.stranger).rows == []
        assert len(queries.staff_page(session, place.town).rows) == 1


def test_what_cannot_be_is_refused_beside_its_field(place: Place) -> None:
    for changes, field in (({"given_on": date(2026, 12, 1)}, "given_on"), ({"kind_id": new_id()}, "kind")):
        with db.transaction() as session, pytest.raises(InvalidInput) as refused:
            assistance.enter(session, place.help(**changes), actor=place.town)
        assert refused.value.field == field
    with db.transaction() as session, pytest.raises(Conflict):
        assistance.enter(session, place.help(person_id=place.lead), actor=place.town)


def test_the_same_thing_is_written_down_once(place: Place) -> None:
    number = new_id().hex

    def write(session: Any) -> object:
        data = place.help()
        return assistance.record(
            session, data, source=AssistanceSource.GRANT, number=number, actor=place.town
        )

    assert together(write, write, write) == [None] * 3
    assert count(Assistance) == 1


def test_the_hint_tells_how_many_and_never_whom(place: Place) -> None:
    assert hint(place) is None
    place.helped()
    place.helped(giver="市慈善协会")
    place.helped(organisation_id=place.city.hub, giver="惠民中心")
    place.helped("教育帮扶", giver="别人")
    place.helped(giver="很久以前", given_on=date(2026, 10, 1))
    found = hint(place)
    assert found is not None
    assert (found.organisations, found.days, found.kind) == (2, 30, MEDICAL)
    with db.reading() as session:
        flags = guard.flagged(session, place.household, [place.kinds[MEDICAL], place.kinds["就业帮扶"]])
    assert [one.sentence for one in flags] == [found.sentence]
    assert "慈善" not in found.sentence and "惠民" not in found.sentence
    assert hint(place, on=date(2026, 12, 13)) is not None
    assert hint(place, on=date(2026, 12, 14)) is None


def test_a_split_is_no_fresh_start(place: Place) -> None:
    place.helped(person_id=place.members[2])
    with db.transaction() as session:
        new = household_moves.split(
            session,
            place.household,
            members=[MemberData(place.members[2], HouseholdRelation.HEAD)],
            on=made.TODAY,
            reason="成家另过",
            actor=SYSTEM,
        )
    assert hint(place, new.id) is not None


def test_who_helps_all_the_same_says_why(place: Place) -> None:
    subject = new_id()

    def told(session: Any, reason: str, subject_id: UUID = subject) -> AidOverride | None:
        return guard.ensure_told(
            session,
            place.household,
            place.kinds[MEDICAL],
            on=made.TODAY,
            subject_kind="grant",
            subject_id=subject_id,
            reason=reason,
            actor=place.town,
        )

    with db.transaction() as session:
        assert told(session, "") is None
    place.helped()
    with db.transaction() as session, pytest.raises(Conflict) as refused:
        told(session, " ")
    assert refused.value.field == "override_reason"
    assert together(*[lambda session: told(session, "住院仍在继续，药费不够")] * 4) == [None] * 4
    assert (count(AidOverride), count(AidOverrideNote)) == (1, 1)
    with db.reading() as session:
        (one,) = queries.overrides(session, place.town, date(2026, 11, 1))
        assert one.reason == "住院仍在继续，药费不够"
        assert queries.overrides(session, place.stranger, date(2026, 11, 1)) == []
        assert queries.overrides(session, place.town, date(2026, 10, 1)) == []


def test_the_pages(web: Flask, place: Place) -> None:
    client = entering.enter(web, place.town)
    form = {
        "household": place.number,
        "kind": str(place.kinds[MEDICAL]),
        "what": "轮椅一辆",
        "amount": "1200",
        "given_on": "2026-11-10",
        "giver": "市残联",
    }
    assert client.get("/staff/assistance/new").status_code == 200
    wrong = client.post("/staff/assistance/new", data={**form, "household": "H404", "amount": "很多"})
    assert wrong.status_code == 422 and "轮椅一辆" in wrong.text
    answer = client.post("/staff/assistance/new", data={**form, "household": "H404"})
    assert answer.status_code == 422 and "没有这个家庭编号" in answer.text
    answer = client.post("/staff/assistance/new", data=form)
    assert answer.status_code == 303, answer.text
    page = client.get(answer.location).text
    assert "轮椅一辆" in page and "家人戊" not in page
    assert client.get("/staff/assistance?export=xlsx").status_code == 200
    assert client.get("/staff/assistance?kind=x&region=1&source=y").status_code == 200
    assert "这个月没有" in client.get("/staff/assistance/overrides?month=2026-11").text
    assert client.get("/staff/assistance/overrides?month=abc&export=xlsx").status_code == 200
    other = entering.enter(web, place.stranger)
    assert "轮椅" not in other.get("/staff/assistance").text


def test_the_days_are_a_parameter(place: Place) -> None:
    place.helped(given_on=made.TODAY)
    with clock.at(clock.instant(made.TODAY + timedelta(days=29), 12)):
        assert hint(place, on=clock.today()) is not None
