"""The one module that reads the clock.

Instants are aware UTC, civil dates are those of the city. Tests freeze the clock with ``at``; a demo
city may stand at another day (a file holds the offset, so that the running server and its jobs move
together). Production reads neither.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

CITY_ZONE = ZoneInfo("Asia/Shanghai")

_frozen: ContextVar[datetime | None] = ContextVar("frozen_clock", default=None)
_offset_file: Path | None = None
_offset_seen: tuple[int, timedelta] = (0, timedelta(0))


def now() -> datetime:
    """Return the present instant, aware, in UTC."""
    frozen = _frozen.get()
    if frozen is not None:
        return frozen
    if _offset_file is None:
        return datetime.now(UTC)
    return datetime.now(UTC) + _offset()


def true_now() -> datetime:
    """Return the machine's own instant, wherever a demo city stands: for leases and heartbeats alone."""
    return datetime.now(UTC)


def today() -> date:
    """Return the civil date in the city."""
    return civil_date(now())


def civil_date(moment: datetime) -> date:
    """Return the civil date in the city of an aware instant."""
    return moment.astimezone(CITY_ZONE).date()


def instant(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """Return the UTC instant of a wall-clock time in the city."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=CITY_ZONE).astimezone(UTC)


@contextmanager
def at(moment: datetime) -> Iterator[datetime]:
    """Stop the clock at an aware instant within this context (tests, and the loading of a demo city)."""
    if moment.tzinfo is None:
        raise ValueError("the clock can only stand at an aware instant")
    token = _frozen.set(moment.astimezone(UTC))
    try:
        yield moment
    finally:
        _frozen.reset(token)


def follow(offset_file: Path | None) -> None:
    """Let the clock run with the offset (in seconds) that stands in a file, or, with None, true again."""
    global _offset_file, _offset_seen
    _offset_file, _offset_seen = offset_file, (0, timedelta(0))


def set_offset(moment: datetime | None) -> None:
    """Move the demo clock to an instant, from where it goes on running; None returns it to the true time.

    Raises RuntimeError where no offset file is followed, that is everywhere but in demo and tests.
    """
    if _offset_file is None:
        raise RuntimeError("the clock can be moved in a demo city only")
    if moment is None:
        _offset_file.unlink(missing_ok=True)
        return
    seconds = (moment - datetime.now(UTC)).total_seconds()
    _offset_file.parent.mkdir(parents=True, exist_ok=True)
    _offset_file.write_text(f"{seconds:.0f}\n", encoding="ascii")


def _offset() -> timedelta:
    global _offset_seen
    assert _offset_file is not None
    try:
        changed = _offset_file.stat().st_mtime_ns
    except FileNotFoundError:
        return timedelta(0)
    if changed != _offset_seen[0]:
        _offset_seen = (
            changed,
            timedelta(seconds=float(_offset_file.read_text(encoding="ascii").strip() or 0)),
        )
    return _offset_seen[1]
