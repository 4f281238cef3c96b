"""Pure rules of the ledger."""

from calendar import monthrange
from datetime import date


def last_day(posted_on: date, months: int) -> date:
    """Return the last day of points posted on a civil date that last so many months.

    The same day number of the last month, else that month's last day (29 February + 36 months: 28 February).
    """
    year, month = divmod(posted_on.year * 12 + posted_on.month - 1 + months, 12)
    return date(year, month + 1, min(posted_on.day, monthrange(year, month + 1)[1]))
