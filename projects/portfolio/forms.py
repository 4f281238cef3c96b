"""What comes in about projects: the proposal, a step of its organisation, a decision of the bureau."""

import uuid
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Form as PlainForm
from wtforms import (
    FormField,
    HiddenField,
    IntegerField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import NumberRange
from wtforms.widgets import CheckboxInput, ListWidget

from app import clock
from app.errors import InvalidInput, Refused
from app.fields import CivilDateField, LineList, MoneyField, NotBlank, Positive
from app.forms import CleanText, Form, at_most, optional, stripped
from app.regions.forms import RegionField, city_region
from projects.portfolio.kinds import FundingSource
from projects.portfolio.models import Campaign, Project
from projects.portfolio.proposals import Proposal
from projects.portfolio.rules import BudgetLine, Funds

LINES = 10
"""Lines of a budget."""
PLACES = 4
_BESIDE = {"places": "place_1", "funding": "fund_charity"}
"""Where a refusal of several fields is said."""


def _text(label: Any, *validators: Any, most: int = 200, **values: Any) -> StringField:
    return StringField(label, [*validators, at_most(most), CleanText()], filters=[stripped], **values)


def _long(label: Any, *, rows: int, most: int = 5000, **values: Any) -> TextAreaField:
    shape = {"rows": rows}
    checks = [optional(), at_most(most), CleanText()]
    return TextAreaField(label, checks, filters=[stripped], render_kw=shape, **values)


class PlaceField(RegionField):
    """A town, a county, or the whole city."""

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self._city = city_region()
        self.choices.insert(1, SelectChoice(self._city, _l("全市")))

    def pre_validate(self, form: Any) -> None:
        """Refuse a code that is not in the list."""
        if self.data != self._city:
            super().pre_validate(form)


class BudgetLineForm(PlainForm):
    """One line of a budget."""

    purpose = _text(_l("用途"), optional(), most=100)
    amount = MoneyField(_l("金额"), [Positive()])

    def validate(self, extra_validators: Any = None) -> bool:
        """A line is whole or empty."""
        fine: bool = super().validate(extra_validators)
        if self.purpose.data and self.amount.is_blank:
            self.amount.errors = [_("请填写金额。")]
            return False
        if not self.purpose.data and not self.amount.is_blank:
            self.purpose.errors = [_("请写明用途。")]
            return False
        return fine


class ProposalForm(Form):
    """A project, as its organisation proposes it. What is not known yet may stay empty until it is handed in."""

    name = _text(_l("项目名称"), NotBlank(_l("请填写项目名称。")), most=200)
    campaign = SelectField(_l("专项行动"), choices=[], default="")
    place_1 = PlaceField(_l("实施地区"), [NotBlank(_l("请选择实施地区。"))])
    place_2 = PlaceField(_l("第二个地区"))
    place_3 = PlaceField(_l("第三个地区"))
    place_4 = PlaceField(_l("第四个地区"))
    start_on = CivilDateField(_l("开始日期"), [NotBlank()])
    end_on = CivilDateField(_l("结束日期"), [NotBlank()])
    target_group = _text(
        _l("帮扶对象"),
        optional(),
        description=_l("只写地区和人群，例如“石鼓镇 70 岁以上独居老人”，不写姓名和证件号。"),
    )
    target_households = IntegerField(
        _l("预计帮助户数"),
        [optional(), NumberRange(1, 1_000_000, message=_l("请填写 1 到 1,000,000 之间的整数。"))],
    )
    plan = _long(_l("实施方案"), rows=6, description=_l("做什么、怎么做、分几步。立项公示时公开。"))
    expected_effect = _long(
        _l("预期成效"), rows=3, most=2000, description=_l("写能数得出来的，结项评价时对照。")
    )
    responsible_name = _text(
        _l("项目负责人"), optional(), most=50, render_kw={"list": "people", "autocomplete": "off"}
    )
    responsible_phone = _text(
        _l("负责人电话"), optional(), most=30, description=_l("只供审核人员联系，不公开。")
    )
    budget = LineList(FormField(BudgetLineForm), lines=LINES, anchor="purpose")
    revision = HiddenField()

    def offer(self, campaigns: Sequence[Campaign]) -> None:
        """Set which campaigns can be chosen."""
        none = SelectChoice("", _("不属于专项行动"))
        self.campaign.choices = [none, *(SelectChoice(str(one.id), one.title) for one in campaigns)]

    def fund_fields(self) -> list[tuple[FundingSource, Any]]:
        """Return the input of each source."""
        return [(source, self[f"fund_{source.value}"]) for source in FundingSource]

    def note(self, refused: Refused) -> None:
        """Put a refusal beside the field that its rule means."""
        if refused.field == "budget":
            self.budget.errors = [str(refused.sentence)]
            for other in refused.others:
                self.note(other)
            return
        moved = type(refused)(refused.sentence, field=_BESIDE.get(refused.field or "", refused.field))
        moved.others = refused.others
        super().note(moved)

    def proposal(self) -> Proposal:
        """Return what was typed."""
        places = [self[f"place_{number}"].data for number in range(1, PLACES + 1)]
        return Proposal(
            name=self.name.data,
            places=tuple(one for one in places if one),
            start_on=self.start_on.data or clock.today(),
            end_on=self.end_on.data or clock.today(),
            campaign_id=uuid.UUID(self.campaign.data) if self.campaign.data else None,
            plan=self.plan.data or "",
            target_group=self.target_group.data or "",
            target_households=self.target_households.data,
            expected_effect=self.expected_effect.data or "",
            responsible_name=self.responsible_name.data or "",
            responsible_phone=self.responsible_phone.data or "",
            budget=tuple(
                BudgetLine(line.purpose.data, line.amount.data) for line in self.budget if line.purpose.data
            ),
            funding=tuple(Funds(source, field.data) for source, field in self.fund_fields() if field.data),
        )


for _source in FundingSource:
    setattr(ProposalForm, f"fund_{_source.value}", MoneyField(_source.label, [Positive()]))


def values_of(project: Project, places: Sequence[str]) -> dict[str, Any]:
    """Return a stored proposal as values of its form, for amending."""
    return {
        "name": project.name,
        "campaign": str(project.campaign_id) if project.campaign_id else "",
        **{f"place_{number}": code for number, code in enumerate(places[:PLACES], 1)},
        "start_on": project.start_on,
        "end_on": project.end_on,
        "target_group": project.target_group,
        "target_households": project.target_households,
        "plan": project.plan,
        "expected_effect": project.expected_effect,
        "responsible_name": project.responsible_name,
        "responsible_phone": project.responsible_phone,
        "budget": [{"purpose": one.purpose, "amount": one.amount_fen} for one in project.budget],
        **{f"fund_{one.source.value}": one.amount_fen for one in project.funding},
        "revision": str(project.revision),
    }


class StepForm(Form):
    """A step that needs no more than a word."""

    revision = HiddenField()
    reason = TextAreaField(
        _l("说明"), [optional(), at_most(1000), CleanText()], filters=[stripped], render_kw={"rows": 2}
    )


class DecisionForm(Form):
    """A decision at the desk."""

    revision = HiddenField()
    reason = TextAreaField(
        _l("意见"), [optional(), at_most(1000), CleanText()], filters=[stripped], render_kw={"rows": 2}
    )


class BatchForm(Form):
    """Several projects passed at once."""

    selected = SelectMultipleField(
        _l("选择要通过的项目"),
        [NotBlank(_l("请至少选择一个项目。"))],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def offer(self, choices: Sequence[tuple[str, str]]) -> None:
        """Set what can be chosen."""
        self.selected.choices = [SelectChoice(value, label) for value, label in choices]

    def picked(self) -> list[tuple[uuid.UUID, int]]:
        """Return keys and revisions of what was chosen. Raises InvalidInput when the page was not ours."""
        try:
            pairs = [text.partition(":") for text in self.selected.data or []]
            return [(uuid.UUID(key), int(revision)) for key, _colon, revision in pairs]
        except ValueError as wrong:
            raise InvalidInput(_("页面已过期，请重新打开后再办理。")) from wrong
