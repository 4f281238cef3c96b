"""Bytes on disk and rows in the database: encrypted, found again, swept up, shown to the right people."""

import io
import os
import time
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app import keys
from app.audit.models import AuditEvent
from app.db import Database, reading, transaction
from app.errors import Conflict, NotFound, Refused
from app.files import access, evidence, jobs, queries, storage
from app.files.models import EvidenceFile, FileState
from app.ids import new_code, new_id
from app.permissions import ANYONE, SYSTEM, Actor
from tests.files import hostile

OWNER = Actor(user_id=new_id(), person_id=new_id(), name="王志愿")


def _keep(data: bytes = hostile.PDF, subject_kind: str = "contribution") -> EvidenceFile:
    received = evidence.receive(io.BytesIO(data), "票据.pdf")
    with transaction() as session:
        return evidence.keep(session, received, subject_kind=subject_kind, subject_id=new_id(), actor=OWNER)


def _blobs(database: Database) -> list[Path]:
    return sorted((database.settings.data_dir / "files").glob("*/*"))


def test_bytes_are_encrypted_and_come_back(database: Database) -> None:
    file = _keep()
    (blob,) = _blobs(database)
    assert b"%PDF" not in blob.read_bytes()
    assert file.sha256 not in str(blob)
    assert storage.get(file.sha256) == hostile.PDF
    with reading() as session:
        found = queries.of_subject(session, "contribution", file.subject_id)
        assert [one.name for one in found] == ["票据.pdf"]
        raw = session.connection().exec_driver_sql("SELECT name FROM evidence_file").scalar_one()
    assert "票据".encode() not in bytes(raw)


def test_the_same_bytes_are_two_rows_and_one_blob(database: Database) -> None:
    assert _keep().code != _keep().code
    assert len(_blobs(database)) == 1


def test_a_damaged_missing_or_swapped_blob_is_a_sentence(database: Database) -> None:
    one, other = _keep(), _keep(hostile.picture())
    paths = {storage.address(file.sha256): file for file in (one, other)}
    blobs = {paths[blob.name].sha256: blob for blob in _blobs(database)}
    blobs[one.sha256].write_bytes(blobs[other.sha256].read_bytes())
    with pytest.raises(storage.Unreadable):
        storage.get(one.sha256)
    blobs[other.sha256].write_bytes(b"\x02")
    with pytest.raises(storage.Unreadable):
        storage.get(other.sha256)
    blobs[one.sha256].unlink()
    with pytest.raises(storage.Unreadable):
        storage.get(one.sha256)


def test_a_rolled_back_row_leaves_bytes_that_the_sweep_takes(database: Database) -> None:
    kept = _keep()
    orphan = evidence.receive(io.BytesIO(hostile.picture()), "孤儿.jpg")
    assert jobs.sweep() == "清理 0 个文件"  # young ones are left alone
    for blob in _blobs(database):
        os.utime(blob, (time.time() - 2 * jobs.YOUNG,) * 2)
    assert jobs.sweep() == "清理 1 个文件"
    assert storage.has(kept.sha256)
    assert not storage.has(orphan.sha256)
    with pytest.raises(Refused, match="过期"), transaction() as session:
        evidence.keep(session, orphan, subject_kind="x", subject_id=new_id(), actor=SYSTEM)


def test_handing_the_same_bytes_in_again_makes_an_old_orphan_young(database: Database) -> None:
    orphan = storage.put(b"once")
    (blob,) = _blobs(database)
    os.utime(blob, (time.time() - 2 * jobs.YOUNG,) * 2)
    storage.put(b"once")
    assert jobs.sweep() == "清理 0 个文件"
    assert storage.get(orphan) == b"once"


def test_withdrawn_is_out_of_sight_once_and_traced(database: Database) -> None:
    file = _keep()
    with transaction() as session:
        evidence.withdraw(session, file, reason="传错了", actor=OWNER)
    with reading() as session:
        assert queries.of_subject(session, "contribution", file.subject_id) == []
        assert session.scalars(select(AuditEvent.verb)).all() == ["evidence_file.withdraw"]
        row = session.get_one(EvidenceFile, file.id)
        assert row.state is FileState.WITHDRAWN
    with pytest.raises(Conflict), transaction() as session:
        evidence.withdraw(session, file, reason="再撤", actor=OWNER)


def test_old_keys_still_open_what_they_sealed(database: Database) -> None:
    sha256 = storage.put(b"under the first key")
    old = keys.encryption
    keys.encryption = keys.EncryptionRing((("e2", b"2" * 32), ("e1", b"e" * 32)))
    try:
        assert storage.get(sha256) == b"under the first key"
    finally:
        keys.encryption = old


def test_only_the_owning_feature_says_who_may_read(database: Database) -> None:
    kind = f"visit {new_code()}"
    file = _keep(subject_kind=kind)
    with reading() as session, pytest.raises(NotFound):
        queries.readable(session, file.code, OWNER)  # no feature answers: nobody
    access.register(kind, lambda _session, one, actor: one.uploaded_by == actor.user_id)
    with reading() as session:
        assert queries.readable(session, file.code, OWNER).id == file.id
        with pytest.raises(NotFound):
            queries.readable(session, file.code, ANYONE)


def test_the_address_serves_a_download_that_runs_nowhere(web: Flask) -> None:
    file = _keep(hostile.photograph(), subject_kind="open_thing")
    access.register("open_thing", lambda _session, _file, _actor: True)
    response = web.test_client().get(f"/files/{file.code}")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "image/jpeg"
    assert response.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in response.headers["Cache-Control"]
    access.register("open_thing", lambda _session, _file, _actor: False)
    assert web.test_client().get(f"/files/{file.code}").status_code == 404
    assert web.test_client().get("/files/NOSUCHCODE00").status_code == 404
    assert web.test_client().get("/files/%00%ff").status_code in {400, 404}
