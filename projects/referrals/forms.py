"""What comes in about referrals: a need to be sent, and the small form of each step."""

import uuid
from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField

from app.fields import CivilDateField, MoneyField, NotBlank, NotInFuture, Positive
from app.forms import CleanText, Form, at_most, chosen, optional, stripped
from projects.referrals.kinds import Department, ReferralKind, ReferralResult

Named = Sequence[tuple[uuid.UUID, str]]


def _text(label: Any, *checks: Any, most: int, **values: Any) -> StringField:
    return StringField(label, [*checks, at_most(most), CleanText()], filters=[stripped], **values)


def _words(label: Any, *checks: Any, **values: Any) -> TextAreaField:
    shape = {"rows": 3}
    return TextAreaField(
        label, [*checks, at_most(1000), CleanText()], filters=[stripped], render_kw=shape, **values
    )


class _Receiver(Form):
    """To whom it goes."""

    organisation = _text(
        _l("参与单位"),
        optional(),
        most=200,
        description=_l("写全称或编号。"),
        render_kw={"list": "organisations", "autocomplete": "off"},
    )
    department = SelectField(_l("承办部门"), choices=chosen(Department.choices()))
    liaison = SelectField(_l("部门联络员"), choices=chosen([]))

    def offer_liaisons(self, liaisons: Named) -> None:
        """Set which liaisons can be chosen."""
        self.liaison.choices = chosen([(str(key), name) for key, name in liaisons])


class SendForm(_Receiver):
    """A need of a household for somebody who can help."""

    kind = RadioField(
        _l("转给谁"),
        [NotBlank(_l("请选择转介还是转办。"))],
        choices=[
            (ReferralKind.REFERRAL.value, _l("转介给参与单位")),
            (ReferralKind.HAND_OVER.value, _l("转办给政府部门")),
        ],
    )
    person = SelectField(_l("当事人"), [NotBlank(_l("请选择当事人。"))])
    aid_kind = SelectField(_l("需要哪类帮助"), [NotBlank(_l("请选择需要哪类帮助。"))])
    words = _words(
        _l("需要什么帮助"),
        NotBlank(_l("请写明需要什么帮助。")),
        description=_l("对方接收前就能看到，只写办理所需的情况，不写证件号码。"),
    )
    consent = BooleanField(_l("当事人（或监护人）已签字同意转介"))
    override_reason = _words(_l("近期已有同类帮助仍要办理的理由"), optional())

    def offer(self, people: Named, kinds: Named, liaisons: Named) -> None:
        """Set what can be chosen."""
        self.person.choices = chosen([(str(key), name) for key, name in people])
        self.aid_kind.choices = chosen([(str(key), name) for key, name in kinds])
        self.offer_liaisons(liaisons)


class StepForm(Form):
    """A step that needs no more than a word."""

    revision = HiddenField()
    reason = _words(_l("说明"), optional())


class FinishForm(Form):
    """What was done, or what the department decided."""

    revision = HiddenField()
    result = RadioField(_l("结果"), [NotBlank(_l("请选择结果。"))], choices=ReferralResult.choices())
    words = _words(_l("给了什么，或者为什么没有给予"), NotBlank(_l("请写明给了什么，或者为什么没有给予。")))
    amount = MoneyField(_l("金额或价值"), [Positive()], description=_l("不知道的留空。"))
    on = CivilDateField(_l("哪天办的"), [NotBlank(), NotInFuture()])


class SendOnForm(_Receiver):
    """To whom it goes next."""

    revision = HiddenField()
    reason = _words(_l("说明"), optional())


class CloseForm(Form):
    """The end of the chain."""

    revision = HiddenField()
    reason = _words(_l("归档说明"), optional())
    look_again = BooleanField(_l("对方没有给予，把原申请退回本单位重新评估"))
