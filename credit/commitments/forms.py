"""The form of a version of the commitment text."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField

from app import clock
from app.fields import CivilDateField, NotBlank
from app.forms import CleanText, Form, at_most, stripped
from credit.commitments.models import CommitmentText
from credit.commitments.texts import TextData


def _area(label: Any, rows: int, most: int, **values: Any) -> TextAreaField:
    checks = [NotBlank(), at_most(most), CleanText()]
    return TextAreaField(label, checks, filters=[stripped], render_kw={"rows": rows}, **values)


class TextForm(Form):
    """What the next version says."""

    title = StringField(_l("标题"), [NotBlank(), at_most(100), CleanText()], filters=[stripped])
    body = _area(
        _l("开头"), 4, 2000, description=_l("说明已经告知条件、材料和程序。读给签署人听也要听得懂。")
    )
    items = _area(_l("承诺事项"), 9, 4000, description=_l("一行一条，签署时逐条确认。"))
    consequences = _area(
        _l("违背承诺的后果"), 9, 4000, description=_l("写明依据哪一条、可能有什么后果，也写明怎样更正错误。")
    )
    valid_from = CivilDateField(_l("从哪天起使用"), [NotBlank()], description=_l("今天以后的一天。"))

    def begin_with(self, text: CommitmentText) -> None:
        """Fill in the version in force, for whoever changes a few words of it."""
        self.title.data, self.body.data, self.consequences.data = text.title, text.body, text.consequences
        self.items.data = "\n".join(text.items)

    def stated(self) -> TextData:
        """Return what was filled in, once it was validated."""
        return TextData(
            title=self.title.data,
            body=self.body.data,
            items=(self.items.data or "").splitlines(),
            consequences=self.consequences.data,
            valid_from=self.valid_from.data or clock.today(),
        )
