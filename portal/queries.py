"""What the three door pages read from all features."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from app import clock
from app.messages import queries as messages
from app.messages.models import Message
from app.parties import directory
from app.parties import queries as parties
from app.parties.kinds import RegistrationState
from app.parties.models import Party
from app.permissions import Actor, Permission
from points.ledger import queries as ledger
from points.ledger.kinds import AccountKind
from points.rankings import queries as rankings
from points.rankings.boards import Cut
from points.rankings.rules import periods
from portal import months
from projects.contributions import published
from projects.contributions import queries as contributions
from projects.contributions.rules import ContributionState

NEWEST = 8
LEADERS = 10
SHORT = 5
"""Lines of each short list on a door page."""


@dataclass(frozen=True, slots=True)
class City:
    """The sums of the public home; by_month in centipoints."""

    organisations: int
    volunteers: int
    totals: published.Totals
    by_month: list[tuple[date, int]]


@dataclass(frozen=True, slots=True)
class Names:
    """Who is named on the public home. ``named``: givers of the newest whose whole name the public may read."""

    leaders: list[rankings.Ranked]
    newest: list[published.Published]
    named: frozenset[uuid.UUID]


@dataclass(frozen=True, slots=True)
class Mine:
    """One party that the actor acts for, with its points."""

    party: Party
    honour: int
    redeemable: int
    this_month: int


@dataclass(frozen=True, slots=True)
class Desk:
    """What waits for a member: registrations to mend, contributions sent back and not yet sent, unread messages."""

    mine: list[Mine]
    to_mend: list[Party]
    sent_back: contributions.Page
    unsent: contributions.Page
    waiting: int
    unread: int
    newest: contributions.Page
    news: Sequence[Message]


@dataclass(frozen=True, slots=True)
class Region:
    """What counts in the actor's regions: this month, the whole month before, and a year by months."""

    month: date
    this_month: published.Totals
    last_month: published.Totals
    by_month: list[tuple[date, int]]


def this_month() -> str:
    """Return the ranking period of the present month."""
    return periods(clock.today())[0]


def city(session: Session) -> City:
    """Return the sums of the public home."""
    year = months.last_twelve(clock.today())
    return City(
        organisations=directory.organisation_count(session),
        volunteers=directory.volunteer_count(session),
        totals=published.totals(session),
        by_month=list(published.centipoints_by_month(session, year).items()),
    )


def names(session: Session) -> Names:
    """Return the leaders of the month and the newest contributions, with who may be named at this moment."""
    newest = published.newest(session, NEWEST)
    givers = {one.giver.id: one.giver for one in newest}
    return Names(
        leaders=rankings.top(session, Cut(period=this_month()), LEADERS),
        newest=newest,
        named=frozenset(giver.id for giver in givers.values() if parties.may_name_publicly(session, giver)),
    )


def desk(session: Session, actor: Actor) -> Desk:
    """Return what waits for a member and what is new."""
    month = clock.today().replace(day=1)
    own = [parties.get(session, party_id) for party_id in _own_parties(actor)]
    return Desk(
        mine=[_mine(session, party, month) for party in own if party.state is not RegistrationState.DRAFT],
        to_mend=[
            party for party in own if party.state in {RegistrationState.DRAFT, RegistrationState.SENT_BACK}
        ],
        sent_back=_in_state(session, actor, ContributionState.SENT_BACK),
        unsent=_in_state(session, actor, ContributionState.LOGGED),
        waiting=sum(
            _in_state(session, actor, state).sums.count
            for state in (ContributionState.SUBMITTED, ContributionState.REVIEWED)
        ),
        unread=messages.unread_count(session, actor),
        newest=contributions.own_page(session, actor, contributions.Filters()),
        news=messages.inbox(session, actor).rows[:SHORT],
    )


def region(session: Session, actor: Actor) -> Region:
    """Return the figures of the regions whose contributions the actor may read."""
    among = contributions.in_regions(actor, Permission.READ_CONTRIBUTIONS)
    year = months.last_twelve(clock.today())
    return Region(
        month=year[-1],
        this_month=published.totals(session, among=among, since=year[-1]),
        last_month=published.totals(session, among=among, since=year[-2], until=year[-1] - timedelta(days=1)),
        by_month=list(published.centipoints_by_month(session, year, among=among).items()),
    )


def _own_parties(actor: Actor) -> list[uuid.UUID]:
    organisations = actor.organisations(Permission.OWN_STATEMENT)
    person = (actor.person_id,) if actor.person_id is not None and not organisations else ()
    return list(dict.fromkeys((*organisations, *person)))


def _mine(session: Session, party: Party, month: date) -> Mine:
    balances = ledger.balances(session, party.id)
    ((_month, earned),) = ledger.points_by_month(session, party.id, months=[month])
    return Mine(party, balances[AccountKind.HONOUR], balances[AccountKind.REDEEMABLE], earned)


def _in_state(session: Session, actor: Actor, state: ContributionState) -> contributions.Page:
    return contributions.own_page(session, actor, contributions.Filters(state=state))
