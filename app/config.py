"""Settings: read once from the environment (or from one file of NAME=value lines), checked, then frozen.

Production refuses to start half-configured; a demo city says that it is one on every page.
"""

import base64
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from typing import Any

PREFIX = "ZHONGLI_"
_ROOT = Path(__file__).resolve().parent.parent


class Mode(StrEnum):
    """What kind of city runs here."""

    PRODUCTION = "production"
    DEMO = "demo"
    TEST = "test"


class SettingsError(Exception):
    """A setting is wrong or missing; the sentences name each one. Nothing starts."""


@dataclass(frozen=True)
class Settings:
    """Everything the program is told from outside. Metadata holds each variable's meaning."""

    mode: Mode = field(metadata={"about": "production, demo or test"})
    database_url: str = field(
        metadata={"env": "DATABASE_URL", "about": "sqlite:///FILE or postgresql://…", "secret": True}
    )
    database_read_url: str = field(
        metadata={"env": "DATABASE_READ_URL", "about": "a read replica, if any", "secret": True}
    )
    city_schema: str = field(metadata={"about": "PostgreSQL schema of this city"})
    city_region: str = field(metadata={"about": "12-digit code of the city's division"})
    city_name: str = field(metadata={"about": "name in the page header"})
    office_name: str = field(metadata={"about": "the responsible office, in the footer"})
    office_contact: str = field(metadata={"about": "telephone and address, in the footer"})
    icp_number: str = field(metadata={"about": "ICP filing number, in the footer"})
    police_number: str = field(metadata={"about": "public-security filing number, in the footer"})
    public_url: str = field(
        metadata={"about": "address under which the public reaches the site; stands in QR codes"}
    )
    secret_key: str = field(metadata={"about": "signs cookies", "secret": True})
    encryption_keys: str = field(
        metadata={"about": "ID:BASE64 of 32 bytes, comma separated, first is current", "secret": True}
    )
    lookup_key: str = field(
        metadata={"about": "BASE64 of 32 bytes, keyed hash for finding encrypted numbers", "secret": True}
    )
    ledger_keys: str = field(metadata={"about": "ID:BASE64, signs points transfers", "secret": True})
    audit_keys: str = field(metadata={"about": "ID:BASE64, signs audit rows", "secret": True})
    data_dir: Path = field(metadata={"about": "folder for evidence, papers and, by default, the SQLite file"})
    jobs: str = field(metadata={"about": "embedded (in the web process) or separate (flask jobs run)"})
    https: bool = field(metadata={"about": "cookies only over HTTPS (1) or plain HTTP too (0)"})
    proxies: int = field(metadata={"about": "number of reverse proxies whose X-Forwarded-* headers count"})
    smtp_url: str = field(
        metadata={"about": "smtp://user:password@host:port, empty: mail goes to files", "secret": True}
    )
    mail_from: str = field(metadata={"about": "sender of mail"})
    password_cost: str = field(metadata={"about": "normal, or low (tests only)"})

    @property
    def root(self) -> Path:
        """The folder of the program."""
        return _ROOT

    @property
    def is_demo(self) -> bool:
        """Whether this is a demo city."""
        return self.mode is Mode.DEMO

    @property
    def clock_file(self) -> Path | None:
        """Where a demo city keeps its clock's offset; None in production."""
        return None if self.mode is Mode.PRODUCTION else self.data_dir / "clock"

    @property
    def lookup_key_bytes(self) -> bytes:
        """The key of lookup hashes."""
        return _key(self.lookup_key)

    def key_ring(self, name: str) -> tuple[tuple[str, bytes], ...]:
        """Return the ``(id, key)`` pairs of ``encryption_keys``, ``ledger_keys`` or ``audit_keys``, current first."""
        return _key_ring(getattr(self, name))


DEFAULT_CITY = "610300000000"
_DEFAULTS: dict[str, str] = {
    "mode": "production",
    "city_schema": "city",
    "city_region": DEFAULT_CITY,
    "city_name": "宝鸡市",
    "office_name": "宝鸡市民政局",
    "jobs": "separate",
    "https": "1",
    "proxies": "0",
    "data_dir": "var",
    "password_cost": "normal",
    "mail_from": "zhongli@localhost",
}
_REQUIRED_IN_PRODUCTION = (
    "database_url",
    "public_url",
    "secret_key",
    "encryption_keys",
    "lookup_key",
    "ledger_keys",
    "audit_keys",
)


