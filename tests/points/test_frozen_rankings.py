"""Frozen rankings: their bytes, corrections beside them, and that they are made anew from the ledger alone."""

import csv
import hashlib
import io
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import delete, select, text

from app import clock
from app.db import Database, append_only_ddl, reading, transaction
from app.errors import Conflict, InvalidInput
from app.parties import consents
from app.parties.models import ActingRole, ConsentPurpose, Organisation, OrganisationKind, Party, PartyKind
from app.permissions import SYSTEM
from points.awards import award
from points.closing import closing
from points.rankings import checking, freezing, preparing, published, queries
from points.rankings.boards import Cut
from points.rankings.models import FrozenRanking
from points.rankings.recounting import recount
from points.rankings.rollup import roll_up
from points.reversals import reverse_award
from points.rulesets import queries as rulesets
from points.rulesets.models import Programme
from points.seals import sealing
from points.seals.models import SealLeaf
from tests.points import city

LATER = city.NOON + timedelta(days=20)
YUAN = {"甲会": 500, "乙会": 300, "丙会": 300, "丁会": 100}


@pytest.fixture
def parties(database: Database) -> dict[str, UUID]:
    """Four organisations and two people who gave in October and November; one of the people agrees to be named."""
    with transaction() as session, clock.at(city.NOON):
        city.programme(session)
        made = {name: city.party(session, name) for name in YUAN}
        session.add(
            Organisation(
                party_id=made["甲会"], organisation_kind=OrganisationKind.SOCIAL_GROUP, member_count=12
            )
        )
        for name, yuan in YUAN.items():
            award(session, city.gift(made[name], yuan=yuan), actor=SYSTEM)
        award(session, city.gift(made["丁会"], yuan=700, day=date(2026, 10, 9)), actor=SYSTEM)
        for name in ("同意", "不同意"):
            made[name] = city.party(session, name, kind=PartyKind.PERSON, region_code="610327105203")
            for day in (date(2026, 10, 9), date(2026, 11, 3)):
                request = city.gift(made[name], yuan=400, day=day)
                award(session, replace(request, acting_role=ActingRole.VOLUNTEER), actor=SYSTEM)
        consents.give(session, made["同意"], ConsentPurpose.PUBLISH_NAME, actor=SYSTEM)
    return made


def freeze(period: str, *, corrects: bool = False) -> FrozenRanking | None:
    sealing.seal(everything=True)
    with transaction() as session, clock.at(LATER):
        programme = session.scalars(select(Programme)).one()
        act = freezing.correct if corrects else freezing.freeze
        return act(session, programme, period, sealing.tree_size(session), actor=SYSTEM)


def lines(period: str, number: int | None = None) -> list[dict[str, str]]:
    with reading() as session:
        frozen = published.find(session, period, number).frozen
        data = published.content(session, frozen)
    assert hashlib.sha256(data).digest() == frozen.file_sha256
    return list(csv.DictReader(io.StringIO(data.decode())))


def same(period: str, number: int | None = None) -> str | None:
    with reading() as session:
        return recount(session, published.find(session, period, number).frozen)


def test_a_file_has_all_who_may_be_named_and_no_name(parties: dict[str, UUID]) -> None:
    freeze("2026-11")
    found = lines("2026-11")
    of_all = [one for one in found if one["kind"] == "all"]
    assert [(one["party_kind"], one["points"], one["rank_city"]) for one in of_all] == [
        ("organisation", "500", "1"), ("organisation", "300", "2"), ("organisation", "300", "2"),
        ("organisation", "100", "4"), ("person", "400", "1"),
    ]  # fmt: skip
    assert [one["who"] for one in of_all[1:3]] == sorted(one["who"] for one in of_all[1:3])
    assert (of_all[0]["size_class"], of_all[0]["rank_size"]) == ("small", "1")
    assert (of_all[1]["size_class"], of_all[1]["rank_size"]) == ("", "")
    assert of_all[4]["who"].startswith("P:")
    assert of_all[4]["village"] == "610327105203"
    assert len(found) == 10  # all, and money
    assert same("2026-11") is None
    assert same("2026-11", 1) is None


