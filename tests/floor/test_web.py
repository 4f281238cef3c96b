"""The web frame: default deny, closed headers, problem pages, forms that lose nothing and work once."""

from collections.abc import Callable

import pytest
from flask import Flask, Response, redirect
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from wtforms import StringField

from app import counters
from app.access import public
from app.counters import Counter
from app.db import reading
from app.errors import Conflict, InvalidInput, NotAllowed, NotFound
from app.fields import CivilDateField, HoursField, MoneyField, NotBlank
from app.forms import CleanText, Form, stripped


class Sample(Form):
    """A form with one of each of our fields."""

    title = StringField("标题", validators=[NotBlank(), CleanText()], filters=[stripped])
    amount = MoneyField("金额", validators=[NotBlank()])
    hours = HoursField("时长")
    day = CivilDateField("日期")


@pytest.fixture
def sample(web: Flask) -> FlaskClient:
    """Return a client of an application that has a page with the sample form at /sample."""
    web.config["WTF_CSRF_ENABLED"] = False

    @web.route("/sample", methods=["GET", "POST"])
    @public
    def sample_page() -> object:
        form = Sample()

        def act(session: object) -> str:
            if form.title.data == "field":
                raise Conflict("标题已有人用", field="title")
            if form.title.data == "top":
                raise InvalidInput("整张表有问题")
            if form.title.data == "forbidden":
                raise NotAllowed("不可以")
            if form.title.data == "database":
                raise OperationalError("x", {}, Exception())
            counters.take(session, "sample")  # type: ignore[arg-type]
            return "/style"

        done = form.carry_out(act)
        if done is not None:
            return done
        told = {
            "problems": form.problems,
            "errors": form.errors,
            "title": form.title._value(),
            "amount": form.amount._value(),
            "once": form.once.data,
        }
        return told, 422 if form.is_submitted() else 200

    return web.test_client()


def _count() -> int:
    with reading() as session:
        return session.scalars(select(Counter.last).where(Counter.series == "sample")).one_or_none() or 0


GOOD = {"title": "棉被", "amount": "1.2万", "hours": "2小时30分", "day": "2026年4月3日", "once": "a" * 32}


def test_a_form_sent_twice_works_once(sample: FlaskClient) -> None:
    first, second = sample.post("/sample", data=GOOD), sample.post("/sample", data=GOOD)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location == "/style"
    assert _count() == 1


@pytest.mark.parametrize(
    ("title", "field", "sentence"),
    [
        ("field", "title", "标题已有人用"),
        ("", "title", "这一项必须填写。"),
        ("a\x00b", "title", "控制字符"),
        ("\u202eevil", "title", "控制字符"),
    ],
)
def test_a_refusal_stands_beside_its_field_and_keeps_what_was_typed(
    sample: FlaskClient, title: str, field: str, sentence: str
) -> None:
    answer = sample.post("/sample", data={**GOOD, "title": title, "amount": "1.2万"})
    assert answer.status_code == 422
    assert any(sentence in one for one in answer.json["errors"][field])
    assert answer.json["amount"] == "1.2万"
    assert _count() == 0


def test_a_refusal_without_a_field_stands_on_top(sample: FlaskClient) -> None:
    assert sample.post("/sample", data={**GOOD, "title": "top"}).json["problems"] == ["整张表有问题"]


def test_a_database_that_does_not_answer_keeps_the_form(sample: FlaskClient) -> None:
    answer = sample.post("/sample", data={**GOOD, "title": "database"})
    assert answer.status_code == 422
    assert "没有应答" in answer.json["problems"][0]


def test_a_form_sent_again_with_another_content_is_not_answered_by_the_first(sample: FlaskClient) -> None:
    assert sample.post("/sample", data=GOOD).status_code == 303
    answer = sample.post("/sample", data={**GOOD, "amount": "3"})
    assert answer.status_code == 422
    assert "先前已经提交" in answer.json["problems"][0]
    assert _count() == 1
    assert (
        sample.post("/sample", data={**GOOD, "amount": "3", "once": answer.json["once"]}).status_code == 303
    )
    assert _count() == 2


