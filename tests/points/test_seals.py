"""Sealing: every transfer and paper gets one leaf, the tree only grows, and its proofs hold."""

import hashlib
import hmac
import threading
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app import clock
from app.audit.models import AuditEvent
from app.canonical import canonical
from app.db import Base, Database, reading, transaction
from app.errors import NotFound
from app.parties.models import Party, PartyKind
from app.permissions import SYSTEM
from app.stored import stored_rows
from points.awards import award
from points.ledger.models import Account, Posting, Transfer
from points.ledger.stored_form import form_sql
from points.seals import days, leaves, proofs, queries, salts, sealing, tree
from points.seals.models import DayRoot, PartySalt, Seal, SealLeaf, SealNode, TreeHead
from points.seals.sealing import seal, tree_size
from points.verification.verifying import verify
from tests.points import city
from tests.points.tampering import unguarded


@pytest.fixture
def organisation(database: Database) -> UUID:
    with transaction() as session:
        city.programme(session)
        return city.party(session)


def give(party_id: UUID, times: int = 1) -> None:
    """Award some services: two transfers each, for honour and redeemable points."""
    with transaction() as session:
        for _ in range(times):
            award(session, city.service(party_id, minutes=1), actor=SYSTEM)


def breaks() -> list[str]:
    with reading() as session:
        return [one.sentence for one in verify(session)]


def test_the_databases_form_is_the_programs(organisation: UUID, database: Database) -> None:
    give(organisation, 2)
    seal()
    with reading() as session:
        dialect = session.connection().dialect.name
        for model in (Account, Posting, Transfer, PartySalt, Seal, TreeHead, AuditEvent):
            table = Base.metadata.tables[model.__tablename__]
            keys = ", ".join(column.name for column in table.primary_key.columns)
            made = session.connection().exec_driver_sql(
                f"SELECT {form_sql(table, dialect, 't')} FROM {table.name} t ORDER BY {keys}"
            )
            rows = [bytes(row[0]) for row in made]
            assert rows
            assert rows == [canonical(row) for row in stored_rows(session, table, f"ORDER BY {keys}")]


def test_a_leaf_says_what_the_public_may_know(organisation: UUID) -> None:
    give(organisation)
    assert seal() == 2
    with reading() as session:
        code = session.get_one(Party, organisation).code
        lines = session.scalars(select(SealLeaf.public).order_by(SealLeaf.number)).all()
        assert lines == [
            f"2|social-force|2026-11|O:{code}|610302|service|issuer>honour|2",
            f"2|social-force|2026-11|O:{code}|610302|service|issuer>redeemable|2",
        ]
        for leaf in session.scalars(select(SealLeaf)):
            data = leaf.public.encode() + b"\n" + leaf.commitment
            assert leaf.leaf_hash == hashlib.sha256(b"\x00" + data).digest()


def test_a_persons_pseudonym_changes_with_the_month(organisation: UUID) -> None:
    with transaction() as session:
        person = city.party(session, "王秀英", kind=PartyKind.PERSON)
        for day in (date(2026, 10, 3), date(2026, 10, 9), date(2026, 11, 3)):
            award(session, city.service(person, day=day), actor=SYSTEM)
    seal()
    with reading() as session:
        salt = session.scalars(select(PartySalt.salt)).one()
        names = {
            line.split("|")[2]: line.split("|")[3] for line in session.scalars(select(SealLeaf.public)).all()
        }
        assert salt is not None
        for month in ("2026-10", "2026-11"):
            true = hmac.digest(salt, f"social-force|{month}".encode(), "sha256")[:16].hex()
            assert names[month] == f"P:{true}"
        assert len(set(names.values())) == 2


def test_seals_chain_and_every_proof_holds(organisation: UUID) -> None:
    for count in (3, 1, 140):
        give(organisation, count)
        assert seal() == 2 * count
    with reading() as session:
        assert tree_size(session) == 288
        assert session.scalar(select(func.count()).select_from(SealNode)) == 1
        hashes = list(session.scalars(select(SealLeaf.leaf_hash).order_by(SealLeaf.number)))
        for number, one in enumerate(session.scalars(select(Seal).order_by(Seal.number)), start=1):
            assert one.number == number
            assert one.root == tree.root(hashes[: one.tree_size]) == proofs.root(session, one.tree_size)
            assert queries.root_at(session, one.tree_size) == one.root
        for number in (0, 5, 255, 256, 287):
            for size in (number + 1, 288):
                proof = proofs.inclusion(session, number, size)
                assert proof.leaf_hash == hashes[number]
                assert proof.root == tree.root(hashes[:size])
            path = proofs.path_to_peak(session, number, 288)
            found = tree.peak_of(hashes[number], number, 288, path)
            assert found is not None
        for first, second in ((1, 288), (6, 8), (256, 257), (288, 288)):
            grown = proofs.consistency(session, first, second)
            roots = tree.root(hashes[:first]), tree.root(hashes[:second])
            assert tree.is_consistent(first, second, *roots, grown.path)
        for number, size in ((288, 288), (0, 289)):
            with pytest.raises(NotFound):
                proofs.inclusion(session, number, size)
        with pytest.raises(NotFound):
            proofs.consistency(session, 0, 5)
    assert breaks() == []


