"""The register of social organisations (社会组织名册): social groups, social service institutions, foundations."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.imports.faults import Fault, found
from app.imports.kinds import Decision, Reason
from app.imports.registers import BLANK, Binding, CellReader, Field, Reading, Register, Row, Verdict
from app.imports.values import choice, day, day_past, label, phone, text, uscc, yes_no, yes_or_no
from app.imports.vocabulary.terms import folded
from app.imports.world import World
from app.parties.bulk.approving import approve_many
from app.parties.bulk.organisations import admit_organisations
from app.parties.bulk.undoing import undo_many
from app.parties.entries import OrganisationEntry
from app.parties.kinds import IntegrityState, OrganisationKind
from app.parties.names import match_key
from app.parties.registers import words
from app.parties.registers.people import PLACE_FIELDS, read_name
from app.parties.registers.places import region_of
from app.parties.registers.shelf import KnownParty, Parties, place_of, stands
from app.permissions import Permission

_COUNTY_DIGITS = 6
# Day nought of two computer calendars: where it stands, nobody knew the day.
_NO_DAY = frozenset({date(1900, 1, 1), date(1970, 1, 1)})
# GB 32100: the first two characters of a code tell who registered what.
_KINDS_BY_CODE = {
    "51": OrganisationKind.SOCIAL_GROUP,
    "52": OrganisationKind.SOCIAL_SERVICE_INSTITUTION,
    "53": OrganisationKind.FOUNDATION,
    "12": OrganisationKind.PUBLIC_INSTITUTION,
    "54": OrganisationKind.VILLAGE_COMMITTEE,
    "55": OrganisationKind.VILLAGE_COMMITTEE,
    "91": OrganisationKind.ENTERPRISE,
    "92": OrganisationKind.ENTERPRISE,
    "93": OrganisationKind.ENTERPRISE,
}
_CODES_BY_KIND = {kind: code for code, kind in _KINDS_BY_CODE.items() if code in ("51", "52", "53")}


def kind_in_text(binding: Binding) -> CellReader:
    """Read the kind of organisation out of a cell, a sheet's name or a title that names exactly one kind."""
    listed = binding.world.vocabulary.words.get("organisation_kind", {})

    def read(cell: Any) -> Reading:
        if not isinstance(cell, str) or len(cell) > 200:
            return BLANK
        tidy = folded(cell)
        if tidy in listed:
            return Reading(listed[tidy])
        values = {value for word, value in listed.items() if word in tidy}
        return Reading(values.pop()) if len(values) == 1 else BLANK

    return read


def valid_until(binding: Binding) -> CellReader:
    """Read the last day of a period that is written from first to last, or alone; without one it is open."""
    read_day = day(binding)
    vocabulary = binding.world.vocabulary
    between = tuple(vocabulary.words.get("period", {}))

    def read(cell: Any) -> Reading:
        if isinstance(cell, str) and not cell.isascii():
            if vocabulary.meaning("open_end", cell) is not None:
                return BLANK
            for sign in between:
                if sign in cell:
                    last = cell.rpartition(sign)[2].strip()
                    return read_day(last) if last else BLANK
        return read_day(cell)

    return read


FIELDS = (
    Field("name", _l("社会组织名称"), label(200), required=True),
    Field("uscc", _l("统一社会信用代码"), uscc, required=True),
    Field(
        "type",
        _l("组织类型"),
        kind_in_text,
        from_sheet=True,
        choices=lambda _world: [words.kind_word(kind) for kind in _CODES_BY_KIND],
        hint=_l("没有这一列的，工作表名或标题写明也可以"),
    ),
    Field("certificate_number", _l("登记证号"), label(60)),
    Field("representative", _l("法定代表人"), label(50)),
    Field("is_charity", _l("是否慈善组织"), yes_no, choices=yes_or_no),
    Field("authority", _l("登记管理机关"), text(100)),
    Field("supervisor", _l("业务主管单位"), text(100)),
    Field("established", _l("成立登记日期"), day_past, example="2018-06-01"),
    Field("valid_to", _l("证书有效期至"), valid_until, example="2028-05-31"),
    Field("grade", _l("评估等级"), choice("grading_level")),
    Field("credit", _l("信用状态"), choice("integrity")),
    *PLACE_FIELDS[:2],
    Field("address", _l("住所"), text(200)),
    Field("phone", _l("联系电话"), phone(), secret=True),
)