def test_a_year_names_a_person_by_all_its_months(parties: dict[str, UUID]) -> None:
    with clock.at(LATER + timedelta(days=60)):
        sealing.seal(everything=True)
        with transaction() as session:
            programme = session.scalars(select(Programme)).one()
            freezing.freeze(session, programme, "2026", sealing.tree_size(session), actor=SYSTEM)
    person = next(one for one in lines("2026") if one["party_kind"] == "person")
    assert len(person["who"].split(" ")) == 2
    assert person["points"] == "800"
    with reading() as session:
        public = [leaf.public.split("|") for leaf in session.scalars(select(SealLeaf))]
    told = sum(
        int(one[7]) for one in public if one[3] in person["who"].split(" ") and one[6] == "issuer>honour"
    )
    assert told == 800


def test_only_what_is_over_and_only_once(parties: dict[str, UUID]) -> None:
    freeze("2026-11")
    with pytest.raises(Conflict):
        freeze("2026-11")
    for period in ("2026", "2026-12", "2026-Q4", "never"):
        with pytest.raises(InvalidInput):
            freeze(period)
    with pytest.raises(Conflict):
        freeze("2026-10", corrects=True)


def test_a_correction_stands_beside(parties: dict[str, UUID]) -> None:
    freeze("2026-11")
    assert freeze("2026-11", corrects=True) is None
    with transaction() as session, clock.at(LATER):
        late = city.gift(parties["丁会"], yuan=300)
        award(session, late, actor=SYSTEM)
    correction = freeze("2026-11", corrects=True)
    assert correction is not None
    assert correction.number == 2
    with reading() as session:
        told = {one.party_id: one for one in published.differences(session, correction)}
    assert (told[parties["丁会"]].rank_before, told[parties["丁会"]].rank) == (4, 2)
    assert told[parties["乙会"]].rank_before == 2
    assert told[parties["乙会"]].rank == 3
    assert parties["甲会"] not in told
    assert same("2026-11", 1) is None
    assert same("2026-11", 2) is None
    with transaction() as session:
        reverse_award(
            session, source_kind="contribution", source_id=late.source_id, reason="误", actor=SYSTEM
        )
    third = freeze("2026-11", corrects=True)
    assert third is not None
    assert third.file_sha256 == published.find(session, "2026-11", 1).frozen.file_sha256


def test_a_withdrawn_consent_takes_the_name_and_leaves_the_line(parties: dict[str, UUID]) -> None:
    frozen = freeze("2026-11")
    assert frozen is not None
    with transaction() as session:
        consents.withdraw(session, parties["同意"], ConsentPurpose.PUBLISH_NAME, actor=SYSTEM)
    cut = Cut("2026-11", party_kind=PartyKind.PERSON, frozen_id=frozen.id)
    with reading() as session:
        (line,) = queries.page(session, cut).rows
        assert (line.rank, line.points, line.is_named, line.code) == (1, 400, False, "")
        assert line.name == "（应本人要求不再公开）"
        assert queries.count(session, cut) == 1
    assert same("2026-11") is None


def test_frozen_cuts_rank_as_the_file_does(parties: dict[str, UUID]) -> None:
    frozen = freeze("2026-11")
    assert frozen is not None
    roll_up()
    for cut in (
        Cut("2026-11"),
        Cut("2026-11", region_code="610302000000"),
        Cut("2026-11", party_kind=PartyKind.PERSON, region_code="610327105203"),
    ):
        with reading() as session:
            live = queries.page(session, cut).rows
            assert live == queries.page(session, replace(cut, frozen_id=frozen.id)).rows
            assert queries.count(session, cut) == queries.count(session, replace(cut, frozen_id=frozen.id))
            first = live[0].party_id
            assert queries.standing_of(session, first, replace(cut, frozen_id=frozen.id)).rank == 1


