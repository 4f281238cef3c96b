"""Users, passwords, sessions: what is refused, what locks, what ends."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.audit.models import AuditEvent
from app.db import Database, reading, transaction
from app.errors import Conflict, InvalidInput, NotAllowed, NotFound
from app.parties import persons, registrations
from app.parties.models import Party
from app.permissions import SYSTEM, Actor, Grant, Permission, Role
from app.users import clerks, grants, passwords, sessions, sign_ins, users
from app.users.models import User, UserSession
from app.users.users import NewUser
from tests.parties.people import (
    CITY,
    JINTAI,
    PASSWORD,
    WEIBIN,
    admitted_organisation,
    person_data,
    places,
    volunteer_data,
)

SECURITY = Role.SECURITY_ADMINISTRATOR


def make_user(
    session: Session, index: int = 1, *, name: str | None = None, party: Party | None = None
) -> User:
    places(session)
    person = party or persons.register_contact(session, person_data(index, name=f"某某{index}"), actor=SYSTEM)
    new = NewUser(name or f"user{index}", passwords.hashed(PASSWORD), person_data(index).phone)
    return users.create(session, person.id, new, actor=SYSTEM)


def as_actor(user: User, *grants: Grant) -> Actor:
    return Actor(user.id, user.person_id, user.name, grants)


def try_it(typed: str, password: str, *, address: str = "10.0.0.1") -> sign_ins.SignIn:
    with transaction() as session:
        user = sign_ins.find_user(session, typed)
    right = passwords.is_right(user.password_hash if user else None, password)
    with transaction() as session:
        return sign_ins.sign_in(session, typed, user, right=right, address=address, browser="test")


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "123456789012",
        "aaaaaaaaaaaa",
        "password1234",
        "woaini5201314",
        "qwertyuiop123456",
        "zhongguo2026666",
        "li-si-li-si-li",
        "lisi20262026",
        "x" * 129,
    ],
)
def test_weak_passwords_are_refused(password: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        passwords.ensure_good(password, names=("lisi", "li-si"))
    assert refused.value.field == "password"


@pytest.mark.parametrize(
    "password", [PASSWORD, "correct horse battery staple", "Tq7#mmL-p0x9 Rw", "渭河的水往东流啊流不停呀"]
)
def test_long_uncommon_passwords_are_taken(password: str) -> None:
    passwords.ensure_good(password, names=("李四", "lisi"))


def test_signing_in_by_name_and_by_telephone(database: Database) -> None:
    with transaction() as session:
        make_user(session, name="Li.Si")
    for typed in ("li.si", " LI.SI ", person_data(1).phone):
        assert try_it(typed, PASSWORD).token
    assert try_it("li.si", "wrong").token is None
    assert try_it("nobody", PASSWORD).token is None


def test_five_failures_keep_a_name_out_for_half_an_hour(database: Database) -> None:
    with transaction() as session:
        make_user(session)
    for typed in ("user1", "nobody"):
        sentences = [try_it(typed, "wrong").sentence for _ in range(7)]
        assert "4 次" in sentences[0] and "30 分钟" in sentences[4] and "太多" in sentences[6]
    assert try_it("user1", PASSWORD).token is None
    with clock.at(clock.now() + timedelta(minutes=31)):
        assert try_it("user1", PASSWORD).token
        assert "4 次" in try_it("user1", "wrong").sentence


def test_the_tries_left_do_not_tell_whether_somebody_is_registered(database: Database) -> None:
    with transaction() as session:
        make_user(session, name="li-si")
    known, unknown = person_data(1).phone, person_data(2).phone
    spellings = ("{0}", "+86{0}", "+86-{0}", "{0} ")

    def told(*typed: str) -> list[str]:
        return [str(try_it(one, "wrong").sentence) for one in typed]

    assert told(*(one.format(known) for one in spellings)) == told(
        *(one.format(unknown) for one in spellings)
    )
    assert told("li-si", "ＬＩ-si", " Li-Si") == told("wang-wu", "ＷＡＮＧ-wu", " Wang-Wu")


def test_an_administrator_forgives_failures_of_name_and_telephone(database: Database) -> None:
    with transaction() as session:
        user, boss = make_user(session), make_user(session, 2)
    for _ in range(5):
        try_it(person_data(1).phone, "wrong")
    assert try_it(person_data(1).phone, PASSWORD).token is None
    with transaction() as session:
        users.unlock_user(
            session, user.id, reason="本人来电核实", actor=as_actor(boss, Grant(SECURITY, CITY))
        )
    assert try_it(person_data(1).phone, PASSWORD).token


def test_an_administrator_forgives_failures(database: Database) -> None:
    with transaction() as session:
        user, boss = make_user(session), make_user(session, 2)
    for _ in range(5):
        try_it("user1", "wrong")
    with transaction() as session:
        users.unlock_user(
            session, user.id, reason="本人来电核实", actor=as_actor(boss, Grant(SECURITY, CITY))
        )
    assert try_it("user1", PASSWORD).token


def test_many_failures_from_one_address_keep_it_out(database: Database) -> None:
    with transaction() as session:
        make_user(session)
    for index in range(sign_ins.FAILURES_PER_ADDRESS):
        try_it(f"guess{index}", "wrong", address="10.9.9.9")
    assert try_it("user1", PASSWORD, address="10.9.9.9").token is None
    assert try_it("user1", PASSWORD, address="10.0.0.2").token


def test_a_session_lives_idles_out_and_ends(database: Database) -> None:
    with transaction() as session:
        user, other = make_user(session), make_user(session, 2)
    token = try_it("user1", PASSWORD).token or ""
    with transaction() as session:
        signed = sessions.load_actor(session, token)
        assert signed is not None and signed.actor.user_id == user.id
        assert token not in str(session.scalars(select(UserSession.token_hash)).all())
        assert sessions.load_actor(session, token + "x") is None
        with clock.at(clock.now() + timedelta(minutes=21)):
            assert sessions.load_actor(session, token) is None
        with clock.at(clock.now() + timedelta(minutes=19)):
            assert sessions.load_actor(session, token) is not None
            sessions.touch(session, signed.session_id)
        with clock.at(clock.now() + timedelta(minutes=38)):
            assert sessions.load_actor(session, token) is not None
    with pytest.raises(NotFound), transaction() as session:
        sessions.end_session(session, signed.session_id, actor=as_actor(other, Grant(Role.VOLUNTEER)))
    with transaction() as session:
        sessions.end_session(session, signed.session_id, actor=as_actor(user))
        assert sessions.load_actor(session, token) is None


def test_a_changed_password_ends_the_other_sessions(database: Database) -> None:
    with transaction() as session:
        user = make_user(session)
    first, second = (try_it("user1", PASSWORD).token or "" for _ in range(2))
    new_hash = passwords.hashed("关中平原的麦子黄了又黄")
    with transaction() as session:
        signed = sessions.load_actor(session, first)
        assert signed is not None
        users.change_password(
            session, user.id, new_hash, actor=as_actor(user), keep_session=signed.session_id
        )
        assert sessions.load_actor(session, first) is not None
        assert sessions.load_actor(session, second) is None
    with pytest.raises(NotAllowed), transaction() as session:
        users.change_password(session, user.id, new_hash, actor=as_actor(make_user(session, 5)))


def test_a_locked_user_is_out_at_once(database: Database) -> None:
    with transaction() as session:
        user, boss = make_user(session), make_user(session, 2)
    token = try_it("user1", PASSWORD).token or ""
    security = as_actor(boss, Grant(SECURITY, CITY))
    with transaction() as session:
        users.lock_user(session, user.id, reason="离岗待查", actor=security)
        assert sessions.load_actor(session, token) is None
    assert "锁定" in str(try_it("user1", PASSWORD).sentence)
    for actor in (as_actor(user), as_actor(user, Grant(Role.SYSTEM_ADMINISTRATOR))):
        with pytest.raises(NotAllowed), transaction() as session:
            users.unlock_user(session, user.id, reason="离岗待查", actor=actor)
    with pytest.raises(NotAllowed), transaction() as session:
        users.lock_user(session, boss.id, reason="离岗待查", actor=security)


def test_roles_are_granted_by_another_and_never_two_that_clash(database: Database) -> None:
    with transaction() as session:
        user, boss = make_user(session), make_user(session, 2)
    security = as_actor(boss, Grant(SECURITY, CITY))
    with transaction() as session:
        grant = grants.grant_role(session, user.id, Role.COUNTY_HANDLER, region_code=WEIBIN, actor=security)
        grants.grant_role(session, user.id, Role.COUNTY_HANDLER, region_code=JINTAI, actor=security)
    with pytest.raises(Conflict, match="不能由同一人"), transaction() as session:
        grants.grant_role(session, user.id, Role.COUNTY_APPROVER, region_code=WEIBIN, actor=security)
    with pytest.raises(Conflict, match="已有"), transaction() as session:
        grants.grant_role(session, user.id, Role.COUNTY_HANDLER, region_code=WEIBIN, actor=security)
    with pytest.raises(NotAllowed, match="自己"), transaction() as session:
        grants.grant_role(session, boss.id, Role.LEGAL_OFFICER, region_code=WEIBIN, actor=security)
    for actor in (
        as_actor(user, Grant(Role.SYSTEM_ADMINISTRATOR)),
        as_actor(user, Grant(Role.CITY_STAFF, WEIBIN)),
    ):
        with pytest.raises(NotAllowed), transaction() as session:
            grants.grant_role(session, boss.id, Role.PATROL, region_code=WEIBIN, actor=actor)
    with pytest.raises(InvalidInput), transaction() as session:
        grants.grant_role(session, user.id, Role.PATROL, region_code="999999999999", actor=security)
    token = try_it("user1", PASSWORD).token or ""
    with transaction() as session:
        signed = sessions.load_actor(session, token)
        assert signed is not None
        assert set(signed.actor.regions(Permission.READ_PARTIES)) == {WEIBIN, JINTAI}
        grants.end_grant(session, grant.id, actor=security)
        signed = sessions.load_actor(session, token)
        assert signed is not None and signed.actor.regions(Permission.READ_PARTIES) == (JINTAI,)


def test_a_grant_ends_with_its_last_day(database: Database) -> None:
    with transaction() as session:
        user, boss = make_user(session), make_user(session, 2)
        grants.grant_role(
            session, user.id, Role.PATROL, region_code=WEIBIN, valid_to=clock.today(),
            actor=as_actor(boss, Grant(SECURITY, CITY)),
        )  # fmt: skip
        assert grants.in_force(session, user.id)
        with clock.at(clock.instant(clock.today() + timedelta(days=1), 9)):
            assert grants.in_force(session, user.id) == []


def test_what_a_party_may_waits_for_its_admission(database: Database) -> None:
    with transaction() as session:
        places(session)
        party = persons.register_volunteer(session, volunteer_data(1), actor=SYSTEM)
        user = make_user(session, party=party)
        grants.write(session, user, Role.VOLUNTEER, by=SYSTEM)
    token = try_it("user1", PASSWORD).token or ""

    def roles(session: Session) -> list[Role]:
        signed = sessions.load_actor(session, token)
        assert signed is not None
        return [grant.role for grant in signed.actor.grants]

    with transaction() as session:
        assert roles(session) == [Role.REGISTRANT]
        registrations.submit(session, party.id, actor=SYSTEM)
        registrations.approve(session, party.id, revision=1, actor=SYSTEM)
        assert roles(session) == [Role.VOLUNTEER]
        registrations.suspend(session, party.id, reason="年度检查没有完成", actor=SYSTEM)
        assert roles(session) == [Role.REGISTRANT]


def test_a_manager_appoints_within_the_own_organisation_only(database: Database) -> None:
    with transaction() as session:
        places(session)
        mine, theirs = admitted_organisation(session, 1), admitted_organisation(session, 2)
        manager = make_user(session, 1)
        actor = as_actor(manager, Grant(Role.ORGANISATION_MANAGER, organisation_id=mine.id))
        new = NewUser("clerk", passwords.hashed(PASSWORD), "14200009999")
        clerk = clerks.invite(
            session, mine.id, name="孙经办", new=new, role=Role.ORGANISATION_CLERK, actor=actor
        )
        assert clerk.must_change_password
        stranger = make_user(session, 9)
    with pytest.raises(NotAllowed), transaction() as session:
        clerks.invite(session, theirs.id, name="孙经办", new=new, role=Role.ORGANISATION_CLERK, actor=actor)
    with pytest.raises(InvalidInput), transaction() as session:
        clerks.invite(session, mine.id, name="孙经办", new=new, role=Role.CITY_STAFF, actor=actor)
    with pytest.raises(NotAllowed), transaction() as session:
        grants.grant_role(session, stranger.id, Role.ORGANISATION_CLERK, organisation_id=mine.id, actor=actor)
    with pytest.raises(NotAllowed), transaction() as session:
        users.reset_password(session, stranger.id, "x", actor=actor)
    with transaction() as session:
        users.reset_password(session, clerk.id, passwords.hashed(PASSWORD), actor=actor)
    with pytest.raises(NotAllowed, match="自己"), transaction() as session:
        grants.write(session, manager, Role.ORGANISATION_MANAGER, by=SYSTEM, organisation_id=mine.id)
        users.reset_password(session, manager.id, "x", actor=actor)


def test_a_county_security_administrator_reaches_no_other_county(database: Database) -> None:
    with transaction() as session:
        boss, mine, theirs, new = (make_user(session, index) for index in (1, 2, 3, 4))
        ours = grants.write(session, mine, Role.PATROL, by=SYSTEM, region_code=WEIBIN)
        others = grants.write(session, theirs, Role.PATROL, by=SYSTEM, region_code=JINTAI)
        there = admitted_organisation(session, 1, region_code=JINTAI)
        clerk = grants.write(session, new, Role.ORGANISATION_CLERK, by=SYSTEM, organisation_id=there.id)
    county = as_actor(boss, Grant(SECURITY, WEIBIN))
    city = as_actor(boss, Grant(SECURITY, CITY))
    acts: list[Callable[[Session, Actor], object]] = [
        lambda session, actor: grants.grant_role(
            session, mine.id, Role.TOWN_LEADER, region_code=JINTAI, actor=actor
        ),
        lambda session, actor: grants.grant_role(
            session, mine.id, Role.CITY_STAFF, region_code=CITY, actor=actor
        ),
        lambda session, actor: grants.grant_role(
            session, theirs.id, Role.ORGANISATION_MANAGER, organisation_id=there.id, actor=actor
        ),
        lambda session, actor: users.lock_user(session, theirs.id, reason="离岗待查", actor=actor),
        lambda session, actor: users.unlock_user(session, theirs.id, reason="本人核实", actor=actor),
        lambda session, actor: sessions.end_all(session, theirs.id, actor=actor),
        lambda session, actor: sessions.end_all(session, new.id, actor=actor),
        lambda session, actor: grants.end_grant(session, others.id, actor=actor),
        lambda session, actor: grants.end_grant(session, clerk.id, actor=actor),
    ]
    for act in acts:
        with pytest.raises(NotAllowed, match="辖区"), transaction() as session:
            act(session, county)
    with transaction() as session:
        users.lock_user(session, mine.id, reason="离岗待查", actor=county)
        grants.end_grant(session, ours.id, actor=county)
    for act in acts[2:]:
        with transaction() as session:
            act(session, city)


@pytest.mark.parametrize(
    "role", [Role.CITY_STAFF, Role.AUDITOR, Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR]
)
def test_what_serves_the_whole_city_is_granted_for_no_county(database: Database, role: Role) -> None:
    with transaction() as session:
        boss, user = make_user(session), make_user(session, 2)
    security = as_actor(boss, Grant(SECURITY, CITY))
    with pytest.raises(InvalidInput, match="全市") as refused, transaction() as session:
        grants.grant_role(session, user.id, role, region_code=WEIBIN, actor=security)
    assert refused.value.field == "region_code"
    with transaction() as session:
        grants.grant_role(session, user.id, role, region_code=CITY, actor=security)


def test_the_system_administrator_cannot_become_another_one(database: Database) -> None:
    with transaction() as session:
        boss, auditor, handler, fresh, keeper = (make_user(session, index) for index in range(1, 6))
        grants.write(session, auditor, Role.AUDITOR, by=SYSTEM, region_code=CITY)
        grants.write(session, handler, Role.COUNTY_HANDLER, by=SYSTEM, region_code=WEIBIN)
    administrator = as_actor(boss, Grant(Role.SYSTEM_ADMINISTRATOR, CITY))
    security = as_actor(keeper, Grant(SECURITY, CITY))
    for user, actor in (
        (auditor, administrator),
        (auditor, security),
        (handler, administrator),
        (boss, administrator),
        (keeper, security),
        (handler, as_actor(keeper, Grant(SECURITY, JINTAI))),
    ):
        with reading() as session:
            assert not users.may_manage(session, actor, user)
        with pytest.raises(NotAllowed), transaction() as session:
            users.reset_password(session, user.id, "x", actor=actor)
    with transaction() as session:
        users.reset_password(session, handler.id, "x", actor=security)
        users.reset_password(session, fresh.id, "x", actor=administrator)


def test_names_are_unique_and_tidy(database: Database) -> None:
    with transaction() as session:
        make_user(session, 1, name="Ａixin")
    for name, error in (
        ("aixin", Conflict),
        ("123456", InvalidInput),
        ("a", InvalidInput),
        ("a b<c", InvalidInput),
    ):
        with pytest.raises(error), transaction() as session:
            make_user(session, 2, name=name)


def test_sign_ins_leave_traces_without_passwords(database: Database) -> None:
    with transaction() as session:
        make_user(session)
    try_it("user1", PASSWORD)
    try_it("user1", "wrong-password")
    with transaction() as session:
        verbs = session.scalars(select(AuditEvent.verb).where(AuditEvent.verb.like("session.%"))).all()
        assert sorted(verbs) == ["session.refuse", "session.sign_in"]
