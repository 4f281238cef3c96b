"""The register of tips (失信线索): what other offices found and decided. It is kept for the case, never published."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.imports.faults import Fault, found
from app.imports.kinds import Decision, Reason
from app.imports.registers import Field, Register, Row, Verdict, missing
from app.imports.values import (
    choice,
    day,
    day_past,
    fen_of,
    figure,
    label,
    resident_id,
    text,
    yes_no,
    yes_or_no,
)
from app.imports.world import World
from app.parties.duplicates import identity_hash
from app.parties.registers.households_shelf import Households, KnownHousehold
from app.parties.registers.shelf import Parties, place_of, stands
from app.permissions import Permission
from credit.tips import rules, tips
from credit.tips.models import Severity
from credit.tips.shelf import Tips
from credit.tips.tips import TipData

ACTS = "credit_act"
"""The word list of the acts that can be established."""


def decide(row: Row, world: World) -> Verdict:
    """Judge one line: the cells, the household, whether the number is known, and then what the law asks."""
    row.get("id_number")
    row.ensure_present(
        "serial", "household", "id_number", "act", "capacity", "reply_until", "decided", "decision_number",
        "class", "publish_from", "publish_to", "amount",
    )  # fmt: skip
    first, last = _term(row)
    amount_fen, recovered_fen = fen_of(row, "amount"), fen_of(row, "recovered", sign="not_negative") or 0
    if amount_fen is None:
        raise missing("amount")
    severity = _severity(row)
    household = _household(row, world)
    revoked_on: date | None = row.get("revoked")
    served_on: date = row.get("notice_served") or row.need("decided")
    person = world.shelf(Parties).person(identity_hash(row.need("id_number")))
    data = TipData(
        number=row.need("serial"),
        household=household.number,
        household_id=household.party_id,
        person_id=person.party_id if person else None,
        region_code=household.region_code,
        act=world.vocabulary.meaning(ACTS, row.need("act")) or "",
        full_capacity=row.need("capacity"),
        investigators=(row.get("investigator_1") or "", row.get("investigator_2") or ""),
        notice_served_on=served_on,
        reply_until_on=row.need("reply_until"),
        decided_on=row.need("decided"),
        decision_number=row.need("decision_number"),
        basis=row.get("basis") or "",
        severity=severity,
        public_from_on=first,
        public_to_on=last,
        amount_fen=amount_fen,
        recovered_fen=recovered_fen,
        revoked_on=revoked_on,
    )
    _ensure_new(row, world, data)
    _ensure_lawful(row, data)
    world.shelf(Tips).remember(data.number, data.content, place_of(row))
    decision, fault = _outcome(data, world.today)
    return row.accepted(
        key=data.number,
        canonical=canonical_of(data, world.today),
        data=data,
        decision=decision,
        fault=fault,
    )


def _term(row: Row) -> tuple[date, date]:
    for name in ("notice_served", "reply_until", "decided", "revoked"):
        row.get(name)
    first, last = row.need("publish_from"), row.need("publish_to")
    if last < first:
        raise found(Reason.DATE_RANGE, _("公示截止早于公示起始，请核对。"), field="publish_to")
    return first, last


def _severity(row: Row) -> Severity:
    severity = rules.severity_of(row.need("class"))
    if severity is None:
        known = "、".join(one.name for one in rules.bounds().values())
        sentence = _("类别只能是：%(known)s。", known=known)
        raise found(Reason.CHOICE_UNKNOWN, sentence, field="class")
    return severity


def _household(row: Row, world: World) -> KnownHousehold:
    number = row.need("household")
    household = world.shelf(Households).find(number)
    if household is None:
        sentence = _("没有编号为 %(number)s 的家庭，请核对，或先导入救助对象台账。", number=number)
        raise found(Reason.HOUSEHOLD_UNKNOWN, sentence, field="household")
    if not world.scope.covers(household.region_code):
        raise found(Reason.OUT_OF_SCOPE, _("这个家庭不在您的辖区内。"), field="household")
    return household


def _ensure_new(row: Row, world: World, data: TipData) -> None:
    known = world.shelf(Tips).find(data.number)
    if known is None:
        return
    where = stands(known.where, row)
    if known.content == data.content:
        sentence = _("线索编号 %(number)s %(where)s，内容相同，不再导入。", number=data.number, where=where)
        raise found(Reason.DUP_SERIAL, sentence, field="serial", decision=Decision.DUPLICATE)
    sentence = _("线索编号 %(number)s %(where)s，但内容不同，请核对。", number=data.number, where=where)
    raise found(Reason.SERIAL_CONFLICT, sentence, field="serial", decision=Decision.REVIEW)


def _ensure_lawful(row: Row, data: TipData) -> None:
    """Raise Found for the first duty that the line shows was not kept."""
    if not data.full_capacity:
        raise found(
            Reason.NO_CAPACITY,
            _("当事人没有完全民事行为能力，不作失信认定；应当退回的款项另行追回。"),
            field="capacity",
        )
    one, other = data.investigators
    if not one or not other or one == other:
        sentence = _("调查人员应为两名不同的人，请补填。")
        raise found(Reason.INVESTIGATORS_LT_2, sentence, field="investigator_2" if one else "investigator_1")
    if row.is_blank("notice_served"):
        raise found(Reason.NOTICE_MISSING, _("没有事先告知书的送达日期。"), field="notice_served")
    if data.decided_on < data.reply_until_on:
        sentence = _("陈述申辩期 %(day)s 届满，决定早于这一天。", day=data.reply_until_on.isoformat())
        raise found(Reason.DECIDED_BEFORE_REPLY_DATE, sentence, field="decided")
    if not data.basis:
        raise found(Reason.BASIS_MISSING, _("请写明认定依据的法律条款。"), field="basis")
    if not data.act:
        sentence = _("“%(act)s”不在可以认定的失信行为里。", act=row.need("act"))
        raise found(Reason.ACT_NOT_IN_LIST, sentence, field="act")
    bound = rules.bounds()[data.severity]
    if (data.public_to_on - data.public_from_on).days > bound.longest_days:
        sentence = _(
            "“%(name)s”的公示期最长 %(days)d 天，请核对起止日期。", name=bound.name, days=bound.longest_days
        )
        raise found(Reason.PERIOD_TOO_LONG, sentence, field="publish_to")


def _outcome(data: TipData, today: date) -> tuple[Decision, Fault | None]:
    if data.recovered_fen > data.amount_fen:
        sentence = _("已追回的多于骗取的，请核对。")
        fault = Fault(Reason.RECOVERED_OVER_AMOUNT, sentence, "recovered", Decision.REVIEW)
        return Decision.REVIEW, fault
    if data.revoked_on is not None and data.revoked_on <= today:
        sentence = _("决定已于 %(day)s 撤销，只存档。", day=data.revoked_on.isoformat())
        return Decision.SKIP_PUBLISH, Fault(Reason.REVOKED, sentence, "revoked", Decision.SKIP_PUBLISH)
    if data.public_to_on < today:
        sentence = _("公示期已于 %(day)s 届满，只存档。", day=data.public_to_on.isoformat())
        return Decision.EXPIRED, Fault(Reason.PERIOD_OVER, sentence, "publish_to", Decision.EXPIRED)
    return Decision.ACCEPT, None


def canonical_of(data: TipData, today: date) -> dict[str, Any]:
    """Return the tip as it is exported; money in fen."""
    return {
        "household": data.household,
        "klass": rules.bounds()[data.severity].name,
        "publish_from": data.public_from_on.isoformat(),
        "publish_to": data.public_to_on.isoformat(),
        "amount_fen": data.amount_fen,
        "recovered_fen": data.recovered_fen,
        "public_on_as_of": rules.is_public(today, data.public_from_on, data.public_to_on, data.revoked_on),
    }


def prefetch(world: World, rows: Sequence[Row]) -> None:
    """Fetch the households, people and tips that these lines name."""
    if world.session is None:
        return
    read = [{name: one.value for name, one in row.readings.items()} for row in rows]
    world.shelf(Households).want(numbers=[one["household"] for one in read if one.get("household")])
    world.shelf(Parties).want_people(identity_hash(one["id_number"]) for one in read if one.get("id_number"))
    world.shelf(Tips).want(one["serial"] for one in read if one.get("serial"))


FIELDS = (
    Field("serial", _l("线索编号"), label(40), required=True, example="XS0001"),
    Field("household", _l("家庭编号"), label(20), required=True, example="H00070"),
    Field("id_number", _l("户主身份证号"), resident_id, required=True, secret=True),
    Field(
        "act", _l("行为"), label(60), required=True,
        choices=lambda world: list(dict.fromkeys(world.vocabulary.words.get(ACTS, {}).values())),
    ),
    Field("capacity", _l("完全民事行为能力"), yes_no, required=True, choices=yes_or_no),
    Field("investigator_1", _l("调查人一"), label(50)),
    Field("investigator_2", _l("调查人二"), label(50)),
    Field("notice_served", _l("告知书送达日期"), day_past),
    Field("reply_until", _l("陈述申辩期限届满"), day, required=True),
    Field("decided", _l("决定日期"), day_past, required=True),
    Field("decision_number", _l("决定书文号"), text(100), required=True),
    Field("basis", _l("认定依据"), text(200)),
    Field(
        "class", _l("类别"), choice("credit_class"), required=True,
        choices=lambda _world: [one.name for one in rules.bounds().values()],
    ),
    Field("publish_from", _l("公示起始"), day, required=True),
    Field("publish_to", _l("公示截止"), day, required=True),
    Field("amount", _l("骗取金额（元）"), figure, required=True),
    Field("recovered", _l("已追回（元）"), figure),
    Field("revoked", _l("撤销日期"), day),
)  # fmt: skip

TIPS = Register(
    name="tips",
    label=_l("失信线索"),
    order=90,
    fields=FIELDS,
    decide=decide,
    prefetch=prefetch,
    admit=tips.record_many,
    undo=tips.undo_many,
    permission=Permission.ENTER_TIPS,
    about=_l("一行是一条救助失信线索及其认定。只存档备查，不会由此公布任何信息。"),
)
"""``order``: after the households that its lines name."""
