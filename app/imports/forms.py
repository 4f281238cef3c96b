"""What comes in at the wizard: files, columns chosen by hand, and words on rows in review."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, IntegerField, MultipleFileField, SelectField, TextAreaField

from app.errors import InvalidInput
from app.forms import CleanText, Form, at_most, optional, stripped
from app.imports import plans
from app.imports.registers import Register
from app.imports.staging import Section
from app.imports.vocabulary.terms import Vocabulary

LEFT_OUT = "-"


class UploadForm(Form):
    """Files, and which register they are where they do not say it themselves."""

    files = MultipleFileField(
        _l("表格文件"),
        description=_l("xlsx、xls、csv、txt，或装着它们的 zip；可以一次选几个。每个不超过 20 MB。"),
    )
    register = SelectField(_l("是哪一种表"), validators=[optional()])


class ChoiceForm(Form):
    """A word on one row in review or on all of a reason."""

    reason = HiddenField()
    table = IntegerField(default=0)
    line = IntegerField(default=0)
    take = BooleanField()
    why = TextAreaField(_l("理由"), filters=[stripped], validators=[optional(), at_most(200), CleanText()])


class UndoForm(Form):
    """Why what came in is taken out again."""

    reason = TextAreaField(
        _l("撤销原因"), filters=[stripped], validators=[optional(), at_most(200), CleanText()]
    )


class ApprovalForm(Form):
    """How somebody checked what came in before approving all of it."""

    why = TextAreaField(
        _l("核对方式"),
        description=_l("例如：抽查 20 条，与纸质签到表和到账回单一致。记入审计日志和每一条的办理经过。"),
        filters=[stripped],
        validators=[optional(), at_most(200), CleanText()],
    )


class ColumnsForm(Form):
    """Tables and columns as somebody settled them; its fields depend on the file and are read by ``plan_of``."""

    remember = BooleanField(_l("记住这些表头：以后谁上传，都这样认"))

    def plan_of(
        self,
        plan: Sequence[Section],
        sent: Mapping[str, str],
        offered: Sequence[Register],
        vocabulary: Vocabulary,
    ) -> list[Section]:
        """Return the plan with what was sent. Raises InvalidInput for what cannot be."""
        return [_section(one, f"t{number}-", sent, offered, vocabulary) for number, one in enumerate(plan)]


def _section(
    section: Section,
    prefix: str,
    sent: Mapping[str, str],
    offered: Sequence[Register],
    vocabulary: Vocabulary,
) -> Section:
    name = sent.get(prefix + "register", "")
    if not name:
        return replace(section, is_used=False)
    register = next((one for one in offered if one.name == name), None)
    if register is None:
        raise InvalidInput(_("不能导入这种表，请重新选择。"))
    header = _header(sent.get(prefix + "header", ""), section)
    layout = section.layout
    if layout is None or layout.register != name or header != max(layout.header_rows):
        return replace(plans.understood_as(section, register, header, vocabulary), is_used=True)
    columns: dict[str, int] = {}
    for column in range(section.width):
        field = sent.get(f"{prefix}c{column}", "")
        if not field or field == LEFT_OUT:
            continue
        if field not in {one.name for one in register.fields}:
            raise InvalidInput(_("没有这一列，请刷新页面。"))
        if field in columns:
            raise InvalidInput(_("两列都选了“%(field)s”，请只留一列。", field=register.field(field).label))
        columns[field] = column
    return replace(plans.with_columns(section, columns), is_used=True)


def _header(text: str, section: Section) -> int:
    """Return the line that was named as the header; when none was, the present one or the first filled line."""
    if text.isascii() and text.isdigit() and len(text) < 8:
        return int(text)
    if section.layout is not None:
        return max(section.layout.header_rows)
    for place, line in enumerate(section.top):
        if sum(1 for cell in line if cell not in (None, "")) > 1:
            return section.after + place + 1
    return section.after + 1


def register_choices(offered: Sequence[Register]) -> list[tuple[str, object]]:
    """Return the registers to choose from, with a first line that leaves it to the program."""
    return [("", _("自动识别")), *((one.name, one.label) for one in offered)]


def new_headings(
    before: Sequence[Section], after: Sequence[Section], vocabulary: Vocabulary
) -> list[tuple[str, str, str]]:
    """Return (register, field, heading) of columns that somebody named by hand and the vocabulary does not know."""
    found = []
    for old, new in zip(before, after, strict=True):
        if not new.is_used or new.layout is None:
            continue
        register, headings = new.layout.register, new.headings()
        known = old.layout.columns if old.layout and old.layout.register == register else {}
        for field, column in new.layout.columns.items():
            heading = headings[column] if column < len(headings) else ""
            if heading and known.get(field) != column and vocabulary.field_of(register, heading) is None:
                found.append((register, field, heading[:100]))
    return found