def test_sealing_at_once_gives_each_one_leaf(organisation: UUID) -> None:
    give(organisation, 60)
    done: list[int] = []
    threads = [threading.Thread(target=lambda: done.append(seal())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 4
    with reading() as session:
        assert tree_size(session) == 120
        assert session.scalar(select(func.count()).select_from(SealLeaf)) == 120
    assert breaks() == []


def test_day_roots_catch_up_and_chain(organisation: UUID) -> None:
    start = clock.now()
    give(organisation)
    seal()
    with clock.at(start + timedelta(days=4)):
        give(organisation)
        seal()
        assert seal() == 0
    with reading() as session:
        roots = session.scalars(select(DayRoot).order_by(DayRoot.day)).all()
        first = clock.civil_date(start)
        assert [one.day for one in roots] == [first + timedelta(days=count) for count in range(4)]
        assert {one.tree_size for one in roots} == {2}
        chain = bytes(32)
        for one in roots:
            said = canonical((one.day, one.tree_size, one.root))
            chain = hashlib.sha256(chain + said).digest()
            assert one.chain == chain
        assert tree_size(session) == 4
    assert breaks() == []


def test_a_seal_from_before_midnight_stays_out_of_a_day_that_was_closed_meanwhile(
    organisation: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(organisation)
    seal()
    midnight = clock.instant(clock.today() + timedelta(days=1))
    add = sealing._add

    def add_after_midnight(addition: sealing._Addition, looked_at: datetime | None) -> bool:
        with clock.at(midnight + timedelta(seconds=1)):
            with transaction() as session:
                days.close(session)
            return add(addition, looked_at)

    give(organisation)
    tries: list[bool] = []

    def add_once_late(addition: sealing._Addition, looked_at: datetime | None) -> bool:
        tries.append(add(addition, looked_at) if tries else add_after_midnight(addition, looked_at))
        return tries[-1]

    monkeypatch.setattr(sealing, "_add", add_once_late)
    with clock.at(midnight - timedelta(seconds=1)):
        seal()
    assert tries == [False, True]
    assert breaks() == []


def test_what_is_not_signed_gets_no_leaf_and_keeps_nobody_from_theirs(
    organisation: UUID, database: Database
) -> None:
    give(organisation, 3)
    with reading() as session:
        forged = session.scalars(select(Transfer.id).order_by(Transfer.id).limit(2)).all()
    with unguarded(database) as connection:
        connection.execute(update(Transfer).where(Transfer.id == forged[0]).values(points=10**6))
        connection.execute(update(Transfer).where(Transfer.id == forged[1]).values(key_id="l9"))
        connection.commit()
    assert seal() == 4
    assert seal(everything=True) == 0
    with reading() as session:
        sealed = set(session.scalars(select(SealLeaf.thing_id)))
        assert len(sealed) == 4 and not sealed & set(forged)
        named = {one.key for one in verify(session) if one.table == "transfer"}
        assert {str(key) for key in forged} <= named


def test_an_erased_salt_leaves_the_tree_whole(organisation: UUID) -> None:
    with transaction() as session:
        person = city.party(session, "王秀英", kind=PartyKind.PERSON)
    give(person, 2)
    give(organisation, 1)
    seal()
    with transaction() as session:
        programme_id = session.scalars(select(PartySalt.programme_id).limit(1)).one()
        salts.erase(session, programme_id, person, reason="本人要求", actor=SYSTEM)
    with reading() as session:
        row = session.get_one(PartySalt, (programme_id, person))
        assert row.salt is None
        assert session.scalar(select(func.count()).where(AuditEvent.verb == "points.erase_salt")) == 1
    assert breaks() == []
    with transaction() as session, pytest.raises(NotFound):
        salts.erase(session, programme_id, person, reason="再来一次", actor=SYSTEM)
    give(person)
    assert seal() == 2
    with reading() as session:
        lines = session.scalars(select(SealLeaf.public).order_by(SealLeaf.number)).all()
        names = [line.split("|")[3] for line in lines if "|P:" in line]
        assert names[-1] not in names[:4]
    assert breaks() == []


def own_value_opens(session: Session, number: int) -> bool:
    """Return whether the row's own salt and form open the commitment of a leaf."""
    leaf = queries.leaf(session, number)
    one = leaves.find(session.connection(), leaf.thing_id)
    assert one is not None
    return leaves.commitment_of(leaves.own_salt(one), bytes(one.form)) == leaf.commitment


def test_the_own_row_opens_its_commitment(organisation: UUID) -> None:
    give(organisation)
    seal()
    with reading() as session:
        assert own_value_opens(session, 0)
        assert own_value_opens(session, 1)
