"""The slip of a hand-over (转办单): frozen when it goes out, renewed when it goes to another department."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app import clock
from app.masking import public_name
from app.papers import papers
from app.papers import queries as paper_queries
from app.papers.kinds import PaperKind
from app.papers.models import Paper
from app.parties import household_queries
from app.parties import queries as parties
from app.permissions import Actor
from app.regions import queries as regions
from projects.assistance import aid_kinds
from projects.referrals.clocks import SUBJECT
from projects.referrals.models import Referral

HAND_OVER = PaperKind(
    key="hand_over",
    title=_l("社会救助转办单"),
    prefix="转办",
    template="referrals/print/hand_over.html",
    public_fields={"masked_name": _l("救助对象"), "department": _l("承办部门"), "issuer": _l("转出单位")},
)


def issue(session: Session, referral: Referral, *, actor: Actor) -> Paper:
    """Issue the slip; the one of an earlier leg is replaced. Call it last: the number's series stays locked."""
    return papers.issue(
        session,
        HAND_OVER,
        party_id=referral.person_id,
        region_code=referral.region_code,
        source_kind=SUBJECT,
        source_id=referral.id,
        content=_content(session, referral),
        actor=actor,
        replaces=in_force(session, referral),
    )


def revoke(session: Session, referral: Referral, *, reason: str, actor: Actor) -> None:
    """Take the slip of a stopped hand-over out of force."""
    papers.revoke_of_source(session, SUBJECT, referral.id, reason=reason, actor=actor)


def in_force(session: Session, referral: Referral) -> Paper | None:
    """Return the slip that is in force, or None."""
    return papers.in_force(session, HAND_OVER.key, SUBJECT, referral.id, referral.person_id)


def of_referral(session: Session, referral: Referral) -> list[Paper]:
    """Return all slips of a referral, oldest first."""
    return list(paper_queries.of_source(session, SUBJECT, referral.id))


def _content(session: Session, referral: Referral) -> dict[str, Any]:
    party, person = parties.get(session, referral.person_id), parties.person_of(session, referral.person_id)
    household = household_queries.households_of(session, [referral.household_id])[referral.household_id]
    place = regions.full_name(session, referral.region_code).replace(" / ", "")
    kind = aid_kinds.names_of(session, [referral.aid_kind_id])[referral.aid_kind_id]
    assert referral.department is not None and referral.liaison_id is not None  # a CHECK of the table
    today = clock.today()
    return {
        "name": party.name,
        "masked_name": public_name(party.name),
        "identity_number": person.identity_number or "",
        "phone": person.phone or "",
        "file_number": household.file_number,
        "place": place,
        "aid": kind,
        "words": referral.words,
        "department": str(referral.department.label),
        "liaison": parties.get(session, referral.liaison_id).name,
        "issuer": place,
        "code": referral.code,
        "issued_on": f"{today.year}年{today.month}月{today.day}日",
    }
