"""The door pages and the directory on an invented city, on both databases: right figures, no name without consent."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from app import clock, db
from app.parties.kinds import ConsentPurpose, RegistrationState
from app.parties.models import Consent, Party
from app.permissions import Role
from points.jobs import every_minute
from portal import months, queries
from projects.contributions import contributions, verification
from projects.contributions.entries import Entry
from tests.contributions import city as made
from tests.contributions.city import City


@pytest.fixture
def city(web: Flask) -> City:
    """Return a city in which the factory gave 10,000 yuan and the volunteer 2.5 hours, both verified."""
    found = made.found()
    with made.noon():
        give(found, found.money())
        give(found, found.service())
        every_minute()
    return found


def give(city: City, entry: Entry, *, judge: bool = True) -> None:
    """Log and submit a contribution; verify it when asked, by two when two are wanted."""
    with db.transaction() as session:
        one = contributions.log(session, entry, organisation_id=city.hub, actor=city.clerk)
        contributions.submit(session, one.id, revision=one.revision, actor=city.clerk)
    if judge:
        with db.transaction() as session:
            verification.verify(
                session, one.id, revision=one.revision, actor=city.staff, found=verification.WHOLE
            )


def get(web: Flask, path: str) -> str:
    with made.noon():
        answer = web.test_client().get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.get_data(as_text=True)


def code_of(party_id: object) -> str:
    with db.reading() as session:
        return session.get_one(Party, party_id).code


def test_home_counts_and_names_only_who_agreed(web: Flask, city: City) -> None:
    home = get(web, "/")
    assert "10,000.00 元" in home
    assert "宝鸡秦岭机械有限公司" in home
    assert "王秀英" not in home
    assert "一位志愿者" in home
    with db.transaction() as session:
        session.add(
            Consent(
                party_id=city.volunteer,
                purpose=ConsentPurpose.PUBLISH_NAME,
                given_at=datetime(2026, 1, 1, tzinfo=UTC),
            )
        )
    assert "王秀英" in get(web, "/")


def test_home_of_an_empty_city_says_what_will_be_there(web: Flask) -> None:
    home = get(web, "/")
    assert "本月还没有计入的积分" in home
    assert "还没有核验通过的贡献" in home


def test_only_what_was_verified_counts(web: Flask, city: City) -> None:
    with made.noon():
        give(city, city.money(7_000, receipt="0099887766"), judge=False)
        with db.reading() as session:
            found = queries.city(session)
    assert (found.totals.count, found.totals.amount_fen, found.totals.minutes) == (2, 1_000_000, 150)
    assert sum(points for _month, points in found.by_month) == found.totals.centipoints


def test_directory_finds_by_name_kind_and_place(web: Flask, city: City) -> None:
    assert "共 2 家" in get(web, "/organisations")
    text = get(web, "/organisations?q=秦岭机械")
    assert "宝鸡秦岭机械有限公司" in text and "惠民" not in text.split("<main")[1]
    assert "共 1 家" in get(web, "/organisations?kind=enterprise")
    assert "共 0 家" in get(web, f"/organisations?region={made.OTHER_COUNTY}")
    assert "没有符合条件的单位" in get(web, "/organisations?q=没有这家")


@pytest.mark.parametrize(
    "query", ["sort=%27", "sort=-name", "sort=name", "kind=x", "region=abc", "q=%25_%5C", "q=" + "长" * 300]
)
def test_directory_takes_any_address(web: Flask, city: City, query: str) -> None:
    get(web, f"/organisations?{query}")


def test_directory_refuses_a_cursor_that_is_not_ours(web: Flask, city: City) -> None:
    for cursor in ("x", "e30", "W10", "WzEsMl0"):
        assert web.test_client().get(f"/organisations?after={cursor}").status_code == 422


def test_an_organisation_has_a_page_a_person_has_none(web: Flask, city: City) -> None:
    text = get(web, f"/organisations/{code_of(city.factory)}")
    assert "宝鸡秦岭机械有限公司" in text and "10,000.00 元" in text and "本月排名" in text
    for party_id in (city.volunteer, city.people[Role.CITY_STAFF]):
        assert web.test_client().get(f"/organisations/{code_of(party_id)}").status_code == 404
    assert web.test_client().get("/organisations/NOSUCHCODE00").status_code == 404


def test_an_organisation_not_yet_admitted_has_no_page(web: Flask, city: City) -> None:
    with db.transaction() as session:
        session.get_one(Party, city.hub).state = RegistrationState.SUBMITTED
    assert web.test_client().get(f"/organisations/{code_of(city.hub)}").status_code == 404
    assert "共 1 家" in get(web, "/organisations")


def test_the_members_desk_shows_what_to_mend(web: Flask, city: City) -> None:
    with made.noon():
        with db.transaction() as session:
            one = contributions.log(
                session, city.money(receipt="0055443322"), organisation_id=city.hub, actor=city.clerk
            )
        with db.reading() as session:
            desk = queries.desk(session, city.clerk)
    assert one.code in {row.contribution.code for row in desk.unsent.rows}
    assert desk.unsent.sums.count == 1 and desk.sent_back.sums.count == 0
    assert [mine.party.id for mine in desk.mine] == [city.hub]


@pytest.mark.parametrize("path", ["/my", "/staff"])
def test_the_inner_doors_ask_to_sign_in(web: Flask, path: str) -> None:
    answer = web.test_client().get(path)
    assert answer.status_code == 303 and "/sign-in" in answer.location


def test_twelve_months_end_with_the_present_one() -> None:
    year = months.last_twelve(date(2026, 2, 28))
    assert (year[0], year[-1], len(year)) == (date(2025, 3, 1), date(2026, 2, 1), 12)


def test_a_month_below_zero_stands_as_zero_with_its_true_figure(web: Flask) -> None:
    with web.test_request_context():
        chart = months.points_chart("积分", [(date(2026, 1, 1), -500), (date(2026, 2, 1), 700)], as_of="")
    assert chart.marks[0].height == 0 and chart.marks[0].shown == "-5 分"


def test_sums_are_kept_for_a_minute_names_never(web: Flask, city: City) -> None:
    assert "10,000.00 元" in get(web, "/")
    with made.noon():
        give(city, city.money(5_000, receipt="0011223344"))
    home = get(web, "/")
    assert "10,000.00 元" in home and "15,000.00 元" not in home
    assert "资金 5,000.00 元" in home
    with clock.at(made.NOON + timedelta(minutes=1)):
        assert "15,000.00 元" in web.test_client().get("/").get_data(as_text=True)
