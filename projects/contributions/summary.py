"""A contribution in words and figures, as lists, thing pages and desks show it."""

from typing import Any

from flask_babel import gettext as _

from app import figures
from points.rulesets.kinds import ContributionKind, EvidenceGrade
from projects.contributions import hours, rules
from projects.contributions.documents import quantity_text
from projects.contributions.models import Contribution
from projects.contributions.queries import Row


def claimed_text(row: Row) -> str:
    """Return what was claimed: "10,000.00 元", "2.5 小时", "大米 1,000 公斤 等 2 项"."""
    one = row.contribution
    return _text(row, one.service_minutes, one.amount_fen, one.quantity_thousandths)


def verified_text(row: Row) -> str | None:
    """Return what was verified, or None before that."""
    one = row.contribution
    if one.verified_at is None:
        return None
    return _text(row, one.verified_minutes, one.verified_amount_fen, one.verified_quantity_thousandths)


def _text(row: Row, minutes: int | None, amount_fen: int | None, thousandths: int | None) -> str:
    one = row.contribution
    if minutes is not None:
        return figures.hours(minutes)
    if one.kind is ContributionKind.MONEY:
        return figures.money(amount_fen or 0)
    value = _("，价值 %(sum)s", sum=figures.money(amount_fen)) if amount_fen else ""
    if len(one.lines) > 1:
        return _("%(item)s等 %(count)s 项", item=one.lines[0].item_name, count=len(one.lines)) + value
    if thousandths is None:
        return value.lstrip("，")
    return f"{quantity_text(thousandths)} {row.item.base_unit}{value}"


def decision_text(row: Row) -> str:
    """Return the figure that the deciding button names: of several goods their value."""
    one = row.contribution
    if len(one.lines) > 1 and one.amount_fen:
        return figures.money(one.amount_fen)
    return claimed_text(row).partition("，")[0]


def title_of(row: Row) -> str:
    """Return a contribution's title: its item and what was claimed."""
    claimed = claimed_text(row)
    return claimed if claimed.startswith(row.item.name) else f"{row.item.name} · {claimed}"


def time_text(contribution: Contribution) -> str | None:
    """Return start, end and what was taken off, or None when it has no hours."""
    if contribution.start_minute is None or contribution.end_minute is None:
        return None
    text = f"{hours.clock_time(contribution.start_minute)}—{hours.clock_time(contribution.end_minute)}"
    if contribution.break_minutes:
        text += _("，扣除路途、用餐和休息 %(minutes)s 分钟", minutes=contribution.break_minutes)
    return text


def fact_pairs(row: Row, *, region_name: str, project: str | None = None) -> list[tuple[Any, ...]]:
    """Return what is known about a contribution as pairs of label and value; empty ones are left out by the page."""
    one = row.contribution
    timed = one.kind in rules.TIME_KINDS
    verified = verified_text(row)
    receipt = one.receipt_number or (
        _("放弃票据：%(how)s", how=one.receipt_waiver) if one.receipt_waiver else None
    )
    return [
        (_("贡献方"), row.giver),
        (_("身份"), one.acting_role.label),
        (_("类别"), f"{one.kind.label} · {row.item.name}"),
        (_("登记数"), claimed_text(row)),
        (_("核验数"), verified if verified != claimed_text(row) else None),
        (_("服务日期") if timed else _("日期"), one.happened_on.isoformat()),
        (_("服务时间"), time_text(one)),
        (_("事先发布"), (_("是") if one.published_before else _("否")) if timed else None),
        (_("登记方式"), _("补录") if one.backfilled else one.source.label),
        (_("帮扶项目"), project),
        (_("台账流水号"), one.serial),
        (_("受赠单位"), one.receiver_name),
        (_("捐赠票据号"), receipt),
        (_("地区"), region_name),
        (_("受益对象"), one.beneficiary),
        (_("登记单位"), row.organisation),
        (_("说明"), one.description, "wide"),
    ]


def grade_words(contribution: Contribution) -> str:
    """Return what the evidence grade means for this kind: gifts have a receipt where hours have attendance."""
    grade = contribution.evidence_grade
    if contribution.kind in rules.GIFT_KINDS:
        meanings = {
            EvidenceGrade.A: _("有捐赠票据，并有签收或受益方确认"),
            EvidenceGrade.B: _("有捐赠票据"),
            EvidenceGrade.C: _("有票据号或书面材料，票据未上传"),
            EvidenceGrade.D: _("仅自行申报"),
        }
    else:
        meanings = {
            EvidenceGrade.A: _("系统签到签退，并有受益方确认"),
            EvidenceGrade.B: _("系统签到签退"),
            EvidenceGrade.C: _("书面材料"),
            EvidenceGrade.D: _("仅自行申报"),
        }
    return meanings[grade]


def line_rows(contribution: Contribution) -> list[dict[str, Any]]:
    """Return the goods of a contribution as rows of a table."""
    return [
        {
            "item": line.item_name,
            "entered": f"{quantity_text(line.entered_thousandths)} {line.unit}",
            "quantity": f"{quantity_text(line.quantity_thousandths)} {line.base_unit}",
            "value": line.value_fen,
            "basis": " ".join(part for part in (str(line.basis.label), line.basis_note) if part),
        }
        for line in contribution.lines
    ]


def form_title(kind: ContributionKind, old: Row | None, row: Row | None) -> str:
    """Return the title of the form: a new entry, one put right, or one mended."""
    if row is not None:
        return _("修改：%(what)s", what=title_of(row))
    if old is not None:
        return _("更正登记：%(what)s", what=title_of(old))
    return _("登记%(kind)s", kind=kind.label)
