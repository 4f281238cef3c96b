"""What comes in about assistance received: one record typed by hand."""

import uuid
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField

from app.fields import CivilDateField, MoneyField, NotBlank, NotInFuture, Positive
from app.forms import CleanText, Form, at_most, chosen, optional, stripped


def _text(label: Any, *checks: Any, most: int, **values: Any) -> StringField:
    return StringField(label, [*checks, at_most(most), CleanText()], filters=[stripped], **values)


class AssistanceForm(Form):
    """Help that a household received."""

    household = _text(_l("家庭编号"), NotBlank(_l("请填写家庭编号。")), most=20)
    kind = SelectField(_l("救助种类"), [NotBlank(_l("请选择救助种类。"))])
    what = _text(_l("救助内容"), NotBlank(_l("请写明给了什么。")), most=200)
    amount = MoneyField(_l("金额或价值"), [Positive()], description=_l("不知道的留空。"))
    given_on = CivilDateField(_l("救助日期"), [NotBlank(), NotInFuture()])
    giver = _text(_l("救助单位"), NotBlank(_l("请填写是谁给的。")), most=200)
    organisation = _text(
        _l("救助单位的编号"),
        optional(),
        most=20,
        description=_l("参与单位填写它的编号；不是参与单位的留空。"),
    )

    def offer(self, kinds: list[tuple[uuid.UUID, str]]) -> None:
        """Set which kinds can be chosen."""
        self.kind.choices = chosen([(str(key), name) for key, name in kinds])
