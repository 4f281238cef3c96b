"""What comes in about an alert: what was found out, and what is done about it."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, StringField, TextAreaField

from app.fields import NotBlank
from app.forms import CleanText, Form, at_most, optional, stripped
from projects.comparisons.kinds import AlertState


class HandleForm(Form):
    """The handling of an alert."""

    outcome = RadioField(
        _l("处理结果"),
        [NotBlank(_l("请选择处理结果。"))],
        choices=[
            (AlertState.NOTHING.value, _l("核实无问题")),
            (AlertState.REQUEST.value, _l("需要帮助，转受理申请")),
            (AlertState.VISIT.value, _l("需要上门，安排走访")),
            (AlertState.PASSED_ON.value, _l("移交有关部门处理")),
        ],
    )
    note = TextAreaField(
        _l("核实情况"),
        [NotBlank(_l("请写明核实情况。")), at_most(1000), CleanText()],
        filters=[stripped],
        render_kw={"rows": 3},
    )
    passed_to = StringField(_l("移交给哪个部门"), [optional(), at_most(100), CleanText()], filters=[stripped])
