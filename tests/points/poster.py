"""A process of its own that posts one gift after the other and says each one that is safe: to be killed.

``python -m tests.points.poster PARTY COUNT`` with the settings in the environment. Source ``n`` is always the
same, so that a second run repeats the first run's requests.
"""

import sys
from datetime import date
from uuid import UUID

from app import db, keys
from app.config import load
from app.permissions import SYSTEM
from points.awards import award
from tests.points import city


def source(number: int) -> UUID:
    """Return the key of the n-th source."""
    return UUID(int=0x01900000_0000_7000_8000_000000000000 + number)


def main(party: UUID, count: int) -> None:
    """Post, commit, then say the number."""
    settings = load()
    keys.use(settings)
    db.connect(settings)
    for number in range(count):
        request = city.service(
            party, minutes=1, day=date(2026, 1 + number % 11, 1 + number % 28), source_id=source(number)
        )
        with db.transaction() as session:
            award(session, request, actor=SYSTEM)
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(UUID(sys.argv[1]), int(sys.argv[2]))
