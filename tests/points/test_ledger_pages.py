"""The public pages of the ledger's seals, the proof of an own transfer, and the page of verifications."""

import json
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import clock
from app.db import reading, transaction
from app.jobs import registry, runner
from app.parties.models import Party, PartyKind
from app.permissions import SYSTEM, Role
from points.awards import award
from points.seals.models import SealLeaf
from points.seals.sealing import seal
from points.verification.jobs import NAME
from tests.parties.people import admitted_organisation, places, sign_in_as
from tests.points import city
from tests.tools.test_verify_ledger import checked


@pytest.fixture
def parties(web: Flask) -> list[UUID]:
    """An organisation and a person with some points, sealed on three days."""
    with transaction() as session:
        city.programme(session)
        places(session)
        made = [admitted_organisation(session).id, city.party(session, "王秀英", kind=PartyKind.PERSON)]
    start = clock.now()
    for day in range(3):
        with clock.at(start + timedelta(days=day)):
            with transaction() as session:
                for key in made:
                    award(session, city.service(key, minutes=60), actor=SYSTEM)
            seal()
    with clock.at(start + timedelta(days=3)):
        seal()
    return made


def number_of(key: UUID) -> int:
    """Return the first leaf of a party that is named in its line, or of the one that is not."""
    with reading() as session:
        code = session.get_one(Party, key).code
        lines = session.execute(select(SealLeaf.number, SealLeaf.public).order_by(SealLeaf.number))
        is_person = session.get_one(Party, key).kind is PartyKind.PERSON
        return next(
            number for number, line in lines if (f"|O:{code}|" in line) or (is_person and "|P:" in line)
        )


def test_anybody_reads_roots_leaves_and_proofs(web: Flask, parties: list[UUID], tmp_path: Path) -> None:
    client = web.test_client()
    page = client.get("/ledger").text
    today = clock.today()
    assert "现在的根" in page
    assert today.isoformat() in page
    for address in (f"/ledger/days/{today.isoformat()}", "/ledger/leaves/0"):
        assert client.get(address).status_code == 200
    assert client.get("/ledger?number=3").headers["Location"].endswith("/ledger/leaves/3")
    assert client.get("/ledger?number=1,003").headers["Location"].endswith("/ledger/leaves/1003")
    assert "证明成立" in client.get("/ledger/leaves/0").text
    later = today + timedelta(days=2)
    address = f"/ledger/growth?from={today.isoformat()}&to={later.isoformat()}"
    assert "证明成立" in client.get(address).text
    assert json.loads(client.get(address + "&export=json").data)["first_size"] == 4
    proof = tmp_path / "leaf.json"
    proof.write_bytes(client.get("/ledger/leaves/2.json").data)
    assert checked("--proof", str(proof))[0] == 0


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/ledger/leaves/99999", 404),
        ("/ledger/leaves/99999999999999999999999999", 404),
        ("/ledger?number=abc", 422),
        ("/ledger/days/yesterday", 404),
        ("/ledger/days/0001-01-01", 404),
        ("/ledger/days/9999-12-31", 404),
        ("/ledger/growth", 404),
        ("/ledger/growth?from=2026-01-01&to=2026-01-02", 404),
        ("/ledger?after=nonsense", 422),
    ],
)
def test_what_is_not_there_is_said(web: Flask, parties: list[UUID], address: str, status: int) -> None:
    assert web.test_client().get(address).status_code == status


def test_before_the_first_seal_the_page_says_so(web: Flask) -> None:
    assert "还没有存证" in web.test_client().get("/ledger").text


def signed_in(web: Flask, role: Role, organisation_id: UUID | None = None) -> FlaskClient:
    """Return a browser in which somebody of a role is signed in."""
    web.config["WTF_CSRF_ENABLED"] = False
    client = web.test_client()
    sign_in_as(client, "somebody", role, organisation_id=organisation_id)
    return client


def test_only_its_own_people_get_the_opened_proof(web: Flask, parties: list[UUID], tmp_path: Path) -> None:
    organisation, person = parties
    client = signed_in(web, Role.ORGANISATION_MANAGER, organisation)
    answer = client.get(f"/my/points/proof/{number_of(organisation)}")
    assert answer.status_code == 200
    proof = tmp_path / "proof.json"
    proof.write_bytes(answer.data)
    assert "row" in json.loads(answer.data)
    status, said = checked("--proof", str(proof))
    assert status == 0 and "the one that was sealed" in said
    forged = json.loads(answer.data)
    forged["own"] = "00" * 32
    proof.write_text(json.dumps(forged))
    assert checked("--proof", str(proof))[0] == 1
    assert client.get(f"/my/points/proof/{number_of(person)}").status_code == 404
    assert web.test_client().get(f"/my/points/proof/{number_of(organisation)}").status_code == 303


def test_the_nightly_verification_shows_on_its_page(web: Flask, parties: list[UUID]) -> None:
    client = signed_in(web, Role.AUDITOR)
    assert "还没有验过账" in client.get("/staff/ledger/verification").text
    with web.app_context():
        job = registry.by_name(NAME)
        assert job is not None
        assert runner.run_due(job) == 1
    assert "全部相符" in client.get("/staff/ledger/verification").text
