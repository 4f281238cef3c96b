"""Tells the ledger what a record was (``points.sources``), and who may read its photos."""

from collections.abc import Iterable
from uuid import UUID

from flask import has_request_context, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.files.models import EvidenceFile
from app.permissions import Actor
from app.regions.rules import contains
from points.covenants.models import Covenant, CovenantItem, CovenantRecord
from points.covenants.queries import STAFF
from points.sources import SourceStory


def tell(session: Session, source_ids: Iterable[UUID], actor: Actor) -> dict[UUID, SourceStory]:
    """Return for each record what it was, and the page on which this reader may open it."""
    rows = session.execute(
        select(CovenantRecord, CovenantItem.name, Covenant.region_code)
        .join(CovenantItem, CovenantItem.id == CovenantRecord.item_id)
        .join(Covenant, Covenant.id == CovenantRecord.covenant_id)
        .where(CovenantRecord.id.in_(list(source_ids)))
    )
    return {
        record.id: SourceStory(name, record.happened_on, _page(record, region_code, actor))
        for record, name, region_code in rows
    }


def may_read(session: Session, file: EvidenceFile, actor: Actor) -> bool:
    """Say who sees a photo: staff of the village."""
    record = session.get(CovenantRecord, file.subject_id)
    if record is None:
        return False
    return _is_staff(session.get_one(Covenant, record.covenant_id).region_code, actor)


def _page(record: CovenantRecord, region_code: str, actor: Actor) -> str | None:
    if has_request_context() and _is_staff(region_code, actor):
        return url_for("covenant_records_staff.show", code=record.code)
    return None


def _is_staff(region_code: str, actor: Actor) -> bool:
    return any(contains(scope, region_code) for one in STAFF for scope in actor.regions(one))
