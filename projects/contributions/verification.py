"""The verbs of the staff: review, verify (which awards), send back, refuse, reverse."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import clock, figures
from app.audit import events
from app.errors import Conflict, InvalidInput, NotAllowed, Refused
from app.papers import papers
from app.parties import interest
from app.parties.kinds import RegistrationState
from app.parties.models import Party
from app.parties.rules import ensure_reason
from app.permissions import Actor, Permission, ensure_four_eyes, ensure_may, region_prefix
from points import awards, reversals
from points.awards import Award, AwardRequest
from points.rulesets import queries as rulesets
from points.rulesets.kinds import ContributionKind, Factor
from points.rulesets.rules import Facts, Score, score
from projects.contributions import givers, hours, neighbours, qualities, rules, steps, words
from projects.contributions.contributions import THING, ensure_fresh, hold
from projects.contributions.models import Contribution
from projects.contributions.rules import ContributionState
from projects.contributions.units import LESSON, LESSON_MINUTES

PROGRAMME = "social-force"


@dataclass(frozen=True, slots=True)
class Verified:
    """What the verifier found; None where the claim stands as it is."""

    minutes: int | None = None
    amount_fen: int | None = None
    quantity_thousandths: int | None = None
    qualities: Mapping[Factor, str | None] | None = None
    """Urgency, night, remote, effect as the verifier confirms them; None: as they were claimed."""
    reason: str = ""


WHOLE = Verified()


def review(
    session: Session, contribution_id: uuid.UUID, *, revision: int, note: str = "", actor: Actor
) -> Contribution:
    """Look at an entry as the first of two, where two are asked for; another member of staff then verifies."""
    contribution = _judged(session, contribution_id, revision, actor)
    if not neighbours.requirement_for(session, contribution).second_person:
        raise Refused(_("这条贡献一个人核验即可，不需要初核。"))
    steps.move(session, contribution, ContributionState.REVIEWED, actor=actor, note=note)
    contribution.reviewed_by_id = actor.person_id
    _trace(session, "contribution.review", contribution, actor=actor, reason=note)
    return contribution


def verify(
    session: Session,
    contribution_id: uuid.UUID,
    *,
    revision: int,
    actor: Actor,
    found: Verified = WHOLE,
) -> Contribution:
    """Accept an entry wholly or partly and award its points, in this one transaction and exactly once.

    Never by somebody who logged, submitted or first reviewed it, nor by anybody near to the giver or the
    organisation. Raises InvalidInput when the figure is above the claim, or lower without a reason.
    """
    contribution = _judged(session, contribution_id, revision, actor)
    before = {
        "state": contribution.state.value,
        **{factor.value: value for factor, value in qualities.of(contribution).items()},
    }
    _verify(session, contribution, found, actor=actor)
    _trace(
        session,
        "contribution.verify",
        contribution,
        actor=actor,
        before=before,
        after={
            "state": contribution.state.value,
            "minutes": contribution.verified_minutes,
            "amount_fen": contribution.verified_amount_fen,
            "quantity_thousandths": contribution.verified_quantity_thousandths,
            "centipoints": contribution.awarded_centipoints,
            **{factor.value: value for factor, value in qualities.of(contribution).items()},
        },
        reason=found.reason,
    )
    return contribution


def send_back(
    session: Session, contribution_id: uuid.UUID, *, revision: int, reason: str, actor: Actor
) -> Contribution:
    """Return an entry to its organisation with what is to be mended."""
    contribution = _judged(session, contribution_id, revision, actor)
    reason = ensure_reason(reason)
    step_id = steps.move(session, contribution, ContributionState.SENT_BACK, actor=actor, note=reason)
    contribution.reviewed_by_id = None
    words.tell(session, contribution, words.SENT_BACK, {"reason": reason}, step_id=step_id)
    _trace(session, "contribution.send_back", contribution, actor=actor, reason=reason)
    return contribution


def refuse(
    session: Session, contribution_id: uuid.UUID, *, revision: int, reason: str, actor: Actor
) -> Contribution:
    """Decide that an entry does not count, with the reason. It stays to be read."""
    contribution = _judged(session, contribution_id, revision, actor)
    reason = ensure_reason(reason)
    step_id = steps.move(session, contribution, ContributionState.REFUSED, actor=actor, note=reason)
    words.tell(session, contribution, words.REFUSED, {"reason": reason}, step_id=step_id)
    _trace(session, "contribution.refuse", contribution, actor=actor, reason=reason)
    return contribution


def reverse(session: Session, contribution_id: uuid.UUID, *, reason: str, actor: Actor) -> Contribution:
    """Take back an award that should not stand: points, rank and sums follow, the original stays visible."""
    contribution = hold(session, contribution_id)
    ensure_may(actor, Permission.REVERSE_CONTRIBUTIONS, region_code=contribution.region_code)
    ensure_four_eyes(actor, contribution.verified_by_id, contribution.reviewed_by_id)
    interest.ensure_no_conflict(session, actor, contribution.party_id, contribution.organisation_id)
    givers.hold(session, [contribution.party_id])
    reason = ensure_reason(reason)
    step_id = steps.move(session, contribution, ContributionState.REVERSED, actor=actor, note=reason)
    reversals.reverse_award(session, source_kind=THING, source_id=contribution.id, reason=reason, actor=actor)
    papers.revoke_of_source(session, THING, contribution.id, reason=reason, actor=actor)
    words.tell(session, contribution, words.REVERSED, {"reason": reason}, step_id=step_id)
    _trace(session, "contribution.reverse", contribution, actor=actor, reason=reason)
    return contribution


def expected(session: Session, contribution: Contribution) -> Score | None:
    """Return what an entry would earn if all of it were verified now, caps left aside; None without rules."""
    try:
        programme = rulesets.programme(session, PROGRAMME)
        return score(
            rulesets.in_force(session, programme.id, contribution.happened_on),
            facts_of(contribution, claimed=True),
        )
    except Refused:
        return None


def why_not(session: Session, contribution: Contribution, actor: Actor) -> Any:
    """Return the sentence for which this actor may not judge an entry, or None when the desk is theirs."""
    try:
        _ensure_may_judge(session, contribution, actor)
        ensure_four_eyes(actor, contribution.reviewed_by_id)
    except Refused as refused:
        return refused.sentence
    return None


def _ensure_may_judge(
    session: Session,
    contribution: Contribution,
    actor: Actor,
    distant: set[tuple[uuid.UUID, uuid.UUID]] | None = None,
) -> None:
    """Raise NotAllowed for whoever must not judge. ``distant``: pairs of a batch to which the actor is not near."""
    ensure_may(actor, Permission.VERIFY_CONTRIBUTIONS, region_code=contribution.region_code)
    ensure_four_eyes(actor, contribution.logged_by_id, contribution.submitted_by_id)
    pair = contribution.party_id, contribution.organisation_id
    if distant is None or pair not in distant:
        interest.ensure_no_conflict(session, actor, *pair)
        if distant is not None:
            distant.add(pair)


def _judged(session: Session, contribution_id: uuid.UUID, revision: int, actor: Actor) -> Contribution:
    """Return an entry under a lock for somebody who may judge it; asked of every verb of the desk."""
    contribution = hold(session, contribution_id)
    ensure_judged(session, contribution, revision, actor)
    return contribution


def ensure_judged(
    session: Session,
    contribution: Contribution,
    revision: int,
    actor: Actor,
    distant: set[tuple[uuid.UUID, uuid.UUID]] | None = None,
) -> None:
    """Raise for whoever must not judge, and when the entry was changed; ``distant`` as a batch keeps it."""
    _ensure_may_judge(session, contribution, actor, distant)
    ensure_fresh(contribution, revision)


def _verify(session: Session, contribution: Contribution, found: Verified, *, actor: Actor) -> None:
    giver = givers.hold(session, [contribution.party_id])[contribution.party_id]
    rows = accept(session, contribution, found, giver, actor=actor)
    steps.write(session, [rows], actor=actor, note=found.reason)
    award = awards.award(session, request_of(contribution, giver), actor=actor)
    contribution.awarded_centipoints = award.points
    words.tell(session, contribution, words.AWARDED, values_of(award), step_id=rows[-1][0])


def accept(
    session: Session, contribution: Contribution, found: Verified, giver: Party, *, actor: Actor
) -> list[tuple[Any, ...]]:
    """Set an entry to awarded and return its steps' rows. Raises for whoever must not, and for wrong figures."""
    if giver.state is not RegistrationState.APPROVED:
        raise Conflict(
            _(
                "贡献方现在的状态是“%(state)s”，不能计分。请退回登记单位，恢复入驻后再核验；不应计分的，请选“不予认定”。",
                state=giver.state.label,
            ),
            field="reason",
        )
    needed = neighbours.requirement_for(session, contribution)
    if needed.second_person and contribution.state is ContributionState.SUBMITTED:
        raise NotAllowed(_("这条贡献要由两名工作人员先后核验，请先由一人初核。"), field="reason")
    if needed.bureau and not hours.stands_for_city(
        region_prefix(scope) for scope in actor.regions(Permission.VERIFY_CONTRIBUTIONS)
    ):
        raise NotAllowed("".join(str(reason) for reason in needed.reasons), field="reason")
    ensure_four_eyes(actor, contribution.reviewed_by_id)
    _take_figures(contribution, found)
    if found.qualities is not None:
        qualities.put(session, contribution, found.qualities)
    contribution.verified_by_id, contribution.verified_at = actor.person_id, clock.now()
    return steps.moved(contribution, ContributionState.VERIFIED, ContributionState.AWARDED, actor=actor)


