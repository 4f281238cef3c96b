"""The register of volunteers (志愿者名册)."""

import re
from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.imports.faults import Fault, found
from app.imports.kinds import Decision, Reason
from app.imports.registers import Field, Register, Row, Verdict
from app.imports.values import day_past, text, yes_no, yes_or_no
from app.imports.vocabulary.terms import folded
from app.imports.world import World
from app.parties import rules
from app.parties.bulk.approving import approve_many
from app.parties.bulk.people import admit_volunteers
from app.parties.bulk.undoing import undo_many
from app.parties.entries import VolunteerEntry
from app.parties.kinds import PersonRoleKind
from app.parties.registers.people import (
    PERSON_FIELDS,
    canonical_person,
    known_without,
    learn_person,
    read_person,
    want_people,
)
from app.permissions import Permission

_BY_THEMSELVES = 14  # years: younger ones only take part with somebody beside them, so a person looks first
_LONGEST_PAPER = 60
_BETWEEN = re.compile(r"[、，,;；/|\s]+")

FIELDS = (
    *PERSON_FIELDS,
    Field("certificates", _l("持有证书"), text(200), hint=_l("几种证书之间用顿号隔开")),
    Field("services", _l("服务意向"), text(200)),
    Field(
        "consent",
        _l("是否同意公示"),
        yes_no,
        choices=yes_or_no,
        hint=_l("填“是”才会公开姓名，空白按不同意处理"),
    ),
    Field("registered", _l("注册日期"), day_past, example="2026-03-05"),
)


def decide(row: Row, world: World) -> Verdict:
    """Judge one row: who it is, where, when registered, known already, of age."""
    person, county = read_person(row, world)
    registered = row.get("registered")
    may_publish: bool = row.get("consent") or False
    papers = _papers(row.get("certificates"), world)
    services = row.get("services")
    known = known_without(row, world, person, PersonRoleKind.VOLUNTEER)
    canonical = canonical_person(row, person, county)
    canonical["certs"] = list(papers)
    canonical["consent"] = may_publish
    canonical["registered"] = registered.isoformat() if registered else ""
    entry = VolunteerEntry(person, registered, papers, services, may_publish)
    if rules.age(person.born_on, world.today) < _BY_THEMSELVES:
        sentence = _("未满 %(age)s 周岁，请与监护人核实后再决定。", age=_BY_THEMSELVES)
        fault = Fault(Reason.UNDER_14, sentence, "id_number", Decision.REVIEW)
        return row.accepted(
            key=person.number, canonical=canonical, data=entry, decision=Decision.REVIEW, fault=fault
        )
    learn_person(row, world, person, known, PersonRoleKind.VOLUNTEER, papers)
    return row.accepted(key=person.number, canonical=canonical, data=entry)


def prefetch(world: World, rows: Sequence[Row]) -> None:
    """Fetch who stands in the register already."""
    want_people(world, rows)


def _papers(stated: str | None, world: World) -> tuple[str, ...]:
    """Return the names of the papers in a cell, each once; words for nothing (无) are none."""
    if stated is None:
        return ()
    words = world.vocabulary.words.get("certificate", {})
    parts = (words.get(folded(part), part) for part in _BETWEEN.split(stated))
    papers = tuple(dict.fromkeys(filter(None, parts)))
    if any(len(paper) > _LONGEST_PAPER for paper in papers):
        sentence = _("一种证书的名称最多 %(most)s 个字，几种证书之间请用顿号隔开。", most=_LONGEST_PAPER)
        raise found(Reason.TEXT_INVALID, sentence, field="certificates")
    return papers


REGISTER = Register(
    "volunteers",
    _l("志愿者名册"),
    30,
    FIELDS,
    decide,
    prefetch,
    admit_volunteers,
    undo_many,
    Permission.ENTER_PARTIES,
    approve=approve_many,
    listed_at="parties_staff.index",
    about=_l("已注册志愿者的名册，每人一行。同一人同时是社会工作者的，不会重复建档。"),
)
