"""The verbs, on both databases: from an entry to points and back."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app import db
from app.audit.models import AuditEvent
from app.errors import Conflict, InvalidInput, NotAllowed, Refused
from app.messages.models import Message
from app.papers import kinds as paper_kinds
from app.papers import papers
from app.papers.models import Paper, PaperState
from app.parties.kinds import ActingRole
from app.permissions import Actor, Role
from points.ledger import queries as ledger
from points.ledger.kinds import Purse
from points.ledger.models import Posting
from projects.contributions import batches, contributions, documents, published, queries, verification
from projects.contributions.entries import Entry, LineEntry
from projects.contributions.models import Contribution
from projects.contributions.rules import MOVES, ContributionState, ValueBasis
from projects.contributions.verification import Verified
from tests.contributions import city as made
from tests.contributions.city import TODAY, City

S = ContributionState


@pytest.fixture
def city(database: db.Database) -> City:
    paper_kinds.register(documents.DONATION_CERTIFICATE)
    return made.found()


@pytest.fixture(autouse=True)
def _noon() -> object:
    with made.noon():
        yield


def log(city: City, entry: Entry, *, actor: Actor | None = None, submit: bool = True) -> Contribution:
    with db.transaction() as session:
        logged = contributions.log(session, entry, organisation_id=city.hub, actor=actor or city.clerk)
        if submit:
            contributions.submit(session, logged.id, revision=logged.revision, actor=actor or city.clerk)
    return logged


def verify(contribution: Contribution, actor: Actor, found: Verified = verification.WHOLE) -> Contribution:
    with db.transaction() as session:
        return verification.verify(
            session, contribution.id, revision=contribution.revision, actor=actor, found=found
        )


def honour(party_id: UUID) -> int:
    with db.reading() as session:
        return ledger.balance(session, party_id, Purse.HONOUR)


def count(model: type[db.Base], *conditions: ColumnElement[bool]) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


def test_a_gift_of_money_becomes_points_once(city: City) -> None:
    gift = log(city, city.money())
    assert gift.state is S.SUBMITTED
    assert gift.receiver_name == "金台区惠民社会工作服务中心"
    done = verify(gift, city.staff)
    assert done.state is S.AWARDED
    assert done.awarded_centipoints == honour(city.factory) == 10_000
    with db.reading() as session:
        steps = queries.history(session, gift.id)
        assert [one.step.to_state for one in steps] == [S.AWARDED, S.VERIFIED, S.SUBMITTED, S.LOGGED]
        assert steps[0].actor_name == city.staff.name
        assert published.totals(session, party_id=city.factory).amount_fen == 1_000_000
        assert [one.giver.name for one in published.newest(session, 5)] == ["宝鸡秦岭机械有限公司"]
    verbs = ("contribution.log", "contribution.submit", "contribution.verify")
    assert count(AuditEvent, AuditEvent.verb.in_(verbs)) == 3
    assert count(Message, Message.party_id == city.factory) == 1
    with pytest.raises(Conflict):
        verify(gift, city.approver)
    assert honour(city.factory) == 10_000


def test_hours_go_to_the_person_and_tell_their_arithmetic(city: City) -> None:
    hours = log(city, city.service())
    assert hours.acting_role is ActingRole.VOLUNTEER
    assert hours.service_minutes == 150
    assert not hours.backfilled
    assert verify(hours, city.staff).awarded_centipoints == 125  # 2.5 h × 1 × D 0.5


def test_only_a_social_worker_serves_professionally(city: City) -> None:
    counselling: dict[str, Any] = {"item": "counselling", "start": 540, "end": 660}
    volunteered = verify(log(city, city.service(**counselling)), city.staff)
    professional = verify(log(city, city.service(**counselling, party_id=city.worker)), city.staff)
    assert (volunteered.acting_role, volunteered.professional) == (ActingRole.VOLUNTEER, False)
    assert (professional.acting_role, professional.professional) == (ActingRole.SOCIAL_WORKER, True)
    assert (volunteered.awarded_centipoints, professional.awarded_centipoints) == (100, 150)


def test_a_part_is_verified_with_its_reason(city: City) -> None:
    hours = log(city, city.service(480, 960))
    with pytest.raises(InvalidInput) as refused:
        verify(hours, city.staff, Verified(minutes=360))
    assert refused.value.field == "reason"
    with pytest.raises(InvalidInput):
        verify(hours, city.staff, Verified(minutes=481, reason="多给一点"))
    done = verify(hours, city.staff, Verified(minutes=360, reason="签到表只到下午两点"))
    assert (done.service_minutes, done.verified_minutes) == (480, 360)
    assert honour(city.volunteer) == 300


def test_twelve_at_once_make_one_award(city: City) -> None:
    gift = log(city, city.money())
    officers = [city.actor(Role.COUNTY_REVIEWER, again=1) for _ in range(12)]
    results = at_once(12, lambda number: verify(gift, officers[number]))
    done = [result for result in results if isinstance(result, Contribution)]
    assert len(done) == 1
    assert all(isinstance(result, Conflict) for result in results if result not in done), results
    assert honour(city.factory) == 10_000
    assert count(Posting, Posting.source_id == gift.id) == 1


def at_once(count: int, act: Callable[[int], object]) -> list[object]:
    """Do something in so many threads at the same moment; return what each returned or raised."""
    results: list[object] = []
    ready = threading.Barrier(count)

    def one(number: int) -> None:
        ready.wait()
        try:
            with made.noon():
                results.append(act(number))
        except Exception as problem:
            results.append(problem)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_of_overlapping_hours_handed_in_at_once_one_counts(city: City) -> None:
    results = at_once(8, lambda number: log(city, city.service(540 + number, 690)))
    assert sum(isinstance(result, Contribution) for result in results) == 1, results
    assert sum(isinstance(result, Conflict) for result in results) == 7, results


def test_batches_over_the_same_givers_never_wait_in_a_ring(city: City) -> None:
    day = TODAY - timedelta(days=1)
    gifts = [
        log(city, city.money(receipt=f"00{number:04d}"))
        if number % 2
        else log(city, city.service(60 * number, 60 * number + 30, happened_on=day))
        for number in range(12)
    ]
    turns = [gifts[0:4], gifts[4:8], list(reversed(gifts[8:12]))]

    def accept(number: int) -> object:
        actor = city.actor(Role.COUNTY_REVIEWER, again=1)
        with db.transaction() as session:
            return batches.verify_many(session, [(one.id, 1) for one in turns[number]], actor=actor)

    results = at_once(3, accept)
    assert all(isinstance(result, list) for result in results), results
    assert count(Contribution, Contribution.state == S.AWARDED) == 12


def test_reversal_takes_points_and_paper_and_leaves_the_original(city: City) -> None:
    gift = log(city, city.money())
    verify(gift, city.staff)
    with db.transaction() as session:
        paper = documents.certify(session, gift.id, actor=city.clerk)
        assert documents.certify(session, gift.id, actor=city.clerk).id == paper.id
    with db.transaction() as session, pytest.raises(NotAllowed):
        verification.reverse(session, gift.id, reason="票据作废重开", actor=city.staff)
    with db.transaction() as session:
        undone = verification.reverse(session, gift.id, reason="票据作废重开", actor=city.approver)
    assert undone.state is S.REVERSED
    assert undone.verified_amount_fen == 1_000_000
    assert honour(city.factory) == 0
    assert count(Paper, Paper.state == PaperState.REVOKED) == 1
    with db.transaction() as session:
        again = contributions.log_again(session, gift.id, city.money(8_000), actor=city.clerk)
        contributions.submit(session, again.id, revision=1, actor=city.clerk)
    assert again.corrects_id == gift.id
    verify(again, city.staff)
    assert honour(city.factory) == 8_000
    with db.transaction() as session, pytest.raises(Conflict):
        contributions.log_again(session, gift.id, city.money(9_000, receipt="0099"), actor=city.clerk)


def test_a_certificate_says_what_was_verified(city: City) -> None:
    gift = log(city, city.goods())
    part = Verified(amount_fen=480_000, quantity_thousandths=800_000, reason="有二十袋受潮退回")
    verify(gift, city.staff, part)
    with db.transaction() as session:
        paper = documents.certify(session, gift.id, actor=city.clerk)
    content = papers.content_of(paper)
    assert content["lines"] == [{"what": "大米", "quantity": "800 公斤", "value": "4,800.00 元"}]
    assert (content["amount"], content["amount_words"]) == ("4,800.00 元", "肆仟捌佰元整")
    assert (content["donor"], content["receiver"]) == ("宝鸡秦岭机械有限公司", "金台区惠民社会工作服务中心")
    assert paper.number_text == "捐证〔2026〕00001 号"


def test_without_receipt_or_before_verification_there_is_no_certificate(city: City) -> None:
    waived = log(city, city.money(receipt="", receipt_waiver="捐赠人当面放弃，2026 年 11 月 20 日"))
    waiting = log(city, city.money())
    hours = log(city, city.service())
    verify(waived, city.staff)
    verify(hours, city.staff)
    for one in (waived, waiting, hours):
        with pytest.raises(Conflict), db.transaction() as session:
            documents.certify(session, one.id, actor=city.clerk)
    verify(waiting, city.staff)
    with pytest.raises(NotAllowed), db.transaction() as session:
        documents.certify(session, waiting.id, actor=city.staff)


def test_sent_back_is_edited_and_submitted_again(city: City) -> None:
    gift = log(city, city.money())
    with db.transaction() as session:
        verification.send_back(session, gift.id, revision=1, reason="票据金额是 9,000 元", actor=city.staff)
    with db.transaction() as session:
        mended = contributions.edit(session, gift.id, city.money(9_000), revision=1, actor=city.clerk)
        contributions.submit(session, gift.id, revision=2, actor=city.clerk)
    assert mended.revision == 2
    with pytest.raises(Conflict):
        verify(gift, city.staff)  # the page still showed revision 1
    gift.revision = 2
    assert verify(gift, city.staff).awarded_centipoints == 9_000


def test_goods_that_were_sent_back_change_their_lines(city: City) -> None:
    gift = log(city, city.goods())
    with db.transaction() as session:
        verification.send_back(session, gift.id, revision=1, reason="还有二十床棉被", actor=city.staff)
    quilts = LineEntry("quilt", 20_000, "床", 300_000, ValueBasis.AGREEMENT, "协议 7")
    rice = LineEntry("rice", 90_000, "袋(10公斤)", 540_000, ValueBasis.INVOICE, "发票 12345678")
    with db.transaction() as session:
        mended = contributions.edit(session, gift.id, city.goods(rice, quilts), revision=1, actor=city.clerk)
        contributions.submit(session, gift.id, revision=2, actor=city.clerk)
    assert [line.item_name for line in mended.lines] == ["大米", "棉被"]
    assert verify(mended, city.staff).awarded_centipoints == 8_400


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        (lambda city: city.service(600, 700), "start"),
        (lambda city: city.service(start=1380, end=1780, happened_on=TODAY - timedelta(days=2)), "start"),
        (lambda city: city.money(), "receipt_number"),
    ],
)
def test_nothing_counts_twice(city: City, entry: Callable[[City], Entry], field: str) -> None:
    log(city, city.service(300, 690))
    log(city, city.money())
    with pytest.raises(Conflict) as refused:
        log(city, entry(city))
    assert refused.value.field == field


def test_what_was_refused_gives_its_receipt_and_hours_free(city: City) -> None:
    for entry in (city.money(), city.service()):
        first = log(city, entry)
        with db.transaction() as session:
            verification.refuse(
                session, first.id, revision=1, reason="与附件不符，不予认定", actor=city.staff
            )
        assert verify(log(city, entry), city.staff).state is S.AWARDED


def test_long_days(city: City) -> None:
    log(city, city.service(360, 720))
    with pytest.raises(NotAllowed, match="管理员"):
        log(city, city.service(720, 900))
    log(city, city.service(720, 900), actor=city.manager)
    third = log(city, city.service(900, 1140), actor=city.manager)
    with pytest.raises(NotAllowed, match="市级"):
        verify(third, city.staff)
    assert verify(third, city.city_staff).state is S.AWARDED


def test_backfilled_hours_need_two(city: City) -> None:
    late = log(city, city.service(happened_on=TODAY - timedelta(days=10)))
    assert late.backfilled
    with pytest.raises(NotAllowed, match="两名"):
        verify(late, city.staff)
    with db.transaction() as session:
        verification.review(session, late.id, revision=1, note="已电话核实", actor=city.staff)
    with pytest.raises(NotAllowed):
        verify(late, city.staff)
    assert verify(late, city.approver).state is S.AWARDED
    with pytest.raises(InvalidInput, match="补录期限"):
        log(city, city.service(happened_on=TODAY - timedelta(days=31)))


def test_goods_without_basis_count_by_number(city: City) -> None:
    quilts = LineEntry("quilt", 60_000, "件(5床)")
    gift = log(city, city.goods(quilts))
    assert (gift.amount_fen, gift.quantity_thousandths) == (None, 300_000)
    assert verify(gift, city.staff).awarded_centipoints == 3_000  # 300 × 0.1 × C 1
    assert [one["oddity"] for one in gift.oddities] == ["no_basis", "no_evidence"]


def test_goods_with_value_count_by_value(city: City) -> None:
    gift = log(city, city.goods())
    assert gift.amount_fen == 600_000
    assert gift.lines[0].quantity_thousandths == 1_000_000
    assert verify(gift, city.staff).awarded_centipoints == 6_000


def test_training_counts_class_hours(city: City) -> None:
    lessons = city.money(
        kind=made.K.TRAINING, item="job-training", amount_fen=None, receipt="", quantity_thousandths=8_000
    )
    done = verify(log(city, lessons), city.staff)
    assert done.awarded_centipoints == 600  # 8 × 45 minutes = 6 h × 2 × D 0.5


@pytest.mark.parametrize("kind", [made.K.AGENCY, made.K.PROJECT, made.K.JOBS])
def test_the_other_kinds_are_scored(city: City, kind: made.K) -> None:
    item = {
        made.K.AGENCY: "service-institution",
        made.K.PROJECT: "community-project",
        made.K.JOBS: "job-posts",
    }[kind]
    entry = city.money(kind=kind, item=item, amount_fen=None, receipt="", quantity_thousandths=2_000)
    assert (verify(log(city, entry), city.staff).awarded_centipoints or 0) > 0


def test_a_draft_is_withdrawn_and_stays_readable(city: City) -> None:
    draft = log(city, city.money(), submit=False)
    with db.transaction() as session:
        contributions.withdraw(session, draft.id, revision=1, reason="", actor=city.clerk)
    with db.reading() as session:
        assert queries.own_get(session, draft.code, city.clerk).contribution.state is S.WITHDRAWN
    with db.transaction() as session, pytest.raises(Conflict):
        contributions.submit(session, draft.id, revision=1, actor=city.clerk)


def test_batches_are_all_or_none_and_known_rows_left_out(city: City) -> None:
    rows = [city.money(receipt=f"00{n:04d}", row_key=f"row-{n}") for n in range(5)]
    with db.transaction() as session:
        first = contributions.log_many(session, rows, organisation_id=city.hub, actor=city.clerk)
    with db.transaction() as session:
        assert contributions.log_many(session, rows, organisation_id=city.hub, actor=city.clerk) == []
    with db.transaction() as session:
        done = batches.verify_many(session, [(one.id, 1) for one in first], actor=city.staff)
    assert {one.state for one in done} == {S.AWARDED}
    assert count(AuditEvent, AuditEvent.verb == "contribution.verify_many") == 1
    with pytest.raises(Refused), db.transaction() as session:
        bad = [*rows[:1], city.money(yuan=0, row_key="x")]
        contributions.log_many(
            session,
            [city.money(receipt="7777", row_key="y"), bad[1]],
            organisation_id=city.hub,
            actor=city.clerk,
        )
    assert count(Contribution) == 5


def test_lists_are_cut_to_who_asks(city: City) -> None:
    gift = log(city, city.money())
    with db.reading() as session:
        assert _codes(queries.own_page(session, city.clerk, queries.Filters())) == [gift.code]
        assert _codes(queries.staff_waiting(session, city.staff, queries.Filters())) == [gift.code]
        elsewhere = city.actor(Role.COUNTY_REVIEWER, region=made.OTHER_COUNTY)
        assert _codes(queries.staff_page(session, elsewhere, queries.Filters())) == []
        stranger = city.actor(Role.ORGANISATION_CLERK, organisation=city.worker)
        assert _codes(queries.own_page(session, stranger, queries.Filters())) == []
        assert _codes(queries.own_page(session, city.clerk, queries.Filters(text="秦岭"))) == [gift.code]
        assert queries.staff_waiting_count(session, city.staff) == 1


def _codes(page: queries.Page) -> list[str]:
    return [row.contribution.code for row in page.rows]


def test_every_illegal_move_is_refused_in_every_state(city: City) -> None:
    """Bring an entry into each state and try every verb: it works exactly where the table of moves says so."""
    clerk, staff = city.clerk, city.actor(Role.COUNTY_REVIEWER, again=1)

    def step(verb: str, key: UUID, revision: int) -> None:
        with db.transaction() as session:
            match verb:
                case "submit":
                    contributions.submit(session, key, revision=revision, actor=clerk)
                case "withdraw":
                    contributions.withdraw(session, key, revision=revision, reason="", actor=clerk)
                case _:
                    _judge(session, verb, session.get_one(Contribution, key), staff)

    # How each state is reached; the gift is large, so that it has two looks.
    ways = {
        S.LOGGED: (),
        S.SUBMITTED: ("submit",),
        S.REVIEWED: ("submit", "review"),
        S.SENT_BACK: ("submit", "send_back"),
        S.WITHDRAWN: ("withdraw",),
        S.REFUSED: ("submit", "refuse"),
        S.AWARDED: ("submit", "review", "verify"),
        S.REVERSED: ("submit", "review", "verify", "reverse"),
    }
    leads = {
        "submit": S.SUBMITTED,
        "withdraw": S.WITHDRAWN,
        "review": S.REVIEWED,
        "verify": S.VERIFIED,
        "send_back": S.SENT_BACK,
        "refuse": S.REFUSED,
        "reverse": S.REVERSED,
    }
    number = 0
    for state, way in ways.items():
        for verb, target in leads.items():
            number += 1
            gift = log(city, city.money(600_000, receipt=f"{number:06d}"), submit=False)
            for one in way:
                staff = city.actor(Role.COUNTY_APPROVER, again=1)
                step(one, gift.id, 1)
            staff = city.actor(Role.COUNTY_APPROVER, again=1)
            # A large gift is reviewed first; what waits is taken back by the undoing of an import alone.
            elsewhere = {("verify", S.SUBMITTED), ("withdraw", S.SUBMITTED)}
            legal = target in MOVES[state] and (verb, state) not in elsewhere
            if legal:
                step(verb, gift.id, 1)
            else:
                with pytest.raises((Conflict, NotAllowed)):
                    step(verb, gift.id, 1)


VERIFIERS = {Role.COUNTY_HANDLER, Role.COUNTY_REVIEWER, Role.COUNTY_APPROVER, Role.CITY_STAFF}


@pytest.mark.parametrize("verb", ["review", "verify", "send_back", "refuse", "reverse"])
def test_only_these_roles_judge(city: City, verb: str) -> None:
    may = {Role.COUNTY_APPROVER, Role.CITY_STAFF} if verb == "reverse" else VERIFIERS

    def ready(number: int) -> Contribution:
        """Return a gift that is in the very state in which the verb could be done."""
        gift = log(city, city.money(600_000, receipt=f"{number:08d}"))
        if verb in ("verify", "reverse"):
            _done("review", gift, city.actor(Role.COUNTY_HANDLER, again=1))
        if verb == "reverse":
            _done("verify", gift, city.actor(Role.COUNTY_HANDLER, again=1))
        return gift

    gift = ready(0)
    for role in set(Role) - may:
        with pytest.raises(NotAllowed):
            _done(verb, gift, city.actor(role))
    for role in may:
        with pytest.raises(NotAllowed):
            _done(verb, gift, city.actor(role, region=made.OTHER_COUNTY))
    for number, role in enumerate(sorted(may), start=1):
        _done(verb, ready(number), city.actor(role))


def _done(verb: str, gift: Contribution, actor: Actor) -> None:
    with db.transaction() as session:
        _judge(session, verb, gift, actor)


def _judge(session: Session, verb: str, gift: Contribution, actor: Actor) -> None:
    """Take one of the desk's steps, or the reversal."""
    match verb:
        case "review":
            verification.review(session, gift.id, revision=1, actor=actor)
        case "verify":
            verification.verify(session, gift.id, revision=1, actor=actor)
        case "send_back":
            verification.send_back(session, gift.id, revision=1, reason="请补充签收单", actor=actor)
        case "refuse":
            verification.refuse(session, gift.id, revision=1, reason="不属于帮扶事项", actor=actor)
        case _:
            verification.reverse(session, gift.id, reason="票据作废重开", actor=actor)


def test_nobody_judges_what_is_near(city: City) -> None:
    gift = log(city, city.money())
    colleague = city.actor(Role.COUNTY_REVIEWER)
    near = Actor(colleague.user_id, city.people[Role.ORGANISATION_MANAGER], "兼职", colleague.grants)
    with pytest.raises(NotAllowed, match="同一单位"):
        verify(gift, near)
    himself = Actor(colleague.user_id, city.people[Role.ORGANISATION_CLERK], "自己", colleague.grants)
    with pytest.raises(NotAllowed):
        verify(gift, himself)


def test_nobody_logs_for_another_organisation(city: City) -> None:
    with pytest.raises(NotAllowed), db.transaction() as session:
        contributions.log(session, city.money(), organisation_id=city.factory, actor=city.clerk)