def request_of(contribution: Contribution, giver: Party) -> AwardRequest:
    """Return what a verified entry asks of the door of points."""
    return AwardRequest(
        programme=PROGRAMME,
        source_kind=THING,
        source_id=contribution.id,
        revision=contribution.revision,
        party_id=contribution.party_id,
        acting_role=contribution.acting_role,
        region_code=giver.region_code,
        facts=facts_of(contribution),
    )


def values_of(award: Award) -> dict[str, Any]:
    """Return what fills the words of an award."""
    return {"points": figures.points(award.points), "wording": award.wording}


def _take_figures(contribution: Contribution, found: Verified) -> None:
    """Set the verified figures from what was found; what was not named stands as claimed."""
    problems = []
    if contribution.service_minutes is not None:
        contribution.verified_minutes = (
            contribution.service_minutes if found.minutes is None else found.minutes
        )
        problems += rules.partly(
            contribution.service_minutes,
            contribution.verified_minutes,
            found.reason,
            field="verified_minutes",
        )
    if contribution.amount_fen is not None:
        contribution.verified_amount_fen = (
            contribution.amount_fen if found.amount_fen is None else found.amount_fen
        )
        problems += rules.partly(
            contribution.amount_fen, contribution.verified_amount_fen, found.reason, field="verified_amount"
        )
    if contribution.quantity_thousandths is not None:
        claimed = contribution.quantity_thousandths
        counted = claimed if found.quantity_thousandths is None else found.quantity_thousandths
        contribution.verified_quantity_thousandths = counted
        problems += rules.partly(claimed, counted, found.reason, field="verified_quantity")
    if problems:
        raise InvalidInput(problems[0].sentence, field=problems[0].field)


def facts_of(contribution: Contribution, *, claimed: bool = False) -> Facts:
    """Return what the rules of points see of a verified contribution, or, before that, of what it claims."""
    one = contribution
    minutes = one.service_minutes if claimed else one.verified_minutes
    amount_fen = one.amount_fen if claimed else one.verified_amount_fen
    quantity = one.quantity_thousandths if claimed else one.verified_quantity_thousandths
    if one.kind is ContributionKind.TRAINING and one.unit == LESSON and quantity is not None:
        minutes, quantity = quantity * LESSON_MINUTES // 1000, None
    return Facts(
        kind=contribution.kind,
        happened_on=contribution.happened_on,
        grade=contribution.evidence_grade,
        category=contribution.category,
        amount_fen=amount_fen,
        minutes=minutes,
        quantity=None if quantity is None else Decimal(quantity) / 1000,
        professional=contribution.professional,
        backfilled=contribution.backfilled,
        other=tuple(qualities.of(contribution).items()),
    )


def _trace(session: Session, verb: str, contribution: Contribution, *, actor: Actor, **detail: Any) -> None:
    session.flush()
    events.record(
        session, verb, THING, contribution.id, actor=actor, party_id=contribution.party_id, **detail
    )
