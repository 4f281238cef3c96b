"""What comes in about parties: the forms of organisation and volunteer, judging, consents, revealing."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import NumberRange, ValidationError

from app import clock
from app.errors import InvalidInput
from app.fields import CivilDateField, NotBlank, NotInFuture
from app.forms import CleanText, Form, at_most, chosen, optional, required, stripped
from app.identity import DocumentCheck, DocumentKind, normalise
from app.parties import rules
from app.parties.kinds import OrganisationKind, RelativeKind, Sex
from app.parties.organisations import OrganisationData
from app.parties.persons import PersonData, VolunteerData
from app.parties.reveals import Number
from app.regions.forms import RegionField
from app.regions.models import RegionLevel


def text(label: Any, length: int, *more: Any, **values: Any) -> StringField:
    """Return a text field whose content is clean, short enough and stripped."""
    return StringField(label, [*more, at_most(length), CleanText()], filters=[stripped], **values)


def number(label: Any, *more: Any, **values: Any) -> StringField:
    """Return a field for a number that is tidied as it is stored: half-width, upper case, no blanks."""
    return StringField(label, [*more, at_most(40), CleanText()], filters=[_tidied], **values)


def _tidied(value: Any) -> Any:
    return normalise(value) or None if isinstance(value, str) else value


class OrganisationForm(Form):
    """What an organisation states about itself."""

    name = text(
        _l("单位全称"), 100, NotBlank(_l("请填写登记证书上的全称。")), description=_l("与登记证书一致")
    )
    organisation_kind = SelectField(
        _l("单位类型"), [required(_l("请选择单位类型。"))], choices=chosen(OrganisationKind.choices())
    )
    uscc = number(
        _l("统一社会信用代码"),
        description=_l("18 位，在登记证书或营业执照上；社区社会组织在镇街备案、没有代码的可以不填"),
    )
    region_code = RegionField(
        _l("住所所在地"),
        [required(_l("请选择住所所在地。"))],
        deepest=RegionLevel.TOWN,
        shallowest=RegionLevel.COUNTY,
    )
    address = text(_l("详细地址"), 200)
    founded_on = CivilDateField(_l("成立日期"), [optional(), NotInFuture()])
    member_count = IntegerField(
        _l("专职人员和会员数"),
        [optional(), NumberRange(0, 1_000_000, _l("请填写 0 到 1,000,000 之间的整数。"))],
        description=_l("用于按规模分组排名，小单位也看得见"),
    )
    is_charity = BooleanField(_l("已登记或认定为慈善组织"))
    may_fundraise = BooleanField(_l("有公开募捐资格"))
    responsible_person = text(_l("负责人"), 50, NotBlank(_l("请填写负责人姓名。")))
    contact_name = text(_l("联系人"), 50, NotBlank(_l("请填写联系人姓名。")))
    contact_phone = text(
        _l("联系电话"), 30, NotBlank(_l("请填写联系电话。")), description=_l("手机号，或带区号的固定电话")
    )
    bank_name = text(_l("开户银行"), 100)
    bank_number = number(_l("银行账号"), description=_l("加密保存，只在拨付款项时使用"))
    introduction = TextAreaField(
        _l("单位简介"),
        [at_most(1000), CleanText()],
        filters=[stripped],
        description=_l("在单位的公开页面上显示，最多 1,000 字"),
    )

    def validate_uscc(self, field: StringField) -> None:
        """Name the wrong character beside the field."""
        try:
            kind = OrganisationKind(self.organisation_kind.data or "")
        except ValueError:
            return
        try:
            rules.accepted_uscc(field.data or "", kind, override=self.override())
        except InvalidInput as refused:
            raise ValidationError(str(refused.sentence)) from refused

    def validate_contact_phone(self, field: StringField) -> None:
        """Name what is wrong with the number beside the field."""
        _check_phone(field)

    def override(self) -> str | None:
        """Return the reason for which a code with a wrong check digit is accepted; none at the public door."""
        return None

    def data_of(self) -> OrganisationData:
        """Return what was stated."""
        return OrganisationData(
            name=self.name.data or "",
            organisation_kind=OrganisationKind(self.organisation_kind.data),
            region_code=self.region_code.data or "",
            uscc=self.uscc.data or "",
            uscc_override=self.override(),
            is_charity=bool(self.is_charity.data),
            may_fundraise=bool(self.may_fundraise.data),
            founded_on=self.founded_on.data,
            member_count=self.member_count.data,
            introduction=self.introduction.data,
            responsible_person=self.responsible_person.data,
            contact_name=self.contact_name.data,
            contact_phone=self.contact_phone.data or "",
            address=self.address.data,
            bank_name=self.bank_name.data,
            bank_number=self.bank_number.data or "",
        )


class StaffOrganisationForm(OrganisationForm):
    """An organisation as staff enter it for somebody: an odd code can be accepted with a reason."""

    uscc_override = text(
        _l("接受异常代码的理由"),
        200,
        description=_l("只在证书上的代码确实与校验规则不符、已核对原件时填写，会记入审计日志"),
    )

    def override(self) -> str | None:
        return self.uscc_override.data or None


class VolunteerForm(Form):
    """What a volunteer states."""

    name = text(_l("姓名"), 50, NotBlank(_l("请填写证件上的姓名。")), description=_l("与证件一致"))
    document_kind = SelectField(
        _l("证件种类"), choices=DocumentKind.choices(), default=DocumentKind.RESIDENT_ID.value
    )
    identity_number = number(_l("证件号码"), NotBlank(_l("请填写证件号码。")))
    born_on = CivilDateField(
        _l("出生日期"), [NotInFuture()], description=_l("居民身份证号码里已有，用其他证件时填写")
    )
    sex = SelectField(
        _l("性别"),
        [optional()],
        choices=chosen(Sex.choices()),
        description=_l("居民身份证号码里已有，用其他证件时选择"),
    )
    phone = text(_l("手机号"), 30, NotBlank(_l("请填写手机号。")))
    region_code = RegionField(
        _l("居住地"),
        [required(_l("请选择居住的镇街。"))],
        deepest=RegionLevel.TOWN,
        shallowest=RegionLevel.TOWN,
    )
    skills = text(_l("特长或职业资格"), 200, description=_l("例如：护理、心理咨询、法律、维修"))
    service_kinds = text(_l("愿意做的服务"), 200, description=_l("例如：助餐送餐、课业辅导、探访陪伴"))
    available_times = text(_l("方便的时间"), 200, description=_l("例如：周末白天"))
    guardian_name = text(_l("监护人姓名"), 50, description=_l("未满 18 周岁必须填写"))
    guardian_phone = text(_l("监护人电话"), 30, description=_l("未满 18 周岁必须填写"))

    def validate_identity_number(self, field: StringField) -> None:
        """Name the wrong digit or date beside the field."""
        try:
            kind = DocumentKind(self.document_kind.data or "")
            rules.accepted_document(kind, field.data or "", today=clock.today())
        except InvalidInput as refused:
            raise ValidationError(str(refused.sentence)) from refused
        except ValueError as unknown:
            raise ValidationError(_("请选择证件种类。")) from unknown

    def validate_born_on(self, field: CivilDateField) -> None:
        """A permit or passport does not tell the birth date."""
        check = self._checked_document()
        if check is not None and check.born_on is None and field.data is None and not field.errors:
            raise ValidationError(_("这种证件号码不含出生日期，请填写。"))

    def validate_phone(self, field: StringField) -> None:
        """Name what is wrong with the number beside the field."""
        _check_phone(field)

    def validate_guardian_name(self, field: StringField) -> None:
        """A minor needs a guardian."""
        self._check_guardian("guardian_name")

    def validate_guardian_phone(self, field: StringField) -> None:
        """A minor's guardian must be reachable."""
        if field.data:
            _check_phone(field)
        elif self.guardian_name.data:
            self._check_guardian("guardian_phone")

    def data_of(self) -> VolunteerData:
        """Return what was stated."""
        person = PersonData(
            name=self.name.data or "",
            region_code=self.region_code.data or "",
            document_kind=DocumentKind(self.document_kind.data),
            identity_number=self.identity_number.data or "",
            phone=self.phone.data or "",
            born_on=self.born_on.data,
            sex=Sex(self.sex.data) if self.sex.data else None,
        )
        return VolunteerData(
            person=person,
            skills=self.skills.data,
            service_kinds=self.service_kinds.data,
            available_times=self.available_times.data,
            guardian_name=self.guardian_name.data,
            guardian_phone=self.guardian_phone.data or "",
        )

    def _checked_document(self) -> DocumentCheck | None:
        """Return the checked identity paper, or None when what is wrong is said beside its number."""
        try:
            kind = DocumentKind(self.document_kind.data or "")
            return rules.accepted_document(kind, self.identity_number.data or "", today=clock.today())
        except (InvalidInput, ValueError):
            return None

    def _check_guardian(self, field: str) -> None:
        check = self._checked_document()
        if check is None:
            return
        try:
            rules.ensure_volunteer_age(
                check.born_on or self.born_on.data,
                clock.today(),
                guardian_name=self.guardian_name.data or "",
                guardian_phone=self.guardian_phone.data or "",
            )
        except InvalidInput as refused:
            if refused.field == field:
                raise ValidationError(str(refused.sentence)) from refused


