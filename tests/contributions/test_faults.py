"""What once went wrong with contributions, on both databases: each a way round a rule, or a wait without end."""

import threading
import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app import clock, db
from app.errors import Conflict, InvalidInput, NotAllowed, Refused
from app.files.models import EvidenceFile
from app.messages.models import Message
from app.papers import kinds as paper_kinds
from app.papers import papers, views_public
from app.papers.models import Paper
from app.parties.kinds import ConsentPurpose, PersonRoleKind, RegistrationState
from app.parties.models import Consent, Party, Person, PersonRole, Volunteer
from app.permissions import Actor, Grant, Role
from app.tasks import queue
from projects.catalogue.models import CatalogueItem
from projects.contributions import (
    batches,
    contributions,
    desk,
    documents,
    evidence,
    givers,
    queries,
    rules,
    verification,
)
from projects.contributions.entries import Entry
from projects.contributions.models import Contribution
from projects.contributions.rules import ContributionState
from projects.contributions.verification import Verified
from tests.contributions import city as made
from tests.contributions.city import TODAY, City

S = ContributionState
YESTERDAY = TODAY - timedelta(days=1)
NUMBER = "610300000000001"


@pytest.fixture
def city(database: db.Database) -> City:
    paper_kinds.register(documents.DONATION_CERTIFICATE)
    return made.found()


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with made.noon():
        yield


def log(city: City, entry: Entry, *, actor: Actor | None = None, submit: bool = True) -> Contribution:
    with db.transaction() as session:
        logged = contributions.log(session, entry, organisation_id=city.hub, actor=actor or city.clerk)
        if submit:
            contributions.submit(session, logged.id, revision=1, actor=actor or city.clerk)
    return logged


def verify(one: Contribution, actor: Actor, found: Verified = verification.WHOLE) -> Contribution:
    with db.transaction() as session:
        return verification.verify(session, one.id, revision=one.revision, actor=actor, found=found)


def certify(one: Contribution, actor: Actor) -> Paper:
    with db.transaction() as session:
        return documents.certify(session, one.id, actor=actor)


def set_state(party_id: UUID, state: RegistrationState) -> None:
    with db.transaction() as session:
        session.get_one(Party, party_id).state = state


# Certificates


def test_a_revoked_certificate_is_issued_again_by_staff_alone(city: City) -> None:
    gift = log(city, city.money())
    verify(gift, city.staff)
    paper = certify(gift, city.clerk)
    with db.transaction() as session:
        papers.revoke(session, paper, reason="受赠单位名称有误", actor=city.approver)
    with pytest.raises(NotAllowed, match="已被撤销"):
        certify(gift, city.clerk)
    with pytest.raises(NotAllowed):
        certify(gift, city.staff)
    with db.reading() as session:
        assert not documents.may_certify(session, gift, city.clerk)
        again = session.get_one(Contribution, gift.id)
        assert documents.may_certify(session, again, city.approver)
        assert not documents.may_certify(session, again, city.clerk)
    assert certify(gift, city.approver).number == 2
    with db.reading() as session:
        assert documents.may_certify(session, session.get_one(Contribution, gift.id), city.clerk)


def test_a_donor_is_named_only_while_consent_stands(city: City) -> None:
    gift = log(city, city.money(party_id=city.volunteer))
    verify(gift, city.staff)
    with db.transaction() as session:
        consent = Consent(
            party_id=city.volunteer,
            purpose=ConsentPurpose.PUBLISH_NAME,
            given_at=clock.now(),
        )
        session.add(consent)
    paper = certify(gift, city.clerk)

    def donor() -> str:
        with db.reading() as session:
            said = views_public._answer(session, session.get_one(Paper, paper.id))["said"]
        return {str(label): text for label, text in said}["捐赠人"]

    assert donor() == "王秀英"
    with db.transaction() as session:
        session.get_one(Consent, consent.id).withdrawn_at = clock.now()
    assert donor() == "爱心人士"


@pytest.mark.parametrize(
    ("receiver", "issuer"),
    [
        ("困难群众（直接发放）", "金台区惠民社会工作服务中心"),
        ("", "金台区惠民社会工作服务中心"),
        ("金台区惠民社会工作服务中心", "金台区惠民社会工作服务中心"),
    ],
)
def test_a_certificate_is_signed_by_an_organisation(city: City, receiver: str, issuer: str) -> None:
    gift = log(city, city.money(receiver_name=receiver))
    verify(gift, city.staff)
    assert papers.content_of(certify(gift, city.clerk))["issuer"] == issuer


