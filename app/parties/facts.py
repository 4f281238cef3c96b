"""What pages say about a party: its facts with numbers masked, its stated form, who looked at its numbers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.audit.models import AuditEvent
from app.identity import check_document, check_uscc
from app.masking import mask_bank_account, mask_id, mask_phone
from app.parties import queries, reveals, rules
from app.parties.kinds import ConsentPurpose, IntegrityState, PartyKind
from app.parties.models import Organisation, Party, Person, SocialWorker, Volunteer
from app.permissions import Role
from app.regions import queries as regions

Pair = tuple[Any, ...]


@dataclass(frozen=True)
class Look:
    """One look at a masked number: when, and in which role, never by name."""

    at: datetime
    role: str


def of_party(session: Session, party: Party) -> list[Pair]:
    """Return label and value of what is stated about a party, every number masked."""
    place = regions.full_name(session, party.region_code)
    if party.kind is PartyKind.ORGANISATION:
        return _of_organisation(party, queries.organisation_of(session, party.id), place)
    if party.kind is PartyKind.PERSON:
        pairs = _of_person(queries.person_of(session, party.id), place)
        volunteer = queries.volunteer_of(session, party.id)
        worker = queries.social_worker_of(session, party.id)
        return [
            *pairs,
            (_("持有证书"), "、".join(queries.qualifications_of(session, party.id))),
            *(_of_volunteer(volunteer) if volunteer else ()),
            *(_of_social_worker(worker) if worker else ()),
        ]
    return [(_("所在地"), place)]


def stated(session: Session, party: Party) -> dict[str, Any]:
    """Return the stored values of a party's form by field name, whole: for its own user to mend."""
    values: dict[str, Any] = {"name": party.name, "region_code": party.region_code}
    if party.kind is PartyKind.ORGANISATION:
        return values | _columns(queries.organisation_of(session, party.id))
    person = queries.person_of(session, party.id)
    volunteer = queries.volunteer_of(session, party.id)
    values |= _columns(person) | (_columns(volunteer) if volunteer else {})
    values["document_kind"] = person.identity_kind.value if person.identity_kind else None
    return values


def purposes_of(party: Party) -> tuple[ConsentPurpose, ...]:
    """Return the purposes that this kind of party is asked about; an organisation's name is public anyway."""
    if party.kind is PartyKind.ORGANISATION:
        return (ConsentPurpose.SHARE_WITH_ORGANISATIONS, ConsentPurpose.MESSAGES)
    return (ConsentPurpose.PUBLISH_NAME, ConsentPurpose.SHARE_WITH_ORGANISATIONS, ConsentPurpose.MESSAGES)


def looks_at(session: Session, party: Party) -> list[Look]:
    """Return who looked at a party's whole numbers, newest first."""
    rows = session.scalars(
        select(AuditEvent)
        .where(AuditEvent.thing_kind == "party", AuditEvent.thing_id == party.id)
        .where(AuditEvent.verb == reveals.VERB)
        .order_by(AuditEvent.at.desc())
        .limit(50)
    )
    return [Look(row.at, _role_name(row.actor_role)) for row in rows]


def numbers_of(party: Party) -> list[reveals.Number]:
    """Return the masked numbers that a party of this kind has."""
    if party.kind is PartyKind.ORGANISATION:
        return [reveals.Number.PHONE, reveals.Number.BANK]
    return [reveals.Number.IDENTITY, reveals.Number.PHONE]


def warnings_about(session: Session, party: Party) -> list[str]:
    """Return what is odd about the stated numbers and dates, though nothing that would refuse them."""
    if party.kind is PartyKind.ORGANISATION:
        return _about_organisation(queries.organisation_of(session, party.id))
    if party.kind is PartyKind.PERSON:
        volunteer = queries.volunteer_of(session, party.id)
        return _about_person(queries.person_of(session, party.id), volunteer)
    return []


