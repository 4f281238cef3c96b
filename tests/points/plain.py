"""The ledger as plain Python: points in lots, nothing of the database, of closed forms or of postings.

It says what each act does and when it is refused. Points are centipoints; redeemable points last 36 months.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

DAY_CAP, MONTH_CAP, YEAR_CAP = 1_600, 20_000, 2_000_000
HALF_HOUR = 50
"""Centipoints for half an hour of service, grade A."""

CapKey = tuple[str, date]


class Refused(Exception):
    """The act cannot be done; nothing has changed."""


def end_of(day: date) -> date:
    """Return the last day of points that are given on a day."""
    try:
        return day.replace(year=day.year + 3)
    except ValueError:
        return date(day.year + 3, 2, 28)


@dataclass
class Lots:
    """Points with their last days. Whatever leaves is taken from what ends soonest."""

    earned: dict[date, int] = field(default_factory=dict)
    gone: int = 0
    ended: int = 0

    def add(self, last: date, points: int) -> None:
        self.earned[last] = self.earned.get(last, 0) + points

    @property
    def balance(self) -> int:
        return sum(self.earned.values()) - self.gone - self.ended

    def rest(self) -> dict[date, int]:
        """What is left of each lot; a lot below zero takes from the next ones."""
        taken, left = self.gone + self.ended, {}
        for last in sorted(self.earned):
            points = self.earned[last] - taken
            taken = max(0, -points)
            left[last] = max(0, points)
        return left

    def due(self, day: date) -> int:
        return sum(points for last, points in self.rest().items() if last <= day)

    def end(self, day: date) -> int:
        ending = self.due(day)
        self.ended += ending
        return ending


@dataclass
class Source:
    """A contribution: what it has earned by award and adjustments, what of it is disputed."""

    party: int
    is_service: bool
    size: int
    day: date
    revision: int = 1
    stands: bool = False
    honour: int = 0
    transfers: int = 0
    redeemable: list[tuple[date, int]] = field(default_factory=list)
    taken: dict[CapKey, int] = field(default_factory=dict)
    adjustments: int = 0
    disputed: tuple[int, int] | None = None


@dataclass
class Hold:
    """Points set aside for an exchange."""

    party: int
    points: int
    until: datetime | None
    is_active: bool = True


@dataclass
class Party:
    """A party's purses. ``moves``: what left the redeemable purse (less than 0: came back), by day."""

    honour: int = 0
    held: int = 0
    lots: Lots = field(default_factory=Lots)
    moves: list[tuple[date, int]] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=lambda: {"honour": 0, "redeemable": 0, "held": 0})
    caps: dict[CapKey, int] = field(default_factory=dict)
    ended_on: set[date] = field(default_factory=set)

    def move(self, day: date, points: int) -> None:
        """Points leave the redeemable purse, or come back."""
        self.moves.append((day, points))
        self.lots.gone += points
        self.numbers["redeemable"] += 1

    def end(self, day: date) -> int:
        ending = self.lots.end(day)
        self.numbers["redeemable"] += bool(ending)
        return ending


