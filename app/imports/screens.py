"""What the wizard's pages show, as plain data."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session
from xlsxwriter.utility import xl_col_to_name

from app.errors import InvalidInput
from app.imports import plans, queries, registers, staging, workbooks
from app.imports.kinds import TAKEN, Decision, Note, Reason
from app.imports.models import ImportBatch, ImportUpload, UploadState
from app.imports.registers import Field, Register
from app.imports.staging import Line, Section
from app.masking import mask_id, mask_phone

PAGE = 50
_LONGEST = 40
_STEP = {
    UploadState.RECEIVED: 2,
    UploadState.JUDGING: 3,
    UploadState.JUDGED: 3,
    UploadState.FAILED: 3,
    UploadState.ACCEPTING: 4,
    UploadState.UNDOING: 5,
}


def steps() -> list[str]:
    """Return the names of the wizard's steps."""
    return [_("上传表格"), _("核对各列"), _("逐行检查"), _("导入"), _("回执")]


def step_of(upload: ImportUpload) -> int:
    """Return the number of the step at which an upload stands, from 1."""
    return _STEP.get(upload.state, 5)


def register_labels(upload: ImportUpload) -> str:
    """Return what an upload is about in words."""
    return "、".join(register_label(name) for name in upload.registers.split()) or _("未识别")


def register_label(name: str) -> str:
    """Return what a register is called."""
    return str(next((one.label for one in registers.known() if one.name == name), name))


def size_text(size: int) -> str:
    """Return a file's size in words."""
    if size < 1024 * 1024:
        return _("%(size)s KB", size=max(1, round(size / 1024)))
    return _("%(size)s MB", size=f"{Decimal(size) / (1024 * 1024):.1f}")


def shown(value: Any, field: Field | None = None) -> str:
    """Return a cell for a page: numbers of people masked, long texts cut short."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        value = int(value)
    if isinstance(value, datetime) and (value.hour, value.minute, value.second) == (0, 0, 0):
        value = value.date()
    text = " ".join(staging.printable(str(value)).split())
    if field is not None and field.secret:
        return mask_phone(text) if len(text) <= 13 else mask_id(text)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def history_rows(uploads: Sequence[ImportUpload], urls: dict[str, str]) -> list[dict[str, Any]]:
    """Return the lines of the list of earlier uploads."""
    return [
        {
            "name": one.name,
            "url": urls[one.code],
            "register": register_labels(one),
            "who": one.uploader_name,
            "uploaded_at": one.uploaded_at,
            "rows": one.data_rows,
            "admitted": one.admitted_rows or None,
            "back": (one.rejected_rows + one.duplicate_rows + one.review_rows) or None,
            "state": one.state,
        }
        for one in uploads
    ]


def history_columns() -> list[dict[str, Any]]:
    """Return the columns of the list of earlier uploads."""
    return [
        {"key": "name", "label": _("文件"), "card": "title", "url": "url", "sub": "register"},
        {"key": "who", "label": _("上传人")},
        {"key": "uploaded_at", "label": _("时间"), "kind": "date"},
        {"key": "rows", "label": _("行数"), "kind": "number"},
        {"key": "admitted", "label": _("已导入"), "kind": "number"},
        {"key": "back", "label": _("有问题"), "kind": "number"},
        {"key": "state", "label": _("状态"), "kind": "state", "card": "side"},
    ]


def table_views(plan: Sequence[Section], offered: Sequence[Register]) -> list[dict[str, Any]]:
    """Return each table of a file as its page shows it: register, header, columns with samples, what is missing."""
    found = []
    for number, section in enumerate(plan):
        layout = section.layout
        register = next((one for one in offered if layout and one.name == layout.register), None)
        found.append(
            {
                "prefix": f"t{number}-",
                "sheet": section.sheet,
                "is_used": section.is_used and register is not None,
                "register": register,
                "rows": max(0, section.last - (layout.first_data_row if layout else section.after + 1) + 1),
                "header": max(layout.header_rows, default="") if layout else "",
                "titles": layout.titles if layout else (),
                "columns": list(_columns(section, register)) if register and layout else [],
                "unknown": [text for _column, text in layout.unknown if not workbooks.is_ours(text)]
                if register and layout
                else [],
                "missing": plans.missing_fields(section, register) if register and section.is_used else [],
                "top": [[shown(cell, _guess(cell)) for cell in line[:8]] for line in section.top[:4]],
            }
        )
    return found


def _columns(section: Section, register: Register) -> Iterator[dict[str, Any]]:
    layout = section.layout
    assert layout is not None
    by_column = {column: name for name, column in layout.columns.items()}
    data = section.top[layout.first_data_row - 1 - section.after :][:3]
    for column, heading in enumerate(section.headings()):
        if workbooks.is_ours(heading):
            continue
        samples = [line[column] for line in data if column < len(line) and line[column] not in (None, "")]
        if not heading and not samples and column not in by_column:
            continue
        field = register.field(by_column[column]) if column in by_column else None
        yield {
            "index": column,
            "letter": xl_col_to_name(column),
            "heading": heading,
            "samples": [shown(one, field or _guess(one)) for one in samples],
            "field": field.name if field else "",
            "label": field.label if field else None,
            "unit": layout.units.get(field.name) if field else None,
            "required": bool(field and field.required),
        }


def _guess(value: Any) -> Field | None:
    """Hide what looks like somebody's number in a column that nobody has named yet."""
    digits = "".join(sign for sign in str(value) if sign.isdigit())
    return _SECRET if len(digits) >= 11 else None


