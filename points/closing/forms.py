"""The form that closes a month."""

from wtforms import HiddenField

from app.forms import Form


class CloseForm(Form):
    """Which month was shown when the button was pressed."""

    month = HiddenField()
