"""The table of approval tiers as its page shows it."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import figures
from projects.tiers.models import ApprovalTier

COLUMNS = [
    {"key": "level", "label": _l("审批机关"), "card": "title"},
    {"key": "place", "label": _l("适用地区")},
    {"key": "limit", "label": _l("可以审批"), "card": "side"},
    {"key": "since", "label": _l("适用时间")},
    {"key": "basis", "label": _l("依据")},
]
HISTORY_COLUMNS = [
    *COLUMNS,
    {"key": "who", "label": _l("拟定、审核")},
    {"key": "state", "label": _l("状态"), "kind": "state"},
]


def limit_words(up_to_fen: int | None) -> str:
    """Return in words how much a level may approve."""
    if up_to_fen is None:
        return _("任何金额")
    if up_to_fen == 0:
        return _("不审批")
    return _("%(yuan)s 元以下（含）", yuan=figures.yuan(up_to_fen))


def row(one: ApprovalTier, places: Mapping[str, str], names: Mapping[uuid.UUID, str]) -> dict[str, Any]:
    """Return a line of the table."""
    return {
        "level": one.level.label,
        "place": places.get(one.region_code, one.region_code) if one.region_code else _("全市"),
        "limit": limit_words(one.up_to_fen),
        "since": since(one),
        "basis": one.basis,
        "who": who(one, names),
        "state": one.state,
    }


def rows(
    found: Sequence[ApprovalTier], places: Mapping[str, str], names: Mapping[uuid.UUID, str]
) -> list[dict[str, Any]]:
    """Return lines of the table."""
    return [row(one, places, names) for one in found]


def since(one: ApprovalTier) -> str:
    """Return in words when a row is in force."""
    first = figures.day_text(one.valid_from)
    if one.valid_to is None:
        return _("%(day)s 起", day=first)
    return _("%(day)s 至 %(last)s", day=first, last=figures.day_text(one.valid_to))


def who(one: ApprovalTier, names: Mapping[uuid.UUID, str]) -> str:
    """Return who proposed and who approved a row."""
    if one.proposed_by_id is None:
        return _("平台初始设置")
    proposed, approved = names.get(one.proposed_by_id, ""), names.get(one.approved_by_id or one.id, "")
    return f"{proposed}、{approved}" if approved else proposed


def change(one: ApprovalTier, before: ApprovalTier | None, places: Mapping[str, str]) -> str:
    """Return in one sentence what changes on a row's first day."""
    return _(
        "%(day)s 起，%(place)s%(level)s：%(old)s → %(new)s",
        day=figures.day_text(one.valid_from),
        place=places.get(one.region_code, "") if one.region_code else _("全市"),
        level=one.level.label,
        old=limit_words(before.up_to_fen) if before else _("没有规定"),
        new=limit_words(one.up_to_fen),
    )
