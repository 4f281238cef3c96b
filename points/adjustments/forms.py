"""The form of a decision's paper."""

from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField

from app.fields import CivilDateField, NotBlank, NotInFuture
from app.forms import CleanText, Form, at_most, required, stripped


class DecisionForm(Form):
    """What the decision's paper says."""

    document_number = StringField(
        _l("决定文号"), filters=[stripped], validators=[required(), CleanText(), at_most(60)]
    )
    decided_on = CivilDateField(_l("决定日期"), validators=[NotBlank(), NotInFuture()])
    basis_title = StringField(
        _l("依据文件"), filters=[stripped], validators=[required(), CleanText(), at_most(200)]
    )
    reason = TextAreaField(
        _l("理由"), filters=[stripped], validators=[required(), CleanText(), at_most(2000)]
    )


class ConfirmForm(Form):
    """A button with its token."""
