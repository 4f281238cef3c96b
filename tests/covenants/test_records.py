"""From the assembly to the points, and what nobody may do, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app import clock, db
from app.db import reading, transaction
from app.errors import Conflict, InvalidInput, NotAllowed
from app.ids import new_id
from app.parties.models import Consent, Party, PartyKind
from app.permissions import SYSTEM, Actor, Role
from points.awards import award
from points.covenants import covenants, households, lines, queries, records, versions
from points.covenants.households import Householder
from points.covenants.kinds import RecordState
from points.covenants.records import Entry
from points.covenants.rules import Meeting
from points.ledger import queries as ledger
from points.ledger.kinds import Purse
from points.ledger.models import Transfer
from points.ledger.reconciliation import reconcile
from points.rulesets.models import Programme
from tests.covenants import village
from tests.covenants.village import Village
from tests.points import city

NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)
DAY = date(2026, 11, 18)


@pytest.fixture
def made(database: db.Database) -> Village:
    with clock.at(NOW), transaction() as session:
        return village.make(session)


def logged(here: Village, item: str, *, household: int = 0, quantity: int = 1, day: date = DAY) -> Entry:
    return Entry(here.households[household].id, here.items[item].id, day, quantity)


def balance(here: Village, household: int = 0) -> int:
    with reading() as session:
        code = session.get_one(Programme, here.covenant.programme_id).code
        return ledger.balance(session, here.households[household].party_id, Purse.HONOUR, programme=code)


def test_points_go_up_and_down_but_never_below_zero(made: Village) -> None:
    with clock.at(NOW), transaction() as session:
        one = records.log(
            session, made.covenant.id, logged(made, "参加义务劳动", quantity=2), actor=made.worker
        )
        bad = records.log(session, made.covenant.id, logged(made, "乱倒垃圾", quantity=3), actor=made.worker)
        worse = records.log(session, made.covenant.id, logged(made, "乱倒垃圾"), actor=made.worker)
        records.verify(session, one.id, actor=made.town)
        records.verify_many(session, [worse.id, bad.id], actor=made.town)
        assert sorted((bad.counted or 0, worse.counted or 0)) in ([-400, 0], [-200, -200])
    assert balance(made) == 0
    with clock.at(NOW), transaction() as session:
        records.reverse(session, bad.id, reason="村民异议，查实记错人", actor=made.leader)
        records.reverse(session, one.id, reason="查实没有参加", actor=made.leader)
    with reading() as session:
        assert session.get_one(type(one), one.id).state is RecordState.REVERSED
        assert "不足的" in (lines.wording(session, bad.id) or "") + (lines.wording(session, worse.id) or "")
        assert list(reconcile(session)) == []


def test_four_eyes_near_people_and_other_places(made: Village) -> None:
    with clock.at(NOW), transaction() as session:
        one = records.log(session, made.covenant.id, logged(made, "庭院整洁评比"), actor=made.town)
        mine = records.log(
            session, made.covenant.id, logged(made, "庭院整洁评比", household=1), actor=made.worker
        )
    kin = made.town.__class__(new_id(), made.households[1].party_id, "户主", made.leader.grants)
    with clock.at(NOW), transaction() as session:
        elsewhere = village.staff(session, "外镇", Role.TOWN_STAFF, "610327101000")
    for record, actor in ((one, made.town), (one, made.worker), (one, elsewhere), (mine, kin)):
        with pytest.raises(NotAllowed), clock.at(NOW), transaction() as session:
            records.verify(session, record.id, actor=actor)
    with clock.at(NOW), transaction() as session:
        records.verify(session, one.id, actor=made.leader)
    for actor in (made.leader, made.town):  # who verified, who logged
        with pytest.raises(NotAllowed), clock.at(NOW), transaction() as session:
            records.reverse(session, one.id, reason="不应计分", actor=actor)
    with pytest.raises(Conflict), clock.at(NOW), transaction() as session:
        records.verify(session, one.id, actor=made.leader)
    assert balance(made) == 500


def test_what_cannot_be_logged(made: Village) -> None:
    with clock.at(NOW), transaction() as session:
        old = households.leave(session, made.households[1].id, actor=made.worker)
        assert old.left_on == date(2026, 11, 20)
    wrong = (
        logged(made, "参加义务劳动", quantity=0),
        logged(made, "参加义务劳动", quantity=101),
        logged(made, "参加义务劳动", day=date(2026, 11, 21)),
        logged(made, "参加义务劳动", day=date(2026, 10, 9)),  # before the list came into force
        logged(made, "参加义务劳动", day=date(2026, 7, 1)),
        logged(made, "参加义务劳动", day=date(2026, 10, 11)),  # before the household joined
        Entry(new_id(), made.items["乱倒垃圾"].id, DAY),
        Entry(made.households[0].id, new_id(), DAY),
    )
    for entry in wrong:
        with pytest.raises(InvalidInput), clock.at(NOW), transaction() as session:
            records.log(session, made.covenant.id, entry, actor=made.worker)
    with clock.at(NOW), transaction() as session:
        one = records.log(session, made.covenant.id, logged(made, "乱倒垃圾"), actor=made.worker)
        with pytest.raises(InvalidInput):
            records.reject(session, one.id, reason=" ", actor=made.town)
        records.reject(session, one.id, reason="照片不是本村", actor=made.town)
        with pytest.raises(Conflict):
            records.verify(session, one.id, actor=made.town)


def test_versions_are_dated_published_by_another_and_never_retroactive(made: Village) -> None:
    with clock.at(NOW), transaction() as session:
        second = village.decided(effective_from=date(2026, 11, 20), items="扫雪 +3", summary="加扫雪")
        early = versions.draft(session, made.covenant.id, second, actor=made.town)
        with pytest.raises(NotAllowed):
            versions.publish(session, early.id, actor=made.town)
        with pytest.raises(InvalidInput):
            versions.publish(session, early.id, actor=made.leader)
        later = village.decided(effective_from=date(2026, 12, 1), items="扫雪 +3", summary="加扫雪")
        again = versions.draft(session, made.covenant.id, later, actor=made.town)
        assert again.version == 2
        versions.publish(session, again.id, actor=made.leader)
        with pytest.raises(Conflict):
            versions.publish(session, again.id, actor=made.leader)
        for changes in (
            {"effective_from": date(2026, 10, 1)},
            {"meeting": Meeting(village.MEETING.assembly, date(2026, 12, 1), 90, 70, 61)},
            {"meeting": Meeting(village.MEETING.assembly, date(2026, 10, 8), 90, 50, 50)},
            {"items": "乱倒垃圾罚款 -5"},
        ):
            with pytest.raises(InvalidInput):
                versions.draft(session, made.covenant.id, village.decided(**changes), actor=made.town)
    with clock.at(datetime(2026, 12, 2, 4, tzinfo=UTC)), transaction() as session:
        found = queries.versions(session, made.covenant)
        assert [one.ruleset.effective_to for one in found] == [None, date(2026, 11, 30)]
        with pytest.raises(InvalidInput):  # an item of the version before
            entry = logged(made, "乱倒垃圾", day=date(2026, 12, 1))
            records.log(session, made.covenant.id, entry, actor=made.worker)
        records.log(
            session, made.covenant.id, logged(made, "乱倒垃圾", day=date(2026, 11, 30)), actor=made.worker
        )


def test_a_village_has_one_programme_and_a_householder_one_number(made: Village) -> None:
    with clock.at(NOW), transaction() as session:
        with pytest.raises(Conflict):
            covenants.open_covenant(session, region_code=village.VILLAGE, name="又一个", actor=made.town)
        with pytest.raises(InvalidInput):
            covenants.open_covenant(session, region_code=village.TOWN, name="镇", actor=made.town)
        number = "610302199001010011"
        with pytest.raises(Conflict):
            households.enter(session, made.covenant.id, Householder("一组-01", "郑新"), actor=made.worker)
        with pytest.raises(InvalidInput):
            wrong = Householder("一组-03", "郑新", identity_number=number + "x")
            households.enter(session, made.covenant.id, wrong, actor=made.worker)


def test_ranking_ties_masks_and_minors(made: Village) -> None:
    with clock.at(NOW), transaction() as session:
        child = households.enter(
            session, made.covenant.id, Householder("二组-01", "孙小小"), actor=made.worker
        )
        queries_person = session.get_one(Party, child.party_id)
        assert queries_person.kind is PartyKind.PERSON
        session.execute(
            db.Base.metadata.tables["person"]
            .update()
            .where(db.Base.metadata.tables["person"].c.party_id == child.party_id)
            .values(born_on=date(2012, 1, 1))
        )
        entries = [
            logged(made, "庭院整洁评比"),
            logged(made, "庭院整洁评比", household=1),
            Entry(child.id, made.items["参加义务劳动"].id, child.joined_on),
        ]
        keys = [records.log(session, made.covenant.id, one, actor=made.worker).id for one in entries]
        records.verify_many(session, keys, actor=made.town)
    with clock.at(NOW), reading() as session:
        quarter = (date(2026, 10, 1), date(2027, 1, 1))
        places = lines.ranking(session, made.covenant, quarter)
        assert [(one.rank, one.public_name, one.points) for one in places] == [
            (1, "贾大山", 500),
            (1, "欧阳**", 500),
            (3, "", 200),
        ]
        assert lines.ranking(session, made.covenant, (date(2026, 1, 1), date(2026, 4, 1))) == []
    with clock.at(NOW), transaction() as session:
        households.set_agreement(session, made.households[0].id, agrees=False, actor=made.worker)
    with clock.at(NOW), reading() as session:
        assert lines.ranking(session, made.covenant, quarter)[0].public_name == "贾**"
        shown = lines.publicity(session, made.covenant, NOW)
        assert {one.public_name for one in shown.rows} == {"贾**", "欧阳**", ""}
        assert lines.publicity(session, made.covenant, datetime(2026, 12, 30, tzinfo=UTC)).rows == []


def test_the_citys_programme_knows_nothing_of_it(made: Village) -> None:
    """Accounts, standings and consents of the city stay as they are; a village's transfers name no city rule."""
    with clock.at(NOW), transaction() as session:
        city.programme(session)
        award(session, city.service(made.households[0].party_id), actor=SYSTEM)
        one = records.log(session, made.covenant.id, logged(made, "庭院整洁评比"), actor=made.worker)
        records.verify(session, one.id, actor=made.town)
    with reading() as session:
        assert ledger.balance(session, made.households[0].party_id, Purse.HONOUR) == 225
        assert session.scalar(select(func.count()).select_from(Consent)) == 0
        codes = session.scalars(select(Programme.code)).all()
        mine = session.scalars(select(Transfer).where(Transfer.source_kind == lines.SUBJECT)).all()
        assert [(one.contribution_kind, one.region_code, one.expires_on) for one in mine] == [
            (None, None, None)
        ]
    assert not any(village.VILLAGE in code or made.covenant.code.lower() in code for code in codes)
    assert balance(made) == 500


