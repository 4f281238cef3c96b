"""What comes in about users: signing in, passwords, new users, grants."""

from typing import Any

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, PasswordField, SelectField, StringField, TextAreaField
from wtforms.validators import ValidationError

from app.config import Settings
from app.errors import InvalidInput
from app.fields import CivilDateField, NotBlank
from app.forms import CleanText, Form, at_most, chosen, optional, required, stripped
from app.identity import check_phone
from app.parties.kinds import ConsentPurpose
from app.parties.persons import PersonData
from app.permissions import Role
from app.regions.forms import RegionField
from app.regions.models import RegionLevel
from app.users import grants, passwords
from app.users.users import NewUser


class SignInForm(Form):
    """Name or telephone, and password."""

    name = StringField(
        _l("登录名或手机号"), [required(_l("请输入登录名或手机号。")), at_most(100), CleanText()]
    )
    password = PasswordField(_l("密码"), [required(_l("请输入密码。")), at_most(passwords.LONGEST)])
    next = HiddenField()


class _NewPassword(Form):
    """A new password typed twice. After validation ``password_hash`` holds its hash: hashing is slow and
    must be over before the transaction is opened."""

    password = PasswordField(
        _l("新密码"),
        [NotBlank(_l("请设置密码。"))],
        description=_l("至少 12 个字符；用几个不相干的词连成一句，最好记也最难猜。"),
    )
    password_again = PasswordField(_l("再输一次新密码"), [NotBlank(_l("请再输一次密码。"))])
    password_hash = ""

    def names(self) -> tuple[str, ...]:
        """Return what the password must not be made of."""
        return ()

    def validate(self, extra_validators: Any = None) -> bool:
        """Check, compare and hash the password after the other fields."""
        if not super().validate(extra_validators):
            return False
        if self.password.data != self.password_again.data:
            self.password_again.errors = [_("两次输入的密码不一样。")]
            return False
        try:
            passwords.ensure_good(self.password.data or "", names=self.names())
        except InvalidInput as refused:
            self.note_refusal(refused)
            return False
        self.password_hash = passwords.hashed(self.password.data or "")
        return True


class ChangePasswordForm(_NewPassword):
    """The present password and a new one."""

    present = PasswordField(_l("现在的密码"), [NotBlank(_l("请输入现在的密码。"))])
    present_hash: str | None = None
    own_names: tuple[str, ...] = ()

    def names(self) -> tuple[str, ...]:
        return self.own_names

    def validate_present(self, field: PasswordField) -> None:
        """The present password must be right: an unattended browser is not enough."""
        if field.data and not passwords.is_right(self.present_hash, field.data):
            raise ValidationError(_("现在的密码不对。"))


class NewUserForm(_NewPassword):
    """A sign-in name and a password, at self-registration; ``own_names`` come from the form before."""

    user_name = StringField(
        _l("登录名"),
        [NotBlank(_l("请取一个登录名。")), at_most(40), CleanText()],
        filters=[stripped],
        description=_l("3–40 个字母、汉字或数字，例如 weibin-aixin；以后也可以用手机号登录。"),
    )
    own_names: tuple[str, ...] = ()

    def names(self) -> tuple[str, ...]:
        return (*self.own_names, self.user_name.data or "")

    def new_user(self, phone: str | None) -> NewUser:
        """Return the user to be made, with the telephone that also signs in."""
        return NewUser(name=self.user_name.data or "", password_hash=self.password_hash, phone=phone)


class AgreeingUserForm(NewUserForm):
    """A volunteer's sign-in name and consents, each by itself and none ticked beforehand."""

    publish_name = BooleanField(
        _l("同意公开我的姓名和服务时长"),
        description=_l("用于排行榜和公示；不同意也可以参加服务，排行榜上不出现您。随时可以撤回。"),
    )
    share = BooleanField(
        _l("同意向参与单位提供我的联系方式"), description=_l("只用于安排您报名的服务。随时可以撤回。")
    )

    def consents(self) -> dict[ConsentPurpose, bool]:
        """Return for each purpose asked whether it was agreed to."""
        return {
            ConsentPurpose.PUBLISH_NAME: bool(self.publish_name.data),
            ConsentPurpose.SHARE_WITH_ORGANISATIONS: bool(self.share.data),
        }