def variable(name: str) -> str:
    """Return the environment variable that sets a field of Settings."""
    for one in fields(Settings):
        if one.name == name and "env" in one.metadata:
            return str(one.metadata["env"])
    return PREFIX + name.upper()


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Return checked settings from the environment, or from the file that ZHONGLI_SETTINGS names.

    The environment wins over the file. Raises SettingsError with one sentence for each fault.
    """
    environ = os.environ if environ is None else environ
    given = {**_file_values(environ.get(PREFIX + "SETTINGS", "")), **environ}
    values: dict[str, Any] = {}
    for one in fields(Settings):
        values[one.name] = given.get(variable(one.name), "").strip() or _DEFAULTS.get(one.name, "")
    faults = _check(values)
    if faults:
        raise SettingsError("\n".join(faults))
    data_dir = Path(values["data_dir"])
    values["data_dir"] = data_dir if data_dir.is_absolute() else _ROOT / data_dir
    values["mode"] = Mode(values["mode"])
    values["https"] = values["https"] in {"1", "true", "yes"}
    values["proxies"] = int(values["proxies"])
    if not values["database_url"]:
        values["database_url"] = f"sqlite:///{values['data_dir'] / 'zhongli.sqlite3'}"
    values["public_url"] = (values["public_url"] or "http://127.0.0.1:8000").rstrip("/")
    return Settings(**values)


def _file_values(name: str) -> dict[str, str]:
    if not name:
        return {}
    try:
        lines = Path(name).read_text(encoding="utf-8").splitlines()
    except OSError as problem:
        raise SettingsError(f"The settings file {name} cannot be read: {problem.strerror}.") from problem
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.lstrip().startswith("#"))
    return {key.strip(): value.strip() for key, value in pairs}


def _check(values: dict[str, Any]) -> list[str]:
    faults = []
    if values["mode"] not in set(Mode):
        faults.append(f"{variable('mode')} must be production, demo or test, not {values['mode']!r}.")
    if values["mode"] == Mode.PRODUCTION:
        faults += [f"{variable(name)} is missing." for name in _REQUIRED_IN_PRODUCTION if not values[name]]
        if values["password_cost"] != "normal":
            faults.append(f"{variable('password_cost')} may be lowered in tests only.")
        if (
            values["public_url"]
            and not values["public_url"].startswith("https://")
            and values["https"] in {"1", "true", "yes"}
        ):
            faults.append(
                f"{variable('public_url')} must begin with https:// (or set {variable('https')}=0 on a closed network)."
            )
    else:
        faults += [
            f"{variable(name)} is missing." for name in _REQUIRED_IN_PRODUCTION[2:] if not values[name]
        ]
    if values["secret_key"] and len(values["secret_key"]) < 32:
        faults.append(f"{variable('secret_key')} must have at least 32 characters.")
    for name in ("encryption_keys", "ledger_keys", "audit_keys"):
        try:
            _key_ring(values[name])
        except ValueError as problem:
            faults.append(f"{variable(name)}: {problem}.")
    if values["lookup_key"]:
        try:
            _key(values["lookup_key"])
        except ValueError as problem:
            faults.append(f"{variable('lookup_key')}: {problem}.")
    if values["jobs"] not in {"embedded", "separate"}:
        faults.append(f"{variable('jobs')} must be embedded or separate.")
    if not values["proxies"].isdecimal():
        faults.append(f"{variable('proxies')} must be a number.")
    if not values["city_schema"].isidentifier() or not values["city_schema"].islower():
        faults.append(f"{variable('city_schema')} must be a plain lower-case name.")
    return faults


def _key(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError as problem:
        raise ValueError("a key must be BASE64") from problem
    if len(key) != 32:
        raise ValueError("a key must have 32 bytes")
    return key


def _key_ring(text: str) -> tuple[tuple[str, bytes], ...]:
    ring = []
    for part in filter(None, (one.strip() for one in text.split(","))):
        key_id, _, key = part.partition(":")
        if not key_id.isalnum() or len(key_id) > 8:
            raise ValueError("each key is written ID:BASE64, the id at most 8 letters and digits")
        ring.append((key_id, _key(key)))
    return tuple(ring)