def _about_organisation(one: Organisation) -> list[str]:
    found = []
    if one.uscc is not None:
        check = check_uscc(one.uscc)
        found += [str(warning.sentence) for warning in check.warnings]
        if check.error is not None:
            found.append(str(check.error.sentence))
    elif rules.needs_code(one.organisation_kind):
        found.append(_("没有统一社会信用代码。"))
    if one.integrity is not IntegrityState.CLEAR:
        found.append(str(one.integrity.label))
    return found


def _about_person(one: Person, volunteer: Volunteer | None) -> list[str]:
    found = []
    if one.identity_number is not None and one.identity_kind is not None:
        check = check_document(one.identity_kind, one.identity_number, today=clock.today())
        found += [str(warning.sentence) for warning in check.warnings]
    if rules.is_minor(one.born_on, clock.today()):
        found.append(_("未满 18 周岁，请与监护人核实。"))
        if volunteer is not None and not volunteer.guardian_name:
            found.append(_("没有填写监护人，请向名册填报单位补问监护人姓名和电话。"))
    return found


def _role_name(value: str) -> str:
    return str(Role(value).label) if value in set(Role) else _("系统")


def _columns(row: Organisation | Person | Volunteer) -> dict[str, Any]:
    values = {column.key: getattr(row, column.key) for column in row.__mapper__.column_attrs}
    return {name: getattr(value, "value", value) for name, value in values.items()}


def _of_organisation(party: Party, one: Organisation, place: str) -> list[Pair]:
    flags = [_("慈善组织")] * one.is_charity + [_("有公开募捐资格")] * one.may_fundraise
    grading = None
    if one.grading is not None:
        grading = f"{one.grading.label}（{one.grading_from or ''} – {one.grading_to or ''}）"
    return [
        (_("统一社会信用代码"), one.uscc),
        (_("单位类型"), one.organisation_kind.label),
        (_("所在地"), place),
        (_("详细地址"), one.address),
        (_("成立日期"), one.founded_on),
        (_("专职人员和会员"), one.member_count),
        (_("性质"), "、".join(flags)),
        (_("登记证号"), one.certificate_number),
        (_("登记证书有效期至"), one.certificate_to),
        (_("登记管理机关"), one.registration_authority),
        (_("业务主管单位"), one.supervising_body),
        (_("负责人"), one.responsible_person),
        (_("联系人"), one.contact_name),
        (_("联系电话"), mask_phone(one.contact_phone or "")),
        (_("开户银行"), one.bank_name),
        (_("银行账号"), mask_bank_account(one.bank_number or "")),
        (_("评估等级"), grading),
        (_("登记管理机关公示"), one.integrity.label),
        (_("异常代码说明"), one.uscc_override),
        (_("单位简介"), one.introduction, "wide"),
    ]


def _of_person(one: Person, place: str) -> list[Pair]:
    return [
        (_("证件种类"), one.identity_kind.label if one.identity_kind else None),
        (_("证件号码"), mask_id(one.identity_number or "")),
        (_("出生日期"), one.born_on),
        (_("性别"), one.sex.label if one.sex else None),
        (_("手机号"), mask_phone(one.phone or "")),
        (_("居住地"), place),
    ]


def _of_volunteer(one: Volunteer) -> list[Pair]:
    return [
        (_("志愿者编号"), one.number),
        (_("名册注册日期"), one.registered_on),
        (_("特长"), one.skills),
        (_("愿意做的服务"), one.service_kinds),
        (_("方便的时间"), one.available_times),
        (_("监护人"), one.guardian_name),
        (_("监护人电话"), mask_phone(one.guardian_phone or "")),
    ]


def _of_social_worker(one: SocialWorker) -> list[Pair]:
    return [
        (_("社工级别"), one.level.label),
        (_("社工证书编号"), one.certificate_number),
        (_("发证日期"), one.issued_on),
        (_("登记有效期至"), one.registered_until),
    ]
