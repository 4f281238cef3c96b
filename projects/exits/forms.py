"""What comes in about exits."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, RadioField, SelectField, TextAreaField

from app.fields import NotBlank
from app.forms import CleanText, Form, at_most, chosen, optional, stripped
from app.parties.listed import HouseholdCategory
from projects.exits.kinds import ExitKind


class ApplyForm(Form):
    """A household wants to leave, or can leave step by step."""

    category = SelectField(_l("退出哪一类别"), [NotBlank(_l("请选择类别。"))], choices=[])
    kind = RadioField(_l("方式"), [NotBlank(_l("请选择方式。"))], choices=ExitKind.choices())
    months = IntegerField(_l("渐退几个月"), [optional()], description=_l("只有渐退要填，12 至 18 个月。"))
    stages = IntegerField(_l("分几步"), [optional()], description=_l("只有渐退要填，例如 3 步。"))
    reason = TextAreaField(
        _l("理由"),
        [NotBlank(), at_most(500), CleanText()],
        filters=[stripped],
        description=_l("写家庭自己的话。退出完全自愿，任何地方都不统计退出户数。"),
        render_kw={"rows": 3},
    )

    def offer(self, categories: Iterable[HouseholdCategory]) -> None:
        """Fill in which categories the household may leave."""
        self.category.choices = chosen(
            [(str(one.id), one.category) for one in categories if one.end_on is None]
        )


class CheckForm(Form):
    """The check of a stage."""

    bears = RadioField(
        _l("核查结果"),
        [NotBlank(_l("请选择结果。"))],
        choices=[("yes", _l("能够承受，进入下一步")), ("no", _l("不能承受，停止渐退"))],
    )
    words = TextAreaField(
        _l("依据"), [NotBlank(), at_most(500), CleanText()], filters=[stripped], render_kw={"rows": 2}
    )
