"""Forms of contributions: one per group of kinds, so that only the fields of that kind are asked."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    FormField,
    HiddenField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms import Form as PlainForm

from app import clock
from app.errors import Refused
from app.fields import (
    CivilDateField,
    EvidenceField,
    LineList,
    MoneyField,
    NotBlank,
    NotInFuture,
)
from app.files import evidence
from app.files.evidence import Received
from app.forms import CleanText, Form, at_most, optional, stripped
from app.regions.forms import RegionField
from points.rulesets.kinds import ContributionKind
from projects.catalogue.models import CatalogueItem
from projects.contributions import qualities
from projects.contributions.entries import Entry, LineEntry
from projects.contributions.fields import ClockField, ItemField, MinutesField, QuantityField, choice_of
from projects.contributions.hours import DAY
from projects.contributions.models import Contribution
from projects.contributions.quality_fields import quality_field, read_qualities
from projects.contributions.rules import GIFT_KINDS, LINE_KINDS, TIME_KINDS, EvidenceKind, ValueBasis

LINES = 6


def _text(label: Any, *validators: Any, most: int = 200, **values: Any) -> StringField:
    return StringField(label, [*validators, at_most(most), CleanText()], filters=[stripped], **values)


class EntryForm(Form):
    """What every kind asks."""

    giver = _text(
        _l("贡献方"), NotBlank(_l("请填写是谁贡献的。")), render_kw={"list": "givers", "autocomplete": "off"}
    )
    happened_on = CivilDateField(_l("日期"), [NotBlank(), NotInFuture()])
    region_code = RegionField(_l("受益地"), [NotBlank(_l("请选择受益地。"))])
    beneficiary = _text(
        _l("受益对象"),
        optional(),
        description=_l("只写地区和人群，例如“西关村独居老人 12 名”，不写姓名和证件号。"),
    )
    description = TextAreaField(
        _l("说明"), [optional(), at_most(1000), CleanText()], filters=[stripped], render_kw={"rows": 3}
    )
    urgency, night, remote = (quality_field(factor) for factor in qualities.CLAIMED)
    free_of_charge = BooleanField(_l("以上为无偿贡献：没有报酬，不是政府购买服务，也没有附带回报"))
    revision = HiddenField()

    evidence_kinds: tuple[EvidenceKind, ...] = (EvidenceKind.PHOTO, EvidenceKind.OTHER)

    def evidence_fields(self) -> list[tuple[EvidenceKind, Any]]:
        """Return the file inputs of this form with the kind of evidence that each takes."""
        return [(kind, self[f"file_{kind.value}"]) for kind in EvidenceKind if f"file_{kind.value}" in self]

    def receive(self) -> list[tuple[EvidenceKind, Received]]:
        """Check and write the uploads; call before the transaction. Raises InvalidInput beside the input."""
        return [
            (kind, evidence.receive(one.stream, one.filename, field=field.name))
            for kind, field in self.evidence_fields()
            for one in field.data or ()
        ]

    def note_refusal(self, refused: Refused) -> None:
        """Put a refusal beside the field that its rule means."""
        name = {"party": "giver", "unit": "item"}.get(refused.field or "", refused.field)
        if name and name.startswith("lines-") and "lines" in self:
            _lines, number, part = name.split("-")
            field = [line for line in self.lines if line.item.data][int(number)][part]
            field.errors = [*field.errors, str(refused.sentence)]
            self.lines.errors = [str(refused.sentence)]
        else:
            super().note_refusal(type(refused)(refused.sentence, field=name))

    def entry(self, kind: ContributionKind, party_id: uuid.UUID) -> Entry:
        """Return what was typed as an entry."""
        return Entry(
            party_id=party_id,
            kind=kind,
            happened_on=self.happened_on.data or clock.today(),
            region_code=self.region_code.data,
            free_of_charge=bool(self.free_of_charge.data),
            beneficiary=self.beneficiary.data or "",
            description=self.description.data or "",
            qualities={
                factor: value for factor, value in read_qualities(self, qualities.CLAIMED).items() if value
            },
            **self.own_values(),
        )

    def own_values(self) -> dict[str, Any]:
        """Return the values that only this kind has."""
        return {}


class GiftForm(EntryForm):
    """What gifts ask besides: the receipt, or that it was given up, and who received it."""

    receipt_number = _text(
        _l("捐赠票据号"), optional(), most=30, description=_l("票据右上角的号码；同一张票据只能登记一次。")
    )
    receipt_waiver = _text(
        _l("放弃票据的记录"), optional(), description=_l("捐赠人明确放弃票据的，写明方式和日期。")
    )
    receiver_name = _text(
        _l("受赠单位"),
        optional(),
        most=100,
        description=_l("开具票据的单位。本单位收下的可以不填；本单位捐出的必须填。"),
    )
    file_receipt = EvidenceField(_l("捐赠票据"))
    file_hand_over = EvidenceField(_l("交接单或签收单"))
    file_other = EvidenceField(_l("其他材料"))

    def own_values(self) -> dict[str, Any]:
        """Return receipt and receiver."""
        return {
            "receipt_number": self.receipt_number.data or "",
            "receipt_waiver": self.receipt_waiver.data or "",
            "receiver_name": self.receiver_name.data or "",
        }


class MoneyForm(GiftForm):
    """A gift of money."""

    amount = MoneyField(_l("金额"), [NotBlank()])

    def own_values(self) -> dict[str, Any]:
        """Return the amount."""
        return {**super().own_values(), "item": "money", "amount_fen": self.amount.data}


class LineForm(PlainForm):
    """One line of goods."""

    item = ItemField(_l("名称和单位"))
    quantity = QuantityField(_l("数量"))
    value = MoneyField(_l("价值"))
    basis = SelectField(
        _l("价值依据"),
        choices=[
            SelectChoice(basis.value, basis.label) for basis in ValueBasis if basis is not ValueBasis.LEDGER
        ],
        default=ValueBasis.NONE.value,
    )
    basis_note = StringField(_l("依据编号"), [at_most(100), CleanText()], filters=[stripped])

    def validate(self, extra_validators: Any = None) -> bool:
        """A line is whole or empty."""
        fine: bool = super().validate(extra_validators)
        if self.item.data and self.quantity.is_blank:
            self.quantity.errors = [_("请填写数量。")]
            return False
        if not self.item.data and not (self.quantity.is_blank and self.value.is_blank):
            self.item.errors = [_("请选择名称和单位。")]
            return False
        return fine


class LinesForm(GiftForm):
    """A gift of goods, or a facility."""

    lines = LineList(FormField(LineForm), lines=LINES, anchor="item")

    def own_values(self) -> dict[str, Any]:
        """Return the lines that were filled."""
        return {
            **super().own_values(),
            "lines": tuple(
                LineEntry(
                    item=line.item.slug,
                    quantity_thousandths=line.quantity.data,
                    unit=line.item.unit,
                    value_fen=line.value.data,
                    basis=ValueBasis(line.basis.data),
                    basis_note=line.basis_note.data or "",
                )
                for line in self.lines
                if line.item.data
            ),
        }


class ServiceForm(EntryForm):
    """Hours of service of one person."""

    item = ItemField(_l("服务内容"), [NotBlank(_l("请选择服务内容。"))])
    start = ClockField(_l("开始时间"), [NotBlank()])
    end = ClockField(_l("结束时间"), [NotBlank()], description=_l("过了午夜的，直接写次日的时刻。"))
    break_minutes = MinutesField(_l("扣除时间"), [optional()], description=_l("路途、用餐和休息不计入时长。"))
    published_before = BooleanField(_l("活动在开始之前已经发布"))
    file_attendance_sheet = EvidenceField(_l("签到表"))
    file_confirmation = EvidenceField(_l("受益方确认"))
    file_photo = EvidenceField(_l("现场照片"))

    def own_values(self) -> dict[str, Any]:
        """Return the hours; an end before an afternoon's start is on the next day."""
        start, end = self.start.data or 0, self.end.data or 0
        if end <= start and end + DAY - start <= DAY // 2:
            end += DAY
        return {
            "item": self.item.slug,
            "start_minute": start,
            "end_minute": end,
            "break_minutes": self.break_minutes.data or 0,
            "published_before": bool(self.published_before.data),
        }


