"""The job that looks for parties entered twice, after lists have come in."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.db import transaction
from app.jobs.registry import EveryMinutes, Job
from app.parties.bulk import comparing

_MOST_BATCHES = 200  # a run; the next one goes on


def compare_new() -> str | None:
    """Compare the parties that lists brought with the register; what looks alike is kept for the reviewers."""
    batches = pairs = 0
    while batches < _MOST_BATCHES:
        with transaction() as session:
            batch = comparing.next_batch(session)
            if batch is None:
                break
            pairs += comparing.compare_batch(session, batch)
        batches += 1
    return (
        _("比对 %(batches)s 批，发现 %(pairs)s 对疑似重复", batches=batches, pairs=pairs) if batches else None
    )


JOBS = (Job("parties_compare", _l("比对新录入主体是否重复"), EveryMinutes(5), compare_new),)
