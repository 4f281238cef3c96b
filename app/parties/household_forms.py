"""What comes in about household files: opening one, a member, and each change as a small form with its reason."""

import uuid
from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectChoice, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.widgets import CheckboxInput, ListWidget

from app.errors import InvalidInput
from app.fields import CivilDateField, NotBlank, NotInFuture
from app.forms import CleanText, Form, at_most, chosen, optional, required, stripped
from app.identity import DocumentKind
from app.parties.forms import number, text
from app.parties.household_kinds import LeavingCause, PersonTagKind
from app.parties.household_queries import Member
from app.parties.kinds import Capacity, HouseholdRelation
from app.parties.persons import PersonData
from app.regions.forms import VillageField
from app.regions.models import RegionLevel

_CAPACITIES = [SelectChoice(one.value, one.label) for one in Capacity]
_OTHERS = [(one.value, one.label) for one in HouseholdRelation if one is not HouseholdRelation.HEAD]


class WhyForm(Form):
    """A change with its reason."""

    reason = TextAreaField(
        _l("理由和依据"),
        [NotBlank(), at_most(500), CleanText()],
        filters=[stripped],
        description=_l("写明依据的材料或谁报告的，例如“户口簿”“死亡证明”。"),
        render_kw={"rows": 3},
    )


class ReasonedForm(WhyForm):
    """A change with the day from which it is so, and why."""

    on = CivilDateField(_l("从哪天起"), [NotBlank(), NotInFuture()])


class PersonFields(Form):
    """Somebody of the register, or somebody new; the number tells which."""

    identity_number = number(_l("证件号码"), description=_l("登记册里已有此人的，只填号码；号码加密保存。"))
    document_kind = SelectField(
        _l("证件类型"), choices=DocumentKind.choices(), default=DocumentKind.RESIDENT_ID.value
    )
    name = text(_l("姓名"), 50, description=_l("登记册里没有此人的，请填写。"))
    born_on = CivilDateField(
        _l("出生日期"), [optional(), NotInFuture()], description=_l("没有证件号码的儿童请填写。")
    )
    phone = text(_l("联系电话"), 30)
    different = text(
        _l("与相似的人不是同一人的理由"), 200, description=_l("提示登记册里已有很像的人时才填。")
    )
    capacity = RadioField(_l("民事行为能力"), [NotBlank()], choices=_CAPACITIES, default=Capacity.FULL.value)

    def person(self, region_code: str) -> PersonData:
        """Return what was typed about the person."""
        return PersonData(
            name=self.name.data or "",
            region_code=region_code,
            document_kind=DocumentKind(self.document_kind.data),
            identity_number=self.identity_number.data or "",
            phone=self.phone.data or "",
            born_on=self.born_on.data,
        )


class OpenHouseholdForm(PersonFields, ReasonedForm):
    """A file is opened with its head; the other members follow one by one."""

    region_code = VillageField(
        _l("住在哪里"),
        [required(_l("请选择所在的村（社区）。"))],
        shallowest=RegionLevel.TOWN,
        description=_l("输入村、社区或镇街的名称，从提示中选择。"),
    )


class MemberForm(PersonFields, ReasonedForm):
    """Somebody joins a household."""

    relation = SelectField(_l("与户主的关系"), [NotBlank()], choices=chosen(_OTHERS))


class OfMembers(Form):
    """A form that offers the present members to choose from."""

    def offer(self, members: Iterable[Member]) -> None:
        """Fill in the choices; the masked relation tells namesakes apart."""
        there = [
            (str(one.party.id), f"{one.party.name}（{one.relation.label}）")
            for one in members
            if one.is_present
        ]
        for name in ("person", "new_head", "head"):
            field = self._fields.get(name)
            if field is not None:
                field.choices = chosen(there)
        if "members" in self._fields:
            self._fields["members"].choices = there

    def key(self, name: str) -> uuid.UUID | None:
        """Return the member chosen in a field, or None."""
        value = self._fields[name].data
        return uuid.UUID(value) if value else None

    def need(self, name: str) -> uuid.UUID:
        """Return the member chosen in a field that must be filled in."""
        found = self.key(name)
        if found is None:
            raise InvalidInput(_("请选择一名成员。"), field=name)
        return found


