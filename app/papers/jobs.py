"""The job that draws papers."""

from flask_babel import lazy_gettext as _l

from app.jobs.registry import EveryMinutes, Job
from app.papers import rendering


def render() -> str:
    """Draw the papers that wait for it."""
    return f"{rendering.render_due()} papers drawn"


JOBS = (Job("papers_render", _l("制作文书 PDF"), EveryMinutes(1), render),)
