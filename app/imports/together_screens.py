"""What the page of files that were uploaded in one go shows, as plain data."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.imports import checking, queries, registers, screens, together, uploads, workbooks
from app.imports.approval_standing import standing
from app.imports.models import ImportUpload, UploadState
from app.imports.staging import Line, Section
from app.permissions import Actor

_CHECKED = (UploadState.JUDGED, UploadState.ACCEPTING, UploadState.ACCEPTED)


def columns() -> list[dict[str, Any]]:
    """Return the columns of the list of files."""
    return [
        {"key": "name", "label": _("文件"), "card": "title", "url": "url", "sub": "about"},
        {"key": "rows", "label": _("行数"), "kind": "number"},
        {"key": "ready", "label": _("可以导入"), "kind": "number"},
        {"key": "back", "label": _("有问题"), "kind": "number"},
        {"key": "admitted", "label": _("已导入"), "kind": "number"},
        {"key": "hint", "label": _("要留意的")},
        {"key": "state", "label": _("状态"), "kind": "state", "card": "side"},
    ]


def rows(
    session: Session, files: Sequence[ImportUpload], urls: dict[str, str], actor: Actor
) -> list[dict[str, Any]]:
    """Return a line for each file: how many rows, where it stands, and what somebody should look at."""
    return [
        {
            "name": one.name,
            "url": urls[one.code],
            "about": screens.register_labels(one),
            "rows": one.data_rows,
            "ready": checking.ready_to_enter(session, one) if one.state is UploadState.JUDGED else None,
            "back": _back(one) if one.state in _CHECKED else None,
            "admitted": one.admitted_rows or None,
            "hint": hint(one) or _awaited(session, one, actor),
            "state": one.state,
        }
        for one in files
    ]


def _awaited(session: Session, upload: ImportUpload, actor: Actor) -> str:
    where = standing(session, upload, actor)
    if not where.waits:
        return ""
    if where.can:
        return _("等您核验，点文件名办理。") if where.looks else _("等您审核。")
    return _("等另一位工作人员核验。") if where.looks else _("等另一位工作人员审核。")


def _back(upload: ImportUpload) -> int:
    if upload.state is UploadState.ACCEPTED:
        return upload.data_rows - upload.admitted_rows
    return upload.rejected_rows + upload.duplicate_rows + upload.review_rows


def sums(lines: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Return the sums below the list."""
    found = {
        key: sum(one[key] or 0 for one in lines)
        for key in ("rows", "ready", "back", "admitted")
        if any(one[key] for one in lines)
    }
    return {key: f"{value:,}" for key, value in found.items()}


def hint(upload: ImportUpload) -> str:
    """Return what somebody should look at in a file before it can go on, or should know of it."""
    if upload.state is UploadState.FAILED:
        return upload.problem or _("没有办完，请点文件名查看。")
    changed = upload.ready_rows - upload.admitted_rows
    if upload.state is UploadState.ACCEPTED and changed > 0:
        return _("%(count)s 行与别的表或登记册重复或不一致，没有导入，点文件名查看。", count=changed)
    if upload.state is UploadState.JUDGED:
        if not upload.data_rows:
            return _("表头下面没有数据。")
        if upload.duplicate_rows == upload.data_rows:
            return _("都已经在登记册里，不用再导入。")
        if upload.review_rows:
            return _("%(count)s 行要您核对，点文件名办理。", count=upload.review_rows)
    if upload.state is UploadState.RECEIVED:
        plan = uploads.plan_of(upload)
        if not upload.registers:
            return _("没有认出是哪一种表，请点文件名选择。")
        missing = together.lacking(plan)
        if missing:
            return _(
                "缺少必填的列：%(names)s。请点文件名指明是哪一列。",
                names="、".join(str(one) for one in missing),
            )
        unused = [
            text
            for one in plan
            if one.is_used and one.layout
            for _column, text in one.layout.unknown
            if not workbooks.is_ours(text)
        ]
        if unused:
            return _("没有用到的列：%(names)s", names="、".join(dict.fromkeys(unused)))
    return ""


@dataclass(frozen=True)
class Problems:
    """The rows of several files that did not go in: their tables, (table, row), and how many by file."""

    plan: list[Section]
    lines: list[tuple[int, Line]]
    counts: dict[uuid.UUID, int]


def problems(session: Session, files: Sequence[ImportUpload]) -> Problems:
    """Return the rows that did not go in of all files that were checked; a sheet is called after its file."""
    found = Problems([], [], {})
    for one in files:
        plan = uploads.plan_of(one)
        if not plan or one.judged_at is None:
            continue
        first = len(found.plan)
        found.plan.extend(_after_its_file(section, one.name, alone=len(plan) == 1) for section in plan)
        some = [
            (first + table, line)
            for table, line in screens.problem_lines(queries.batches_of(session, one.id))
        ]
        found.lines.extend(some)
        if some:
            found.counts[one.id] = len(some)
    return found


def _after_its_file(section: Section, name: str, *, alone: bool) -> Section:
    stem = name.rpartition(".")[0] or name
    if section.layout is not None:
        fields = registers.by_name(section.layout.register).fields
        if any(one.from_sheet and one.name not in section.layout.columns for one in fields):
            return section  # the sheet's own name says what no column says
    # A sheet's name has 31 signs at most.
    return replace(section, sheet=stem if alone or not section.sheet else f"{stem[:18]} {section.sheet}")
