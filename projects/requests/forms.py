"""What comes in of a request: what the family tells, and how the commitment is signed."""

import uuid
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import AnyOf
from wtforms.widgets import CheckboxInput, ListWidget

from app.fields import CivilDateField, EvidenceField, MoneyField, NotBlank, NotInFuture, Positive
from app.files import evidence
from app.files.evidence import Received
from app.forms import CleanText, Form, at_most, optional, required, stripped
from app.parties.household_queries import Member
from credit.commitments.models import CommitmentText, How
from projects.requests.files import Attached
from projects.requests.kinds import Channel, FileKind, Protection, Urgency
from projects.requests.models import AidKind, AidRequest

_STAFF_CHANNELS = [one for one in Channel if one not in (Channel.MEMBER, Channel.SPREADSHEET)]
_TOLD_PROTECTIONS = (Protection.VIOLENCE, Protection.INFECTION)


def line(label: Any, *checks: Any, most: int = 100, **values: Any) -> StringField:
    """Return a field of one line."""
    return StringField(label, [*checks, at_most(most), CleanText()], filters=[stripped], **values)


def area(label: Any, *checks: Any, rows: int = 3, most: int = 1000, **values: Any) -> TextAreaField:
    """Return a field of several lines."""
    shape = {"rows": rows}
    return TextAreaField(
        label, [*checks, at_most(most), CleanText()], filters=[stripped], render_kw=shape, **values
    )


class UploadForm(Form):
    """A form with files; ``FILES`` says what the files of each field are."""

    FILES: dict[str, FileKind] = {}  # noqa: RUF012  (a constant of each class)

    def receive(self) -> list[Attached]:
        """Take in the uploads, before the transaction. Raises InvalidInput with the field's name."""
        return [
            Attached(kind, evidence.receive(one.stream, one.filename, field=name))
            for name, kind in self.FILES.items()
            for one in self[name].data or []
        ]

    def scan(self, name: str) -> Received | None:
        """Take in one file, or None."""
        found = self[name].data or []
        return evidence.receive(found[0].stream, found[0].filename, field=name) if found else None


