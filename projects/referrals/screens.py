"""What the pages of referrals show, as plain data for the macros. Who may not read something does not get it here."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import clock, figures
from app.deadlines.clocks import Clock
from app.masking import public_name
from app.parties import household_queries
from app.parties import queries as parties
from app.permissions import Actor
from app.regions import queries as regions
from projects.assistance import aid_kinds
from projects.referrals import clocks, queries, sides
from projects.referrals.kinds import ReferralKind, ReferralState
from projects.referrals.models import Referral, ReferralStep
from projects.referrals.rules import Holder, holder_of

S = ReferralState
_TONES = {
    S.SENT: "waiting",
    S.ACCEPTED: "working",
    S.RETURNED: "waiting",
    S.DONE: "waiting",
    S.CONFIRMED: "working",
    S.CLOSED: "done",
    S.STOPPED: "refused",
}
_KNOWN_TO_RECEIVER = (S.ACCEPTED, S.DONE, S.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Thing:
    """One referral as its page shows it."""

    title: str
    tone: str | None
    holder: str | None
    facts: list[tuple[Any, ...]]
    result: list[tuple[Any, ...]]
    timeline: list[dict[str, Any]]
    clock: Clock | None


def thing(session: Session, referral: Referral, actor: Actor) -> Thing:
    """Return all that this actor may read of a referral."""
    aid = aid_kinds.names_of(session, [referral.aid_kind_id]).get(referral.aid_kind_id, "")
    return Thing(
        title=_("%(kind)s：%(aid)s", kind=referral.kind.label, aid=aid),
        tone=_TONES.get(referral.state),
        holder=holder(
            referral, names_of(session, [referral]), regions.full_name(session, referral.region_code)
        ),
        facts=_facts(session, referral, actor),
        result=_result(referral),
        timeline=timeline(session, referral, actor),
        clock=clocks.running(session, [referral.id]).get(referral.id),
    )


def reads_names(session: Session, referral: Referral, actor: Actor) -> bool:
    """Whether the actor reads the whole name and telephone: the office, the household, a receiver who accepted."""
    inside = sides.is_office(actor, referral.region_code) or sides.may_confirm(session, actor, referral)
    return inside or (sides.is_receiver(actor, referral) and referral.state in _KNOWN_TO_RECEIVER)


def reads_words(session: Session, referral: Referral, actor: Actor) -> bool:
    """Whether the actor reads what is needed: all who read names, and the receiver until it is over for them."""
    if reads_names(session, referral, actor):
        return True
    return sides.is_receiver(actor, referral) and referral.state in (S.SENT, S.ACCEPTED)


def names_of(session: Session, found: Sequence[Referral | ReferralStep]) -> dict[uuid.UUID, str]:
    """Return the names of the receivers of many referrals or steps by key."""
    keys = {key for one in found if (key := one.organisation_id or one.liaison_id) is not None}
    return parties.names_of(session, list(keys))


def holder(referral: Referral, names: Mapping[uuid.UUID, str], place: str) -> str | None:
    """Return who holds the baton, in words; None when it is over."""
    held = holder_of(referral.state)
    if held is Holder.RECEIVER:
        name = _receiver(referral, names)
        if referral.department is not None:
            return _("%(department)s（联络员 %(name)s）", department=referral.department.label, name=name)
        return name
    if held is Holder.OFFICE:
        return _("转出单位（%(place)s）", place=place)
    return _("救助对象本人或主责人") if held is Holder.RECIPIENT else None


def _receiver(step: Referral | ReferralStep, names: Mapping[uuid.UUID, str]) -> str:
    key = step.organisation_id or step.liaison_id
    return names.get(key, "") if key else ""


def _facts(session: Session, referral: Referral, actor: Actor) -> list[tuple[Any, ...]]:
    party = parties.get(session, referral.person_id)
    household = household_queries.households_of(session, [referral.household_id])[referral.household_id]
    full = reads_names(session, referral, actor)
    phone = parties.person_of(session, referral.person_id).phone if full else None
    lead = household_queries.lead_worker(session, referral.household_id)
    pairs: list[tuple[Any, ...]] = [
        (_("当事人"), party.name if full else public_name(party.name)),
        (_("联系电话"), phone),
        (_("家庭编号"), household.file_number if full else None),
        (_("所在地"), regions.full_name(session, referral.region_code)),
        (_("主责人"), lead.name if lead and full else None),
        (_("转给"), _receiver(referral, names_of(session, [referral]))),
        (_("承办部门"), referral.department.label if referral.department else None),
    ]
    if referral.kind is ReferralKind.REFERRAL:
        agreed = sides.has_consent(session, referral)
        pairs.append((_("本人同意"), _("同意转介") if agreed else _("已撤回或到期")))
    if reads_words(session, referral, actor):
        pairs.append((_("需要的帮助"), referral.words, "wide"))
    return pairs


def _result(referral: Referral) -> list[tuple[Any, ...]]:
    if referral.result is None:
        return []
    return [
        (_("结果"), referral.result.label),
        (_("办理日期"), referral.result_on.isoformat() if referral.result_on else None),
        (_("金额或价值"), figures.money_html(referral.result_fen) if referral.result_fen else None),
        (_("内容"), referral.result_words, "wide"),
    ]


def timeline(session: Session, referral: Referral, actor: Actor) -> list[dict[str, Any]]:
    """Return the whole chain, the newest first; a receiver reads the own leg of it."""
    steps = queries.chain(session, referral.id)
    inside = sides.is_office(actor, referral.region_code) or sides.may_confirm(session, actor, referral)
    if sides.is_receiver(actor, referral) and not inside:
        steps = [one for one in steps if one.step.leg == referral.leg]
    names = names_of(session, [one.step for one in steps])
    return [
        {
            "what": _what(one.step, _receiver(one.step, names)),
            "who": one.actor_name if one.step.by_person_id else None,
            "when": one.step.happened_at,
            "note": _note(one),
            "tone": _TONES.get(one.step.to_state),
            "now": number == 0,
        }
        for number, one in enumerate(steps)
    ]


def _what(step: ReferralStep, receiver: str) -> str:
    match step.from_state, step.to_state:
        case None, _to:
            return _("转给 %(name)s", name=receiver)
        case S.RETURNED, S.SENT:
            return _("另转 %(name)s", name=receiver)
        case S.DONE, S.ACCEPTED:
            return _("没有确认，继续办理")
        case _from, to:
            return {
                S.SENT: _("转给 %(name)s", name=receiver),
                S.ACCEPTED: _("接收"),
                S.RETURNED: _("退回"),
                S.DONE: _("办结，待确认"),
                S.CONFIRMED: _("救助对象或主责人确认"),
                S.CLOSED: _("归档"),
                S.STOPPED: _("停止"),
            }[to]


def _note(one: queries.Step) -> str | None:
    late = _("应于 %(day)s 前办理。", day=one.step.due_on) if _is_late(one.step) else ""
    return " ".join(part for part in (late, one.note) if part) or None


def _is_late(step: ReferralStep) -> bool:
    return step.due_on is not None and clock.civil_date(step.happened_at) > step.due_on


def rows(session: Session, found: Sequence[Referral], door: str) -> list[dict[str, Any]]:
    """Return the lines of a list, names masked."""
    names = parties.names_of(session, list({one.person_id for one in found}))
    kinds = aid_kinds.names_of(session, {one.aid_kind_id for one in found})
    places = regions.full_names(session, {one.region_code for one in found})
    due, receivers = clocks.running(session, [one.id for one in found]), names_of(session, found)
    return [
        {
            "title": kinds.get(one.aid_kind_id, ""),
            "kind": str(one.kind.label),
            "url": f"{door}/{one.code}",
            "who": public_name(names.get(one.person_id, "")),
            "place": places.get(one.region_code, one.region_code),
            "holder": holder(one, receivers, places.get(one.region_code, one.region_code)),
            "since": one.state_since,
            "due_on": due[one.id].deadline.due_on if one.id in due else None,
            "state": one.state,
            "tone": "overdue" if one.id in due and due[one.id].is_late else _TONES.get(one.state),
        }
        for one in found
    ]


def columns() -> list[dict[str, Any]]:
    """Return the columns of a list."""
    return [
        {"key": "title", "label": _("需要的帮助"), "card": "title", "url": "url", "sub": "kind"},
        {"key": "who", "label": _("当事人")},
        {"key": "place", "label": _("所在地")},
        {"key": "holder", "label": _("现在在谁手里")},
        {"key": "since", "label": _("自"), "kind": "date"},
        {"key": "due_on", "label": _("应于"), "kind": "date"},
        {"key": "state", "label": _("状态"), "kind": "state", "tone": "tone", "card": "side"},
    ]


def people(session: Session, household_id: uuid.UUID) -> list[tuple[uuid.UUID, str]]:
    """Return key and name of who is of a household now."""
    members = household_queries.members(session, household_id)
    return [
        (one.party.id, _("%(name)s（%(relation)s）", name=one.party.name, relation=one.relation.label))
        for one in members
        if one.is_present
    ]
