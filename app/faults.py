"""What of an error may be kept and shown to administrators: its kind and place, never a person's data."""

import traceback
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from app.errors import Refused

_ROOT = Path(__file__).resolve().parents[1]


def describe(problem: BaseException) -> str:
    """Return kind and place of an error. A database error's text holds parameters, so it stays out."""
    frames = [frame for frame in traceback.extract_tb(problem.__traceback__) if str(_ROOT) in frame.filename]
    places = [
        f"{Path(frame.filename).relative_to(_ROOT)}:{frame.lineno} {frame.name}" for frame in frames[-4:]
    ]
    said = type(problem).__name__
    if isinstance(problem, SQLAlchemyError):
        code = getattr(getattr(problem, "orig", None), "sqlstate", None)
        said += f" {code}" if code else ""
    elif isinstance(problem, Refused | OSError | RuntimeError | LookupError):
        said += f": {problem}"[:300]
    return " ← ".join([said, *reversed(places)])
