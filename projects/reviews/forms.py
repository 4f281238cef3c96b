"""What comes in about re-reviews."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, TextAreaField

from app.fields import CivilDateField, NotBlank
from app.forms import CleanText, Form, at_most, required, stripped
from app.regions.forms import RegionField


class CommitForm(Form):
    """A draw is announced."""

    region_code = RegionField(_l("地区"), [required(_l("请选择地区。"))])
    first_day = CivilDateField(_l("哪天起的决定"), [NotBlank()])
    last_day = CivilDateField(
        _l("到哪天为止"),
        [NotBlank()],
        description=_l("今天或以后：公布摘要时还不知道名单，谁也不能挑。"),
    )


class CloseForm(Form):
    """What the re-check found."""

    result = RadioField(
        _l("核查结论"),
        [NotBlank(_l("请选择结论。"))],
        choices=[("confirmed", _l("维持原结论")), ("readmit", _l("应当重新纳入"))],
    )
    words = TextAreaField(
        _l("依据"), [NotBlank(), at_most(500), CleanText()], filters=[stripped], render_kw={"rows": 3}
    )