def test_deductions_at_once_never_take_more_than_is_there(made: Village) -> None:
    """Eight people verify eight deductions of one household at the same moment."""
    with clock.at(NOW), transaction() as session:
        up = records.log(session, made.covenant.id, logged(made, "庭院整洁评比"), actor=made.worker)
        records.verify(session, up.id, actor=made.town)
        down = [
            records.log(session, made.covenant.id, logged(made, "乱倒垃圾"), actor=made.worker).id
            for _number in range(8)
        ]

    def verify(key: UUID) -> int:
        with transaction() as session:
            return records.verify(session, key, actor=made.town).counted or 0

    with clock.at(NOW), ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(verify, down))
    assert sorted(taken) == [-200, -200, -100, 0, 0, 0, 0, 0]
    assert balance(made) == 0


def test_one_record_verified_by_two_at_once_counts_once(made: Village) -> None:
    with clock.at(NOW), transaction() as session:
        up = records.log(session, made.covenant.id, logged(made, "庭院整洁评比"), actor=made.worker)

    def verify(actor: Actor) -> bool:
        try:
            with transaction() as session:
                records.verify(session, up.id, actor=actor)
        except Conflict:
            return False
        return True

    with clock.at(NOW), ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(verify, (made.town, made.leader))) == [False, True]
    assert balance(made) == 500
