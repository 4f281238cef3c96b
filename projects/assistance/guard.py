"""The duplicate-aid guard: whether a household was helped in the same way lately, by how many, never by whom.

It is a hint for a human. Who gives all the same says why; the overrides of a month are a list that is looked at.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.errors import Conflict, NotFound
from app.ids import new_id
from app.parameters import queries as parameters
from app.parties import locks
from app.parties.models import HouseholdMember, Party, PersonRole
from app.parties.rules import ensure_reason
from app.permissions import Actor
from app.rows import insert_if_absent
from projects.assistance import aid_kinds
from projects.assistance.models import AidOverride, AidOverrideNote, Assistance
from projects.requests import flags
from projects.requests.flags import RequestFlag

DAYS = "aid.duplicate_days"


@dataclass(frozen=True, slots=True)
class Hint:
    """That a household got help of a kind lately: from how many organisations, within so many calendar days."""

    kind: str
    organisations: int
    days: int

    @property
    def sentence(self) -> str:
        """The hint in words."""
        return _(
            "近 %(days)d 天内已有 %(count)d 家单位给过这户同类帮助（%(kind)s）。",
            days=self.days,
            count=self.organisations,
            kind=self.kind,
        )


def same_kind(session: Session, household_id: uuid.UUID, kind_id: uuid.UUID, *, on: date) -> Hint | None:
    """Return how many helped a household in the same way in the days up to ``on``, or None when nobody did.

    What a member got in another household counts too: a split or a marriage is no fresh start.
    """
    household = session.get(Party, household_id)
    if household is None:
        raise NotFound(_("没有找到这户家庭。"))
    days = parameters.value(session, DAYS, on=on, region_code=household.region_code)
    present = (
        select(PersonRole.person_id)
        .join(HouseholdMember, HouseholdMember.role_id == PersonRole.id)
        .where(HouseholdMember.household_id == household_id, PersonRole.valid_to.is_(None))
    )
    wanted = (
        select(Assistance.organisation_id, Assistance.giver)
        .where(
            or_(Assistance.household_id == household_id, Assistance.person_id.in_(present)),
            Assistance.kind_id == kind_id,
            Assistance.given_on > on - timedelta(days=days),
            Assistance.given_on <= on,
        )
        .distinct()
    )
    givers = {organisation_id or giver for organisation_id, giver in session.execute(wanted)}
    if not givers:
        return None
    return Hint(aid_kinds.names_of(session, [kind_id]).get(kind_id, ""), len(givers), days)


def ensure_told(
    session: Session,
    household_id: uuid.UUID,
    kind_id: uuid.UUID,
    *,
    on: date,
    subject_kind: str,
    subject_id: uuid.UUID,
    reason: str,
    actor: Actor,
) -> AidOverride | None:
    """Return when nobody helped in the same way lately, or when the actor says why to help all the same.

    Part of a verb that is about to help. The household is locked, so that of two at once the second is told of the
    first. Raises Conflict beside the field "override_reason" with the hint; the override is kept once a thing and kind.
    """
    locks.hold(session, [household_id])
    hint = same_kind(session, household_id, kind_id, on=on)
    if hint is None:
        return None
    if not reason.strip():
        raise Conflict(_("%(hint)s仍要办理的，请写明理由。", hint=hint.sentence), field="override_reason")
    reason = ensure_reason(reason, field="override_reason")
    key = new_id()
    household = session.get_one(Party, household_id)
    new = insert_if_absent(
        session,
        AidOverride,
        id=key,
        subject_kind=subject_kind,
        subject_id=subject_id,
        household_id=household_id,
        kind_id=kind_id,
        region_code=household.region_code,
        organisations=hint.organisations,
        days=hint.days,
        happened_at=clock.now(),
        by_user_id=actor.user_id,
        by_person_id=actor.person_id,
    )
    if new:
        session.add(AidOverrideNote(override_id=key, actor_name=actor.name[:60], reason=reason))
        session.flush()
        events.record(
            session, "aid_override.record", subject_kind, subject_id, actor=actor, party_id=household_id,
            after={"organisations": hint.organisations, "days": hint.days},
        )  # fmt: skip
    return session.scalars(
        select(AidOverride).where(
            AidOverride.subject_kind == subject_kind,
            AidOverride.subject_id == subject_id,
            AidOverride.kind_id == kind_id,
        )
    ).one()


def flagged(
    session: Session, household_id: uuid.UUID, kind_ids: Sequence[uuid.UUID], /
) -> Sequence[RequestFlag]:
    """Return what whoever judges a request of a household is told of help of the same kinds."""
    hints = [same_kind(session, household_id, one, on=clock.today()) for one in kind_ids]
    return [RequestFlag(hint.sentence) for hint in hints if hint is not None]


flags.register("assistance", flagged)
