"""The acts of the year: contributions are logged, looked at, put right, taken back, certified."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.files.evidence import Received
from app.messages import inbox
from app.permissions import Actor
from portal.demo.plans import ContributionPlan, Course, LinePlan
from portal.demo.stage import Stage
from projects.contributions import contributions, documents, verification
from projects.contributions.entries import Entry, LineEntry
from projects.contributions.hours import SECOND_PERSON_FEN
from projects.contributions.rules import EvidenceKind
from projects.contributions.verification import WHOLE, Verified

_MENDED_AFTER = timedelta(days=1, hours=5)
_LOOKED_AT_AGAIN_AFTER = timedelta(days=3)
_REVERSED_AFTER = timedelta(days=9)
_READ_BEFORE = timedelta(days=6, hours=9)
_CERTIFIED_AFTER = timedelta(days=1, hours=1)
_JUDGED = (
    Course.WHOLE,
    Course.PARTLY,
    Course.MENDED,
    Course.SENT_BACK,
    Course.REFUSED,
    Course.REVERSED,
    Course.REVIEWED,
)


@dataclass(frozen=True)
class Log:
    """A clerk writes a contribution down and hands it in."""

    at: datetime
    one: ContributionPlan

    def perform(self, stage: Stage, session: Session) -> None:
        """Log with evidence, then submit; a draft stays one, a slip is withdrawn."""
        one = self.one
        clerk = stage.clerk(session, one.organisation, manager=one.by_manager)
        logged = contributions.log(
            session, entry_of(stage, session, one), organisation_id=stage.party(session, one.organisation), actor=clerk,
            files=_files(stage, one.evidence),
        )  # fmt: skip
        if one.course is Course.WITHDRAWN:
            contributions.withdraw(
                session, logged.id, revision=logged.revision, reason=one.reason, actor=clerk
            )
        elif one.course is not Course.UNSUBMITTED:
            contributions.submit(session, logged.id, revision=logged.revision, actor=clerk)


@dataclass(frozen=True)
class Judge:
    """Staff of the county look at a contribution and decide."""

    at: datetime
    one: ContributionPlan

    def perform(self, stage: Stage, session: Session) -> None:
        """Decide by the plan."""
        one = self.one
        found = stage.contribution(session, one.key)
        first, second = _staff(stage, session, one)
        if one.course in (Course.SENT_BACK, Course.MENDED):
            verification.send_back(session, found.id, revision=found.revision, reason=one.reason, actor=first)
        elif one.course is Course.REFUSED:
            verification.refuse(session, found.id, revision=found.revision, reason=one.reason, actor=first)
        else:
            if one.backfilled or (one.amount_fen or 0) >= SECOND_PERSON_FEN:
                note = "已电话向受益村（居）核实。"
                verification.review(session, found.id, revision=found.revision, note=note, actor=second)
            if one.course is not Course.REVIEWED:
                verdict = Verified(minutes=one.verified, reason=one.reason) if one.verified else WHOLE
                verification.verify(session, found.id, revision=found.revision, found=verdict, actor=first)


@dataclass(frozen=True)
class Mend:
    """A clerk puts right what was sent back and hands it in again."""

    at: datetime
    one: ContributionPlan

    def perform(self, stage: Stage, session: Session) -> None:
        """Edit with a further proof, then submit."""
        one = self.one
        clerk = stage.clerk(session, one.organisation, manager=one.by_manager)
        found = stage.contribution(session, one.key)
        entry = replace(entry_of(stage, session, one), description=f"{one.description}（已按退回意见补正）")
        found = contributions.edit(
            session, found.id, entry, revision=found.revision, actor=clerk,
            files=_files(stage, (EvidenceKind.CONFIRMATION,)),
        )  # fmt: skip
        contributions.submit(session, found.id, revision=found.revision, actor=clerk)


@dataclass(frozen=True)
class Reverse:
    """The county's approver takes an award back, and the organisation logs it in its right form."""

    at: datetime
    one: ContributionPlan

    def perform(self, stage: Stage, session: Session) -> None:
        """Reverse, log again, hand in."""
        one = self.one
        found = stage.contribution(session, one.key)
        verification.reverse(session, found.id, reason=one.reason, actor=stage.user(session, "approver"))
        clerk = stage.clerk(session, one.organisation, manager=one.by_manager)
        right = replace(one, key=corrected_key(one), lines=tuple(_a_tenth(line) for line in one.lines))
        again = contributions.log_again(
            session, found.id, entry_of(stage, session, right), actor=clerk, files=_files(stage, one.evidence)
        )
        contributions.submit(session, again.id, revision=again.revision, actor=clerk)


