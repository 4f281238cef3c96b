"""Statements: all SQL of a page, and of "why so many points?", against the bare index read that each needs at least.

The limit is one range read of 50 lines of the account by the bare driver: what a page costs when the database does
nothing else. Ours is every statement that the page sends, sent again by the bare driver. Both are asked of the
longest account of the city, an organisation's.
"""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

import wsgi
from app import clock, db
from app.parties.models import Party
from app.permissions import SYSTEM
from benchmarks import scale_city
from benchmarks.city import cities
from benchmarks.frame import main
from benchmarks.questions import milliseconds, statements_of
from points.ledger import queries
from points.ledger.kinds import Purse
from points.rankings.rollup import rebuild
from points.rulesets.kinds import ContributionKind
from points.seals.sealing import seal
from points.statements import keeping, screens, source, why
from points.statements.choice import read_choice
from points.statements.reader import Reader
from points.statements.tree import Branch

TRANSFERS = {True: 200_000, False: 1_000_000}
LIMIT_MS = {"sqlite": 2.0, "postgresql": 5.0}
"""The most that the SQL of one page may take."""
_PARTIES = 100
_BARE = (
    "SELECT to_number, points, to_balance, happened_on FROM transfer WHERE to_account_id = {0} AND to_number <= {1} "
    "ORDER BY to_number DESC LIMIT 50"
)


def run(quick: bool) -> int:
    """Measure both databases; return 1 when one falls short."""
    short = False
    for dialect in ("sqlite", "postgresql"):
        with cities(dialect, ("statements",)) as (settings,):
            web = wsgi.create_app(settings)
            organisation = scale_city.make(_PARTIES, TRANSFERS[quick])[0]
            seal(everything=True)
            rebuild()
            keeping.rebuild()
            with db.database().writer.connect() as connection:
                connection.exec_driver_sql("ANALYZE")
                connection.commit()
            short |= _pages(dialect, web, organisation, TRANSFERS[quick])
            db.database().close()
    return int(short)


def _pages(dialect: str, web: Flask, organisation: UUID, transfers: int) -> bool:
    """Print the median milliseconds of SQL of each page beside the bare range read."""
    with db.reading() as session:
        party = session.get_one(Party, organisation)
        account = queries.account_of(session, organisation, Purse.HONOUR)
        last = session.execute(
            text("SELECT max(to_number) FROM transfer WHERE to_account_id = :account"),
            {"account": account.bytes if account and dialect == "sqlite" else account},
        ).scalar_one()
    today = clock.today()
    reader = Reader("layouts/staff.html", "/staff/points/x/why", [], SYSTEM, tuple(Purse))

    def statement(session: Session, **asked: str) -> object:
        return screens.screen(session, party, read_choice(asked), reader, today)

    branch = Branch("2025", ContributionKind.MONEY)
    pages: dict[str, Callable[[Session], object]] = {
        "statement, newest page": statement,
        "statement, a page halfway down": partial(statement, before=str(last // 2)),
        "statement of a year": partial(statement, period="2025"),
        "why: the balance and its branches": lambda session: why.root(session, party, reader),
        "why: a branch, its months and a page": lambda session: why.branch_page(
            session, party, reader, branch, None
        ),
        "why: one source": lambda session: source.source_page(session, party, reader, last // 2),
    }
    own = account.bytes if account and dialect == "sqlite" else account
    bare = milliseconds(partial(_bare, dialect=dialect, account=own, last=last))
    print(
        f"\nstatements: {dialect}, {transfers:,} transfers, {last:,} of the account; "
        f"milliseconds of SQL (bare read of 50 lines: {bare:.3f})"
    )
    short = False
    for name, page in pages.items():
        with web.test_request_context("/staff/points/x"):
            took, sent = milliseconds(page), statements_of(page)
        misses = took > LIMIT_MS[dialect]
        short |= misses
        print(
            f"{name:<38} | {took:>8.3f} | {sent:>3} statements | {took / bare:>6.1f} of the bare read | "
            f"≤ {LIMIT_MS[dialect]:.0f} ms{'  SHORT' if misses else ''}"
        )
    return short


def _bare(session: Session, *, dialect: str, account: object, last: int) -> object:
    mark = "?" if dialect == "sqlite" else "%s"
    statement = _BARE.format(mark, mark)
    return session.connection().exec_driver_sql(statement, (account, last)).all()


if __name__ == "__main__":
    main(run)