class QuantityForm(EntryForm):
    """Training, agencies, projects, jobs: an item and how many."""

    item = ItemField(_l("事项和单位"), [NotBlank(_l("请选择事项。"))])
    quantity = QuantityField(_l("数量"), [NotBlank()])
    file_agreement = EvidenceField(_l("协议、批复或名册"))
    file_photo = EvidenceField(_l("现场照片"))

    def own_values(self) -> dict[str, Any]:
        """Return item, unit and quantity."""
        return {"item": self.item.slug, "unit": self.item.unit, "quantity_thousandths": self.quantity.data}


def form_class(kind: ContributionKind) -> type[EntryForm]:
    """Return the form of a kind."""
    if kind in LINE_KINDS:
        return LinesForm
    if kind in TIME_KINDS:
        return ServiceForm
    return MoneyForm if kind in GIFT_KINDS else QuantityForm


def values_of(
    contribution: Contribution, *, items: Mapping[uuid.UUID, CatalogueItem], giver: str
) -> dict[str, Any]:
    """Return a stored entry as values of its form, for editing."""
    one = contribution
    lines: Sequence[dict[str, Any]] = [
        {
            "item": choice_of(items[line.item_id].slug, line.unit),
            "quantity": line.entered_thousandths,
            "value": line.value_fen,
            # That a ledger says so is no basis that a form can claim: the clerk chooses one.
            "basis": ValueBasis.NONE.value if line.basis is ValueBasis.LEDGER else line.basis.value,
            "basis_note": line.basis_note,
        }
        for line in one.lines
    ]
    item = choice_of(items[one.item_id].slug, items[one.item_id].base_unit)
    return {
        "giver": giver,
        "happened_on": one.happened_on,
        "region_code": one.region_code,
        "beneficiary": one.beneficiary,
        "description": one.description,
        **{factor.value: value for factor, value in qualities.of(one).items()},
        "free_of_charge": one.free_of_charge,
        "receipt_number": one.receipt_number,
        "receipt_waiver": one.receipt_waiver,
        "receiver_name": one.receiver_name,
        "amount": one.amount_fen,
        "lines": lines,
        "item": item,
        "start": one.start_minute,
        "end": one.end_minute,
        "break_minutes": one.break_minutes or None,
        "published_before": one.published_before,
        "quantity": one.quantity_thousandths,
        "revision": str(one.revision),
    }


def new_values(region_code: str) -> dict[str, Any]:
    """Return what a new form begins with."""
    return {"happened_on": clock.today(), "region_code": region_code}
