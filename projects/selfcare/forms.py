"""What comes in about self-care: answers, agreements, and new versions of the scale."""

import uuid
from collections.abc import Iterable, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import Form as PlainForm
from wtforms import (
    FormField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import NumberRange
from wtforms.widgets import CheckboxInput, ListWidget

from app import clock
from app.errors import InvalidInput
from app.fields import CivilDateField, EvidenceField, LineList, NotBlank, NotInFuture
from app.files import evidence
from app.files.evidence import Received
from app.forms import CleanText, Form, at_most, chosen, optional, stripped
from app.parties.household_queries import Member
from projects.care.names import person_named
from projects.catalogue.models import CatalogueItem
from projects.selfcare.agreements import Terms
from projects.selfcare.kinds import SelfCareLevel
from projects.selfcare.rules import Item, Scale

LINES = 10


class AnswersForm(Form):
    """The answers of one assessor; the fields of the items come with the scale."""

    def answers(self, scale: Scale) -> dict[str, int]:
        """Return what was chosen; an item without an answer is left out."""
        found = {}
        for item in scale.items:
            value = self[f"item_{item.key}"].data
            if value not in (None, "", "None"):
                found[item.key] = int(value)
        return found


class WhoseForm(AnswersForm):
    """The first assessor's form: who, when, and the answers."""

    person = SelectField(_l("评估谁"), [NotBlank(_l("请选择一名成员。"))], choices=[])
    assessed_on = CivilDateField(_l("评估日期"), [NotBlank(), NotInFuture()])

    def offer(self, members: Iterable[Member]) -> None:
        """Fill in who can be assessed."""
        self.person.choices = _members(members)


def answers_form(scale: Scale, base: type[AnswersForm]) -> type[AnswersForm]:
    """Return a form class with a question for each item of a scale."""
    fields = {
        f"item_{item.key}": RadioField(
            item.label,
            [NotBlank(_l("请选择一项。"))],
            choices=[(str(score), label) for label, score in item.options],
        )
        for item in scale.items
    }
    return type(base.__name__, (base,), fields)


class AgreementForm(Form):
    """A care agreement as it was signed on paper."""

    person = SelectField(_l("被照料人"), [NotBlank(_l("请选择一名成员。"))], choices=[])
    carer = StringField(
        _l("照料人"),
        [NotBlank(), at_most(50), CleanText()],
        filters=[stripped],
        description=_l("填写全名或手机号，须已在登记册。"),
    )
    tasks = TextAreaField(
        _l("照料内容"), [NotBlank(), at_most(1000), CleanText()], filters=[stripped], render_kw={"rows": 3}
    )
    signed_on = CivilDateField(_l("签订日期"), [NotBlank(), NotInFuture()])
    valid_from = CivilDateField(_l("开始日期"), [NotBlank()])
    valid_to = CivilDateField(_l("到期日"), [NotBlank()])
    visit_days = IntegerField(
        _l("多少天探访一次"),
        [optional(), NumberRange(1, 92, message=_l("请填写 1 到 92 之间的整数。"))],
        description=_l("不填的，按本市规定的间隔。"),
    )
    files = EvidenceField(_l("签字的协议"), [NotBlank(_l("请上传扫描件或照片。"))])

    def offer(self, members: Iterable[Member]) -> None:
        """Fill in who can be cared for."""
        self.person.choices = _members(members)

    def receive(self) -> list[Received]:
        """Check and write the uploads; call before the transaction."""
        return [evidence.receive(one.stream, one.filename, field="files") for one in self.files.data or ()]

    def terms(self, session: Session) -> Terms:
        """Return what was typed. Raises InvalidInput for a carer whom the register does not know."""
        today = clock.today()
        return Terms(
            carer_id=person_named(session, self.carer.data or "", field="carer"),
            tasks=self.tasks.data or "",
            signed_on=self.signed_on.data or today,
            valid_from=self.valid_from.data or today,
            valid_to=self.valid_to.data or today,
            visit_days=self.visit_days.data,
        )


class ItemLine(PlainForm):
    """One item of a scale."""

    label = StringField(_l("项目"), [optional(), at_most(40), CleanText()], filters=[stripped])
    options = StringField(
        _l("选项和分数"),
        [optional(), at_most(200), CleanText()],
        filters=[stripped],
        description=_l("例如“能=0；需要帮助=1；不能=2”"),
    )


class ScaleForm(Form):
    """A new version of the scale."""

    items = LineList(FormField(ItemLine), lines=LINES, anchor="label")
    partly_from = IntegerField(_l("半失能从几分起"), [NotBlank()])
    none_from = IntegerField(_l("失能从几分起"), [NotBlank()])
    services_full = SelectMultipleField(
        _l("全自理的，建议的服务"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    services_partly = SelectMultipleField(
        _l("半失能的，建议的服务"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    services_none = SelectMultipleField(
        _l("失能的，建议的服务"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    basis = StringField(_l("依据"), [NotBlank(), at_most(200), CleanText()], filters=[stripped])
    valid_from = CivilDateField(_l("启用日期"), [NotBlank()], description=_l("今天之后的某一天。"))

    def offer(self, items: Sequence[CatalogueItem]) -> None:
        """Fill in the services that a level may propose."""
        choices = [SelectChoice(one.slug, f"{one.name}（{one.category}）") for one in items]
        for level in SelfCareLevel:
            self[f"services_{level.value}"].choices = choices

    def scale(self) -> Scale:
        """Return what was typed. Raises InvalidInput for options that cannot be read."""
        return Scale(
            version=0,
            basis=self.basis.data or "",
            items=tuple(
                Item(f"i{place}", line.label.data, _options(line.label.data, line.options.data or ""))
                for place, line in enumerate((one.form for one in self.items), 1)
                if line.label.data
            ),
            partly_from=self.partly_from.data or 0,
            none_from=self.none_from.data or 0,
            services={level: tuple(self[f"services_{level.value}"].data or ()) for level in SelfCareLevel},
        )


def values_of(scale: Scale) -> dict[str, object]:
    """Return a scale as values of its form, to begin a new version from."""
    return {
        "items": [
            {"label": one.label, "options": "；".join(f"{label}={score}" for label, score in one.options)}
            for one in scale.items
        ],
        "partly_from": scale.partly_from,
        "none_from": scale.none_from,
        "basis": scale.basis,
        **{f"services_{level.value}": list(slugs) for level, slugs in scale.services.items()},
    }


def _options(item: str, text: str) -> tuple[tuple[str, int], ...]:
    found = []
    for part in text.replace(";", "；").replace("＝", "=").split("；"):
        label, equals, score = part.strip().rpartition("=")
        if not part.strip():
            continue
        if not equals or not label.strip() or not (score.strip().isascii() and score.strip().isdecimal()):
            raise InvalidInput(_("“%(item)s”的选项请写成“能=0；不能=1”的样子。", item=item), field="items")
        found.append((label.strip(), int(score.strip()[:4])))
    return tuple(found)


def _members(members: Iterable[Member]) -> list[tuple[str, str]]:
    return chosen(
        [
            (str(one.party.id), f"{one.party.name}（{one.relation.label}）")
            for one in members
            if one.is_present
        ]
    )


def key_of(field: SelectField) -> uuid.UUID:
    """Return the member that a field names."""
    return uuid.UUID(field.data)
