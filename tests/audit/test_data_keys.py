"""The key of a party's audit details is made once, however many first events come at the same time."""

import threading

from sqlalchemy import func, select

from app.audit import events
from app.audit.models import AuditEvent, DataKey
from app.db import Database, reading, transaction
from app.ids import new_id
from app.permissions import SYSTEM


def test_twelve_first_events_at_once_share_one_key(database: Database) -> None:
    party_id, start = new_id(), threading.Barrier(12)

    def act() -> None:
        start.wait()
        with transaction() as session:
            events.record(
                session, "thing.do", "thing", new_id(), actor=SYSTEM, party_id=party_id, reason="因为"
            )

    threads = [threading.Thread(target=act) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(DataKey)) == 1
        details = [events.detail_of(session, event) for event in session.scalars(select(AuditEvent))]
    assert details == [{"reason": "因为"}] * 12
