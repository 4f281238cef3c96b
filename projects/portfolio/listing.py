"""Lists of projects: columns and rows of the pages and of the exported table."""

import uuid
from collections.abc import Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import clock
from app.regions import queries as regions
from app.regions.forms import city_region
from app.regions.models import RegionLevel
from app.tables import Column, ColumnKind
from projects.portfolio import clocks, queries, screens
from projects.portfolio.queries import Page, Row


def rows(session: Session, page: Page, endpoint: str, *, with_due: bool) -> list[dict[str, Any]]:
    """Return the lines of a page; ``with_due``: with the day until which each one waits for the bureau."""
    places = regions.full_names(session, [row.project.region_code for row in page.rows])
    due = clocks.running(session, [row.project.id for row in page.rows]) if with_due else {}
    return [
        screens.list_row(row, url_for(endpoint, code=row.project.code), places=places, due=due)
        for row in page.rows
    ]


def public_columns() -> list[dict[str, Any]]:
    """Return the columns of the public list."""
    return [
        {"key": "name", "label": _("项目"), "url": "url", "card": "title", "sub": "number"},
        {"key": "organisation", "label": _("申报单位")},
        {"key": "place", "label": _("实施地区")},
        {"key": "start_on", "label": _("开始"), "kind": "date"},
        {"key": "end_on", "label": _("结束"), "kind": "date"},
        {"key": "budget", "label": _("预算"), "kind": "money"},
        {"key": "state", "label": _("状态"), "kind": "state", "card": "side"},
    ]


def own_columns() -> list[dict[str, Any]]:
    """Return the columns of an organisation's list."""
    return [one for one in public_columns() if one["key"] != "organisation"] + [
        {"key": "since", "label": _("状态日期"), "kind": "date"}
    ]


def staff_columns() -> list[dict[str, Any]]:
    """Return the columns of the staff's list."""
    wanted = [one for one in public_columns() if one["key"] not in ("start_on", "end_on")]
    return [*wanted, {"key": "since", "label": _("状态日期"), "kind": "date"},
            {"key": "due_on", "label": _("应办结"), "kind": "date"}]  # fmt: skip


def export_columns() -> list[Column]:
    """Return the columns of the exported table."""
    return [
        Column("number", _("项目编号")),
        Column("name", _("项目名称")),
        Column("organisation", _("申报单位")),
        Column("place", _("实施地区")),
        Column("region", _("地区代码")),
        Column("campaign", _("专项行动")),
        Column("start_on", _("开始日期"), ColumnKind.DAY),
        Column("end_on", _("结束日期"), ColumnKind.DAY),
        Column("target", _("帮扶对象")),
        Column("households", _("预计帮助户数"), ColumnKind.INTEGER),
        Column("budget", _("预算（元）"), ColumnKind.MONEY),
        Column("level", _("审批层级")),
        Column("state", _("状态")),
        Column("since", _("状态日期"), ColumnKind.DAY),
        Column("due_on", _("应办结"), ColumnKind.DAY),
    ]


def export_rows(session: Session, found: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the lines of the exported table."""
    places = regions.full_names(session, {row.project.region_code for row in found})
    titles: dict[uuid.UUID | None, str] = {one.id: one.title for one in queries.campaigns(session)}
    lines = []
    for row in found:
        one = row.project
        lines.append(
            {
                **screens.list_row(row, "", places=places),
                "region": one.region_code,
                "campaign": titles.get(one.campaign_id),
                "target": one.target_group,
                "households": one.target_households,
                "budget": one.budget_fen,
                "level": str(one.level.label) if one.level else None,
                "state": str(one.state.label),
            }
        )
    return lines


def region_choices(session: Session, deepest: RegionLevel = RegionLevel.COUNTY) -> list[tuple[str, str]]:
    """Return the places that a list can be narrowed to."""
    found = regions.options(session, within=city_region(), deepest=deepest, on=clock.today())
    return [(one.code, one.full_name) for one in found]


def campaign_choices(session: Session) -> list[tuple[str, str]]:
    """Return the campaigns that a list can be narrowed to."""
    return [(one.code, one.title) for one in queries.campaigns(session)]
