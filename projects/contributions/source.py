"""Tells the ledger below what a contribution was and what proves it, for "why 312 points?" (``points.sources``).

The public reads offices, kinds and grades: no person's name, no file's name, no words that anybody typed.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import cast
from uuid import UUID

from flask import has_request_context, url_for
from flask_babel import gettext as _
from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from app import clock
from app.parties import queries as parties
from app.permissions import ROLE_PERMISSIONS, Actor, Permission
from app.regions import queries as regions
from app.regions.rules import contains
from app.rows import among
from app.users.models import UserGrant
from points.adjustments.signals import adjusted
from points.sources import Dossier, EvidenceTold, Signer, SourceStory
from projects.catalogue.models import CatalogueItem
from projects.contributions import qualities, queries, summary
from projects.contributions.contributions import THING
from projects.contributions.models import Contribution
from projects.contributions.queries import Row, Step
from projects.contributions.rules import ContributionState


def tell(session: Session, source_ids: Iterable[UUID], actor: Actor) -> dict[UUID, SourceStory]:
    """Return for each contribution what it was, and the page on which this reader may open it."""
    rows = session.execute(
        select(Contribution, CatalogueItem.name)
        .join(CatalogueItem, CatalogueItem.id == Contribution.item_id)
        .where(among(session, Contribution.id, list(source_ids)))
    )
    return {
        one.id: SourceStory(f"{one.kind.label} · {item}", one.happened_on, page_of(one, actor))
        for one, item in rows
    }


def page_of(contribution: Contribution, actor: Actor) -> str | None:
    """Return the address of the page on which this reader may open a contribution, or None."""
    if not has_request_context():
        return None
    mine = set(actor.organisations(Permission.LOG_CONTRIBUTIONS)) | {actor.person_id}
    if contribution.organisation_id in mine or contribution.party_id in mine:
        return url_for("contributions_member.show", code=contribution.code)
    if any(contains(one, contribution.region_code) for one in actor.regions(Permission.READ_CONTRIBUTIONS)):
        return url_for("contributions_staff.show", code=contribution.code)
    return None


_SIGNED = {
    ContributionState.SUBMITTED: None,
    ContributionState.REVIEWED: Permission.VERIFY_CONTRIBUTIONS,
    ContributionState.VERIFIED: Permission.VERIFY_CONTRIBUTIONS,
    ContributionState.REVERSED: Permission.REVERSE_CONTRIBUTIONS,
}
"""The steps that somebody answers for, and the permission by which staff took them (None: the organisation's own)."""


def dossier(session: Session, source_id: UUID, actor: Actor | None) -> Dossier | None:
    """Return what proves a contribution and who signed, as far as this reader may know (None: the public).

    Files are named and linked for those who may open the contribution; persons are named for staff of its region.
    """
    one = session.get(Contribution, source_id)
    if one is None:
        return None
    item = session.get_one(CatalogueItem, one.item_id)
    logger = parties.get(session, one.organisation_id).name
    url = page_of(one, actor) if actor is not None else None
    row = Row(one, "", logger, item)
    return Dossier(
        title=f"{one.kind.label} · {item.name}",
        happened_on=one.happened_on,
        url=url,
        facts=tuple(
            (label, text)
            for label, text in (
                (_("类别"), f"{one.kind.label} · {item.name}"),
                (_("核验数"), summary.verified_text(row) or _("尚未核验")),
                (_("受益地"), regions.full_name(session, one.region_code)),
                *qualities.words(session, one),
                (_("登记单位"), logger),
                (_("当前状态"), str(one.state.label)),
            )
        ),
        grade=one.evidence_grade.value,
        grade_words=str(one.evidence_grade.label),
        evidence=tuple(
            EvidenceTold(
                kind=str(link.kind.label),
                added_on=clock.civil_date(link.added_at),
                name=file.name if url else None,
                url=url_for("files.download", code=file.code) if url else None,
            )
            for link, file in queries.evidence_of(session, one.id)
        ),
        signers=_signers(session, one, logger, actor),
    )


def _signers(session: Session, one: Contribution, logger: str, actor: Actor | None) -> tuple[Signer, ...]:
    """Return who submitted, reviewed, verified and reversed, the oldest first."""
    steps = [step for step in reversed(queries.history(session, one.id)) if step.step.to_state in _SIGNED]
    by_staff = actor is not None and any(
        contains(scope, one.region_code) for scope in actor.regions(Permission.READ_CONTRIBUTIONS)
    )
    return tuple(
        Signer(
            what=_step_words(step.step.to_state),
            office=_office(session, one, step, logger),
            on=clock.civil_date(step.step.happened_at),
            name=(step.actor_name or None) if by_staff else None,
        )
        for step in steps
    )


def _step_words(state: ContributionState) -> str:
    words = {
        ContributionState.SUBMITTED: _("登记并提交"),
        ContributionState.REVIEWED: _("初核"),
        ContributionState.VERIFIED: _("核验"),
        ContributionState.REVERSED: _("冲正"),
    }
    return words[state]


def _office(session: Session, one: Contribution, step: Step, logger: str) -> str:
    """Return in which office a step was taken: the organisation's, or the role that gave the permission that day."""
    permission = _SIGNED[step.step.to_state]
    if permission is None:
        return logger
    if step.step.by_user_id is None:
        return _("系统")
    day = clock.civil_date(step.step.happened_at)
    for grant in session.scalars(select(UserGrant).where(UserGrant.user_id == step.step.by_user_id)):
        may = permission in ROLE_PERMISSIONS[grant.role] and _stood(grant, day)
        if may and grant.region_code and contains(grant.region_code, one.region_code):
            return f"{regions.full_name(session, grant.region_code)} · {grant.role.label}"
    return _("%(place)s民政部门", place=regions.full_name(session, one.region_code))


def _stood(grant: UserGrant, day: date) -> bool:
    """Say whether a grant was in force on a day."""
    ended = clock.civil_date(grant.ended_at) if grant.ended_at else None
    return (
        grant.valid_from <= day
        and (grant.valid_to is None or day <= grant.valid_to)
        and (ended is None or day <= ended)
    )


@adjusted.connect
def _keep_points(session: Session, *, source_kind: str, points: Mapping[UUID, int]) -> None:
    """Keep what a decision has adjusted beside the contribution, as it is kept when it is awarded."""
    if source_kind == THING:
        table = cast(Table, Contribution.__table__)
        statement = update(table).where(table.c.id == bindparam("key"))
        rows = [{"key": key, "points": value} for key, value in points.items()]
        session.execute(statement.values(awarded_centipoints=bindparam("points")), rows)
