"""Urgency, night, remote, effect: asked where rules multiply them, confirmed by who verifies, scored and told."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.db import reading, transaction
from app.errors import InvalidInput
from points.ledger import queries as ledger
from points.ledger.awarded import told
from points.rulesets.kinds import ContributionKind, Factor
from projects.contributions import contributions, qualities, verification
from projects.contributions.models import Contribution
from projects.contributions.rules import ContributionState
from projects.contributions.verification import Verified
from tests import entering
from tests.contributions import city as made
from tests.contributions.city import City
from tests.contributions.test_pages import SERVICE, only
from tests.points import city as points_city

MORE = """
[[multiplier]]
factor = "night"
value = "yes"
kind = "service"
times = "1.2"
words = "夜间 1.2"

[[multiplier]]
factor = "urgency"
value = "3"
times = "1.5"
words = "特急"

[[multiplier]]
factor = "effect"
value = "good"
kind = "service"
times = "1.1"
words = "成效良好"
"""


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with made.noon():
        yield


@pytest.fixture
def city(web: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> City:
    web.config["WTF_CSRF_ENABLED"] = False
    first = points_city.FIRST_RULES.read_text("utf-8")
    rules = tmp_path / "rules.toml"
    head, mark, rest = first.partition("[[multiplier]]")
    rules.write_text(head + MORE.lstrip() + "\n" + mark + rest, "utf-8")
    monkeypatch.setattr(points_city, "FIRST_RULES", rules)
    return made.found()


def test_what_is_claimed_is_confirmed_at_the_desk_and_multiplies(web: Flask, city: City) -> None:
    clerk, staff = entering.enter(web, city.clerk), entering.enter(web, city.staff)
    made.join(city.worker, city.hub)
    form = clerk.get("/my/contributions/new/service").text
    assert 'name="night"' in form and 'name="urgency"' in form
    assert 'name="effect"' not in form and 'name="remote"' not in form
    entry = {**SERVICE, "giver": "李建国", "night": "yes", "urgency": "3"}
    wrong = clerk.post("/my/contributions/new/service", data={**entry, "urgency": "9"})
    assert wrong.status_code == 422 and "没有这一项" in wrong.text
    sent = clerk.post("/my/contributions/new/service", data=entry)
    assert sent.status_code == 303, sent.text
    one = only()
    assert (one.night, one.urgency, one.effect) == ("yes", "3", None)
    assert "夜间服务" in clerk.get(f"/my/contributions/{one.code}").text
    desk = staff.get(f"/staff/contributions/desk/{one.code}").text
    assert 'name="effect"' in desk and "特急" in desk
    done = staff.post(
        f"/staff/contributions/desk/{one.code}",
        data={"revision": "1", "decision": "verify", "night": "yes", "urgency": "", "effect": "good"},
    )
    assert done.status_code == 303, done.text
    one = only()
    assert one.state is ContributionState.AWARDED
    assert (one.night, one.urgency, one.effect) == ("yes", None, "good")
    with reading() as session:
        posting = ledger.postings_of(session, "contribution", one.id)[0]
        assert told(posting)["facts"]["other"] == [["night", "yes"], ["effect", "good"]]
        assert "夜间 1.2" in told(posting)["wording"] and "特急" not in told(posting)["wording"]


def test_only_what_the_rules_multiply_for_a_kind_is_asked(web: Flask, city: City) -> None:
    form = entering.enter(web, city.clerk).get("/my/contributions/new/money").text
    assert 'name="night"' not in form and 'name="urgency"' in form
    with reading() as session:
        offered = qualities.choices(session, ContributionKind.MONEY, made.TODAY)
    assert {factor: [value for value, _words in told_] for factor, told_ in offered.items()} == {
        Factor.URGENCY: ["3"]
    }


def test_a_value_that_no_rule_names_is_refused_by_the_verb(city: City) -> None:
    with transaction() as session:
        gift = contributions.log(session, city.money(), organisation_id=city.hub, actor=city.clerk)
        contributions.submit(session, gift.id, revision=gift.revision, actor=city.clerk)
    with pytest.raises(InvalidInput), transaction() as session:
        verification.verify(
            session,
            gift.id,
            revision=gift.revision,
            actor=city.staff,
            found=Verified(qualities={Factor.NIGHT: "yes"}),
        )
    with reading() as session:
        assert session.get_one(Contribution, gift.id).state is ContributionState.SUBMITTED
