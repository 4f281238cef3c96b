"""Values that need no database: ids, clock, settings, keys, the canonical form, permissions."""

import threading
import uuid
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from app import clock, ids, keys
from app.access import safe_next
from app.canonical import canonical
from app.config import Mode, Settings, SettingsError, load, variable
from app.errors import NotAllowed
from app.permissions import (
    ANYONE,
    INCOMPATIBLE,
    SYSTEM,
    Actor,
    Grant,
    Permission,
    Role,
    ensure_four_eyes,
    ensure_may,
    incompatible,
)
from tests.conftest import ENVIRONMENT

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(),
    st.binary(),
    st.uuids(),
    st.dates(),
    st.datetimes(timezones=st.just(UTC)),
)


def test_many_keys_rise_with_single_ones_and_are_uuids_too() -> None:
    first, many, last = ids.new_id(), ids.new_keys(10_000), ids.new_id()
    assert [first.bytes, *many, last.bytes] == sorted({first.bytes, *many, last.bytes})
    read = [uuid.UUID(bytes=key) for key in many]
    assert {(one.version, one.variant) for one in read} == {(7, uuid.RFC_4122)}
    assert len({key[8:] for key in many}) == len(many)


def test_codes_use_every_letter_of_their_alphabet() -> None:
    letters = set("".join(ids.new_code() for _ in range(1_000)))
    assert letters == set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")


def test_keys_rise_and_are_version_seven() -> None:
    made = [ids.new_id() for _ in range(5_000)]
    assert made == sorted(made)
    assert {key.version for key in made} == {7}
    assert {key.variant for key in made} == {uuid.RFC_4122}


