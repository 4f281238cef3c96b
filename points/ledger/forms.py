"""The forms of the ledger's staff pages."""

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField

from app.forms import CleanText, Form, at_most, required, stripped


class DisputeForm(Form):
    """Why points are disputed, or why they no longer are; the party reads it."""

    reason = TextAreaField(
        _l("理由"),
        [required(), at_most(500), CleanText()],
        filters=[stripped],
        description=_l("写明依据。当事人会看到这段话，不要写举报人的信息。"),
        render_kw={"rows": 3},
    )