# Who sees whom


def test_an_organisation_opens_the_evidence_of_what_it_gave(city: City) -> None:
    gift = log(city, city.money())
    file = EvidenceFile(subject_id=gift.id)
    with db.reading() as session:
        for organisation, may in ((city.hub, True), (city.factory, True), (city.worker, False)):
            actor = city.actor(Role.ORGANISATION_CLERK, organisation=organisation, again=1)
            assert evidence.may_read(session, file, actor) is may


def number_volunteer(city: City, *, born_on: date = date(1990, 1, 1)) -> None:
    with db.transaction() as session:
        role = session.scalars(
            select(PersonRole).where(
                PersonRole.person_id == city.volunteer, PersonRole.role == PersonRoleKind.VOLUNTEER
            )
        ).one()
        session.add(Volunteer(role_id=role.id, number=NUMBER))
        session.get_one(Person, city.volunteer).born_on = born_on


def find(city: City, typed: str, **more: Any) -> UUID:
    with db.reading() as session:
        return givers.find(session, typed, city.hub, made.K.SERVICE, **more)


def test_a_number_alone_names_nobody_of_others(city: City) -> None:
    number_volunteer(city)
    sentences = set()
    for typed in (NUMBER, f"{NUMBER[:-1]}2", f"李建国 {NUMBER}", f"王秀英 {NUMBER[:-1]}2", "王秀英"):
        with pytest.raises(InvalidInput) as refused:
            find(city, typed)
        sentences.add(str(refused.value.sentence))
    assert len(sentences) == 1
    for typed in (f"王秀英 {NUMBER}", f"王秀英（编号 {NUMBER}）", f" {NUMBER}王秀英", f"王秀英：{NUMBER}"):
        assert find(city, typed) == city.volunteer
    made.join(city.volunteer, city.hub)
    assert find(city, NUMBER) == find(city, "王秀英") == city.volunteer


def test_minors_of_others_are_not_found_but_stay_in_their_entries(city: City) -> None:
    number_volunteer(city, born_on=date(2012, 1, 1))
    with pytest.raises(InvalidInput, match="没有找到"):
        find(city, f"王秀英 {NUMBER}")
    assert find(city, f"王秀英（编号 {NUMBER}）", kept=city.volunteer) == city.volunteer
    made.join(city.volunteer, city.hub)
    assert find(city, NUMBER) == city.volunteer


# Receipts


@pytest.mark.parametrize(
    "typed", ["AB-0012345678", "ab0012345678-", "ＡＢ００１２３４５６７８", "Ab 0012—345678"]
)
def test_a_receipt_counts_once_however_it_is_typed(city: City, typed: str) -> None:
    assert log(city, city.money(receipt="ab0012345678")).receipt_number == "AB0012345678"
    for entry in (city.money(receipt=typed), city.goods(receipt=typed)):
        with pytest.raises(Conflict) as refused:
            log(city, entry)
        assert refused.value.field == "receipt_number"
    assert rules.receipt_key(typed) == "AB0012345678"
    with db.reading() as session:
        page = queries.own_page(session, city.clerk, queries.Filters(text=typed))
        assert len(page.rows) == 1


@pytest.mark.parametrize("make", ["money", "goods"])
def test_an_edit_is_refused_in_its_own_words(city: City, make: str) -> None:
    log(city, city.money(receipt="0000111122"))
    draft = log(city, getattr(city, make)(receipt="0000333344"), submit=False)
    wrong = (
        ({"receipt": "0000111122"}, Conflict, "已经用于"),
        ({"receipt": "0000333344", "receipt_waiver": "当面放弃"}, InvalidInput, "请留一项"),
    )
    for changes, problem, sentence in wrong:
        with pytest.raises(problem, match=sentence) as refused, db.transaction() as session:
            contributions.edit(
                session, draft.id, getattr(city, make)(**changes), revision=1, actor=city.clerk
            )
        assert refused.value.field == "receipt_number"


# Time


