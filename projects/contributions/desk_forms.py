"""Forms of single steps and of the desk."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectChoice, SelectMultipleField, TextAreaField
from wtforms.widgets import CheckboxInput, ListWidget

from app.fields import HoursField, MoneyField, NotBlank
from app.forms import CleanText, Form, at_most, optional, stripped
from projects.contributions import qualities
from projects.contributions.fields import QuantityField
from projects.contributions.quality_fields import quality_field


class StepForm(Form):
    """A step of one entry by its organisation: only which revision was seen, and maybe a word."""

    revision = HiddenField()
    reason = TextAreaField(_l("说明"), [optional(), at_most(500), CleanText()], filters=[stripped])


class DecisionForm(Form):
    """A decision at the desk."""

    revision = HiddenField()
    verified_minutes = HoursField(_l("核验时长"), [optional()])
    verified_amount = MoneyField(_l("核验金额（价值）"), [optional()])
    verified_quantity = QuantityField(_l("核验数量"), [optional()])
    urgency, night, remote, effect = (quality_field(factor) for factor in qualities.ALL)
    reason = TextAreaField(
        _l("理由"), [optional(), at_most(500), CleanText()], filters=[stripped], render_kw={"rows": 2}
    )


class BatchForm(Form):
    """Several entries accepted at once."""

    chosen = SelectMultipleField(
        _l("选择要核验通过的"),
        [NotBlank(_l("请至少选择一条。"))],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def offer(self, choices: Sequence[tuple[str, str]]) -> None:
        """Set what can be chosen."""
        self.chosen.choices = [SelectChoice(value, label) for value, label in choices]
