"""A list as a file: the one way in which list pages offer their rows for download."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask import Response
from flask_babel import gettext as _

from app import clock, tables
from app.access import current_actor
from app.downloads import as_download
from app.errors import InvalidInput


def download(
    rows: Iterable[Any], columns: Sequence[tables.Column], title: str, kind: str = "xlsx"
) -> Response:
    """Return the rows as an XLSX (default) or CSV download, marked with the user and the time.

    ``kind`` comes from the address (?export=xlsx). Raises InvalidInput for another kind.
    """
    stamp = tables.Stamp(title=title, user=current_actor().name, moment=clock.now())
    name = f"{title} {clock.today().isoformat()}"
    if kind == "xlsx":
        return as_download(tables.write_xlsx(rows, columns, stamp), f"{name}.xlsx", tables.XLSX)
    if kind == "csv":
        return as_download(tables.write_csv(rows, columns), f"{name}.csv", tables.CSV)
    raise InvalidInput(_("只能导出为 xlsx 或 csv。"))