class City:
    """All parties, contributions and holds, and the acts upon them."""

    def __init__(self, parties: int, now: datetime) -> None:
        self.parties = [Party() for _ in range(parties)]
        self.sources: list[Source] = []
        self.holds: list[Hold] = []
        self.now = now
        self.closed: list[str] = []

    @property
    def today(self) -> date:
        return (self.now + timedelta(hours=8)).date()

    @property
    def yesterday(self) -> date:
        return self.today - timedelta(days=1)

    def award(self, source: Source) -> int:
        """Give a contribution its points, as far as its caps have room; return how many."""
        party = self.parties[source.party]
        earned = source.size * (HALF_HOUR if source.is_service else 100)
        first = source.day.replace(day=1)
        rooms = (
            {("service-day", source.day): DAY_CAP, ("service-month", first): MONTH_CAP}
            if source.is_service
            else {("money-year", first.replace(month=1)): YEAR_CAP}
        )
        counted = min([earned, *(max(0, most - party.caps.get(key, 0)) for key, most in rooms.items())])
        source.stands, source.honour, source.transfers, source.adjustments = True, 0, 0, 0
        source.redeemable, source.taken = [], {}
        self._change(source, counted, counted if source.is_service else 0, end_of(self.today))
        for key in rooms:
            self._take(source, key, counted)
        return counted

    def adjust(self, source: Source, points: int) -> tuple[int, int, date] | None:
        """Give a standing contribution more or less; return honour, redeemable and last day, None when it can't be."""
        if not source.stands or not source.taken:
            return None
        points = max(points, -source.honour, *(-taken for taken in source.taken.values()))
        redeemable, last = (points if source.is_service else 0), end_of(self.today)
        award_ends = source.redeemable[0][0] if source.redeemable else last
        if award_ends < self.today:
            redeemable = 0
        redeemable = max(redeemable, -sum(one for _last, one in source.redeemable))
        if redeemable < 0:
            last = award_ends
        if not points:
            return None
        self._change(source, points, redeemable, last)
        for key in list(source.taken):
            self._take(source, key, points)
        source.adjustments += 1
        return points, redeemable, last

    def reverse(self, source: Source) -> bool:
        """Take back what a contribution has earned; return whether there was anything to do."""
        if not source.stands:
            return False
        party = self.parties[source.party]
        if source.disputed is not None:
            self.release_dispute(source)
        party.honour -= source.honour
        party.numbers["honour"] += source.transfers
        for last, points in source.redeemable:
            party.lots.add(last, -points)
            party.numbers["redeemable"] += 1
        for key, points in source.taken.items():
            party.caps[key] -= points
        if any(last < self.today for last, _points in source.redeemable):
            too_many = party.lots.ended - self._by_rights(party)
            if too_many > 0:
                party.lots.ended -= too_many
                party.numbers["redeemable"] += 1
        source.stands = False
        return True

    def hold(self, number: int, points: int, until: datetime | None) -> Hold:
        """Set redeemable points aside; what has ended ends first."""
        party = self.parties[number]
        if party.lots.balance - party.lots.due(self.yesterday) < points:
            raise Refused
        party.end(self.yesterday)
        self._set_aside(party, points)
        made = Hold(number, points, until)
        self.holds.append(made)
        return made

    def end_hold(self, hold: Hold, *, comes_back: bool) -> None:
        """Redeem what is held, or give it back."""
        if not hold.is_active:
            raise Refused
        hold.is_active = False
        self._free(self.parties[hold.party], hold.points, comes_back=comes_back)

    def time_out(self) -> int:
        """Give back all whose time is over."""
        over = [
            one for one in self.holds if one.is_active and one.until is not None and one.until <= self.now
        ]
        for one in over:
            self.end_hold(one, comes_back=True)
        return len(over)

    def dispute(self, source: Source) -> None:
        """Set aside all honour points of a contribution, and of its redeemable ones as many as are there."""
        party = self.parties[source.party]
        if not source.stands or source.honour <= 0 or source.disputed or party.honour < source.honour:
            raise Refused
        there = party.lots.balance - party.lots.due(self.yesterday)
        redeemable = max(0, min(sum(points for _last, points in source.redeemable), there))
        party.honour -= source.honour
        party.held += source.honour
        party.numbers["honour"] += 1
        party.numbers["held"] += 1
        if redeemable:
            party.end(self.yesterday)
            self._set_aside(party, redeemable)
        source.disputed = (source.honour, redeemable)

    def release_dispute(self, source: Source) -> None:
        """Give back what a dispute holds."""
        if source.disputed is None:
            raise Refused
        party, (honour, redeemable) = self.parties[source.party], source.disputed
        party.honour += honour
        party.held -= honour
        party.numbers["honour"] += 1
        party.numbers["held"] += 1
        if redeemable:
            self._free(party, redeemable, comes_back=True)
        source.disputed = None

    def night(self) -> int:
        """End what has ended, in each purse once a day; return in how many."""
        count = 0
        for party in self.parties:
            if self.yesterday not in party.ended_on and party.end(self.yesterday):
                party.ended_on.add(self.yesterday)
                count += 1
        return count

    def forecast(self, number: int) -> dict[date, int]:
        """What will end when."""
        rest = self.parties[number].lots.rest()
        return {last: rest[last] for last in sorted(rest) if rest[last] and last >= self.today}

    def _change(self, source: Source, honour: int, redeemable: int, last: date) -> None:
        party = self.parties[source.party]
        party.honour += honour
        source.honour += honour
        party.numbers["honour"] += bool(honour)
        source.transfers += bool(honour)
        if redeemable:
            party.lots.add(last, redeemable)
            party.numbers["redeemable"] += 1
            source.redeemable.append((last, redeemable))

    def _take(self, source: Source, key: CapKey, points: int) -> None:
        source.taken[key] = source.taken.get(key, 0) + points
        caps = self.parties[source.party].caps
        caps[key] = caps.get(key, 0) + points

    def _set_aside(self, party: Party, points: int) -> None:
        party.move(self.today, points)
        party.held += points
        party.numbers["held"] += 1

    def _free(self, party: Party, points: int, *, comes_back: bool) -> None:
        party.held -= points
        party.numbers["held"] += 1
        if comes_back:
            party.move(self.today, -points)

    def _by_rights(self, party: Party) -> int:
        """How much would have ended had it always been known what was earned: day by day anew."""
        again = Lots(dict(party.lots.earned))
        for day, points in party.moves:
            again.end(day - timedelta(days=1))
            again.gone += points
        again.end(self.yesterday)
        return again.ended
