"""The job that draws papers."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.jobs.registry import EveryMinutes, Job
from app.papers import rendering


def render() -> str:
    """Draw the papers that wait for it."""
    return _("制作 %(count)s 份", count=rendering.render_due())


JOBS = (Job("papers_render", _l("制作文书 PDF"), EveryMinutes(1), render),)
