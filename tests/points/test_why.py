"""Why 312 points: the sums of each level, and what each reader may know, on both databases."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.db import Database, reading, transaction
from app.ids import new_id
from app.parties.models import Organisation, OrganisationKind, Party, PartyKind
from app.permissions import SYSTEM, Actor, Grant, Role
from points import sources
from points.awards import award
from points.ledger import lines, queries
from points.ledger.kinds import Purse
from points.reversals import reverse_award
from points.rulesets.kinds import ContributionKind, EvidenceGrade
from points.rulesets.models import Programme
from points.rulesets.rules import Facts
from points.sources import Dossier, EvidenceTold, Signer
from points.statements import tree
from points.statements.tree import Branch
from points.statements.words import check_words
from tests.entering import enter
from tests.points import city
from tests.points.test_pages import clerk, code_of

FIRST = date(2026, 1, 1)
PASTS = some.lists(
    some.tuples(
        some.sampled_from((ContributionKind.SERVICE, ContributionKind.MONEY)),
        some.integers(0, 320),  # day of the year
        some.integers(1, 400),  # minutes, or hundreds of yuan
        some.booleans(),  # reversed
    ),
    min_size=1,
    max_size=12,
)


def post(session: Session, party: UUID, past: list[tuple[ContributionKind, int, int, bool]]) -> None:
    """Award and reverse, each an hour after the one before."""
    for hour, (kind, day, amount, is_reversed) in enumerate(past):
        on = FIRST + timedelta(days=day)
        facts = (
            Facts(kind, on, EvidenceGrade.B, minutes=amount)
            if kind is ContributionKind.SERVICE
            else Facts(kind, on, EvidenceGrade.A, amount_fen=amount * 10_000)
        )
        request = city.service(party, facts=facts)
        with clock.at(city.NOON + timedelta(hours=hour)):
            award(session, request, actor=SYSTEM)
            if is_reversed:
                reverse_award(
                    session,
                    source_kind="contribution",
                    source_id=request.source_id,
                    reason="误",
                    actor=SYSTEM,
                )


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(past=PASTS, day=some.integers(-5, 330), hours=some.integers(-1, 14))
def test_each_level_adds_up_to_the_one_above(
    database: Database, past: list[tuple[ContributionKind, int, int, bool]], day: int, hours: int
) -> None:
    with transaction() as session:
        if session.scalar(select(Programme.id)) is None:
            city.programme(session)
        party = city.party(session, f"单位{new_id().hex[:8]}")
        post(session, party, past)
    with reading() as session:
        for purse in Purse:
            whole = tree.trunk(session, party, purse)
            if whole is None:
                continue
            every = lines.page(session, whole.extent(), limit=10_000)
            assert sum(one.points for one in every) == whole.known.balance
            found = tree.branches(session, whole)
            assert sum(one.flow.net for one in found) == whole.known.balance
            for branch in found:
                months = tree.months(session, whole, branch)
                assert sum(one.flow.net for one in months) == branch.flow.net
                twig = tree.sources(session, whole, branch)
                assert twig.after is None
                assert sum(one.net for one in twig.sources) == branch.flow.net
                shown = [line.number for one in twig.sources for line in one.lines]
                assert len(shown) == len(set(shown)) == branch.flow.lines
                for one in twig.sources:
                    assert tree.source_of(session, whole, one.lines[-1].number) == one
            # Both clocks say what the lines say.
            on, at = FIRST + timedelta(days=day), city.NOON + timedelta(hours=hours)
            for by, known in ((on, None), (None, at), (on, at)):
                expected = sum(
                    one.points
                    for one in every
                    if (by is None or one.happened_on <= by) and (known is None or one.posted_at <= known)
                )
                assert queries.balance(session, party, purse, happened_by=by, posted_by=known) == expected


def test_a_branch_is_read_page_by_page(database: Database) -> None:
    with transaction() as session, clock.at(city.NOON):
        city.programme(session)
        party = city.party(session)
        requests = [
            city.service(party, minutes=60, day=FIRST + timedelta(days=number % 200)) for number in range(120)
        ]
        for request in requests:
            award(session, request, actor=SYSTEM)
        for request in requests[::3]:
            reverse_award(
                session, source_kind="contribution", source_id=request.source_id, reason="误", actor=SYSTEM
            )
    with reading() as session:
        whole = tree.trunk(session, party, Purse.HONOUR)
        assert whole is not None
        branch = Branch("2026", ContributionKind.SERVICE)
        seen: list[UUID] = []
        total, before, pages = 0, None, 0
        while True:
            twig = tree.sources(session, whole, branch, before=before)
            pages += 1
            seen += [one.first.source_id for one in twig.sources]
            total += sum(one.net for one in twig.sources)
            days = [one.first.happened_on for one in twig.sources]
            assert days == sorted(days, reverse=True)
            if twig.after is None:
                break
            before = twig.after
        assert (pages, len(seen), len(set(seen))) == (3, 120, 120)
        assert total == whole.known.balance


def test_the_check_line_says_what_adds_up() -> None:
    assert check_words(31_200, [("服务", 20_000), ("资金", 11_200)], "余额") == (
        "合计 312 分 = 服务 200 分 + 资金 112 分，与余额相等。"
    )
    assert check_words(-50, [("冲正", -50)], "余额") == "合计 -0.5 分 = − 冲正 0.5 分，与余额相等。"
    assert "不符" in check_words(1, [("服务", 2)], "余额")
    assert "其余 3 项 3 分" in check_words(900, [(f"第{n}", 100) for n in range(9)], "余额")


@pytest.fixture
def party(web: Flask) -> Iterator[UUID]:
    """An organisation with a gift, hours, and hours that were reversed; somebody tells about them."""

    def dossier(session: Session, source_id: UUID, actor: Actor | None) -> Dossier:
        return Dossier(
            title="送餐上门",
            happened_on=date(2026, 11, 20),
            url="/thing" if actor else None,
            facts=(("核验数", "2.5 小时"),),
            grade="B",
            grade_words="B 级：系统记录或票据",
            evidence=(
                EvidenceTold(
                    "签到表（纸质）",
                    date(2026, 11, 20),
                    "签到表-李四.pdf" if actor else None,
                    "/file" if actor else None,
                ),
            ),
            signers=(Signer("核验", "渭滨区 · 区县审核", date(2026, 11, 21), "王主任" if actor else None),),
        )

    kept = sources._dossiers.get("contribution")
    sources.register_dossier("contribution", dossier)
    with transaction() as session, clock.at(city.NOON):
        city.programme(session)
        key = city.party(session)
        session.add(Organisation(party_id=key, organisation_kind=OrganisationKind.SOCIAL_GROUP))
        session.flush()
        award(session, city.gift(key), actor=SYSTEM)
        award(session, city.service(key), actor=SYSTEM)
        wrong = city.service(key, minutes=60)
        award(session, wrong, actor=SYSTEM)
        reverse_award(
            session, source_kind="contribution", source_id=wrong.source_id, reason="误", actor=SYSTEM
        )
    yield key
    if kept is not None:
        sources.register_dossier("contribution", kept)


def links(page: str, pattern: str) -> list[str]:
    return [one.replace("&amp;", "&") for one in re.findall(rf'href="({pattern}[^"]*)"', page)]


def walk(browser: FlaskClient, root: str) -> tuple[str, str, str]:
    """Return the three pages from the balance to the hours that counted, each found by a link on the one before."""
    top = browser.get(root)
    assert top.status_code == 200, top.status_code
    path = re.escape(root.partition("?")[0])
    (branch_url,) = [one for one in links(top.text, path) if "kind=service" in one]
    branch = browser.get(branch_url).text
    sources_urls = links(branch, path + "/[0-9]+")
    assert len(sources_urls) == 2, sources_urls
    return top.text, branch, browser.get(sources_urls[-1]).text


def test_anybody_walks_from_an_organisations_points_to_the_evidence(web: Flask, party: UUID) -> None:
    top, branch, source = walk(web.test_client(), f"/organisations/{code_of(party)}/why")
    assert "102.25 分是怎么来的" in top
    assert "合计 102.25 分 = 2026年资金捐赠 100 分 + 2026年服务时长 2.25 分，与账户余额相等。" in top
    assert "合计 2.25 分" in branch and "其后：冲正" in branch
    assert "2.5 小时 × 1 分/小时 × B 级 0.9 = 2.25 分" in source
    assert "第 1 版" in source and "签到表（纸质）" in source and "渭滨区 · 区县审核" in source
    for secret in ("王主任", "李四", "/thing", "/file"):
        assert secret not in top + branch + source


def test_a_party_reads_its_own_and_staff_read_names(web: Flask, party: UUID) -> None:
    _top, _branch, own = walk(enter(web, clerk(party)), "/my/points/why")
    assert "/file" in own
    staff = enter(web, Actor(new_id(), new_id(), "工作人员", (Grant(Role.COUNTY_REVIEWER, "610302000000"),)))
    _top, _branch, source = walk(staff, f"/staff/points/{code_of(party)}/why")
    assert "王主任" in source and "签到表-李四.pdf" in source
    redeemable = staff.get(f"/staff/points/{code_of(party)}/why?purse=redeemable").text
    assert "2.25 分是怎么来的" in redeemable


def test_guessing_gives_nothing(web: Flask, party: UUID) -> None:
    code, anybody = code_of(party), web.test_client()
    with transaction() as session:
        other = code_of_new(session)
    far = enter(web, Actor(new_id(), new_id(), "别区", (Grant(Role.COUNTY_REVIEWER, "610327000000"),)))
    for address in (f"/staff/points/{code}/why", f"/staff/points/{code}/why/1"):
        assert far.get(address).status_code == 404
        assert anybody.get(address).status_code == 303
    for address in ("/my/points/why", "/my/points/why/1"):
        assert anybody.get(address).status_code == 303
    own = enter(web, clerk(party))
    assert own.get(f"/my/points/why?party={other}").status_code == 404
    assert own.get(f"/my/points/why/1?party={other}").status_code == 404
    for number in (0, 5, 99, 10**30):
        assert anybody.get(f"/organisations/{code}/why/{number}").status_code == 404
    # The public never reads the other purse, nor a person's points.
    page = anybody.get(f"/organisations/{code}/why?purse=redeemable").text
    assert "102.25 分是怎么来的" in page and "可兑换积分" not in page
    assert anybody.get(f"/organisations/{other}/why").status_code == 404
    for odd in ("period=2026&kind=gold", "period=0000&kind=service", "period=x&before=abc", "kind=none"):
        assert anybody.get(f"/organisations/{code}/why?{odd}").status_code == 200, odd
    empty = anybody.get(f"/organisations/{code}/why?period=2020&kind=none").text
    assert "这里没有流水" in empty


def code_of_new(session: Session) -> str:
    """Add a person and return the code."""
    key = city.party(session, "某人", kind=PartyKind.PERSON)
    return session.get_one(Party, key).code
