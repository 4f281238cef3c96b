"""What is written into a household file with its dates: categories, tags of members, who is responsible for it."""

import uuid
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.db import lock
from app.errors import Conflict, InvalidInput
from app.parties import rules
from app.parties.household_events import ensure_day, hold, membership, memberships, write
from app.parties.household_kinds import CHILDREN_ONLY, HouseholdEventKind, PersonTagKind
from app.parties.household_models import PersonTag
from app.parties.listed import HouseholdCategory
from app.parties.models import Household, Person
from app.parties.rules import is_minor
from app.permissions import Actor

K = HouseholdEventKind
_WORD = 60  # as long as the column


def begin_category(
    session: Session,
    household_id: uuid.UUID,
    *,
    category: str,
    begin_on: date,
    reason: str,
    actor: Actor,
    person_id: uuid.UUID | None = None,
    cause: str | None = None,
) -> HouseholdCategory:
    """Write that a household, or one member of it, stands in a category from a day.

    ``category`` is the word of the ledger or of the Law; what it means is told by ``categories.kind_of``.
    """
    party = hold(session, household_id, actor=actor)
    word = category.strip()
    if not word or len(word) > _WORD:
        raise InvalidInput(_("请填写救助类别，最多 %(most)s 个字。", most=_WORD), field="category")
    ensure_day(begin_on, field="begin_on")
    if person_id is not None:
        membership(memberships(session, household_id), person_id)
    if _open_category(session, household_id, word, person_id) is not None:
        raise Conflict(_("已经在“%(category)s”类别里。", category=word), field="category")
    reason = rules.ensure_reason(reason)
    row = HouseholdCategory(
        household_id=household_id,
        person_id=person_id,
        category=word,
        cause=(cause or "").strip()[:_WORD] or None,
        begin_on=begin_on,
        recorded_at=clock.now(),
    )
    session.add(row)
    session.flush()
    write(
        session, party, K.CATEGORY_BEGUN, on=begin_on, actor=actor, person_id=person_id, became=word,
        words=reason,
    )  # fmt: skip
    events.record(
        session, "household.begin_category", "party", household_id, actor=actor,
        party_id=person_id or household_id, after={"category": word, "begin_on": begin_on}, reason=reason,
    )  # fmt: skip
    return row


def end_category(
    session: Session,
    household_id: uuid.UUID,
    *,
    category_id: uuid.UUID,
    end_on: date,
    reason: str,
    actor: Actor,
) -> HouseholdCategory:
    """Write that a household no longer stands in a category; ``end_on`` is the last day."""
    party = hold(session, household_id, actor=actor)
    row = lock(session, HouseholdCategory, category_id)
    if row.household_id != household_id or row.end_on is not None:
        raise Conflict(_("这一类别已经终止，或不属于这户。"))
    ensure_day(end_on, field="end_on")
    if row.begin_on is not None and end_on < row.begin_on:
        raise InvalidInput(_("终止日期不能早于开始日期 %(day)s。", day=row.begin_on), field="end_on")
    reason = rules.ensure_reason(reason)
    row.end_on = end_on
    session.flush()
    write(
        session, party, K.CATEGORY_ENDED, on=end_on, actor=actor, person_id=row.person_id, was=row.category,
        words=reason,
    )  # fmt: skip
    events.record(
        session, "household.end_category", "party", household_id, actor=actor,
        party_id=row.person_id or household_id, before={"category": row.category},
        after={"end_on": end_on}, reason=reason,
    )  # fmt: skip
    return row


