"""Forms of publicity: an objection, its answer, and asking by a receipt number."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectChoice, StringField, TextAreaField

from app.fields import NotBlank
from app.forms import CleanText, Form, at_most, optional, stripped
from projects.publicity.kinds import ObjectionState

_DECISIONS = (ObjectionState.DISMISSED, ObjectionState.UPHELD)


def _words(label: Any, **values: Any) -> TextAreaField:
    return TextAreaField(
        label, [NotBlank(), at_most(2000), CleanText()], filters=[stripped], render_kw={"rows": 5}, **values
    )


class ObjectionForm(Form):
    """What somebody holds for wrong. No account, no name."""

    words = _words(
        _l("哪里不对"),
        description=_l("写明您知道的情况，例如什么时候、在哪里看到的。只有核查的工作人员能看到。"),
    )
    contact = StringField(_l("联系方式"), [optional(), at_most(100), CleanText()], filters=[stripped])


class DecisionForm(Form):
    """What came out of looking into an objection."""

    decision = RadioField(
        _l("核查结论"), [NotBlank()], choices=[SelectChoice(one.value, one.label) for one in _DECISIONS]
    )
    answer = _words(
        _l("核查结果和理由"),
        description=_l("持有回执编号的人都能看到，不要写申请人和他人的隐私。"),
    )
