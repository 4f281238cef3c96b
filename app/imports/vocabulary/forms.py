"""What comes in about the vocabulary."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectChoice, SelectField, StringField
from wtforms.validators import ValidationError

from app.fields import NotBlank
from app.forms import CleanText, Form, at_most, optional, stripped
from app.imports.vocabulary.models import LONGEST


class RemovalForm(Form):
    """Nothing but the button."""


class HeadingForm(Form):
    """A heading for a field."""

    field_name = SelectField(_l("列"))
    heading = StringField(
        _l("表头"),
        [NotBlank(), at_most(LONGEST), CleanText()],
        filters=[stripped],
        description=_l("表格里怎么写就怎么填；括号里的单位、空格和全角半角不用管。"),
    )

    def __init__(self, fields: Sequence[tuple[str, Any]], **values: Any) -> None:
        super().__init__(**values)
        self.field_name.choices = [SelectChoice(name, label) for name, label in fields]


class WordForm(Form):
    """A word for a value of a list."""

    value = SelectField(_l("意思"))
    own_value = StringField(
        _l("新的意思"),
        [optional(), at_most(40), CleanText()],
        filters=[stripped],
        description=_l("上面没有的才填。"),
    )
    word = StringField(_l("写法"), [NotBlank(), at_most(LONGEST), CleanText()], filters=[stripped])

    def __init__(self, values: Sequence[tuple[str, str]], *, is_open: bool, **data: Any) -> None:
        super().__init__(**data)
        choices = [SelectChoice(value, label) for value, label in values]
        if is_open:
            choices.append(SelectChoice("+", _l("新的意思…")))
        else:
            del self.own_value
        self.value.choices = choices

    def meant(self) -> str:
        """Return the value that the word is to stand for."""
        if self.value.data == "+" and "own_value" in self:
            return str(self.own_value.data or "")
        return str(self.value.data or "")

    def validate_value(self, field: Any) -> None:
        """Refuse a new meaning that is not named."""
        if field.data == "+" and "own_value" in self and not (self.own_value.data or "").strip():
            raise ValidationError(_("请在下面填写新的意思，或选一个已有的。"))
