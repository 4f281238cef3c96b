"""The nightly verification, whose outcome stands in its run's note."""

import os

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.jobs.registry import DailyAt, Job
from points.verification.verifying import Outcome, verify_all

NAME = "points_verify"
_SHOWN = 5
"""So many breaks a failed run names; the command tells all."""


def check() -> str:
    """Verify the whole ledger; a break fails the run and is named."""
    outcome = verify_all(current_app.extensions["zhongli"], os.cpu_count() or 1)
    if outcome.breaks:
        raise RuntimeError(f"{len(outcome.breaks)} breaks: {_named(outcome)}")
    return _(
        "流水 %(transfers)s 条全部相符，其中 %(unsealed)s 条等候存证",
        transfers=outcome.transfers,
        unsealed=outcome.unsealed,
    )


def _named(outcome: Outcome) -> str:
    return "; ".join(f"{one.kind.value} {one.table} {one.key}" for one in outcome.breaks[:_SHOWN])


JOBS = (Job(NAME, _l("夜间验账"), DailyAt(3, 30), check),)