def test_a_correction_is_as_old_only_as_what_it_corrects(city: City) -> None:
    with clock.at(made.NOON - timedelta(days=10)):
        first = log(city, city.service(happened_on=TODAY - timedelta(days=11)))
        verify(first, city.staff)
    made_again = {
        "same": (city.service(600, 690, happened_on=TODAY - timedelta(days=11)), first.logged_at),
        "later": (city.service(600, 690, happened_on=TODAY - timedelta(days=5)), made.NOON),
        "other": (city.service(600, 690, party_id=city.worker, happened_on=first.happened_on), made.NOON),
    }
    with db.transaction() as session:
        verification.reverse(session, first.id, reason="服务时间写错了", actor=city.approver)
    for entry, logged_at in made_again.values():
        with db.transaction() as session:
            again = contributions.log_again(session, first.id, entry, actor=city.clerk)
            assert again.logged_at == logged_at
            assert again.backfilled is (logged_at == made.NOON)
            contributions.withdraw(session, again.id, revision=1, reason="", actor=city.clerk)


def test_long_days_are_answered_for_by_the_manager_of_that_organisation(city: City) -> None:
    long = city.service(480, 1020)
    elsewhere = Actor(
        city.clerk.user_id,
        city.clerk.person_id,
        "兼任",
        (
            Grant(Role.ORGANISATION_CLERK, None, city.hub),
            Grant(Role.ORGANISATION_MANAGER, None, city.factory),
        ),
    )
    with pytest.raises(NotAllowed, match="管理员"):
        log(city, long, actor=elsewhere)
    assert log(city, long, actor=city.manager).state is S.SUBMITTED


# Awards


@pytest.mark.parametrize("unit", ["场", "课时"])
def test_only_class_hours_become_minutes(city: City, unit: str) -> None:
    with db.transaction() as session:
        item = session.scalars(select(CatalogueItem).where(CatalogueItem.slug == "job-training")).one()
    training = Contribution(
        kind=made.K.TRAINING,
        happened_on=TODAY,
        evidence_grade="D",
        category=item.category,
        unit=unit,
        quantity_thousandths=2_000,
        professional=False,
        backfilled=False,
    )
    facts = verification.facts_of(training, claimed=True)
    assert (facts.minutes, facts.quantity) == ((90, None) if unit == "课时" else (None, 2))


@pytest.mark.parametrize("state", [RegistrationState.SUSPENDED, RegistrationState.CLOSED])
def test_a_suspended_giver_earns_nothing(city: City, state: RegistrationState) -> None:
    draft, waiting = (
        log(city, city.money(receipt="1111"), submit=False),
        log(city, city.money(receipt="2222")),
    )
    set_state(city.factory, state)
    with pytest.raises(Conflict, match=str(state.label)), db.transaction() as session:
        contributions.submit(session, draft.id, revision=1, actor=city.clerk)
    with pytest.raises(Conflict, match=str(state.label)):
        verify(waiting, city.staff)
    with pytest.raises(Conflict, match=waiting.code), db.transaction() as session:
        batches.verify_many(session, [(waiting.id, 1)], actor=city.staff)
    set_state(city.factory, RegistrationState.APPROVED)
    assert verify(waiting, city.staff).state is S.AWARDED


def test_every_sending_back_is_told(city: City) -> None:
    gift = log(city, city.money())
    for number in (1, 2):
        with db.transaction() as session:
            verification.send_back(
                session, gift.id, revision=1, reason=f"请补充材料 {number}", actor=city.staff
            )
        with db.reading() as session:
            assert session.scalar(select(func.count()).where(Message.party_id == city.hub)) == number
        with db.transaction() as session:
            contributions.submit(session, gift.id, revision=1, actor=city.clerk)


# The desk


def decide(one: Contribution, city: City, decision: str, **found: Any) -> str:
    with db.reading() as session:
        row = queries.staff_get(session, one.code, city.staff)
    with db.transaction() as session:
        return desk.decide(session, row, decision, revision=1, found=Verified(**found), actor=city.staff)


def test_another_figure_beside_the_whole_button_is_refused(city: City) -> None:
    hours, gift, goods = log(city, city.service()), log(city, city.money()), log(city, city.goods())
    for one, field, found in (
        (hours, "verified_minutes", {"minutes": 60}),
        (gift, "verified_amount", {"amount_fen": 1}),
        (goods, "verified_quantity", {"quantity_thousandths": 1}),
    ):
        for decision in ("verify", "review"):
            with pytest.raises(InvalidInput) as refused:
                decide(one, city, decision, **found)
            assert refused.value.field == field
    assert "计 1.25 分" in decide(hours, city, "verify", minutes=150)