@dataclass(frozen=True)
class Certify:
    """An organisation asks for the donation certificate of a verified gift."""

    at: datetime
    one: ContributionPlan

    def perform(self, stage: Stage, session: Session) -> None:
        """Issue it."""
        clerk = stage.clerk(session, self.one.organisation, manager=self.one.by_manager)
        documents.certify(session, stage.contribution(session, self.one.key).id, actor=clerk)


@dataclass(frozen=True)
class ReadMessages:
    """Somebody opens the inbox and reads everything."""

    at: datetime
    user: str

    def perform(self, stage: Stage, session: Session) -> None:
        """Mark all as read."""
        inbox.mark_read(session, None, actor=stage.user(session, self.user))


Living = ReadMessages | Log | Judge | Mend | Reverse | Certify


def living_acts(stage: Stage) -> Iterator[Living]:
    """Yield the acts of all contributions that come to pass before the year ends."""
    ends_at = stage.plan.ends_at
    certified = set(stage.plan.certified)
    for user in stage.plan.cast.users:
        if user.organisation is not None or user.person is not None:
            yield ReadMessages(ends_at - _READ_BEFORE, user.name)
    for one in stage.plan.contributions:
        yield Log(one.logged_at, one)
        if one.course not in _JUDGED or one.decided_at is None:
            continue
        yield Judge(one.decided_at, one)
        if one.key in certified and one.decided_at + _CERTIFIED_AFTER < ends_at:
            yield Certify(one.decided_at + _CERTIFIED_AFTER, one)
        again = replace(one, course=Course.WHOLE, reason="")
        if one.course is Course.MENDED and one.decided_at + _LOOKED_AT_AGAIN_AFTER < ends_at:
            yield Mend(one.decided_at + _MENDED_AFTER, one)
            yield Judge(one.decided_at + _LOOKED_AT_AGAIN_AFTER, again)
        if one.course is Course.REVERSED and one.decided_at + 2 * _REVERSED_AFTER < ends_at:
            yield Reverse(one.decided_at + _REVERSED_AFTER, one)
            yield Judge(one.decided_at + 2 * _REVERSED_AFTER, replace(again, key=corrected_key(one)))


def corrected_key(one: ContributionPlan) -> str:
    """Return the row key of the entry that stands in the place of a reversed one."""
    return f"{one.key}-again"


def entry_of(stage: Stage, session: Session, one: ContributionPlan) -> Entry:
    """Return the form of a contribution as the clerk fills it in."""
    return Entry(
        party_id=stage.party(session, one.giver),
        kind=one.kind,
        happened_on=one.happened_on,
        region_code=one.region_code,
        item="" if one.lines else one.item,
        start_minute=one.start_minute,
        end_minute=one.end_minute,
        break_minutes=one.break_minutes,
        published_before=one.published_before,
        amount_fen=one.amount_fen,
        quantity_thousandths=None if one.quantity is None else one.quantity * 1000,
        lines=tuple(_line(line) for line in one.lines),
        receipt_number=one.receipt_number,
        receipt_waiver=one.receipt_waiver,
        receiver_name=one.receiver_name,
        description=one.description,
        beneficiary=one.beneficiary,
        row_key=one.key,
    )


def _line(line: LinePlan) -> LineEntry:
    return LineEntry(line.item, line.quantity * 1000, line.unit, line.value_fen, line.basis, line.basis_note)


def _a_tenth(line: LinePlan) -> LinePlan:
    return replace(
        line, quantity=line.quantity // 10, value_fen=None if line.value_fen is None else line.value_fen // 10
    )


def _files(stage: Stage, kinds: tuple[EvidenceKind, ...]) -> list[tuple[EvidenceKind, Received]]:
    return [(kind, stage.samples[kind]) for kind in kinds if kind in stage.samples]


def _staff(stage: Stage, session: Session, one: ContributionPlan) -> tuple[Actor, Actor]:
    """Return who decides and who looks at it first where two are asked for; they take turns."""
    reviewer = stage.staff(session, "reviewer", one.region_code)
    handler = stage.staff(session, "handler", one.region_code)
    # What one has looked at is left to the handler, who stands first on the sign-in page.
    handlers_turn = one.course is Course.REVIEWED or not int(one.key.split("-")[1]) % 2
    return (handler, reviewer) if handlers_turn else (reviewer, handler)
