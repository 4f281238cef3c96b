"""Which way a referral goes, and who holds it where it stands. Pure: no database, no clock, no Flask."""

from app.labels import Labelled
from app.states import Moves
from projects.referrals.kinds import ReferralState

S = ReferralState
MOVES: Moves[ReferralState] = {
    S.SENT: frozenset({S.ACCEPTED, S.RETURNED, S.STOPPED}),
    S.ACCEPTED: frozenset({S.DONE, S.RETURNED, S.STOPPED}),
    S.RETURNED: frozenset({S.SENT, S.STOPPED}),
    S.DONE: frozenset({S.CONFIRMED, S.ACCEPTED}),
    S.CONFIRMED: frozenset({S.CLOSED}),
    S.CLOSED: frozenset(),
    S.STOPPED: frozenset(),
}
OPEN = frozenset({S.SENT, S.ACCEPTED, S.RETURNED, S.DONE, S.CONFIRMED})
STOPPABLE = frozenset({S.SENT, S.ACCEPTED, S.RETURNED})
"""Before anything was done: what is done already is confirmed and closed even when the consent is gone."""


class Holder(Labelled):
    """Who has to act: the code of a party to a referral, told by the page in words."""

    RECEIVER = "receiver"
    OFFICE = "office"
    RECIPIENT = "recipient"


_HOLDERS = {
    S.SENT: Holder.RECEIVER,
    S.ACCEPTED: Holder.RECEIVER,
    S.RETURNED: Holder.OFFICE,
    S.DONE: Holder.RECIPIENT,
    S.CONFIRMED: Holder.OFFICE,
}


def holder_of(state: ReferralState) -> Holder | None:
    """Return who has to act in a state; nobody once it is over."""
    return _HOLDERS.get(state)
