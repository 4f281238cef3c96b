"""Tips: judged as the law asks, kept with the household, published nowhere."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select, text

from app import clock, db
from app.errors import NotAllowed
from app.imports.judging import Judged
from app.imports.kinds import TAKEN
from app.imports.registers import Admission
from app.imports.world import World
from app.parties.registers import households
from app.permissions import SYSTEM, Actor, Role
from credit.tips.models import Severity, Tip
from credit.tips.register import TIPS
from tests.contributions.city import NOON
from tests.parties import lists, people

HEADINGS = [
    "线索编号", "家庭编号", "户主身份证号", "行为", "完全民事行为能力", "调查人一", "调查人二", "告知书送达日期",
    "陈述申辩期限届满", "决定日期", "决定书文号", "认定依据", "类别", "公示起始", "公示截止", "骗取金额（元）",
    "已追回（元）", "撤销日期",
]  # fmt: skip


@pytest.fixture(autouse=True)
def _noon() -> object:
    with clock.at(NOON):
        yield


@pytest.fixture
def city(database: db.Database) -> None:
    with db.transaction() as session:
        people.places(session)
        lists.admitted(session, households.REGISTER, lists.HOUSEHOLDS, [lists.household_row(1)])


def tip(number: str = "XS0001", **changes: Any) -> list[Any]:
    line = [
        number, "H00001", lists.id_number(1, date(1960, 1, 2)), "虚报收入", "是", "杜生甲", "孙杰乙", "2026-08-17",
        "2026-08-24", "2026-09-04", "宝民救决〔2026〕1号", "社会救助法第七十三条", "一般", "2026-09-07", "2026-12-31",
        2100, 600, "",
    ]  # fmt: skip
    for heading, value in changes.items():
        line[HEADINGS.index(heading)] = value
    return line


def judge(*rows: list[Any], at: World | None = None) -> list[Judged]:
    if at is not None:
        return lists.judged(TIPS, HEADINGS, rows, at)
    with db.reading() as session:
        return lists.judged(TIPS, HEADINGS, rows, lists.world(session))


def enter(*rows: list[Any], actor: Actor = SYSTEM) -> Admission:
    with db.transaction() as session:
        at = lists.world(session)
        lines = judge(*rows, at=at)
        pairs = [(one.row, one.verdict) for one in lines if one.row and one.verdict.decision in TAKEN]
        return TIPS.admit(session, pairs, actor=actor, scope_of=at)


@pytest.mark.parametrize(
    ("line", "word"),
    [
        (tip(""), "reject REQUIRED_MISSING:serial"),
        (tip(户主身份证号="6.1E+17"), "reject ID_SCIENTIFIC"),
        (tip(家庭编号="H09999"), "reject HOUSEHOLD_UNKNOWN"),
        (tip(决定日期="2026-13-01"), "reject DATE_INVALID"),
        (tip(公示截止="2026-09-06"), "reject DATE_RANGE"),
        (tip(**{"骗取金额（元）": 0}), "reject AMOUNT_NOT_POSITIVE"),
        (tip(**{"已追回（元）": -1}), "reject AMOUNT_NEGATIVE"),
        (tip(完全民事行为能力="否"), "reject NO_CAPACITY"),
        (tip(调查人二=""), "reject INVESTIGATORS_LT_2"),
        (tip(调查人二="杜生甲"), "reject INVESTIGATORS_LT_2"),
        (tip(告知书送达日期=""), "reject NOTICE_MISSING"),
        (tip(决定日期="2026-08-23"), "reject DECIDED_BEFORE_REPLY_DATE"),
        (tip(认定依据=""), "reject BASIS_MISSING"),
        (tip(行为="拖欠物业费"), "reject ACT_NOT_IN_LIST"),
        (tip(类别="轻微"), "reject PERIOD_TOO_LONG"),
        (tip(类别="轻微", 公示截止="2026-12-08"), "accept"),
        (tip(公示截止="2027-09-09"), "reject PERIOD_TOO_LONG"),
        (tip(**{"已追回（元）": 2101}), "review RECOVERED_OVER_AMOUNT"),
        (tip(撤销日期="2026-10-01"), "skip_publish REVOKED"),
        (tip(公示截止="2026-11-20"), "expired PERIOD_OVER"),
        (tip(公示截止="2026-11-21"), "accept"),
    ],
)
@pytest.mark.usefixtures("city")
def test_a_line_is_told_what_the_law_asks(line: list[Any], word: str) -> None:
    assert lists.words(judge(line)) == [word]


@pytest.mark.usefixtures("city")
def test_what_is_exported_says_whether_it_would_be_public() -> None:
    now, revoked = judge(tip(), tip("XS2", 撤销日期="2026-10-01"))
    assert now.verdict.canonical == {
        "household": "H00001",
        "klass": "一般",
        "publish_from": "2026-09-07",
        "publish_to": "2026-12-31",
        "amount_fen": 210_000,
        "recovered_fen": 60_000,
        "public_on_as_of": True,
    }
    assert revoked.verdict.canonical is not None
    assert revoked.verdict.canonical["public_on_as_of"] is False


@pytest.mark.usefixtures("city")
def test_tips_go_in_once_with_the_household_and_out_again() -> None:
    lines = [tip(), tip("XS2", 撤销日期="2026-10-01"), tip(), tip(**{"骗取金额（元）": 2200})]
    assert lists.words(judge(*lines)) == [
        "accept",
        "skip_publish REVOKED",
        "duplicate DUP_SERIAL",
        "review SERIAL_CONFLICT",
    ]
    keys = [one for one in enter(*lines).things if one]
    with db.reading() as session:
        kept = session.scalars(select(Tip).where(Tip.number == "XS0001")).one()
        assert (kept.severity, kept.amount_fen, kept.act) == (Severity.GENERAL, 210_000, "虚报收入")
        assert (kept.first_investigator, kept.region_code) == ("杜生甲", people.TOWN)
        assert kept.person_id is not None
        raw = session.execute(text("SELECT first_investigator FROM tip")).scalars().first()
        assert "杜生甲".encode() not in bytes(raw)
    assert lists.words(judge(*lines))[2:] == ["duplicate DUP_SERIAL", "review SERIAL_CONFLICT"]
    with db.transaction() as session:
        TIPS.undo(session, keys, actor=SYSTEM, reason="传错了文件")
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Tip)) == 0


@pytest.mark.usefixtures("city")
def test_only_who_may_enter_tips_does() -> None:
    with db.transaction() as session:
        reviewer = people.staff(session, 7, Role.COUNTY_REVIEWER)
        elsewhere = people.staff(session, 8, Role.COUNTY_HANDLER, people.JINTAI)
    for actor in (reviewer, elsewhere):
        with pytest.raises(NotAllowed):
            enter(tip(), actor=actor)
