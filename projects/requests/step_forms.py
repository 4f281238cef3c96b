"""The small forms of the office's steps, each with its fields alone."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectChoice, SelectField
from wtforms.validators import AnyOf

from app.fields import CivilDateField, EvidenceField, MoneyField, NotBlank, NotInFuture
from app.forms import Form, optional, required
from projects.requests.forms import UploadForm, area, line
from projects.requests.kinds import CheckKind, FileKind, Protection, Recommendation, ServedHow


class PlainForm(Form):
    """A step without a word."""


class ReasonForm(Form):
    """A step with its reason."""

    reason = area(_l("理由"), NotBlank(_l("请写明理由。")))


class NoteForm(Form):
    """A step with words about it."""

    note = area(_l("意见"), NotBlank(_l("请写明意见。")))


class VisitForm(UploadForm):
    """A home visit."""

    FILES = {"photos": FileKind.PHOTO}  # noqa: RUF012  (a constant of the class)

    on = CivilDateField(_l("哪天入户"), [NotBlank(), NotInFuture()])
    findings = area(
        _l("看到和了解到的情况"),
        NotBlank(_l("请写明了解到的情况。")),
        rows=5,
        most=3000,
        description=_l("住房、家里有谁、收入支出、病情、急需什么。"),
    )
    place = line(_l("拍照地点"), optional(), most=100, description=_l("上传照片的请填写。"))
    photos = EvidenceField(_l("现场照片"), description=_l("拍摄时间取自照片本身。"))


class PaperVisitorForm(UploadForm):
    """Who else signed the record of a visit on paper."""

    signer = line(
        _l("签名人姓名或手机号"), NotBlank(), most=50, description=_l("须已在登记册里，不能是这户的亲属。")
    )
    file = EvidenceField(_l("签字的入户调查表"), [NotBlank(_l("请上传签字的入户调查表。"))])


class AuthoriseForm(UploadForm):
    """The household lets its means be checked, on paper."""

    on = CivilDateField(_l("哪天授权"), [NotBlank(), NotInFuture()])
    file = EvidenceField(_l("核对授权书"), [NotBlank(_l("请上传签字的核对授权书。"))])


class CheckForm(UploadForm):
    """What a check has brought."""

    FILES = {"papers": FileKind.MEETING}  # noqa: RUF012  (a constant of the class)

    on = CivilDateField(_l("哪天"), [NotBlank(), NotInFuture()])
    findings = area(_l("结果"), NotBlank(_l("请写明结果。")), rows=4, most=3000)
    papers = EvidenceField(_l("报告或记录"))


class ExcuseForm(Form):
    """A check that is left out."""

    kind = SelectField(
        _l("免予哪一项"),
        [NotBlank()],
        choices=[
            SelectChoice(one.value, one.label)
            for one in (CheckKind.VISIT, CheckKind.ECONOMIC, CheckKind.MEETING)
        ],
    )
    reason = area(_l("为什么免予"), NotBlank(_l("请写明理由。")))
    rule = line(_l("依据哪个文件"), NotBlank(_l("请写明依据的文件和条款。")), most=200)
    rule_from = CivilDateField(_l("这个文件从哪天起施行"), [NotBlank()])


class ProposeForm(Form):
    """What is proposed."""

    recommendation = RadioField(_l("建议"), [required()], choices=Recommendation.choices())
    amount = MoneyField(_l("建议金额"), description=_l("给实物或者服务的不填；建议不予批准的不填。"))
    proposal = area(
        _l("建议的内容和理由"),
        NotBlank(_l("请写明建议和理由。")),
        rows=4,
        description=_l("给什么、给多少、为什么；会写进决定书。"),
    )
    protection = SelectField(
        _l("不能公示的情形"),
        [optional()],
        choices=[
            SelectChoice("", _l("没有，照常公示")),
            *(SelectChoice(one.value, one.label) for one in (Protection.VIOLENCE, Protection.INFECTION)),
        ],
        description=_l("未成年人、孤儿、事实无人抚养儿童由系统判断，自动不公示。"),
    )


class ApproveForm(Form):
    """What is granted."""

    amount = MoneyField(_l("批准金额"), description=_l("不高于建议的金额；实物和服务不填。"))
    note = area(_l("意见"), optional(), rows=2)


class ServeForm(UploadForm):
    """How a decision's paper reached whom it is for."""

    on = CivilDateField(_l("哪天送达"), [NotBlank(), NotInFuture()])
    how = RadioField(
        _l("怎样送达"),
        [AnyOf(tuple(one.value for one in ServedHow))],
        choices=[SelectChoice(one.value, one.label) for one in ServedHow if one is not ServedHow.ONLINE],
        default=ServedHow.IN_PERSON.value,
    )
    receiver = line(_l("谁签收"), NotBlank(_l("请填写由谁签收。")), most=50)
    proof = EvidenceField(_l("送达回证"), description=_l("邮寄和留置送达必须上传。"))