def begin_tag(
    session: Session,
    household_id: uuid.UUID,
    person_id: uuid.UUID,
    *,
    tag: PersonTagKind,
    begin_on: date,
    reason: str,
    actor: Actor,
) -> PersonTag:
    """Tag a member from a day. Tags of children are refused for somebody of age."""
    party = hold(session, household_id, actor=actor)
    membership(memberships(session, household_id), person_id)
    ensure_day(begin_on, field="begin_on")
    born_on = lock(session, Person, person_id).born_on
    if tag in CHILDREN_ONLY and born_on is not None and not is_minor(born_on, clock.today()):
        raise InvalidInput(_("此人已满 18 周岁，不能标为“%(tag)s”。", tag=tag.label), field="tag")
    if _open_tag(session, person_id, tag) is not None:
        raise Conflict(_("此人已有“%(tag)s”标签。", tag=tag.label), field="tag")
    reason = rules.ensure_reason(reason)
    row = PersonTag(person_id=person_id, tag=tag, begin_on=begin_on, recorded_at=clock.now())
    session.add(row)
    session.flush()
    write(
        session, party, K.TAG_BEGUN, on=begin_on, actor=actor, person_id=person_id, became=tag.value,
        words=reason,
    )  # fmt: skip
    events.record(
        session, "household.begin_tag", "party", household_id, actor=actor, party_id=person_id,
        after={"tag": tag.value, "begin_on": begin_on}, reason=reason,
    )  # fmt: skip
    return row


def end_tag(
    session: Session,
    household_id: uuid.UUID,
    person_id: uuid.UUID,
    *,
    tag: PersonTagKind,
    end_on: date,
    reason: str,
    actor: Actor,
) -> PersonTag:
    """Take a tag off; ``end_on`` is its last day."""
    party = hold(session, household_id, actor=actor)
    membership(memberships(session, household_id), person_id)
    row = _open_tag(session, person_id, tag)
    if row is None:
        raise Conflict(_("此人没有“%(tag)s”标签。", tag=tag.label), field="tag")
    ensure_day(end_on, field="end_on")
    if end_on < row.begin_on:
        raise InvalidInput(_("终止日期不能早于开始日期 %(day)s。", day=row.begin_on), field="end_on")
    reason = rules.ensure_reason(reason)
    row.end_on = end_on
    session.flush()
    write(
        session, party, K.TAG_ENDED, on=end_on, actor=actor, person_id=person_id, was=tag.value, words=reason
    )
    events.record(
        session, "household.end_tag", "party", household_id, actor=actor, party_id=person_id,
        before={"tag": tag.value}, after={"end_on": end_on}, reason=reason,
    )  # fmt: skip
    return row


def set_lead_worker(
    session: Session, household_id: uuid.UUID, person_id: uuid.UUID | None, *, reason: str, actor: Actor
) -> Household:
    """Name who is responsible for the household, or with None nobody. The lead worker is not of the family."""
    party = hold(session, household_id, actor=actor)
    household = lock(session, Household, household_id)
    if person_id == household.lead_worker_id:
        raise Conflict(_("主责人没有变化。"), field="lead_worker")
    if person_id is not None:
        lock(session, Person, person_id)
        if person_id in memberships(session, household_id):
            raise InvalidInput(_("主责人不能是这户的成员。"), field="lead_worker")
    reason = rules.ensure_reason(reason)
    before, household.lead_worker_id = household.lead_worker_id, person_id
    session.flush()
    write(session, party, K.LEAD_WORKER, on=clock.today(), actor=actor, person_id=person_id, words=reason)
    events.record(
        session, "household.set_lead_worker", "party", household_id, actor=actor, party_id=household_id,
        before={"lead_worker": before}, after={"lead_worker": person_id}, reason=reason,
    )  # fmt: skip
    return household


def _open_category(
    session: Session, household_id: uuid.UUID, word: str, person_id: uuid.UUID | None
) -> HouseholdCategory | None:
    whose = (
        HouseholdCategory.person_id.is_(None)
        if person_id is None
        else HouseholdCategory.person_id == person_id
    )
    query = select(HouseholdCategory).where(
        HouseholdCategory.household_id == household_id,
        HouseholdCategory.category == word,
        HouseholdCategory.end_on.is_(None),
        whose,
    )
    return session.scalars(query).first()


def _open_tag(session: Session, person_id: uuid.UUID, tag: PersonTagKind) -> PersonTag | None:
    query = select(PersonTag).where(
        PersonTag.person_id == person_id, PersonTag.tag == tag, PersonTag.end_on.is_(None)
    )
    return session.scalars(query).first()
