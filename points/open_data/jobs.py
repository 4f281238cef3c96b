"""The nightly job: the open data as of the last seal."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.jobs.registry import DailyAt, Job
from points.open_data.folder import publish


def every_night() -> str:
    """Write the files."""
    made = publish()
    return _("开放数据 %(files)s 个文件，%(leaves)s 片叶", files=len(made.files), leaves=made.tree_size)


JOBS = (Job("open_data", _l("生成开放数据文件"), DailyAt(4, 10), every_night),)
