"""The pages of jobs and of the outbox, and the commands."""

import time
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import update

from app.db import reading, transaction
from app.jobs import queries, registry, scheduler
from app.jobs.models import RunState
from app.jobs.registry import DailyAt, Job
from app.outbox import queue
from app.outbox.models import OutboxMessage, OutboxState
from app.permissions import Role
from tests.parties.people import CITY, sign_in_as


def _fail() -> str:
    raise RuntimeError("no paper in the printer")


@pytest.fixture
def city(web: Flask) -> Iterator[Flask]:
    """Return the application with two jobs, one of which fails; forms are sent without their CSRF token."""
    web.config["WTF_CSRF_ENABLED"] = False
    known = dict(registry._jobs)
    registry._jobs.clear()
    registry.register(
        Job("good", "顺利的任务", DailyAt(2), run=lambda: "7 done"),
        Job("bad", "失败的任务", DailyAt(2), run=_fail),
    )
    yield web
    registry._jobs.clear()
    registry._jobs.update(known)


def test_administrators_see_run_and_read_errors(city: Flask) -> None:
    client = city.test_client()
    sign_in_as(client, "root", Role.SYSTEM_ADMINISTRATOR, region=CITY)
    assert "尚未运行" in client.get("/staff/jobs").get_data(as_text=True)
    assert client.post("/staff/jobs/good/run").headers["Location"] == "/staff/jobs/good"
    with reading() as session:
        assert queries.runs_of(session, "good")[0].state is RunState.ASKED  # nothing ran in the request
    for job in registry.known():
        scheduler.look_once(city, job)
    page = client.get("/staff/jobs").get_data(as_text=True)
    assert "7 done" in page
    assert "RuntimeError: no paper in the printer" in page
    assert "失败，将重试" in client.get("/staff/jobs/bad").get_data(as_text=True)
    assert "手动运行" in client.get("/staff/jobs/good").get_data(as_text=True)
    assert client.get("/staff/jobs/nonsense").status_code == 404
    assert client.post("/staff/jobs/nonsense/run").status_code == 404


def test_others_do_not(city: Flask) -> None:
    assert city.test_client().get("/staff/jobs").status_code == 303
    client = city.test_client()
    sign_in_as(client, "handler", Role.COUNTY_HANDLER, region=CITY)
    for address in ("/staff/jobs", "/staff/jobs/good", "/staff/outbox"):
        assert client.get(address).status_code == 403
    assert client.post("/staff/jobs/good/run").status_code == 403


def test_commands(city: Flask) -> None:
    runner = city.test_cli_runner()
    assert "good: 1 runs" in runner.invoke(args=["jobs", "once"]).output
    assert "good: 0 runs" in runner.invoke(args=["jobs", "once", "good"]).output
    assert "There is no job nonsense" in runner.invoke(args=["jobs", "once", "nonsense"]).output
    listing = runner.invoke(args=["jobs", "list"]).output
    assert "last: done" in listing
    assert "last: failed" in listing


def test_the_scheduler_runs_jobs_by_itself(city: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduler, "LOOK_SECONDS", 1)
    running = scheduler.start_embedded(city)
    try:
        for _ in range(50):
            with reading() as session:
                if {run.state for run in queries.runs_of(session, "good")} == {RunState.DONE}:
                    break
            time.sleep(0.2)
        else:
            pytest.fail("nothing ran")
    finally:
        running.shutdown()


def test_dead_messages_are_seen_revived_and_dropped(city: Flask) -> None:
    client = city.test_client()
    sign_in_as(client, "root", Role.SYSTEM_ADMINISTRATOR, region=CITY)
    assert "没有发送失败的消息" in client.get("/staff/outbox").get_data(as_text=True)
    with transaction() as session:
        queue.put(session, "nobody", {"name": "王五"})
        session.execute(update(OutboxMessage).values(state=OutboxState.DEAD, error="ConnectionRefusedError"))
        code = session.query(OutboxMessage.code).scalar()
    page = client.get("/staff/outbox").get_data(as_text=True)
    assert "ConnectionRefusedError" in page
    assert "王五" not in page
    assert client.post(f"/staff/outbox/{code}/revive").status_code == 303
    assert client.post(f"/staff/outbox/{code}/drop").status_code == 303  # refused: it waits again
    assert "不能改为" in client.get("/staff/outbox").get_data(as_text=True)
    with reading() as session:
        assert session.query(OutboxMessage.state).scalar() is OutboxState.WAITING
