"""Beats the time: a look at each job every few seconds, each in a thread of its own, never twice at once."""

import logging
import signal

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.base import BaseScheduler
from apscheduler.schedulers.blocking import BlockingScheduler
from flask import Flask

from app import pdf
from app.jobs import registry, runner
from app.jobs.registry import Job

LOOK_SECONDS = 10
_THREADS = 4

log = logging.getLogger("zhongli.jobs")


def run_for_ever(web: Flask) -> None:
    """Run the jobs in this process until it is told to stop; what is running then is finished first."""
    for sentence in pdf.missing():
        log.error(sentence)
    scheduler = _filled(BlockingScheduler(**_options()), web)
    signal.signal(signal.SIGTERM, _stop)
    try:
        scheduler.start()
    except (KeyboardInterrupt, SystemExit):
        log.info("stopping")
        scheduler.shutdown(wait=True)


def start_embedded(web: Flask) -> BaseScheduler:
    """Run the jobs in threads beside the web server; call it in the serving process, after any fork."""
    scheduler = _filled(BackgroundScheduler(daemon=True, **_options()), web)
    scheduler.start()
    return scheduler


def look_once(web: Flask, job: Job) -> int:
    """Run what is due of a job inside the application's context; return how many runs were made."""
    with web.app_context():
        return runner.run_due(job)


def _stop(_signal: int, _frame: object) -> None:
    raise SystemExit(0)


def _options() -> dict[str, object]:
    return {
        "timezone": "UTC",
        "executors": {"default": ThreadPoolExecutor(_THREADS)},
        "job_defaults": {"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    }


def _filled(scheduler: BaseScheduler, web: Flask) -> BaseScheduler:
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)  # "maximum instances" is what we want
    for job in registry.known():
        scheduler.add_job(look_once, "interval", seconds=LOOK_SECONDS, args=(web, job), id=job.name)
    log.info("%d jobs", len(registry.known()))
    return scheduler
