"""What staff say when they take a paper out of force."""

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField

from app.forms import CleanText, Form, at_most, required, stripped


class RevokeForm(Form):
    """The reason of a revocation; the holder reads it."""

    reason = TextAreaField(
        _l("撤销理由"),
        filters=[stripped],
        validators=[required(_l("请写明撤销理由。")), at_most(300), CleanText()],
    )
