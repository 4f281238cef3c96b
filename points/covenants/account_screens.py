"""What the pages of one household's points are made of: sums by item, the check, the steps of a record."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import figures
from points.covenants.accounts import ItemSum
from points.covenants.kinds import RecordState
from points.covenants.lines import Line
from points.covenants.models import CovenantRecord
from points.covenants.words import signed_words

_MOST_SUMMANDS = 8
SUM_COLUMNS = [
    {"key": "name", "label": _l("事项"), "card": "title"},
    {"key": "records", "label": _l("核验（条）"), "kind": "number"},
    {"key": "times", "label": _l("合计次数"), "kind": "number"},
    {"key": "points", "label": _l("积分"), "kind": "number", "card": "side"},
]


def timeline(line: Line, names: Mapping[UUID, str]) -> list[dict[str, Any]]:
    """Return the steps of a record, newest first."""
    one = line.record

    def who(key: UUID | None) -> str:
        return names.get(key, "") if key else _("系统")

    steps = [{"what": _("登记"), "who": who(one.logged_by_id), "when": one.logged_at, "note": one.note}]
    if one.judged_at is not None:
        rejected = one.state is RecordState.REJECTED
        steps.append(
            {
                "what": _("不予计分") if rejected else _("核验通过并计分"),
                "who": who(one.judged_by_id),
                "when": one.judged_at,
                "note": one.reason if rejected else None,
            }
        )
    if one.reversed_at is not None:
        steps.append(
            {
                "what": _("冲正"),
                "who": who(one.reversed_by_id),
                "when": one.reversed_at,
                "note": one.reason,
            }
        )
    if one.objected_at is not None:
        steps.append(
            {
                "what": _("本户提出异议"),
                "who": who(one.objected_by_id),
                "when": one.objected_at,
                "note": one.objection,
            }
        )
    if one.answered_at is not None:
        steps.append(
            {
                "what": _("答复异议"),
                "who": who(one.answered_by_id),
                "when": one.answered_at,
                "note": one.answer,
            }
        )
    return sorted(steps, key=lambda step: step["when"], reverse=True)


def sum_rows(found: Sequence[ItemSum]) -> list[dict[str, Any]]:
    """Return what each item came to for a household."""
    return [
        {"name": one.name, "records": one.records, "times": one.times, "points": _signed(one.points)}
        for one in found
    ]


def sum_words(found: Sequence[ItemSum], balance: int) -> str:
    """Return the sum by which a household can check its balance: "+12 + −2 = 10"."""
    total = sum(one.points for one in found)
    if total != balance:
        return _(
            "各项合计 %(total)s 分，与账户的 %(points)s 分不符，请联系镇街。",
            total=figures.points(total),
            points=figures.points(balance),
        )
    if len(found) > _MOST_SUMMANDS:
        return _("上表积分一列相加，等于本户的 %(points)s 分。", points=figures.points(balance))
    told = "".join(
        f" {signed_words(one.points)[0]} {signed_words(one.points)[1:]}" for one in found if one.points
    )
    return _(
        "%(sum)s = %(points)s 分", sum=told.removeprefix(" + ").strip() or "0", points=figures.points(balance)
    )


def _signed(points: int) -> str:
    return signed_words(points) if points else "0"


def stamps(record: CovenantRecord) -> list[UUID]:
    """Return the people who took a record's steps."""
    found = (
        record.logged_by_id,
        record.judged_by_id,
        record.reversed_by_id,
        record.objected_by_id,
        record.answered_by_id,
    )
    return [one for one in found if one is not None]