_NEW_HEAD = _l("户主离开的，由谁接任户主")


class EndForm(OfMembers, ReasonedForm):
    """Somebody leaves a household."""

    person = SelectField(_l("哪一位"), [NotBlank(_l("请选择一名成员。"))], choices=[])
    cause = SelectField(_l("原因"), [NotBlank()], choices=chosen(LeavingCause.choices()))
    new_head = SelectField(_NEW_HEAD, [optional()], choices=[])


class DeathForm(OfMembers, ReasonedForm):
    """Somebody died."""

    person = SelectField(_l("哪一位"), [NotBlank(_l("请选择一名成员。"))], choices=[])
    new_head = SelectField(_l("去世的是户主的，由谁接任户主"), [optional()], choices=[])
    on = CivilDateField(_l("去世日期"), [NotBlank(), NotInFuture()])


class HeadForm(OfMembers, ReasonedForm):
    """Another member becomes the head."""

    head = SelectField(_l("新户主"), [NotBlank(_l("请选择一名成员。"))], choices=[])


class ChangeForm(OfMembers, WhyForm):
    """What a member is to the head, and the capacity for civil conduct."""

    person = SelectField(_l("哪一位"), [NotBlank(_l("请选择一名成员。"))], choices=[])
    relation = SelectField(_l("与户主的关系"), [NotBlank()], choices=chosen(HouseholdRelation.choices()))
    capacity = RadioField(_l("民事行为能力"), [NotBlank()], choices=_CAPACITIES)


class SplitForm(OfMembers, ReasonedForm):
    """Some members found a household of their own."""

    members = SelectMultipleField(
        _l("哪些人分出去"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(), choices=[]
    )
    head = SelectField(_l("新户的户主"), [NotBlank(_l("请选择新户的户主。"))], choices=[])
    new_head = SelectField(_l("原户主分出去的，原户由谁接任户主"), [optional()], choices=[])


class MoveForm(ReasonedForm):
    """A household moves within the city."""

    region_code = VillageField(
        _l("迁到哪里"),
        [required(_l("请选择迁入的村（社区）。"))],
        shallowest=RegionLevel.TOWN,
        description=_l("档案随户迁移，迁出地已经作出的决定不变。"),
    )


class CategoryForm(OfMembers, ReasonedForm):
    """A household, or one member, stands in a category."""

    category = StringField(
        _l("类别"),
        [NotBlank(), at_most(60), CleanText()],
        filters=[stripped],
        description=_l("如 最低生活保障家庭、特困人员、潜在救助对象、监测对象，或本市规定的类别。"),
    )
    person = SelectField(_l("只是其中一位的"), [optional()], choices=[])
    cause = text(_l("致困原因"), 60)


class EndCategoryForm(ReasonedForm):
    """A household no longer stands in a category."""

    category = SelectField(_l("哪一类别"), [NotBlank(_l("请选择一个类别。"))], choices=[])
    on = CivilDateField(_l("最后一天"), [NotBlank(), NotInFuture()])


class TagForm(OfMembers, ReasonedForm):
    """A member carries a tag, or no longer does."""

    person = SelectField(_l("哪一位"), [NotBlank(_l("请选择一名成员。"))], choices=[])
    tag = SelectField(_l("标签"), [NotBlank()], choices=chosen(PersonTagKind.choices()))
    step = RadioField(
        _l("办理"), [NotBlank()], choices=[("begin", _l("加注")), ("end", _l("取消"))], default="begin"
    )


class LeadWorkerForm(WhyForm):
    """Who is responsible for the household."""

    lead_worker = text(_l("主责人"), 50, description=_l("姓名或手机号；留空表示暂时没有主责人。"))


class CloseForm(ReasonedForm):
    """A file ends."""
