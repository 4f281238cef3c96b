"""`/open-data`: what there is, how to check it from outside, and the files themselves."""

import gzip
import tempfile
from typing import Any

from flask import Blueprint, Response, current_app, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import figures
from app.access import public
from app.config import Settings
from app.db import reading
from app.downloads import as_download
from app.errors import NotFound
from app.feature import Door, NavigationItem
from points.open_data import folder, sources
from points.open_data.dictionary import dictionary, title_of
from points.open_data.folder import Index, OpenFile

bp = Blueprint("open_data_public", __name__, url_prefix="/open-data")
NAVIGATION = (
    NavigationItem(Door.PUBLIC, _l("开放数据"), "open_data_public.index", icon="database-down", order=900),
)
COLUMNS = [
    {"key": "name", "label": _l("文件"), "card": "title", "url": "url", "sub": "title"},
    {"key": "size", "label": _l("大小"), "kind": "number", "card": "side"},
    {"key": "final", "label": _l("更新"), "bare": True},
    {"key": "sha256", "label": "SHA-256", "kind": "code", "card": "none"},
]
_TYPES = {"csv": "text/csv", "json": "application/json", "py": "text/x-python", "txt": "text/plain"}
_SPOOLED = 1 << 20
_FOREVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "public, no-cache"
SUMS, LIST = "SHA256SUMS", "files.txt"


@bp.get("")
@public
def index() -> ResponseReturnValue:
    """Show the files with sizes and hashes, the dictionary and the commands that check everything."""
    there = folder.read()
    return render_template(
        "open_data/index.html",
        there=there,
        as_of=figures.moment(there.made_at) if there else "",
        columns=COLUMNS,
        rows=[_row(one) for one in there.files] if there else [],
        dictionary=dictionary(),
        names_url=url_for(".download", filename=folder.NAMES),
        commands=[
            f"curl -fsS {_address(LIST)} | xargs -n 1 curl -fsSO",
            f"sha256sum -c {SUMS}",
            f"python3 {folder.CHECKER} .",
        ],
    )


@bp.get("/<filename>")
@public
def download(filename: str) -> ResponseReturnValue:
    """Send a file: whole, packed where the reader can unpack it, or nothing when the reader has it already."""
    if filename == folder.NAMES:
        return _names()
    there = folder.read()
    if there is not None:
        if filename == SUMS:
            lines = "".join(f"{one.sha256}  {one.name}\n" for one in there.files)
            return _plain(lines, filename)
        if filename == LIST:
            return _plain(_list(there), filename)
        found = there.find(filename)
        if found is not None and folder.path_of(found).is_file():
            return _file(found)
    raise NotFound(_("没有这个文件。请从开放数据页面下载。"))


def _file(one: OpenFile) -> Response:
    path, etag = folder.path_of(one), one.sha256
    packed = path.with_name(f"{path.name}.gz")
    encoded = _takes_gzip() and "Range" not in request.headers and packed.is_file()
    if encoded:
        path, etag = packed, f"{one.sha256}-gzip"
    answer = send_file(
        path,
        mimetype=_TYPES[one.name.rpartition(".")[2]],
        as_attachment=True,
        download_name=one.name,
        etag=etag,
        conditional=True,
        last_modified=None,
    )
    if encoded:
        answer.headers["Content-Encoding"] = "gzip"
    answer.headers.pop("Expires", None)
    answer.headers["Vary"] = "Accept-Encoding"
    answer.headers["Cache-Control"] = _FOREVER if one.final else _ASK_AGAIN
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _names() -> Response:
    """Send who may be named at this very moment: made anew, kept nowhere, never whole in memory."""
    spooled = tempfile.SpooledTemporaryFile(max_size=_SPOOLED)  # noqa: SIM115  (the answer closes it)
    with reading(fresh=True) as session:
        if _takes_gzip():
            with gzip.GzipFile("", "wb", 1, spooled, mtime=0) as stream:
                stream.writelines(line.encode() for line in sources.names(session))
        else:
            spooled.writelines(line.encode() for line in sources.names(session))
    spooled.seek(0)
    answer = send_file(spooled, mimetype="text/csv", as_attachment=True, download_name=folder.NAMES)
    if _takes_gzip():
        answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Vary"] = "Accept-Encoding"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _takes_gzip() -> bool:
    return request.accept_encodings.quality("gzip") > 0


def _plain(text: str, name: str) -> Response:
    answer = as_download(text.encode(), name, "text/plain; charset=utf-8")
    answer.headers["Cache-Control"] = _ASK_AGAIN
    return answer


def _list(there: Index) -> str:
    names = [SUMS, *(one.name for one in there.files), folder.NAMES]
    return "".join(f"{_address(name)}\n" for name in names)


def _address(name: str) -> str:
    settings: Settings = current_app.extensions["zhongli"]
    return f"{settings.public_url.rstrip('/')}{url_for('.download', filename=name)}"


def _row(one: OpenFile) -> dict[str, Any]:
    return {
        "name": one.name,
        "url": url_for(".download", filename=one.name),
        "title": title_of(one.name),
        "size": _("%(size)s 字节", size=f"{one.size:,}"),
        "final": _("不再变化") if one.final else _("每夜更新"),
        "sha256": one.sha256,
    }