_SECRET = Field("", "", lambda _binding: lambda _cell: None, secret=True)  # type: ignore[arg-type,return-value]


@dataclass(frozen=True)
class Findings:
    """What a check found: reasons with counts, what was put right, and one page of rows."""

    groups: list[dict[str, Any]]
    notes: list[tuple[Any, int]]
    rows: list[dict[str, Any]]
    after: str | None


def findings(
    session: Session,
    upload: ImportUpload,
    plan: Sequence[Section],
    *,
    chosen: str | None,
    after: str | None,
) -> Findings:
    """Return what a check found; ``chosen`` keeps one reason, ``after`` begins behind a row ("batch-line")."""
    batches = queries.batches_of(session, upload.id)
    choices = queries.choices_of(session, upload.id)
    counts: Counter[tuple[Decision, str, bool]] = Counter()
    notes: Counter[str] = Counter()
    named: dict[str, str] = {}
    for batch in batches:
        summary = queries.summary_of(batch)
        for key, count in summary.reasons.items():
            if key[0] not in TAKEN:
                counts[key] += count
                named[key[1]] = batch.register
        notes.update(summary.notes)
    groups = [
        {
            "key": f"{decision.value}.{word}",
            "decision": decision,
            "reason": word,
            "label": reason_label(word, named[word]),
            "count": count,
            "can_be_taken": can,
            "choice": choices.get((0, 0, word)) if decision is Decision.REVIEW else None,
        }
        for (decision, word, can), count in sorted(
            counts.items(), key=lambda one: (_WEIGHT.get(one[0][0], 9), -one[1], one[0][1])
        )
    ]
    rows: list[dict[str, Any]] = []
    for batch, line in _problem_lines(batches, chosen, _place(after)):
        if len(rows) == PAGE:
            break
        rows.append(row_view(batch, line, plan, choices))
    last = rows[-1]["place"] if len(rows) == PAGE else None
    put_right = [(Note(name).label, count) for name, count in notes.most_common()]
    return Findings(groups, put_right, rows, last)


_WEIGHT = {Decision.REVIEW: 0, Decision.REJECT: 1, Decision.DUPLICATE: 2}