def test_moves_are_explained(parties: dict[str, UUID]) -> None:
    freeze("2026-10")
    frozen = freeze("2026-11")
    assert frozen is not None
    with reading() as session:
        moves = published.moves(session, frozen, list(parties.values()))
    fourth = moves[parties["丁会"]]
    assert (fourth.rank_before, fourth.rank, fourth.steps) == (1, 4, -3)
    assert fourth.by_kind == {"money": -600}
    assert moves[parties["甲会"]].rank_before is None


def test_a_month_freezes_its_quarter_and_corrects_what_was_frozen(parties: dict[str, UUID]) -> None:
    def at_close(month: str, moment: timedelta) -> list[tuple[str, int]]:
        sealing.seal(everything=True)
        with transaction() as session, clock.at(city.NOON + moment):
            programme = rulesets.programme(session, "social-force")
            size = sealing.tree_size(session)
            done = freezing.freeze_month(session, programme, month, size, actor=SYSTEM)
            return [(one.period, one.number) for one in done]

    assert at_close("2026-10", timedelta()) == [("2026-10", 1)]
    with transaction() as session:
        award(session, city.gift(parties["甲会"], yuan=100, day=date(2026, 10, 30)), actor=SYSTEM)
    assert at_close("2026-11", timedelta(days=15)) == [("2026-11", 1), ("2026-10", 2)]
    assert at_close("2026-11", timedelta(days=15)) == []
    assert at_close("2026-12", timedelta(days=50)) == [("2026-12", 1), ("2026-Q4", 1), ("2026", 1)]


def test_what_was_frozen_by_hand_before_its_close_is_corrected_by_it(parties: dict[str, UUID]) -> None:
    assert freeze("2026-10") is not None
    with transaction() as session:
        award(session, city.gift(parties["甲会"], yuan=100, day=date(2026, 10, 30)), actor=SYSTEM)
    with clock.at(city.NOON):
        closing.close("social-force", "2026-10", actor=SYSTEM)
    with reading() as session:
        assert published.find(session, "2026-10").frozen.number == 2


def test_what_was_frozen_by_hand_at_an_earlier_cutoff_is_corrected_by_the_next_close(
    parties: dict[str, UUID],
) -> None:
    sealing.seal(everything=True)
    with reading() as session:
        early = sealing.tree_size(session)
    with transaction() as session:
        award(session, city.gift(parties["甲会"], yuan=100, day=date(2026, 9, 30)), actor=SYSTEM)
    with clock.at(city.NOON):
        closing.close("social-force", "2026-10", actor=SYSTEM)
    with transaction() as session, clock.at(city.NOON + timedelta(minutes=1)):
        programme = rulesets.programme(session, "social-force")
        freezing.freeze(session, programme, "2026-09", early, actor=SYSTEM)
    assert lines("2026-09") == []
    with clock.at(LATER):
        closing.close("social-force", "2026-11", actor=SYSTEM)
    assert [one["points"] for one in lines("2026-09", 2) if one["kind"] == "all"] == ["100"]


def test_only_periods_with_later_leaves_are_counted_again(parties: dict[str, UUID]) -> None:
    def ready(month: str, size: int) -> list[str]:
        with reading() as session, clock.at(LATER):
            programme = rulesets.programme(session, "social-force")
            return [one.period for one in preparing.prepare_month(session, programme, month, size)]

    first, second = freeze("2026-10"), freeze("2026-11")
    assert first is not None and second is not None
    assert ready("2026-11", second.cutoff) == []
    with transaction() as session:
        consents.give(session, parties["不同意"], ConsentPurpose.PUBLISH_NAME, actor=SYSTEM)
        award(session, city.gift(parties["甲会"], yuan=100, day=date(2026, 10, 30)), actor=SYSTEM)
    sealing.seal(everything=True)
    with reading() as session:
        size = sealing.tree_size(session)
    assert ready("2026-11", second.cutoff) == []
    assert ready("2026-11", size) == ["2026-10"]


