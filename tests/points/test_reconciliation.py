"""What is kept beside the transfers is compared with them, named and made anew."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, text

from app.audit.models import AuditEvent
from app.db import Database, reading, transaction
from app.ids import new_id
from app.permissions import SYSTEM
from points import reversals
from points.awards import award
from points.ledger import awarded, holds, queries
from points.ledger.kinds import AccountKind, HoldPurpose, Purse
from points.ledger.reconciliation import Difference, mend, reconcile
from points.rulesets import queries as rulesets
from points.verification.verifying import verify
from tests.points import city


@pytest.fixture
def party(database: Database) -> UUID:
    with transaction() as session:
        city.programme(session)
        key = city.party(session)
        for minutes in (60, 120):
            award(session, city.service(key, minutes=minutes), actor=SYSTEM)
    return key


def differences() -> list[Difference]:
    with reading() as session:
        return list(reconcile(session))


def do(statement: str) -> None:
    with transaction() as session:
        session.execute(text(statement))


def mended() -> None:
    found = differences()
    with transaction() as session:
        mend(session, found, actor=SYSTEM)
    assert differences() == []
    with reading() as session:
        assert "points.mend" in session.scalars(select(AuditEvent.verb)).all()


def test_a_touched_balance_is_named_and_made_anew(party: UUID) -> None:
    do("UPDATE account_balance SET balance = balance + 5 WHERE balance > 0")
    assert [one.sentence.split("：")[1][:14] for one in differences()] == ["余额 2.75 分，流水合计"] * 2
    mended()
    with reading() as session:
        assert queries.balance(session, party, Purse.HONOUR) == 270


def test_a_touched_number_and_a_lost_row_are_named_and_made_anew(party: UUID) -> None:
    do("UPDATE account_balance SET last_number = 7 WHERE balance = 0")
    assert len(differences()) == 1
    mended()
    do("DELETE FROM account_balance")
    assert len(differences()) == 3
    mended()


def test_used_caps_are_what_awards_took_less_what_reversals_gave_back(party: UUID) -> None:
    request = city.service(party, minutes=30)
    with transaction() as session:
        award(session, request, actor=SYSTEM)
    with transaction() as session:
        reversals.reverse_award(
            session,
            source_kind=request.source_kind,
            source_id=request.source_id,
            reason="登记有误",
            actor=SYSTEM,
        )
    assert differences() == []
    do("UPDATE cap_use SET used = used + 10")
    named = differences()
    assert named and all("限额" in one.sentence and str(party) in one.sentence for one in named)
    mended()
    do("DELETE FROM cap_use")
    assert differences()
    mended()


def test_a_hold_that_its_transfers_do_not_bear_out_is_named_and_stays(party: UUID) -> None:
    with transaction() as session:
        hold = holds.reserve(
            session,
            programme_id=rulesets.programme(session, "social-force").id,
            party_id=party,
            purse=Purse.REDEEMABLE,
            points=100,
            source_kind="exchange",
            source_id=new_id(),
            purpose=HoldPurpose.EXCHANGE,
            actor=SYSTEM,
        )
    assert differences() == []
    with reading() as session:
        assert queries.balances(session, party)[AccountKind.HELD] == 100
    do("UPDATE hold SET points = 90")
    assert [one.sentence for one in differences()] == [f"冻结 {hold.id}（冻结中，0.9 分）与流水不符。"]
    with reading() as session:
        assert [(one.table, one.key) for one in verify(session)] == [("hold", str(hold.id))]
    with transaction() as session:
        mend(session, differences(), actor=SYSTEM)
    assert len(differences()) == 1
    do("DELETE FROM hold")
    assert [one.sentence for one in differences()] == [f"流水所指的冻结 {hold.id} 不存在。"]


def test_the_command_names_mends_and_says_so(web: Flask) -> None:
    command = web.test_cli_runner()
    with transaction() as session:
        city.programme(session)
        award(session, city.service(city.party(session)), actor=SYSTEM)
    assert command.invoke(args=["points", "reconcile"]).exit_code == 0
    do("UPDATE account_balance SET balance = balance + 5 WHERE balance > 0")
    assert command.invoke(args=["points", "reconcile"]).exit_code == 1
    again = command.invoke(args=["points", "reconcile", "--mend"])
    assert (again.exit_code, "2 differences mended" in again.output) == (0, True)
    assert command.invoke(args=["points", "reconcile"]).exit_code == 0


def test_a_reversal_of_the_first_version_is_still_understood(
    party: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It named its award as a plain text and did not tell what it gave back of the caps."""
    request = city.gift(party)
    with transaction() as session:
        award(session, request, actor=SYSTEM)

    def as_then(value: Mapping[str, Any]) -> str:
        return json.dumps({"reverses": value["reverses"][0]}, separators=(",", ":"))

    source: dict[str, Any] = {"source_kind": request.source_kind, "source_id": request.source_id}
    with monkeypatch.context() as patched, transaction() as session:
        patched.setattr(awarded, "explanation", as_then)
        first = reversals.reverse_award(session, **source, reason="误", actor=SYSTEM)
    assert differences() == []
    with transaction() as session:
        assert reversals.reverse_award(session, **source, reason="误", actor=SYSTEM).id == first.id
    with transaction() as session:
        assert award(session, replace(request, revision=2), actor=SYSTEM).is_new
    with reading() as session:
        standing = awarded.standing(session, **source)
        assert [one.revision for one in standing] == [2]
    assert differences() == []