def _place(after: str | None) -> tuple[int, int]:
    if not after:
        return (-1, -1)
    first, _dash, second = after.partition("-")
    if not (first.isascii() and first.isdigit() and second.isascii() and second.isdigit()) or len(after) > 20:
        raise InvalidInput(_("这个翻页地址已经失效，请从第一页看起。"))
    return int(first), int(second)


def _problem_lines(
    batches: Sequence[ImportBatch], chosen: str | None, after: tuple[int, int]
) -> Iterator[tuple[ImportBatch, Line]]:
    for batch in batches:
        if batch.number < after[0]:
            continue
        keys = [key for key in queries.summary_of(batch).reasons if key[0] not in TAKEN]
        if not any(chosen in (None, f"{one[0].value}.{one[1]}") for one in keys):
            continue
        for line in queries.lines_of(batch):
            if (batch.number, line.number) <= after or (line.decision in TAKEN and not line.changed):
                continue
            if chosen in (None, f"{line.decision.value}.{line.reason}"):
                yield batch, line


def problem_lines(batches: Sequence[ImportBatch]) -> Iterator[tuple[int, Line]]:
    """Yield (table, row) of every row that did not go in, in the order of the upload."""
    for batch in batches:
        for line in queries.lines_of(batch):
            if not line.admitted and (line.decision not in TAKEN or line.changed):
                yield batch.table_number, line


def reason_label(word: str, register: str) -> str:
    """Return a reason in words; a missing field is named."""
    name, _colon, field = word.partition(":")
    label = str(Reason(name).label) if name in Reason.__members__ else name
    if field:
        known = {one.name: str(one.label) for one in registers.by_name(register).fields}
        return _("%(reason)s：%(field)s", reason=label, field=known.get(field, field))
    return label or _("登记册没有收下")


def describe(line: Line, section: Section) -> str:
    """Return the sentence on a row with its column in front."""
    column = column_of(line, section)
    return f"{column}：{line.sentence}" if column else line.sentence


def column_of(line: Line, section: Section) -> str:
    """Return the heading of the column in which a row is wrong, as the file has it, or the field's name."""
    layout = section.layout
    if layout is None or not line.field:
        return ""
    place = layout.columns.get(line.field)
    headings = section.headings()
    if place is not None and place < len(headings) and headings[place]:
        return headings[place]
    known = {one.name: str(one.label) for one in registers.by_name(layout.register).fields}
    return known.get(line.field, "")


def row_view(batch: ImportBatch, line: Line, plan: Sequence[Section], choices: Any) -> dict[str, Any]:
    """Return a row that does not go in by itself, as the page shows it."""
    section = plan[batch.table_number]
    layout = section.layout
    register = registers.by_name(batch.register)
    value, title = "", ""
    if layout is not None and line.cells is not None:
        place = layout.columns.get(line.field or "", -1)
        if 0 <= place < len(line.cells) and line.field:
            value = shown(line.cells[place], register.field(line.field))
        title = _title(line, section, register)
    return {
        "place": f"{batch.number}-{line.number}",
        "number": line.number,
        "table": batch.table_number,
        "sheet": section.sheet,
        "title": title,
        "column": column_of(line, section),
        "value": value,
        "sentence": line.sentence,
        "reason": line.reason,
        "decision": line.decision,
        "can_be_taken": line.can_be_taken,
        "choice": queries.choice_on(choices, batch.table_number, line)
        if line.decision is Decision.REVIEW
        else None,
    }


def _title(line: Line, section: Section, register: Register) -> str:
    layout = section.layout
    assert layout is not None and line.cells is not None
    names = [one.name for one in register.fields if "name" in one.name and not one.secret]
    # A county stands in many rows alike, often merged over them; a number or a head of family in one.
    names += [one.name for one in register.fields if one.required and not one.fill_down and not one.secret]
    for name in (*names, *(one.name for one in register.fields if not one.secret)):
        place = layout.columns.get(name)
        if place is not None and place < len(line.cells) and line.cells[place] not in (None, ""):
            return shown(line.cells[place])
    return ""
