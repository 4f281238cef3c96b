"""Fields for what the multipliers of a ruleset ask of a contribution: only what the rules in force name."""

from collections.abc import Sequence

from flask_babel import gettext as _
from wtforms import SelectChoice, SelectField

from app.forms import Form, optional
from points.rulesets.kinds import Factor
from projects.contributions.qualities import Choices


def quality_field(factor: Factor) -> SelectField:
    """Return the field of a factor; `offer_qualities` fills or removes it."""
    return SelectField(factor.label, [optional()], choices=[], validate_choice=False)


def offer_qualities(form: Form, offered: Choices, factors: Sequence[Factor]) -> None:
    """Ask of these factors what the rules multiply; what they do not is taken off the form."""
    for factor in factors:
        if factor not in offered:
            del form[factor.value]
            continue
        told = [SelectChoice(value, words) for value, words in offered[factor]]
        form[factor.value].choices = [SelectChoice("", _("没有")), *told]


def read_qualities(form: Form, factors: Sequence[Factor]) -> dict[Factor, str | None]:
    """Return what was chosen of the factors that were asked."""
    return {factor: form[factor.value].data or None for factor in factors if factor.value in form}
