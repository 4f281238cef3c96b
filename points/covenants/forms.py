"""Forms of village covenants: a programme, its list with the decision, a household, a record, a judgement."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
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
from app.fields import CivilDateField, EvidenceField, NotBlank, NotInFuture
from app.files import evidence
from app.files.evidence import Received
from app.files.media import PICTURES
from app.forms import CleanText, Form, at_most, chosen, optional, stripped
from app.regions.forms import VillageField
from app.regions.models import RegionLevel
from points.covenants.households import Householder
from points.covenants.kinds import Assembly
from points.covenants.rules import MOST_TIMES, Meeting
from points.covenants.versions import Draft

_MOST_PEOPLE = 100_000
MOST_PHOTOS = 4


def _text(label: Any, *validators: Any, most: int = 200, **values: Any) -> StringField:
    return StringField(label, [*validators, at_most(most), CleanText()], filters=[stripped], **values)


def _people(label: Any, **values: Any) -> IntegerField:
    wanted = NumberRange(0, _MOST_PEOPLE, message=_l("请填 0 到 100000 的整数。"))
    return IntegerField(label, [NotBlank(), wanted], **values)


class OpenForm(Form):
    """A village begins."""

    region_code = VillageField(
        _l("村（社区）"),
        [NotBlank()],
        shallowest=RegionLevel.VILLAGE,
        description=_l("输入村名，从提示中选择。"),
    )
    name = _text(_l("方案名称"), NotBlank(), most=100, description=_l("例如：石坝河村文明积分。"))


class ListForm(Form):
    """What the assembly decided: the meeting, the document, the items."""

    assembly = RadioField(
        _l("由谁通过"), [NotBlank()], choices=[SelectChoice(one.value, one.label) for one in Assembly]
    )
    held_on = CivilDateField(_l("开会日期"), [NotBlank(), NotInFuture()])
    entitled = _people(_l("应到人数（户数）"))
    attended = _people(_l("实到人数（户数）"))
    agreed = _people(_l("同意人数（户数）"))
    basis_title = _text(
        _l("决议名称"), NotBlank(), description=_l("例如：石坝河村村民会议关于积分办法的决议。")
    )
    basis_number = _text(_l("决议编号"), NotBlank(), most=60)
    effective_from = CivilDateField(_l("从哪天起算"), [NotBlank()])
    summary = _text(_l("这一版改了什么"), NotBlank(), description=_l("一句话，村民在公示页能看到。"))
    list = TextAreaField(
        _l("积分事项"),
        [NotBlank(_l("至少要有一项。")), at_most(6000), CleanText()],
        description=_l(
            "一行一项：名称、+ 或 − 的分值、单位、说明，例如“参加义务劳动 +2 次”“乱倒垃圾 -2 次”。可以从表格里粘贴。"
        ),
        render_kw={"rows": 12},
    )

    def decided(self) -> Draft:
        """Return what was filled in, once it was validated."""
        meeting = Meeting(
            Assembly(self.assembly.data),
            self.held_on.data or clock.today(),
            self.entitled.data,
            self.attended.data,
            self.agreed.data,
        )
        return Draft(
            effective_from=self.effective_from.data or clock.today(),
            basis_title=self.basis_title.data,
            basis_number=self.basis_number.data,
            summary=self.summary.data,
            meeting=meeting,
            items=self.list.data,
        )


class HouseholdForm(Form):
    """A household of the village."""

    number = _text(_l("户号"), NotBlank(), most=20, description=_l("村里怎么编就怎么写，例如 一组-03。"))
    name = _text(_l("户主姓名"), NotBlank(), most=50)
    identity_number = _text(
        _l("户主证件号码"),
        optional(),
        most=20,
        description=_l("填了才能认出亲属关系，由他人核验；加密保存。"),
    )
    phone = _text(_l("联系电话"), optional(), most=20)
    agrees = BooleanField(
        _l("本户同意在村公示页写出户主全名"), description=_l("不勾选的，公示页只写姓，名字用 * 代替。")
    )

    def householder(self) -> Householder:
        """Return what was filled in."""
        return Householder(
            number=self.number.data,
            name=self.name.data,
            identity_number=self.identity_number.data or "",
            phone=self.phone.data or "",
            agrees=bool(self.agrees.data),
        )


class LogForm(Form):
    """What a household did. Made for a thumb: the items are large, date and quantity are filled in."""

    household = SelectField(_l("哪一户"), [NotBlank(_l("请选择一户。"))], choices=[])
    item = RadioField(_l("什么事"), [NotBlank(_l("请选择一项。"))], choices=[])
    happened_on = CivilDateField(_l("哪一天"), [NotBlank(), NotInFuture()])
    quantity = IntegerField(
        _l("几次"),
        [NotBlank(), NumberRange(1, MOST_TIMES, message=_l("请填 1 到 100 的整数。"))],
        default=1,
    )
    note = _text(_l("备注"), optional(), most=200)
    photos = EvidenceField(_l("照片"), description=_l("可以不拍；不要拍到人脸和证件。"))

    def offer(self, households: Sequence[tuple[str, str]], items: Sequence[tuple[str, str]]) -> None:
        """Set what can be chosen."""
        self.household.choices = [SelectChoice(value, label) for value, label in chosen(households)]
        self.item.choices = [SelectChoice(value, label) for value, label in items]

    def receive(self) -> list[Received]:
        """Check and write the photos; call before the transaction. Raises InvalidInput beside the input."""
        return [
            evidence.receive(one.stream, one.filename, accept=PICTURES, field="photos")
            for one in (self.photos.data or ())[:MOST_PHOTOS]
        ]


class ReasonForm(Form):
    """A judgement that wants a reason."""

    reason = TextAreaField(_l("理由"), [optional(), at_most(500), CleanText()], filters=[stripped])


class ObjectionForm(Form):
    """What a household says is wrong with a record."""

    text = TextAreaField(
        _l("哪里不对"),
        [NotBlank(_l("请写明哪里不对。")), at_most(500), CleanText()],
        filters=[stripped],
        description=_l("例如：那天去的是邻居家；次数少记了一次。"),
    )


class BatchForm(Form):
    """Several records verified at once."""

    chosen = SelectMultipleField(
        _l("选择要核验通过的"),
        [NotBlank(_l("请至少选择一条。"))],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def offer(self, choices: Sequence[tuple[str, str]]) -> None:
        """Set what can be chosen."""
        self.chosen.choices = [SelectChoice(value, label) for value, label in choices]
