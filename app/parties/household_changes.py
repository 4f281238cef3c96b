"""The changes of a household file that staff make by hand: each step with its form and the verb that it calls."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app import clock
from app.errors import NotFound
from app.forms import Form
from app.parties import household_facts, household_moves, household_queries, households, persons
from app.parties import queries as parties
from app.parties.household_forms import (
    CategoryForm,
    ChangeForm,
    CloseForm,
    DeathForm,
    EndCategoryForm,
    EndForm,
    HeadForm,
    LeadWorkerForm,
    MemberForm,
    MoveForm,
    PersonFields,
    SplitForm,
    TagForm,
)
from app.parties.household_kinds import LeavingCause, PersonTagKind
from app.parties.households import MemberData
from app.parties.kinds import Capacity, HouseholdRelation
from app.permissions import Actor

Act = Callable[[Session, uuid.UUID, Any, Actor], None]


@dataclass(frozen=True)
class Change:
    """One step: what it is called, what it does to the file in words, its form, and the verb."""

    title: Any
    effect: Any
    form: type[Form]
    act: Act
    is_grave: bool = False


def person_of(session: Session, form: PersonFields, region_code: str, actor: Actor) -> uuid.UUID:
    """Return the person whom a form means: known by the number, or entered new."""
    typed = form.person(region_code)
    if typed.identity_number:
        known = parties.by_identity_number(session, typed.identity_number)
        if known is not None:
            return known.id
    return persons.register_member(session, typed, different=form.different.data or "", actor=actor).id


def _add(session: Session, household_id: uuid.UUID, form: MemberForm, actor: Actor) -> None:
    region = parties.get(session, household_id).region_code
    member = MemberData(
        person_of(session, form, region, actor),
        HouseholdRelation(form.relation.data),
        Capacity(form.capacity.data),
    )
    households.add_member(
        session, household_id, member, on=form.on.data, reason=form.reason.data or "", actor=actor
    )


def _end(session: Session, household_id: uuid.UUID, form: EndForm, actor: Actor) -> None:
    households.end_membership(
        session,
        household_id,
        form.need("person"),
        on=form.on.data or clock.today(),
        cause=LeavingCause(form.cause.data),
        reason=form.reason.data or "",
        actor=actor,
        new_head_id=form.key("new_head"),
    )


def _death(session: Session, household_id: uuid.UUID, form: DeathForm, actor: Actor) -> None:
    household_moves.record_death(
        session,
        household_id,
        form.need("person"),
        on=form.on.data or clock.today(),
        reason=form.reason.data or "",
        actor=actor,
        new_head_id=form.key("new_head"),
    )


def _head(session: Session, household_id: uuid.UUID, form: HeadForm, actor: Actor) -> None:
    households.change_head(
        session,
        household_id,
        form.need("head"),
        on=form.on.data or clock.today(),
        reason=form.reason.data or "",
        actor=actor,
    )


def _change(session: Session, household_id: uuid.UUID, form: ChangeForm, actor: Actor) -> None:
    households.change_member(
        session,
        household_id,
        form.need("person"),
        relation=HouseholdRelation(form.relation.data),
        capacity=Capacity(form.capacity.data),
        reason=form.reason.data or "",
        actor=actor,
    )


def _split(session: Session, household_id: uuid.UUID, form: SplitForm, actor: Actor) -> None:
    head = form.need("head")
    going = {uuid.UUID(one) for one in form.members.data or ()} | {head}
    there = {one.party.id: one for one in household_queries.members(session, household_id) if one.is_present}
    members = [
        MemberData(
            who,
            HouseholdRelation.HEAD if who == head else HouseholdRelation.OTHER,
            there[who].capacity if who in there else Capacity.FULL,
        )
        for who in sorted(going)
    ]
    household_moves.split(
        session,
        household_id,
        members=members,
        on=form.on.data or clock.today(),
        reason=form.reason.data or "",
        actor=actor,
        new_head_id=form.key("new_head"),
    )


def _move(session: Session, household_id: uuid.UUID, form: MoveForm, actor: Actor) -> None:
    household_moves.move(
        session,
        household_id,
        region_code=form.region_code.data or "",
        on=form.on.data or clock.today(),
        reason=form.reason.data or "",
        actor=actor,
    )


def _begin_category(session: Session, household_id: uuid.UUID, form: CategoryForm, actor: Actor) -> None:
    household_facts.begin_category(
        session,
        household_id,
        category=form.category.data or "",
        begin_on=form.on.data or clock.today(),
        reason=form.reason.data or "",
        actor=actor,
        person_id=form.key("person"),
        cause=form.cause.data,
    )


def _end_category(session: Session, household_id: uuid.UUID, form: EndCategoryForm, actor: Actor) -> None:
    household_facts.end_category(
        session,
        household_id,
        category_id=uuid.UUID(form.category.data),
        end_on=form.on.data or clock.today(),
        reason=form.reason.data or "",
        actor=actor,
    )


def _tag(session: Session, household_id: uuid.UUID, form: TagForm, actor: Actor) -> None:
    who, tag, day = form.need("person"), PersonTagKind(form.tag.data), form.on.data or clock.today()
    why = form.reason.data or ""
    if form.step.data == "end":
        household_facts.end_tag(session, household_id, who, tag=tag, end_on=day, reason=why, actor=actor)
    else:
        household_facts.begin_tag(session, household_id, who, tag=tag, begin_on=day, reason=why, actor=actor)


def _lead_worker(session: Session, household_id: uuid.UUID, form: LeadWorkerForm, actor: Actor) -> None:
    named = form.lead_worker.data
    worker = household_queries.worker_named(session, named).id if named else None
    household_facts.set_lead_worker(session, household_id, worker, reason=form.reason.data or "", actor=actor)


def _close(session: Session, household_id: uuid.UUID, form: CloseForm, actor: Actor) -> None:
    household_moves.close(
        session,
        household_id,
        on=form.on.data or clock.today(),
        reason=form.reason.data or "",
        actor=actor,
    )


CHANGES: Mapping[str, Change] = {
    "member": Change(
        _l("增加成员"), _l("登记册里有此人的只填号码，没有的填写姓名等信息。"), MemberForm, _add
    ),
    "leaving": Change(_l("成员迁出"), _l("从这一天起不再是这户的成员，以往的记录保留。"), EndForm, _end),
    "details": Change(_l("变更关系和行为能力"), _l("原来的记录保留在经过里。"), ChangeForm, _change),
    "head": Change(_l("变更户主"), _l("其余成员与户主的关系要随后重新填写。"), HeadForm, _head),
    "split": Change(
        _l("分户"),
        _l("分出去的成员立为新的一户，由另一位工作人员复核建档；求助和帮扶计划留在原户。"),
        SplitForm,
        _split,
    ),
    "move": Change(_l("迁移"), _l("档案和成员随户迁移，迁出后由迁入地管理。"), MoveForm, _move),
    "death": Change(
        _l("成员去世"),
        _l("登记后不能撤回。最后一名成员去世的，档案同时终止。"),
        DeathForm,
        _death,
        is_grave=True,
    ),
    "category": Change(
        _l("列入类别"), _l("法定救助由上级系统认定，这里照录结果。"), CategoryForm, _begin_category
    ),
    "category-end": Change(
        _l("退出类别"), _l("写明最后一天，以往的记录保留。"), EndCategoryForm, _end_category
    ),
    "tag": Change(_l("成员标签"), _l("标签决定走访频次，也决定哪些事项不公示。"), TagForm, _tag),
    "lead-worker": Change(_l("指定主责人"), _l("每户由一位工作人员负到底。"), LeadWorkerForm, _lead_worker),
    "close": Change(
        _l("销户"), _l("成员和类别同时终止，档案保留，不能再变更。"), CloseForm, _close, is_grave=True
    ),
}


def change(step: str) -> Change:
    """Return a step by its name in the address. Raises NotFound."""
    found = CHANGES.get(step)
    if found is None:
        raise NotFound(_("没有这一步。"))
    return found
