"""The donation certificate: frozen from a verified gift, numbered, checked by its QR."""

import uuid
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app import clock, figures
from app.errors import Conflict, NotAllowed
from app.papers import papers
from app.papers.kinds import PaperKind
from app.papers.models import Paper
from app.parties import queries as parties
from app.parties.kinds import PartyKind
from app.permissions import Actor, Permission
from points.rulesets.kinds import ContributionKind
from projects.contributions.contributions import THING, hold
from projects.contributions.models import Contribution, ContributionLine
from projects.contributions.rules import GIFT_KINDS, LINE_KINDS, ContributionState

DONATION_CERTIFICATE = PaperKind(
    key="donation_certificate",
    title=_l("捐赠证书"),
    prefix="捐证",
    template="contributions/print/donation_certificate.html",
    public_fields={
        "public_donor": _l("捐赠人"),
        "receiver": _l("受赠单位"),
        "what": _l("捐赠内容"),
        "amount": _l("金额（价值）"),
        "received_on": _l("受赠日期"),
    },
)


def may_certify(contribution: Contribution) -> bool:
    """Say whether a certificate can be made: a verified gift with a receipt (documents: only with receipt)."""
    return (
        contribution.kind in GIFT_KINDS
        and contribution.state is ContributionState.AWARDED
        and contribution.receipt_number is not None
    )


def certificate_of(session: Session, contribution: Contribution) -> Paper | None:
    """Return the certificate in force of a contribution, or None."""
    return papers.in_force(session, DONATION_CERTIFICATE.key, THING, contribution.id, contribution.party_id)


def certify(session: Session, contribution_id: uuid.UUID, *, actor: Actor) -> Paper:
    """Issue the donation certificate of a verified gift; a job draws it. An existing one is returned as it is.

    For the organisation that logged the gift and for the giver. Raises Conflict when the gift was not
    verified or has no receipt.
    """
    contribution = hold(session, contribution_id)
    mine = {*actor.organisations(Permission.LOG_CONTRIBUTIONS), actor.person_id}
    if not actor.is_system and not {contribution.organisation_id, contribution.party_id} & mine:
        raise NotAllowed(_("只有捐赠方和登记单位可以开具捐赠证书。"))
    if not may_certify(contribution):
        raise Conflict(_("只有已核验计分、并有捐赠票据号的捐赠可以开具证书。"))
    existing = certificate_of(session, contribution)
    if existing is not None:
        return existing
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
        "public_donor": donor.name if parties.may_name_publicly(session, donor) else "爱心人士",
        "receiver": receiver,
        "issuer": receiver,
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
        "grade": f"{contribution.evidence_grade.value} 级",
        "issued_on": _day(clock.today()),
    }


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
