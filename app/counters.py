"""Gap-free running numbers, taken only where a paper's number needs them."""

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.db import Base


class Counter(Base):
    """The last number given in a series."""

    __tablename__ = "counter"

    series: Mapped[str] = mapped_column(String(64), primary_key=True)
    last: Mapped[int] = mapped_column(BigInteger)


_TAKE = (
    "INSERT INTO counter (series, last) VALUES ({mark}, {mark}) "
    "ON CONFLICT (series) DO UPDATE SET last = counter.last + EXCLUDED.last RETURNING last"
)


def take(session: Session, series: str, *, count: int = 1) -> int:
    """Return the next number of a series, from 1, without gaps: a rolled-back transaction gives it back.

    With ``count``, as many numbers on end are taken and the first is returned.
    The series stays locked until the transaction ends, so take it last.
    """
    connection = session.connection()
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    taken: int = connection.exec_driver_sql(_TAKE.format(mark=mark), (series, count)).scalar_one()
    return taken - count + 1