def test_what_was_counted_before_the_lock_is_counted_anew_when_somebody_was_faster(
    parties: dict[str, UUID],
) -> None:
    sealing.seal(everything=True)
    with reading() as session, clock.at(LATER):
        programme = rulesets.programme(session, "social-force")
        size = sealing.tree_size(session)
        ready = preparing.prepare_month(session, programme, "2026-11", size)
    assert [one.period for one in ready] == ["2026-11"]
    freeze("2026-11")
    with transaction() as session, clock.at(LATER):
        done = freezing.freeze_month(session, programme, "2026-11", size, actor=SYSTEM, ready=ready)
    assert done == []
    with reading() as session, clock.at(LATER):
        ready = preparing.prepare_month(session, programme, "2026-10", size)
    with transaction() as session, clock.at(LATER):
        done = freezing.freeze_month(session, programme, "2026-10", size, actor=SYSTEM, ready=ready)
    assert [(one.period, one.number) for one in done] == [("2026-10", 1)]
    assert (same("2026-10"), same("2026-11")) == (None, None)


def test_whoever_changes_a_line_is_found(web: Flask, parties: dict[str, UUID], database: Database) -> None:
    command = web.test_cli_runner()
    with clock.at(LATER):
        assert command.invoke(args=["rankings", "freeze", "social-force", "2026-11"]).exit_code == 0
        assert command.invoke(args=["rankings", "freeze", "social-force", "2026-11"]).exit_code == 1
        told = command.invoke(args=["rankings", "correct", "social-force", "2026-11"])
    assert "Nothing" in told.output
    assert "2026-11 1: 10 lines" in command.invoke(args=["rankings", "list"]).output
    good = command.invoke(args=["rankings", "rebuild", "social-force", "2026-11", "--number", "1"])
    assert (good.exit_code, "the same" in good.output) == (0, True)
    assert command.invoke(args=["rankings", "rebuild", "social-force", "2020"]).exit_code == 1
    _change(database, "UPDATE frozen_place SET points = points + 1 WHERE rank_city = 4")
    bad = command.invoke(args=["rankings", "rebuild", "social-force", "2026-11"])
    assert bad.exit_code == 1
    assert "第 5 行不同" in bad.output
    with reading() as session:
        named = list(checking.check(session))
    assert [one.table for one in named] == ["frozen_ranking"]
    assert "第 5 行不同" in named[0].sentence
    _change(database, "UPDATE frozen_place SET points = points - 1 WHERE rank_city = 4")
    assert same("2026-11") is None
    with reading() as session:
        assert list(checking.check(session)) == []
    _change(database, "DELETE FROM frozen_place WHERE rank_city = 4")
    assert "散列值不符" in (same("2026-11") or "")


def _change(database: Database, statement: str) -> None:
    """Change frozen places as somebody with the database's password might."""
    dialect = "sqlite" if database.is_sqlite else "postgresql"
    ddl = append_only_ddl("frozen_place", dialect, key="party_id, ranking_id")
    with database.writer.begin() as connection:
        for one in ddl:
            name = one.split()[2]
            connection.execute(text(f"DROP TRIGGER {name}{'' if database.is_sqlite else ' ON frozen_place'}"))
        connection.execute(text(statement))
        for one in ddl:
            connection.exec_driver_sql(one)


def test_nothing_changes_a_frozen_row(parties: dict[str, UUID]) -> None:
    freeze("2026-11")
    with pytest.raises(Exception, match="append-only"), transaction() as session:
        session.execute(delete(FrozenRanking))
    with pytest.raises(Exception, match="append-only"), transaction() as session:
        session.execute(text("UPDATE frozen_place SET points = 1"))
    with reading() as session:
        assert session.scalars(select(Party.code).where(Party.id == parties["甲会"])).one()