class ManagerUserForm(NewUserForm):
    """The person who will manage an organisation here."""

    manager_name = StringField(
        _l("您的姓名"), [NotBlank(_l("请填写您的姓名。")), at_most(50), CleanText()], filters=[stripped]
    )
    manager_phone = StringField(
        _l("您的手机号"),
        [NotBlank(_l("请填写您的手机号。")), at_most(30), CleanText()],
        filters=[stripped],
        description=_l("也可以用它登录"),
    )

    def validate_manager_phone(self, field: StringField) -> None:
        """Name what is wrong with the number beside the field."""
        check = check_phone(field.data or "", mobile_only=True)
        if check.error is not None:
            raise ValidationError(str(check.error.sentence))

    def manager(self, region_code: str) -> PersonData:
        """Return the person to be entered, at home where the organisation is."""
        return PersonData(
            name=self.manager_name.data or "", region_code=region_code, phone=self.manager_phone.data or ""
        )


class PersonUserForm(_NewPassword):
    """A user for somebody else, who must change the password at the first sign-in."""

    person_name = StringField(
        _l("姓名"), [NotBlank(_l("请填写姓名。")), at_most(50), CleanText()], filters=[stripped]
    )
    phone = StringField(
        _l("手机号"), [NotBlank(_l("请填写手机号。")), at_most(30), CleanText()], filters=[stripped]
    )
    user_name = StringField(
        _l("登录名"),
        [NotBlank(_l("请取一个登录名。")), at_most(40), CleanText()],
        filters=[stripped],
        description=_l("3–40 个字母、汉字或数字。"),
    )

    def names(self) -> tuple[str, ...]:
        return (self.person_name.data or "", self.user_name.data or "", self.phone.data or "")

    def new_user(self) -> NewUser:
        """Return the user to be made."""
        return NewUser(
            name=self.user_name.data or "",
            password_hash=self.password_hash,
            phone=self.phone.data,
            must_change_password=True,
        )


class StaffUserForm(PersonUserForm):
    """A member of staff as the system administrator enters one; the roles come from the security administrator."""

    identity_number = StringField(
        _l("居民身份证号码"),
        [at_most(40), CleanText()],
        filters=[stripped],
        description=_l("用于回避核对：本人的事项、亲属的事项不会分给本人办理。"),
    )


class ResetPasswordForm(_NewPassword):
    """A first password for a user who lost the own one."""


class GrantForm(Form):
    """A role for a region, or for nothing but one's own things."""

    role = SelectField(_l("角色"), [required(_l("请选择角色。"))])
    region_code = RegionField(
        _l("辖区"),
        [optional()],
        deepest=RegionLevel.TOWN,
        shallowest=RegionLevel.COUNTY,
        description=_l("不选为全市。"),
    )
    valid_to = CivilDateField(_l("截止日期"), [optional()], description=_l("不填则一直有效，直到收回。"))

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        roles = [role for role in Role if role in grants.OF_REGION]
        self.role.choices = chosen((role.value, role.label) for role in roles)

    def chosen_region(self) -> str:
        """Return the region chosen, the city when none is."""
        settings: Settings = current_app.extensions["zhongli"]
        return self.region_code.data or settings.city_region


class ClerkRoleForm(PersonUserForm):
    """A clerk or manager of one's own organisation."""

    role = SelectField(
        _l("角色"),
        choices=[
            (Role.ORGANISATION_CLERK.value, Role.ORGANISATION_CLERK.label),
            (Role.ORGANISATION_MANAGER.value, Role.ORGANISATION_MANAGER.label),
        ],
        description=_l("经办人登记贡献；管理员还可以管理本单位的登录用户。"),
    )


class ReasonForm(Form):
    """A reason, for locking and unlocking."""

    reason = TextAreaField(
        _l("理由"), [NotBlank(_l("请写明理由。")), at_most(500), CleanText()], filters=[stripped]
    )