class JudgeForm(Form):
    """What the reviewer decides on a registration, on the revision that was read."""

    verb = HiddenField()
    revision = IntegerField(validators=[required()])
    reason = TextAreaField(
        _l("意见"),
        [at_most(500), CleanText()],
        filters=[stripped],
        description=_l("退回或不予入驻时必须写明：哪里不对、怎样补正。登记人会看到原文。"),
    )


class DifferentForm(Form):
    """Why two similar parties are two."""

    other = HiddenField()
    reason = text(_l("不是同一主体，因为"), 200, NotBlank(_l("请写明理由。")))


class RelativeForm(Form):
    """A near relative of a member of staff; of the number only a keyed hash is kept."""

    relation = SelectField(_l("亲属关系"), [required()], choices=chosen(RelativeKind.choices()))
    identity_number = number(
        _l("亲属的居民身份证号码"),
        NotBlank(_l("请填写亲属的居民身份证号码。")),
        description=_l("只保存不可还原的校验值，用来核对经办的事项是否涉及亲属。"),
    )


class ReasonForm(Form):
    """A reason for an act that changes what a party may do."""

    reason = TextAreaField(
        _l("理由"), [NotBlank(_l("请写明理由。")), at_most(500), CleanText()], filters=[stripped]
    )


class RevealForm(Form):
    """Which whole number is wanted, and what for."""

    number = SelectField(_l("要查看的号码"), choices=Number.choices())
    reason = text(
        _l("查看理由"),
        200,
        NotBlank(_l("请写明理由。")),
        description=_l("会记入审计日志，当事人可以看到有人查看过。"),
    )


def _check_phone(field: StringField) -> None:
    if not field.data:
        return
    try:
        rules.accepted_phone(field.data, field=field.name)
    except InvalidInput as refused:
        raise ValidationError(str(refused.sentence)) from refused
