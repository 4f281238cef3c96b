"""Verifying what a ledger brought in: the plain entries together, what is odd stays at the desk."""

import hashlib
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import figures
from app.errors import InvalidInput, Refused
from app.imports.registers import Preview
from app.parties import interest
from app.parties.kinds import RegistrationState
from app.parties.models import Party
from app.permissions import Actor, Permission, may_in
from app.rows import parts
from points.rulesets import queries as rulesets
from points.rulesets.rules import Facts, Rules, score
from projects.catalogue.models import CatalogueItem
from projects.contributions import batches, verification
from projects.contributions.hours import AUTOMATIC_MINUTES, DAY, SECOND_PERSON_FEN
from projects.contributions.models import Contribution
from projects.contributions.neighbours import COUNTED
from projects.contributions.oddities import Oddity, from_stored
from projects.contributions.rules import GIFT_KINDS, TIME_KINDS, WAITING, ContributionState

_SAMPLE = 20
OF_EVERY_LEDGER = frozenset({Oddity.NO_EVIDENCE, Oddity.NO_RECEIPT, Oddity.NO_BASIS})
"""What no ledger can show, so that it says nothing against one of its lines: they earn as undocumented ones."""
_ENTRY = (
    Contribution.id,
    Contribution.code,
    Contribution.revision,
    Contribution.state,
    Contribution.region_code,
    Contribution.party_id,
    Contribution.organisation_id,
    Contribution.kind,
    Contribution.category,
    Contribution.professional,
    Contribution.urgency,
    Contribution.night,
    Contribution.remote,
    Contribution.effect,
    Contribution.item_id,
    Contribution.happened_on,
    Contribution.backfilled,
    Contribution.start_minute,
    Contribution.service_minutes,
    Contribution.amount_fen,
    Contribution.quantity_thousandths,
    Contribution.unit,
    Contribution.evidence_grade,
    Contribution.oddities,
    Contribution.logged_by_id,
    Contribution.submitted_by_id,
    Party.state.label("giver_state"),
)


@dataclass(slots=True)
class Sorted:
    """Entries of a ledger parted: what one person may verify without a closer look, and why the others wait."""

    plain: list[Any] = field(default_factory=list)
    centipoints: int = 0
    left: Counter[str] = field(default_factory=Counter)
    judged: int = 0


def verify_plain(session: Session, things: Sequence[uuid.UUID], *, actor: Actor, why: str) -> int:
    """Verify those of a ledger's entries that nothing speaks against; return how many. At most 2,000.

    Each passes the guards of the desk once more. Raises InvalidInput when nobody says how they were checked.
    """
    if not why.strip():
        raise InvalidInput(_("请写明怎样核对的。"), field="why")
    plain = sort_out(session, things, actor).plain
    if not plain:
        return 0
    chosen = [(one.id, one.revision) for one in plain]
    return len(batches.verify_many(session, chosen, actor=actor, reason=why))


def look(session: Session, things: Sequence[uuid.UUID], *, actor: Actor, seed: str) -> Preview:
    """Return what verifying a ledger would do: counts, sums, points, what stays, and a sample drawn by ``seed``."""
    found = sort_out(session, things, actor)
    kinds: Counter[Any] = Counter(one.kind for one in found.plain)
    told = [(kind.label, _("%(count)s 条", count=f"{count:,}")) for kind, count in kinds.most_common()]
    money = sum(one.amount_fen or 0 for one in found.plain)
    minutes = sum(one.service_minutes or 0 for one in found.plain)
    if money:
        told.append((_("金额和折价合计"), figures.money(money)))
    if minutes:
        told.append((_("服务时长合计"), figures.hours(minutes)))
    told.append((_("预计计分"), _("%(points)s 分", points=figures.points(found.centipoints))))
    return Preview(
        len(found.plain), tuple(told), dict(found.left.most_common()), _sample(session, things, seed)
    )


def sort_out(session: Session, things: Sequence[uuid.UUID], actor: Actor) -> Sorted:
    """Part entries by what stands against verifying them together; those judged already are only counted."""
    rows: list[Any] = []
    for some in parts(things):
        rows += session.execute(
            select(*_ENTRY).join(Party, Party.id == Contribution.party_id).where(Contribution.id.in_(some))
        ).all()
    found = Sorted()
    waiting = [one for one in rows if one.state in WAITING]
    found.judged = len(rows) - len(waiting)
    around = _Around(session, waiting, actor)
    for one in waiting:
        reason = around.against(one)
        if reason is not None:
            found.left[reason] += 1
            continue
        try:
            found.centipoints += around.points_of(one)
        except Refused as refused:
            found.left[refused.sentence] += 1
            continue
        found.plain.append(one)
    return found


