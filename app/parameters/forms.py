"""Forms of the parameters page: a new number, and the reason for taking one back."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField
from wtforms.validators import ValidationError

from app import figures
from app.fields import CivilDateField, NotBlank
from app.forms import CleanText, Form, at_most, optional, required, stripped
from app.parameters.kinds import ParameterUnit
from app.regions.forms import RegionField

_LONGEST_NUMBER = 12


def amount_text(unit: ParameterUnit, value: int) -> str:
    """Return a parameter's number with its unit: sums in yuan, minutes as hours."""
    if unit is ParameterUnit.FEN:
        return figures.money(value)
    if unit is ParameterUnit.MINUTES:
        return figures.hours(value)
    return f"{value:,} {unit.label}"


class ProposalForm(Form):
    """A number from a future day on."""

    value = StringField(_l("新的数值"), [required(), at_most(40), CleanText()], filters=[stripped])
    valid_from = CivilDateField(_l("生效日期"), [NotBlank()])
    region_code = RegionField(_l("适用范围"), [optional()])
    article = StringField(_l("依据文件和文号"), [NotBlank(), at_most(200), CleanText()], filters=[stripped])

    unit: ParameterUnit = ParameterUnit.COUNT
    number: int = 0

    def validate_value(self, field: Any) -> None:
        """Read the number as the parameter's unit wants it; what cannot be read is said beside the field."""
        text = str(field.data or "")
        try:
            if self.unit is ParameterUnit.FEN:
                self.number = figures.read_money(text)
            elif self.unit is ParameterUnit.MINUTES:
                self.number = figures.read_hours(text)
            else:
                self.number = _whole(text)
        except figures.UnreadableFigure as problem:
            raise ValidationError(str(problem)) from problem


class WithdrawalForm(Form):
    """Why a number is taken back."""

    reason = TextAreaField(_l("撤回的理由"), [NotBlank(), at_most(200), CleanText()], filters=[stripped])


def _whole(text: str) -> int:
    bare = text.replace(",", "").replace("，", "")
    if not (bare.isascii() and bare.isdecimal() and len(bare) <= _LONGEST_NUMBER):
        raise figures.UnreadableFigure(_("请填写一个整数，例如 7。"))
    return int(bare)
