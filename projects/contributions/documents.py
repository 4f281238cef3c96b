"""The donation certificate: frozen from a verified gift, numbered, checked by its QR."""

import uuid
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, figures
from app.errors import Conflict, NotAllowed
from app.papers import papers
from app.papers import queries as paper_queries
from app.papers.kinds import PaperKind
from app.papers.models import Paper, PaperState
from app.parties import interest, names
from app.parties import queries as parties
from app.parties.kinds import PartyKind, RegistrationState
from app.parties.models import Party
from app.permissions import Actor, Permission
from app.regions.rules import contains
from points.rulesets.kinds import ContributionKind
from projects.contributions.contributions import THING, hold
from projects.contributions.models import Contribution, ContributionLine
from projects.contributions.rules import GIFT_KINDS, LINE_KINDS, ContributionState


def _public_now(session: Session, paper: Paper) -> dict[str, str]:
    """Return the donor as the public may read it today: consent to be named may have been withdrawn since."""
    donor = parties.get(session, paper.party_id)
    named = parties.may_name_publicly(session, donor)
    return {"public_donor": papers.content_of(paper)["donor"] if named else "爱心人士"}


DONATION_CERTIFICATE = PaperKind(
    key="donation_certificate",
    title=_l("捐赠证书"),
    prefix="捐证",
    template="contributions/print/donation_certificate.html",
    public_now=_public_now,
    public_fields={
        "public_donor": _l("捐赠人"),
        "receiver": _l("受赠单位"),
        "what": _l("捐赠内容"),
        "amount": _l("金额（价值）"),
        "received_on": _l("受赠日期"),
    },
)


def may_certify(session: Session, contribution: Contribution, actor: Actor) -> bool:
    """Say whether this actor may have the certificate, in force or still to be issued; asked by pages."""
    return _is_certifiable(contribution) and (
        certificate_of(session, contribution) is not None
        or _may_certify_again(contribution, actor)
        or (_is_holder(contribution, actor) and not _was_revoked(session, contribution))
    )


def _is_certifiable(contribution: Contribution) -> bool:
    """Say whether a certificate can be made: a verified gift with a receipt (documents: only with receipt)."""
    return (
        contribution.kind in GIFT_KINDS
        and contribution.state is ContributionState.AWARDED
        and contribution.receipt_number is not None
    )


def _is_holder(contribution: Contribution, actor: Actor) -> bool:
    mine = {*actor.organisations(Permission.LOG_CONTRIBUTIONS), actor.person_id}
    return actor.is_system or bool({contribution.organisation_id, contribution.party_id} & mine)


def _may_certify_again(contribution: Contribution, actor: Actor) -> bool:
    """Staff who may revoke a certificate may also put a right one in its place."""
    return any(contains(scope, contribution.region_code) for scope in actor.regions(Permission.REVOKE_PAPERS))


def _was_revoked(session: Session, contribution: Contribution) -> bool:
    return any(
        paper.kind == DONATION_CERTIFICATE.key and paper.state is PaperState.REVOKED
        for paper in paper_queries.of_source(session, THING, contribution.id)
    )


def certificate_of(session: Session, contribution: Contribution) -> Paper | None:
    """Return the certificate in force of a contribution, or None."""
    return papers.in_force(session, DONATION_CERTIFICATE.key, THING, contribution.id, contribution.party_id)