def test_what_is_forbidden_is_forbidden(sample: FlaskClient) -> None:
    assert sample.post("/sample", data={**GOOD, "title": "forbidden"}).status_code == 403


@pytest.mark.parametrize("amount", ["-1", "abc", "1e309", "1.234", "9" * 40, "NaN", "１２，３", "∞"])
def test_money_that_cannot_be_read_is_refused_and_stays_in_the_field(
    sample: FlaskClient, amount: str
) -> None:
    answer = sample.post("/sample", data={**GOOD, "amount": amount})
    assert answer.status_code == 422
    assert answer.json["errors"]["amount"]
    assert answer.json["amount"] == amount


@pytest.mark.parametrize("day", ["2026-02-30", "2026", "26-1-1", "明天", "2026-13-01", "0000-01-01"])
def test_a_day_that_is_none_is_refused(sample: FlaskClient, day: str) -> None:
    assert sample.post("/sample", data={**GOOD, "day": day}).json["errors"]["day"]


def test_a_route_that_declares_nothing_is_closed(web: Flask) -> None:
    web.add_url_rule("/forgotten", view_func=lambda: "secret", endpoint="forgotten")
    answer = web.test_client().get("/forgotten")
    assert answer.status_code == 403
    assert b"secret" not in answer.data


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (NotFound("没有这件东西"), 404),
        (Conflict("已有变化"), 409),
        (OperationalError("SELECT secret", {}, Exception("connection refused")), 503),
        (RuntimeError("secret detail"), 500),
    ],
)
def test_a_fault_gives_a_page_that_tells_no_secret(web: Flask, fault: Exception, status: int) -> None:
    def fail() -> str:
        raise fault

    web.add_url_rule("/fault", view_func=public(fail))
    answer = web.test_client().get("/fault")
    assert answer.status_code == status
    assert "secret" not in answer.text
    assert "<h1>" in answer.text


def test_a_database_that_is_gone_still_gives_a_page_to_whoever_was_signed_in(web: Flask) -> None:
    @web.login_manager.user_loader  # type: ignore[attr-defined]
    def gone(_token: str) -> None:
        raise OperationalError("SELECT secret", {}, Exception("connection refused"))

    client = web.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = "somebody"
        cookie["_fresh"] = True
    answer = client.get("/style")
    assert answer.status_code == 503
    assert "数据库暂时没有应答" in answer.text


@pytest.mark.parametrize("path", ["/style", "/nowhere", "/healthz", "/static/theme.css"])
def test_every_answer_is_closed(web: Flask, path: str) -> None:
    headers = web.test_client().get(path).headers
    assert "'unsafe" not in headers["Content-Security-Policy"]
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_form_without_its_token_is_refused(web: Flask) -> None:
    def write() -> Response:
        return redirect("/")  # type: ignore[return-value]

    web.add_url_rule("/write", view_func=public(write), methods=["POST"])
    assert web.test_client().post("/write").status_code == 400


@pytest.mark.parametrize(
    "send",
    [
        lambda client: client.get("/%ff%fe"),
        lambda client: client.get("/style?x=%00"),
        lambda client: client.post("/style"),
        lambda client: client.get("/style/../../etc/passwd"),
        lambda client: client.get("/static/../wsgi.py"),
        lambda client: client.get("/verify/" + "x" * 5000),
        lambda client: client.open("/style", method="PROPFIND"),
        lambda client: client.get("/style", headers={"Accept-Language": "zh-" + "x" * 9000}),
    ],
)
def test_odd_requests_never_end_in_a_fault(web: Flask, send: Callable[[FlaskClient], Response]) -> None:
    assert send(web.test_client()).status_code < 500
