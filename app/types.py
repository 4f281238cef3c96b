"""Column types, used as ``name: Mapped[Fen]`` in models.

Money is integer fen, points integer hundredths, service whole minutes; instants are aware UTC; keys are
UUIDs in 16 bytes. No float anywhere.
"""

import uuid
from datetime import UTC, date, datetime
from typing import Annotated, Any

from sqlalchemy import BigInteger, Date, DateTime, Dialect, Enum, LargeBinary, String, Uuid
from sqlalchemy.orm import mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine

from app import keys
from app.labels import Labelled

_ISO = "%Y-%m-%dT%H:%M:%S.%fZ"


class KeyType(TypeDecorator[uuid.UUID]):
    """A UUID: BLOB(16) on SQLite, uuid on PostgreSQL (SQLAlchemy's own is CHAR(32) on SQLite)."""

    impl = LargeBinary(16)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Uuid() if dialect.name == "postgresql" else LargeBinary(16))

    def process_bind_param(self, value: uuid.UUID | None, dialect: Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return value.bytes

    def process_result_value(self, value: Any, dialect: Dialect) -> uuid.UUID | None:
        if value is None or isinstance(value, uuid.UUID):
            return value
        return uuid.UUID(bytes=value)


class UtcTimeType(TypeDecorator[datetime]):
    """An aware instant: timestamptz on PostgreSQL, fixed-width ISO text that sorts on SQLite."""

    impl = String(27)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(
            DateTime(timezone=True) if dialect.name == "postgresql" else String(27)
        )

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a time zone cannot be stored")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.strftime(_ISO)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        return datetime.strptime(value, _ISO).replace(tzinfo=UTC)


class Encrypted(TypeDecorator[str]):
    """Text that only the program can read: AES-256-GCM under the current key, with the key's id."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else keys.encryption.encrypt(value.encode())

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else keys.encryption.decrypt(bytes(value)).decode()


def labelled(kind: type[Labelled], name: str | None = None, length: int = 32) -> Enum:
    """Return the column type of a labelled enum: its values as text, with a CHECK named after the column's enum.

    ``name`` overrides the constraint's name where one table uses an enum twice.
    """
    return Enum(
        kind,
        name=name or _snake(kind.__name__),
        native_enum=False,
        create_constraint=True,
        validate_strings=True,
        length=length,
        values_callable=lambda members: [member.value for member in members],
    )


def _snake(name: str) -> str:
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name).lstrip("_")


Key = Annotated[uuid.UUID, mapped_column(KeyType())]
UtcTime = Annotated[datetime, mapped_column(UtcTimeType())]
CivilDate = Annotated[date, mapped_column(Date())]
Fen = Annotated[int, mapped_column(BigInteger())]
Centipoints = Annotated[int, mapped_column(BigInteger())]
Minutes = Annotated[int, mapped_column(BigInteger())]
RegionCode = Annotated[str, mapped_column(String(12))]
Code = Annotated[str, mapped_column(String(12))]
LookupHash = Annotated[bytes, mapped_column(LargeBinary(32))]
