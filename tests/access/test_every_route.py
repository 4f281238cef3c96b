"""Every route of the url map, as nobody and as a stranger of every role: sign-in or a refusal, never content.

Routes are asked with real things of another county and another organisation. What no role may do must not
happen either: the audit log does not grow by anything but the signing in.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.routing import Rule

import wsgi
from app import db
from app.access import access_of
from app.audit.models import AuditEvent
from app.config import load
from app.permissions import ROLE_PERMISSIONS, Role
from tests.access.city import Things, client_of, demo_city, token_of
from tests.conftest import ENVIRONMENT

# Things of no county: users, jobs, the outbox, the log, the catalogue, numbers of the law, texts of commitments;
# none of these pages shows a register.
EVERYWHERE = frozenset(
    {
        "users_staff",
        "jobs_staff",
        "outbox_staff",
        "audit_staff",
        "catalogue_staff",
        "vocabulary_staff",
        "parameters_staff",
        "commitments_staff",
    }
)
REFUSED = frozenset({403, 404})
# A POST that passes the gate may also be told what is wrong with it, or that it comes too late.
MENDED = frozenset({409, 422})
NOT_READY = "health.ready"
"""Says 503 where no jobs run, and means it."""
_PARTS_THAT_ARE_NO_THING = frozenset({"kind", "filename", "register", "list_name"})


@pytest.fixture(scope="module")
def web(_sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("access")
    shutil.copy(_sqlite_template, folder / "zhongli.sqlite3")
    made = wsgi.create_app(load({**ENVIRONMENT, "ZHONGLI_DATA_DIR": str(folder)}))
    made.testing = False
    yield made
    db.database().close()


@pytest.fixture(scope="module")
def things(web: Flask) -> Iterator[Things]:
    with demo_city(web, web.extensions["zhongli"]) as found:
        yield found


def routes(web: Flask, things: Things, method: str, *, public: bool) -> Iterator[tuple[Rule, str]]:
    """Yield each route of a method, public or not, with an address made of real things."""
    for rule in web.url_map.iter_rules():
        if method in (rule.methods or ()) and (access_of(web, rule.endpoint) == ()) is public:
            yield rule, address(web, rule, things)


def address(web: Flask, rule: Rule, things: Things) -> str:
    values: dict[str, Any] = {}
    blueprint = rule.endpoint.partition(".")[0]
    for part in rule.arguments:
        if part == "code":
            values[part] = things.codes[blueprint]
        elif part == "kind":
            values[part] = "money" if blueprint == "contributions_member" else "list"
        elif part == "name":
            values[part] = "audit_chain"
        else:
            values[part] = things.values[part]
    with web.test_request_context():
        return str(web.url_map.bind("localhost").build(rule.endpoint, values))


def ensure_no_content(answer: Any, things: Things, where: object) -> None:
    assert answer.status_code < 500, where
    found = [secret for secret in things.secrets if secret.encode() in answer.data]
    assert not found, (where, found)


def deeds() -> int:
    """Return how many audit events there are beside signing in and out."""
    with db.reading() as session:
        counted = select(func.count()).where(AuditEvent.verb.not_like("session.%"))
        return session.scalar(counted) or 0


def test_the_public_gets_an_answer_on_every_public_page(web: Flask, things: Things) -> None:
    client = client_of(web, None)
    for rule, path in routes(web, things, "GET", public=True):
        if rule.endpoint == NOT_READY:
            continue
        assert client.get(path).status_code < 500, rule
        for strange in ("?page=%00", "?region=x&period=9999-99&kind=%F0%9F%98%80", "?after=zzz"):
            assert client.get(path + strange).status_code < 500, (rule, strange)


def test_nobody_is_sent_to_sign_in(web: Flask, things: Things) -> None:
    client = client_of(web, None)
    for rule, path in routes(web, things, "GET", public=False):
        answer = client.get(path)
        ensure_no_content(answer, things, rule)
        if answer.status_code == 303:
            assert answer.location.startswith("/sign-in"), rule
        else:
            assert answer.status_code in REFUSED, (rule, answer.status_code)
    before = deeds()
    token = token_of(client)
    for rule, path in routes(web, things, "POST", public=False):
        answer = client.post(path, data={"csrf_token": token})
        ensure_no_content(answer, things, rule)
        assert answer.status_code in REFUSED or answer.location.startswith("/sign-in"), rule
    assert deeds() == before


@pytest.mark.parametrize("role", list(Role))
def test_a_stranger_of_every_role_sees_nothing_of_others(web: Flask, things: Things, role: Role) -> None:
    client = client_of(web, role)
    for rule, path in routes(web, things, "GET", public=False):
        answer = client.get(path)
        ensure_no_content(answer, things, (role, rule))
        if not may(web, rule, role):
            assert answer.status_code == 403, (role, rule, answer.status_code)
        elif names_a_thing(rule):
            assert answer.status_code in REFUSED, (role, rule, answer.status_code)
        else:
            assert answer.status_code in {200, 303} or answer.status_code in REFUSED, (role, rule)


@pytest.mark.parametrize("role", list(Role))
def test_a_stranger_of_every_role_does_nothing_to_others(web: Flask, things: Things, role: Role) -> None:
    client = client_of(web, role)
    token = token_of(client)
    before = deeds()
    for rule, path in routes(web, things, "POST", public=False):
        if may(web, rule, role) and rule.endpoint.partition(".")[0] in EVERYWHERE | {
            "messages_member",
            "messages_staff",
            "points_member",
        }:
            continue  # their own things, or things of no county: other tests try them
        if may(web, rule, role) and not names_a_thing(rule):
            answer = client.post(path, data={"csrf_token": token})
            assert answer.status_code < 500, (role, rule)
            continue
        answer = client.post(
            path, data={"csrf_token": token, "reason": "陌生人想改动别人的东西", "revision": "1"}
        )
        ensure_no_content(answer, things, (role, rule))
        if may(web, rule, role):
            assert answer.status_code in REFUSED, (role, rule, answer.status_code)
        else:
            assert answer.status_code == 403, (role, rule, answer.status_code)
    assert deeds() == before


@pytest.mark.parametrize("role", [None, *Role])
def test_no_form_is_taken_without_its_token(web: Flask, things: Things, role: Role | None) -> None:
    client = client_of(web, role)
    before = deeds()
    for public in (True, False):
        for rule, path in routes(web, things, "POST", public=public):
            for data in ({}, {"csrf_token": "x" * 40}):
                answer = client.post(path, data=data)
                assert 400 <= answer.status_code < 500, (role, rule, answer.status_code)
    assert deeds() == before
    if role is not None:
        assert still_signed_in(client), role


def may(web: Flask, rule: Rule, role: Role) -> bool:
    return bool(ROLE_PERMISSIONS[role] & set(access_of(web, rule.endpoint) or ()))


def names_a_thing(rule: Rule) -> bool:
    """Say whether an address names something that belongs to a county, an organisation or a person."""
    parts = set(rule.arguments) - _PARTS_THAT_ARE_NO_THING
    return bool(parts) and rule.endpoint.partition(".")[0] not in EVERYWHERE


def still_signed_in(client: FlaskClient) -> bool:
    return any(client.get(path).status_code == 200 for path in ("/my/security", "/staff/security"))
