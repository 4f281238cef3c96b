"""One address for all evidence: /files/CODE, always a download, never a page."""

from flask import Blueprint, Response

from app.access import current_actor, public
from app.db import reading
from app.downloads import as_download
from app.files import queries, storage
from app.ids import clean_code

bp = Blueprint("files", __name__, url_prefix="/files")


@bp.get("/<code>")
@public  # who may read which file is answered by the feature that owns it
def download(code: str) -> Response:
    """Send one file to somebody who may read it; everybody else is told that there is none."""
    with reading() as session:
        file = queries.readable(session, clean_code(code), current_actor())
    return as_download(storage.get(file.sha256), file.name, file.media_type.value)