def test_keys_of_many_threads_never_meet() -> None:
    made: list[uuid.UUID] = []
    threads = [
        threading.Thread(target=lambda: made.extend(ids.new_id() for _ in range(2_000))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 16_000


def test_a_typed_code_is_read_kindly() -> None:
    code = ids.new_code()
    assert ids.clean_code(f" {code[:4].lower()}-{code[4:8]} {code[8:]}") == code
    assert ids.clean_code("oIl0") == "0110"


def test_the_clock_stands_where_it_is_told() -> None:
    moment = datetime(2026, 2, 28, 16, 30, tzinfo=UTC)
    with clock.at(moment):
        assert clock.now() == moment
        assert clock.today() == date(2026, 3, 1)  # already the next day in the city
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    with pytest.raises(ValueError, match="aware"), clock.at(datetime(2026, 1, 1)):  # noqa: DTZ001
        pass


def test_only_a_demo_city_moves_its_clock(tmp_path: Path) -> None:
    clock.follow(None)
    with pytest.raises(RuntimeError):
        clock.set_offset(datetime(2030, 1, 1, tzinfo=UTC))
    clock.follow(tmp_path / "clock")
    try:
        clock.set_offset(datetime(2030, 1, 1, tzinfo=UTC))
        assert clock.today().year == 2030
        clock.set_offset(None)
        assert clock.today().year != 2030
    finally:
        clock.follow(None)


def test_production_names_everything_that_is_missing() -> None:
    with pytest.raises(SettingsError) as refused:
        load({})
    for name in (
        "database_url",
        "public_url",
        "secret_key",
        "encryption_keys",
        "lookup_key",
        "ledger_keys",
        "audit_keys",
    ):
        assert variable(name) in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ZHONGLI_MODE", "playground"),
        ("ZHONGLI_SECRET_KEY", "short"),
        ("ZHONGLI_ENCRYPTION_KEYS", "e1:notbase64!"),
        ("ZHONGLI_ENCRYPTION_KEYS", "e1:c2hvcnQ="),
        ("ZHONGLI_LEDGER_KEYS", ":" + "A" * 44),
        ("ZHONGLI_LOOKUP_KEY", "x"),
        ("ZHONGLI_JOBS", "sometimes"),
        ("ZHONGLI_PROXIES", "-1"),
        ("ZHONGLI_CITY_SCHEMA", "city; DROP TABLE party"),
        ("ZHONGLI_SETTINGS", "/no/such/file"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError):
        load({**ENVIRONMENT, name: value})


def test_production_refuses_a_cheap_password_hash_and_plain_http() -> None:
    given_ = {
        **ENVIRONMENT,
        "ZHONGLI_MODE": "production",
        "DATABASE_URL": "sqlite:///x",
        "ZHONGLI_HTTPS": "1",
    }
    with pytest.raises(SettingsError) as refused:
        load(given_)
    assert "PASSWORD_COST" in str(refused.value)
    assert "https://" in str(refused.value)
    whole = load({**given_, "ZHONGLI_PASSWORD_COST": "normal", "ZHONGLI_PUBLIC_URL": "https://city.example"})
    assert whole.mode is Mode.PRODUCTION
    assert whole.clock_file is None


def test_a_settings_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    file = tmp_path / "settings.env"
    file.write_text("# a comment\nZHONGLI_CITY_NAME=凤县\nZHONGLI_JOBS=embedded\n", encoding="utf-8")
    settings = load({**ENVIRONMENT, "ZHONGLI_SETTINGS": str(file), "ZHONGLI_JOBS": "separate"})
    assert (settings.city_name, settings.jobs) == ("凤县", "separate")


def test_every_setting_says_what_it_is() -> None:
    assert all(one.metadata.get("about") for one in fields(Settings))


def test_old_keys_still_read_and_new_ones_write() -> None:
    old, new = ("e1", b"1" * 32), ("e2", b"2" * 32)
    sealed = keys.EncryptionRing((old,)).encrypt("保密".encode(), bound_to=b"row")
    both = keys.EncryptionRing((new, old))
    assert both.decrypt(sealed, bound_to=b"row").decode() == "保密"
    assert keys.EncryptionRing.key_id(both.encrypt(b"x")) == "e2"
    with pytest.raises(KeyError):
        keys.EncryptionRing((new,)).decrypt(sealed, bound_to=b"row")
    with pytest.raises(InvalidTag):
        both.decrypt(sealed, bound_to=b"another row")
    with pytest.raises(InvalidTag):
        both.decrypt(sealed[:-1] + bytes([sealed[-1] ^ 1]), bound_to=b"row")


def test_a_signature_knows_its_key_and_its_message() -> None:
    ring = keys.SigningRing((("k1", b"1" * 32),))
    key_id, mac = ring.sign(b"row")
    assert ring.check(key_id, b"row", mac)
    assert not ring.check(key_id, b"other", mac)
    assert not ring.check("k9", b"row", mac)
    assert not ring.check(key_id, b"row", None)  # type: ignore[arg-type]


def test_equal_numbers_of_two_kinds_never_match() -> None:
    keys.use(load(ENVIRONMENT))
    assert keys.lookup_hash("phone", "1") == keys.lookup_hash("phone", "1")
    assert keys.lookup_hash("phone", "1") != keys.lookup_hash("id_number", "1")


@given(st.lists(SCALARS), st.lists(SCALARS))
def test_two_different_rows_never_share_a_form(one: list[object], other: list[object]) -> None:
    typed = [[(type(value), value) for value in row] for row in (one, other)]
    assert (canonical(one) == canonical(other)) is (typed[0] == typed[1])


def test_a_float_has_no_form() -> None:
    with pytest.raises(TypeError):
        canonical([1.5])


@given(st.text())
def test_after_signing_in_nobody_is_led_away(target: str) -> None:
    led = safe_next(target, "/home")
    assert led.startswith("/")
    assert not led.startswith(("//", "/\\"))


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil", "/a\nb", "", None]
)
def test_other_hosts_are_refused(target: str | None) -> None:
    assert safe_next(target, "/home") == "/home"


def _staff(role: Role, region: str) -> Actor:
    return Actor(ids.new_id(), ids.new_id(), "某", (Grant(role, region_code=region),))


def test_staff_act_within_their_region_only() -> None:
    county = _staff(Role.COUNTY_HANDLER, "610302000000")
    ensure_may(county, Permission.VERIFY_CONTRIBUTIONS, region_code="610302001002")
    for elsewhere in ("610303000000", "610300000000"):
        with pytest.raises(NotAllowed):
            ensure_may(county, Permission.VERIFY_CONTRIBUTIONS, region_code=elsewhere)
    with pytest.raises(NotAllowed):
        ensure_may(county, Permission.MANAGE_USERS)
    with pytest.raises(NotAllowed):
        ensure_may(ANYONE, Permission.READ_PARTIES)
    ensure_may(SYSTEM, Permission.MANAGE_USERS)


def test_a_clerk_acts_for_their_own_organisation_only() -> None:
    mine, other = ids.new_id(), ids.new_id()
    clerk = Actor(ids.new_id(), ids.new_id(), "某", (Grant(Role.ORGANISATION_CLERK, organisation_id=mine),))
    ensure_may(clerk, Permission.LOG_CONTRIBUTIONS, organisation_id=mine)
    with pytest.raises(NotAllowed):
        ensure_may(clerk, Permission.LOG_CONTRIBUTIONS, organisation_id=other)


def test_four_eyes_are_two_people() -> None:
    one = _staff(Role.COUNTY_REVIEWER, "610302000000")
    ensure_four_eyes(one, ids.new_id(), None)
    with pytest.raises(NotAllowed):
        ensure_four_eyes(one, ids.new_id(), one.person_id)
    with pytest.raises(NotAllowed):
        ensure_four_eyes(Actor(ids.new_id(), None, "nobody"), ids.new_id())


def test_incompatible_roles_are_found() -> None:
    assert incompatible([Role.SYSTEM_ADMINISTRATOR, Role.AUDITOR]) is not None
    assert incompatible([Role.COUNTY_HANDLER, Role.VOLUNTEER]) is None
    assert all(len(pair) == 2 for pair in INCOMPATIBLE)