def decide(row: Row, world: World) -> Verdict:
    """Judge one row: name and code, code against kind, place, dates, known already, certificate in force."""
    row.ensure_present("name", "uscc")
    code: str = row.need("uscc")
    name = read_name(row)
    kind = kind_of_code(row, code)
    county, region = region_of(row, world)
    established, valid_to = _known_day(row.get("established")), _known_day(row.get("valid_to"))
    if established and valid_to and valid_to < established:
        raise found(Reason.DATE_RANGE, _("证书有效期早于成立日期，请核对。"), field="valid_to")
    grade, credit = row.get("grade"), row.get("credit")
    ensure_new(row, world, name, code)
    entry = OrganisationEntry(
        name,
        code,
        kind,
        region,
        established,
        row.get("certificate_number"),
        valid_to,
        row.get("authority"),
        row.get("supervisor"),
        row.get("representative"),
        row.get("is_charity") or False,
        words.grading_of(grade),
        words.integrity_of(credit),
        row.get("address"),
        row.get("phone"),
    )
    canonical = {
        "county": county[:_COUNTY_DIGITS],
        "credit": credit or "",
        "established": established.isoformat() if established else "",
        "grade": grade or "",
        "name": name,
        "type": words.kind_word(kind),
        "uscc": code,
        "valid_to": valid_to.isoformat() if valid_to else "",
    }
    if valid_to is not None and valid_to < world.today:
        sentence = _("登记证书有效期已过（%(day)s），请核对是否已换证。", day=valid_to.isoformat())
        fault = Fault(Reason.CERTIFICATE_EXPIRED, sentence, "valid_to", Decision.REVIEW)
        return row.accepted(key=code, canonical=canonical, data=entry, decision=Decision.REVIEW, fault=fault)
    learn_organisation(row, world, entry)
    return row.accepted(key=code, canonical=canonical, data=entry)


def kind_of_code(row: Row, code: str) -> OrganisationKind:
    """Return the kind that the row states, or that the code tells. Raises Found when they contradict each other."""
    kind = words.kind_of(row.get("type"))
    if kind is None:
        return _KINDS_BY_CODE.get(code[:2], OrganisationKind.SOCIAL_GROUP)
    expected = _CODES_BY_KIND.get(kind)
    if expected is not None and not code.startswith(expected):
        sentence = _(
            "“%(kind)s”的统一社会信用代码应以 %(expected)s 开头，这个代码以 %(given)s 开头，请核对代码或单位类型。",
            kind=words.kind_word(kind),
            expected=expected,
            given=code[:2],
        )
        raise found(Reason.USCC_TYPE_MISMATCH, sentence, field="uscc")
    return kind


def ensure_new(row: Row, world: World, name: str, code: str) -> None:
    """Raise Found when the code is known: the same organisation is a duplicate, another name is for people to judge."""
    known = world.shelf(Parties).organisation(code)
    if known is None:
        return
    if known.match_key == match_key(name):
        sentence = _("这个单位已经录入，不再重复录入（%(where)s）。", where=stands(known.where, row))
        raise found(Reason.DUP_SAME_CODE, sentence, field="uscc", decision=Decision.DUPLICATE)
    sentence = _(
        "这个代码属于“%(name)s”（%(where)s）。请核对代码和名称，改正后再上传。",
        name=known.name,
        where=_("登记册里已有") if known.where is None else stands(known.where, row),
    )
    raise found(Reason.CODE_CONFLICT, sentence, field="uscc", decision=Decision.REVIEW)


def learn_organisation(row: Row, world: World, entry: OrganisationEntry) -> None:
    """Remember an accepted row."""
    world.shelf(Parties).add_organisation(
        entry.uscc,
        KnownParty(
            entry.name,
            match_key(entry.name),
            entry.region_code,
            place_of(row),
            kind=entry.kind,
            is_serious=entry.integrity is IntegrityState.SERIOUS,
        ),
    )


def prefetch(world: World, rows: Sequence[Row]) -> None:
    """Fetch who stands in the register already."""
    if world.session is not None:
        codes = (row.readings["uscc"].value for row in rows if "uscc" in row.readings)
        world.shelf(Parties).want_organisations([code for code in codes if code is not None])


def _known_day(value: date | None) -> date | None:
    return None if value in _NO_DAY else value


REGISTER = Register(
    "organisations",
    _l("社会组织名册"),
    10,
    FIELDS,
    decide,
    prefetch,
    admit_organisations,
    undo_many,
    Permission.ENTER_PARTIES,
    listed_at="parties_staff.index",
    about=_l("社会团体、民办非企业单位和基金会的登记名册，每个单位一行。"),
    approve=approve_many,
)