def test_the_desk_begins_with_what_waits_longest(city: City) -> None:
    old = log(city, city.money(receipt="1111"), submit=False)
    with clock.at(made.NOON + timedelta(minutes=1)):
        first = log(city, city.money(receipt="2222"))
    with clock.at(made.NOON + timedelta(minutes=2)):
        second = log(city, city.money(receipt="3333"))
    with clock.at(made.NOON + timedelta(minutes=3)), db.transaction() as session:
        contributions.submit(session, old.id, revision=1, actor=city.clerk)
    with db.reading() as session:
        page = queries.staff_waiting(session, city.staff, queries.Filters())
        assert [row.contribution.id for row in page.rows] == [first.id, second.id, old.id]
        shown = {row.contribution.id: row.contribution for row in page.rows}
        following = [desk.following(session, city.staff, shown[one.id]) for one in (first, second, old)]
        assert following == [second.code, old.code, first.code]
        (heap,) = queue.heaps(session, city.staff, queue.Filters(name="contribution"))
        assert (heap.count, heap.since) == (3, made.NOON + timedelta(minutes=1))


def test_plain_entries_are_found_behind_odd_ones(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PAGE", 2)
    for number in range(5):
        log(city, city.service(480, 1020, happened_on=YESTERDAY - timedelta(days=number)), actor=city.manager)
    plain = [log(city, city.money(receipt=f"000{number}")) for number in range(2)]
    with db.transaction() as session:
        for one in session.scalars(select(Contribution)):
            one.evidence_grade, one.oddities = "B", []  # type: ignore[assignment]
    with db.reading() as session:
        assert [row.contribution.id for row in desk.plain(session, city.staff)] == [one.id for one in plain]
        longest = queries.staff_waiting(session, city.staff, queries.Filters())
        assert len(longest.rows) == 2
        following = desk.following(session, city.staff, longest.rows[1].contribution)
        assert following is not None
    set_state(city.factory, RegistrationState.SUSPENDED)
    with db.reading() as session:
        assert desk.plain(session, city.staff) == []


# Locks


def at_once(*acts: Any) -> list[object]:
    """Do things in threads of their own at the same moment; return what each returned or raised."""
    results: list[object] = []
    ready = threading.Barrier(len(acts))

    def one(act: Any) -> None:
        ready.wait()
        try:
            with made.noon():
                results.append(act())
        except Exception as problem:
            results.append(problem)

    threads = [threading.Thread(target=one, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_a_batch_and_a_colleague_never_wait_for_each_others_caps(city: City) -> None:
    """The batch holds the caps of one day and the month and wants those of a day on which a colleague is at work."""
    first, second, third = (
        log(city, city.service(start, start + 30, happened_on=TODAY - timedelta(days=day)))
        for start, day in ((300, 1), (300, 2), (400, 2))
    )
    begun = threading.Event()

    def batch() -> object:
        with db.transaction() as session:
            verification.verify(session, first.id, revision=1, actor=city.staff)
            begun.set()
            time.sleep(0.5)  # long enough for the colleague to take what is free
            return verification.verify(session, second.id, revision=1, actor=city.staff)

    def alone() -> object:
        begun.wait()
        return verify(third, city.approver)

    results = at_once(batch, alone)
    assert not [one for one in results if isinstance(one, Exception)], results


def test_tables_of_the_same_people_in_other_orders_never_wait_in_a_ring(city: City) -> None:
    def hand_in(number: int, people: list[UUID]) -> list[Contribution]:
        rows = [
            city.service(start, start + 20, party_id=person)
            for person in people
            for start in range(number * 200, number * 200 + 120, 30)
        ]
        with db.transaction() as session:
            return contributions.log_many(session, rows, organisation_id=city.hub, actor=city.clerk)

    people = [city.volunteer, city.worker]
    results = at_once(lambda: hand_in(1, people), lambda: hand_in(2, people[::-1]))
    assert all(isinstance(one, list) and len(one) == 8 for one in results), results


def test_a_row_that_stands_twice_in_a_table_counts_once(city: City) -> None:
    rows = [city.money(receipt="1111", row_key="row"), city.money(receipt="2222", row_key="row")]
    with db.transaction() as session:
        done = contributions.log_many(session, rows, organisation_id=city.hub, actor=city.clerk)
    assert [one.receipt_number for one in done] == ["1111"]


def test_a_batch_names_whom_it_refuses(city: City) -> None:
    gift = log(city, city.money())
    with pytest.raises(Refused, match=gift.code), db.transaction() as session:
        batches.verify_many(session, [(gift.id, 2)], actor=city.staff)
