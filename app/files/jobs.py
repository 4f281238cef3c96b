"""The nightly sweep of bytes that never got a row."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.db import reading
from app.files import queries, storage
from app.jobs.registry import DailyAt, Job

YOUNG = 24 * 3600  # seconds in which an upload may still get its row


def sweep() -> str:
    """Remove blobs and drafts older than a day that no row stands for; return how many went."""
    old = list(storage.addresses_older_than(YOUNG))
    with reading() as session:
        in_use = {storage.address(sha256) for sha256 in queries.contents_in_use(session)}
    gone = sum(storage.remove(path, if_older_than=YOUNG) for path in old if path.name not in in_use)
    return _("清理 %(count)s 个文件", count=gone)


JOBS = (Job("files_sweep", _l("清理没有记录的上传文件"), DailyAt(3, 20), sweep),)