class TellForm(UploadForm):
    """What a family tells; the same questions at every door."""

    FILES = {"evidence": FileKind.EVIDENCE, "authorisation": FileKind.AUTHORISATION}  # noqa: RUF012

    person = SelectField(_l("谁需要帮助"), [NotBlank(_l("请选择谁需要帮助。"))], choices=[])
    whole = RadioField(
        _l("为谁申请"),
        [AnyOf(("household", "person"))],
        choices=[SelectChoice("household", _l("全家")), SelectChoice("person", _l("只为这一个人"))],
        default="household",
    )
    kinds = SelectMultipleField(
        _l("需要哪方面的帮助"),
        [NotBlank(_l("请至少选一项。"))],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    words = area(
        _l("遇到了什么困难"),
        NotBlank(_l("请写一写遇到了什么困难。")),
        rows=5,
        most=2000,
        description=_l("什么时候发生了什么事，现在缺什么。照平时说话写就行。"),
    )
    asked = MoneyField(_l("需要多少钱"), [Positive()], description=_l("说不准或者不要钱的，不用填。"))
    urgency = RadioField(_l("急不急"), choices=Urgency.choices(), default=Urgency.NORMAL.value)
    economic = BooleanField(
        _l("同意核对家庭经济状况"),
        description=_l("核对收入和财产要经本人授权（社会救助法第四十条）；只用于办理这件申请。"),
    )
    evidence = EvidenceField(
        _l("困难证明"), description=_l("诊断书、票据、照片等，可以选几张；没有可以不传。")
    )
    authorisation = EvidenceField(
        _l("委托书"), description=_l("替家里别的成年人申请的，上传他签名或按指印的委托书照片。")
    )
    revision = HiddenField()

    def offer(self, members: Sequence[Member], kinds: Sequence[AidKind]) -> None:
        """Set who of the household and which kinds of help can be chosen."""
        self.person.choices = [
            SelectChoice(str(one.party.id), f"{one.party.name}（{one.relation.label}）")
            for one in members
            if one.is_present
        ]
        self.kinds.choices = [SelectChoice(str(one.id), one.name) for one in kinds]

    def stated(self) -> dict[str, Any]:
        """Return what was typed, as values of ``intake.Told``."""
        return {
            "person_id": uuid.UUID(self.person.data),
            "whole_household": self.whole.data == "household",
            "kinds": tuple(uuid.UUID(one) for one in self.kinds.data or ()),
            "words": self.words.data or "",
            "asked_fen": self.asked.data,
            "urgency": Urgency(self.urgency.data),
            "economic_authorised": bool(self.economic.data),
        }


class StaffTellForm(TellForm):
    """The same, written down for a family: how it came in, and who asks."""

    FILES = {**TellForm.FILES, "economic_paper": FileKind.ECONOMIC}  # noqa: RUF012

    channel = SelectField(
        _l("来源"),
        [NotBlank()],
        choices=[SelectChoice(one.value, one.label) for one in _STAFF_CHANNELS],
        default=Channel.WINDOW.value,
    )
    slip_number = line(_l("工单编号"), optional(), most=40, description=_l("12345、12355 转来的必须填写。"))
    applicant = SelectField(_l("谁提出申请"), [optional()], choices=[])
    applicant_number = line(
        _l("申请人的证件号码或手机号"),
        optional(),
        most=30,
        description=_l("申请人不是家里人的才填，例如在外地的监护人；须已在登记册里。"),
    )
    protection = SelectField(
        _l("不能公示的情形"),
        [optional()],
        choices=[
            SelectChoice("", _l("没有")),
            *(SelectChoice(one.value, one.label) for one in _TOLD_PROTECTIONS),
        ],
        description=_l("未成年人、孤儿、事实无人抚养儿童由系统判断，不用选。"),
    )
    economic_paper = EvidenceField(_l("核对授权书"))

    def offer(self, members: Sequence[Member], kinds: Sequence[AidKind]) -> None:
        """Set who asks besides."""
        super().offer(members, kinds)
        same = SelectChoice("", _("需要帮助的人自己"))
        self.applicant.choices = [same, *self.person.choices]


def values_of(request: AidRequest) -> dict[str, Any]:
    """Return a stored request as values of its form, for amending."""
    told = request.protection if request.protection in _TOLD_PROTECTIONS else None
    return {
        "person": str(request.person_id),
        "whole": "household" if request.whole_household else "person",
        "kinds": [str(one.kind_id) for one in request.kinds],
        "words": request.words,
        "asked": request.asked_fen,
        "urgency": request.urgency.value,
        "economic": request.economic_authorised_on is not None,
        "channel": request.channel.value,
        "slip_number": request.slip_number,
        "applicant": "" if request.applicant_id == request.person_id else str(request.applicant_id),
        "protection": told.value if told else "",
        "revision": str(request.revision),
    }


class FindForm(Form):
    """Which household asks."""

    household = line(
        _l("家庭档案编号、成员证件号码或手机号"),
        NotBlank(_l("请填写档案编号、证件号码或者手机号。")),
        most=40,
    )


class OnlineSignForm(Form):
    """The commitment, promised sentence by sentence under the own login."""

    items = SelectMultipleField(
        _l("我承诺"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    revision = HiddenField()

    def offer(self, text: CommitmentText) -> None:
        """Set the sentences of the version in force."""
        self.items.choices = [SelectChoice(str(place), one) for place, one in enumerate(text.items)]

    def promised_all(self) -> bool:
        """Say whether every sentence was promised; else its error stands beside them."""
        if len(set(self.items.data or ())) == len(self.items.choices):
            return True
        self.items.errors = [_("请逐条看过并勾选全部承诺。")]
        return False


class PaperSignForm(UploadForm):
    """The commitment as it was signed on paper."""

    how = RadioField(
        _l("怎样签的"),
        [required()],
        choices=[SelectChoice(one.value, one.label) for one in (How.SIGNATURE, How.FINGERPRINT)],
        default=How.SIGNATURE.value,
    )
    signed_on = CivilDateField(_l("签署日期"), [NotBlank(), NotInFuture()])
    file = EvidenceField(_l("签字的承诺书"), description=_l("照片或扫描件。"))
    witness = line(
        _l("见证人姓名或手机号"),
        optional(),
        most=50,
        description=_l("按指印的必须有见证人，须已在登记册里。"),
    )
    revision = HiddenField()


class StepForm(Form):
    """A step that needs no more than a word."""

    revision = HiddenField()
    reason = area(_l("说明"), optional(), rows=2)


class KindForm(Form):
    """One kind of help."""

    name = line(_l("名称"), NotBlank(), most=30)
    about = line(_l("给群众看的说明"), optional(), most=200)
    is_statutory = BooleanField(
        _l("法定救助"), description=_l("由民政部门在省级系统认定，这里只转办，不批准。")
    )
    is_active = BooleanField(_l("可以申请"), default=True)