class _Around:
    """What stands around entries, fetched for all at once: conflicts, the day's hours, lines that say the same."""

    def __init__(self, session: Session, rows: Sequence[Any], actor: Actor) -> None:
        self._session = session
        self._actor = actor
        self._may = {
            region: may_in(actor, Permission.VERIFY_CONTRIBUTIONS, region)
            for region in {one.region_code for one in rows}
        }
        near = {one.party_id for one in rows} | {one.organisation_id for one in rows}
        self._near = interest.near_to(session, actor, sorted(near))
        self._minutes: Counter[tuple[uuid.UUID, date]] = Counter()
        self._same: Counter[tuple[Any, ...]] = Counter()
        self._programme_id = rulesets.programme(session, verification.PROGRAMME).id
        self._rules: dict[date, Rules] = {}
        self._scores: dict[tuple[uuid.UUID, Facts], int] = {}
        self._read_neighbours(rows)

    def _read_neighbours(self, rows: Sequence[Any]) -> None:
        if not rows:
            return
        first = min(one.happened_on for one in rows) - timedelta(days=1)
        last = max(one.happened_on for one in rows)
        for some in parts(sorted({one.party_id for one in rows})):
            found = self._session.execute(
                select(
                    Contribution.party_id,
                    Contribution.happened_on,
                    Contribution.kind,
                    Contribution.item_id,
                    Contribution.service_minutes,
                    Contribution.amount_fen,
                    Contribution.quantity_thousandths,
                    Contribution.end_minute,
                ).where(
                    Contribution.party_id.in_(some),
                    Contribution.happened_on.between(first, last),
                    Contribution.state.in_(COUNTED),
                )
            )
            for one in found:
                self._same[_content(one)] += 1
                if one.kind in TIME_KINDS:
                    minutes = one.service_minutes or 0
                    self._minutes[one.party_id, one.happened_on] += minutes
                    if (one.end_minute or 0) > DAY:  # counts on both days: rather too much than too little
                        self._minutes[one.party_id, one.happened_on + timedelta(days=1)] += minutes

    def against(self, one: Any) -> str | None:
        """Return why an entry is not verified together with others, or None."""
        hands = (one.logged_by_id, one.submitted_by_id)
        if one.state is not ContributionState.SUBMITTED:
            return _("已由一人初核，等另一人在核验台复核")
        if not self._may[one.region_code]:
            return _("不在您的辖区，留给当地的同事")
        if self._actor.person_id is not None and self._actor.person_id in hands:
            return _("是您本人登记的，要由另一名工作人员核验")
        if one.party_id in self._near or one.organisation_id in self._near:
            return _("贡献方或登记单位与您有关，应当回避")
        if one.giver_state is not RegistrationState.APPROVED:
            return _("贡献方还没有审核通过，先办理入驻审核")
        return self._odd(one)

    def _odd(self, one: Any) -> str | None:
        if one.backfilled:
            return _("补录的，由两名工作人员先后核验")
        if one.kind in GIFT_KINDS and (one.amount_fen or 0) >= SECOND_PERSON_FEN:
            return _("价值 50 万元以上，由两名工作人员先后核验")
        if one.kind in TIME_KINDS and self._minutes[one.party_id, one.happened_on] > AUTOMATIC_MINUTES:
            return _("这个人当天的服务合计超过 8 小时")
        if self._same[_content(one)] > 1:
            return _("同一贡献方同一天还有一条内容相同的")
        for found in from_stored(one.oddities):
            if found.oddity not in OF_EVERY_LEDGER:
                return _("有疑点：%(what)s", what=found.sentence)
        return None

    def points_of(self, one: Any) -> int:
        """Return the centipoints that an entry would earn, caps left aside. Raises Refused without rules."""
        day = one.happened_on
        if day not in self._rules:
            self._rules[day] = rulesets.in_force(self._session, self._programme_id, day)
        rules, facts = self._rules[day], verification.facts_of(one, claimed=True)
        # With caps left aside the day only chooses the rules: a ledger says the same few things over and over.
        key = rules.id, replace(facts, happened_on=date.min)
        if key not in self._scores:
            self._scores[key] = score(rules, facts).points
        return self._scores[key]


def _content(one: Any) -> tuple[Any, ...]:
    return (
        one.party_id,
        one.happened_on,
        one.kind,
        one.item_id,
        one.service_minutes,
        one.amount_fen,
        one.quantity_thousandths,
    )


def _sample(
    session: Session, things: Sequence[uuid.UUID], seed: str
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return some entries, the same for everybody who looks at this upload, in the order of their days."""
    drawn = sorted(things, key=lambda key: hashlib.sha256(seed.encode() + key.bytes).digest())[:_SAMPLE]
    rows = session.execute(
        select(Contribution, Party.name, CatalogueItem.name)
        .join(Party, Party.id == Contribution.party_id)
        .join(CatalogueItem, CatalogueItem.id == Contribution.item_id)
        .where(Contribution.id.in_(drawn))
        .order_by(Contribution.happened_on, Contribution.id)
    )
    return tuple(
        (
            one.code,
            (
                one.serial or one.code,
                one.happened_on.isoformat(),
                giver,
                item,
                _amount(one),
                str(one.state.label),
            ),
        )
        for one, giver, item in rows
    )


def _amount(one: Contribution) -> str:
    if one.service_minutes:
        return figures.hours(one.service_minutes)
    if one.quantity_thousandths:
        return f"{figures.points(one.quantity_thousandths // 10)} {one.unit or ''}".strip()
    return figures.money(one.amount_fen or 0)