def certify(session: Session, contribution_id: uuid.UUID, *, actor: Actor) -> Paper:
    """Issue the donation certificate of a verified gift; a job draws it. An existing one is returned as it is.

    For the organisation that logged the gift and for the giver; once a certificate of it was revoked, only for
    staff who may revoke, and who are not near to either. Raises Conflict when the gift was not verified or has
    no receipt.
    """
    contribution = hold(session, contribution_id)
    by_staff = _may_certify_again(contribution, actor)
    if by_staff:
        interest.ensure_no_conflict(session, actor, contribution.party_id, contribution.organisation_id)
    elif not _is_holder(contribution, actor):
        raise NotAllowed(_("只有捐赠方和登记单位可以开具捐赠证书。"))
    if not _is_certifiable(contribution):
        raise Conflict(_("只有已核验计分、并有捐赠票据号的捐赠可以开具证书。"))
    existing = certificate_of(session, contribution)
    if existing is not None:
        return existing
    if not by_staff and _was_revoked(session, contribution):
        raise NotAllowed(_("这笔捐赠的证书已被撤销，不能自行再次开具；确需重开的，请联系民政部门。"))
    return papers.issue(
        session,
        DONATION_CERTIFICATE,
        party_id=contribution.party_id,
        region_code=contribution.region_code,
        source_kind=THING,
        source_id=contribution.id,
        content=certificate_content(session, contribution),
        actor=actor,
        organisation_id=contribution.organisation_id,
    )


def certificate_content(session: Session, contribution: Contribution) -> dict[str, Any]:
    """Return the texts of a certificate. The paper is Chinese, whoever asks for it in whatever language."""
    donor = parties.get(session, contribution.party_id)
    amount_fen = contribution.verified_amount_fen
    lines = _lines(contribution) if contribution.kind in LINE_KINDS else []
    receiver = contribution.receiver_name or parties.get(session, contribution.organisation_id).name
    return {
        "donor": donor.name,
        "receiver": receiver,
        "issuer": _issuer(session, receiver, contribution),
        "address": "贵单位" if donor.kind is PartyKind.ORGANISATION else "您",
        "what": "资金"
        if contribution.kind is ContributionKind.MONEY
        else "、".join(one["what"] for one in lines),
        "lines": lines,
        "amount": f"{figures.yuan(amount_fen)} 元" if amount_fen else "",
        "amount_words": figures.money_in_words(amount_fen) if amount_fen else "",
        "received_on": _day(contribution.happened_on),
        "purpose": contribution.beneficiary,
        "receipt_number": contribution.receipt_number or "",
        "issued_on": _day(clock.today()),
    }


def _issuer(session: Session, receiver: str, contribution: Contribution) -> str:
    """Return who signs: the receiver when it is an organisation of the register, else who recorded the gift.

    What was handed to families, or to somebody whom the platform does not know, has no seal of its own.
    """
    known = session.scalars(
        select(Party.name)
        .where(
            Party.kind == PartyKind.ORGANISATION,
            Party.state == RegistrationState.APPROVED,
            Party.match_key == names.match_key(receiver),
        )
        .limit(1)
    ).first()
    return known or parties.get(session, contribution.organisation_id).name


def _lines(contribution: Contribution) -> list[dict[str, str]]:
    """Return the goods as they were verified; where only a part of several was, they stand without figures of value."""
    one, lines = contribution, contribution.lines
    if len(lines) == 1:
        thousandths = one.verified_quantity_thousandths
        whole = thousandths == lines[0].quantity_thousandths
        quantity = (
            None if whole or thousandths is None else f"{quantity_text(thousandths)} {lines[0].base_unit}"
        )
        return [_line(lines[0], one.verified_amount_fen, quantity)]
    whole = one.verified_amount_fen == one.amount_fen
    return [_line(line, line.value_fen if whole else None) for line in lines]


def _line(line: ContributionLine, value_fen: int | None, quantity: str | None = None) -> dict[str, str]:
    return {
        "what": line.item_name,
        "quantity": quantity or f"{quantity_text(line.entered_thousandths)} {line.unit}",
        "value": f"{figures.yuan(value_fen)} 元" if value_fen else "—",
    }


def quantity_text(thousandths: int) -> str:
    """Return a quantity in figures without idle zeros: 2000500 → 2,000.5."""
    whole, part = divmod(thousandths, 1000)
    return f"{whole:,}.{part:03d}".rstrip("0") if part else f"{whole:,}"


def _day(day: Any) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
