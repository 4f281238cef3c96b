"""Lists of contributions: columns and rows of the pages and of the exported table."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import clock
from app.regions import queries as regions
from app.regions.models import RegionLevel
from app.tables import Column, ColumnKind
from projects.contributions import summary
from projects.contributions.queries import Row
from projects.contributions.rules import ContributionState


def list_row(row: Row, url: str) -> dict[str, Any]:
    """Return one line of a list."""
    one = row.contribution
    return {
        "code": one.code,
        "url": url,
        "what": row.item.name,
        "kind": one.kind,
        "claimed": summary.claimed_text(row),
        "verified": summary.verified_text(row),
        "giver": row.giver,
        "organisation": row.organisation,
        "happened_on": one.happened_on,
        "state": one.state,
        "grade": one.evidence_grade,
        "points": one.awarded_centipoints if one.state is ContributionState.AWARDED else None,
        "late": _("补录") if one.backfilled else None,
    }


def own_columns() -> list[dict[str, Any]]:
    """Return the columns of an organisation's list."""
    return [
        {"key": "happened_on", "label": _("日期"), "kind": "date"},
        {"key": "what", "label": _("贡献"), "url": "url", "card": "title", "sub": "claimed"},
        {"key": "giver", "label": _("贡献方")},
        {"key": "kind", "label": _("类别")},
        {"key": "grade", "label": _("证据"), "kind": "grade"},
        {"key": "points", "label": _("积分"), "kind": "points"},
        {"key": "state", "label": _("状态"), "kind": "state", "card": "side"},
    ]


def staff_columns() -> list[dict[str, Any]]:
    """Return the columns of the staff's list."""
    columns = own_columns()
    columns.insert(3, {"key": "organisation", "label": _("登记单位")})
    return columns


def export_columns() -> list[Column]:
    """Return the columns of the exported table."""
    return [
        Column("code", _("编号")),
        Column("happened_on", _("日期"), ColumnKind.DAY),
        Column("kind", _("类别")),
        Column("what", _("事项")),
        Column("giver", _("贡献方")),
        Column("role", _("身份")),
        Column("organisation", _("登记单位")),
        Column("claimed", _("登记数")),
        Column("amount_fen", _("核验金额（元）"), ColumnKind.MONEY),
        Column("minutes", _("核验时长（小时）"), ColumnKind.HOURS),
        Column("receipt", _("票据号")),
        Column("grade", _("证据等级")),
        Column("late", _("补录")),
        Column("state", _("状态")),
        Column("points", _("积分"), ColumnKind.POINTS),
        Column("region", _("地区代码")),
    ]


def export_row(row: Row) -> dict[str, Any]:
    """Return one line of the exported table."""
    one = row.contribution
    return {
        **list_row(row, ""),
        "kind": str(one.kind.label),
        "role": str(one.acting_role.label),
        "state": str(one.state.label),
        "grade": one.evidence_grade.value,
        "amount_fen": one.verified_amount_fen,
        "minutes": one.verified_minutes,
        "receipt": one.receipt_number,
        "region": one.region_code,
    }


def region_choices(session: Session, within: str, deepest: RegionLevel) -> list[tuple[str, str]]:
    """Return the places that a list can be narrowed to."""
    found = regions.options(session, within=within, deepest=deepest, on=clock.today())
    return [(one.code, one.full_name) for one in found]


def kept(args: Mapping[str, str]) -> dict[str, Any]:
    """Return the filters of an address, for links that keep them."""
    return {name: args[name] for name in ("kind", "q", "region") if args.get(name)}
