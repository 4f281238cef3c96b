"""A city of a million parties and ten million transfers, made by the program's own verbs where points are concerned.

Parties are poured in plainly; accounts are signed as the ledger signs them, postings go through ``post_many``, leaves
through the sealing job, standings through the rebuild: nothing that is measured was made in another way than by the
program. Organisations (2 in 100) give money and goods through the years; each volunteer serves in a few months.
"""

import random
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app import db
from app.collecting import collecting_seldom
from app.ids import new_code, new_id, new_keys
from app.parties.kinds import ConsentPurpose, OrganisationKind, PartyKind, RegistrationState
from app.parties.models import ActingRole
from app.permissions import SYSTEM
from app.rows import pour, ready_instant, ready_keys
from points.ledger import postings
from points.ledger.accounts import AccountRef, of_many
from points.ledger.kinds import AccountKind, Reason
from points.ledger.postings import PostingRequest, TransferRequest
from points.rulesets.kinds import ContributionKind
from tests.points import city

AT_ONCE = 5_000
_NOON = datetime(2024, 1, 1, 4, tzinfo=UTC)
_FIRST_DAY = date(2025, 1, 1)
_DAYS = 640
_GIFTS = (ContributionKind.MONEY, ContributionKind.MONEY, ContributionKind.GOODS, ContributionKind.TRAINING)
_PARTY = ("id", "code", "kind", "name", "sort_key", "match_key", "region_code", "state", "state_since", "revision",
          "created_at")  # fmt: skip
_ORGANISATION = ("party_id", "organisation_kind", "is_charity", "may_fundraise", "member_count", "integrity")
_PERSON = ("party_id", "born_on")
_CONSENT = ("id", "party_id", "purpose", "given_at")

Held = dict[AccountKind, AccountRef]


def region(number: int) -> str:
    """Return the village of the n-th party: 12 counties, 11 towns each, 10 villages each."""
    return f"6103{number % 12 + 1:02d}{number // 12 % 11 + 1:03d}{number // 132 % 10 + 200:03d}"


def is_organisation(number: int) -> bool:
    """Whether the n-th party is an organisation."""
    return number % 50 == 0


def make(parties: int, transfers: int) -> list[UUID]:
    """Fill the connected, empty city and return its parties' keys in order. Says on stderr how far it is."""
    with db.transaction() as session:
        programme_id = city.programme(session).id
    with collecting_seldom():
        keys = list(_parties(parties))
        _say(f"{parties:,} parties")
        held: list[Held] = []
        for start in range(0, parties, AT_ONCE):
            with db.transaction() as session:
                opened = of_many(session, programme_id, keys[start : start + AT_ONCE])
                held += [opened[key] for key in keys[start : start + AT_ONCE]]
        _say("their accounts")
        _post(programme_id, held, transfers)
    return keys


def _parties(count: int) -> Iterator[UUID]:
    for start in range(0, count, 50_000):
        numbers = range(start, min(start + 50_000, count))
        made = new_keys(len(numbers))
        with db.transaction() as session:
            _pour(session, numbers, made)
        yield from (UUID(bytes=key) for key in made)


def _pour(session: Session, numbers: Sequence[int], made: list[bytes]) -> None:
    dialect = session.connection().dialect.name
    keys, consents = ready_keys(made, dialect), ready_keys(new_keys(len(made)), dialect)
    noon, born = ready_instant(_NOON), "1980-05-17"
    approved, person = RegistrationState.APPROVED.value, PartyKind.PERSON.value
    both = list(zip(numbers, keys, consents, strict=True))
    no = 0 if dialect == "sqlite" else False
    pour(session, "party", _PARTY, [
        (key, new_code(), PartyKind.ORGANISATION.value if is_organisation(number) else person, f"参与主体{number:07d}",
         f"{number:07d}", f"参与主体{number:07d}", region(number), approved, noon, 1, noon)
        for number, key, _ in both
    ])  # fmt: skip
    pour(session, "organisation", _ORGANISATION, [
        (key, OrganisationKind.SOCIAL_SERVICE_INSTITUTION.value, no, no, (3, 25, 120, 400)[number // 50 % 4], "clear")
        for number, key, _ in both if is_organisation(number)
    ])  # fmt: skip
    persons = [one for one in both if not is_organisation(one[0])]
    pour(session, "person", _PERSON, [(key, born) for _, key, _ in persons])
    # Nine of ten agree to be named.
    pour(session, "consent", _CONSENT, [
        (consent, key, ConsentPurpose.PUBLISH_NAME.value, noon) for number, key, consent in persons if number % 10
    ])  # fmt: skip


def _post(programme_id: UUID, held: list[Held], transfers: int) -> None:
    posted, begun = 0, time.perf_counter()
    requests = _requests(programme_id, held)
    while posted < transfers:
        batch: list[PostingRequest] = []
        while len(batch) < AT_ONCE and posted < transfers:
            batch.append(next(requests))
            posted += len(batch[-1].transfers)
        with db.transaction() as session:
            postings.post_many(session, batch, actor=SYSTEM)
        if posted % 500_000 < 2 * AT_ONCE:
            _say(f"{posted:,} transfers, {posted / (time.perf_counter() - begun):,.0f}/s")


def _requests(programme_id: UUID, held: list[Held]) -> Iterator[PostingRequest]:
    """Yield postings as they come in a city: volunteers' hours in a few months of theirs, gifts at any time."""
    chance = random.Random(4)
    while True:
        number = chance.randrange(len(held))
        if is_organisation(number) or chance.random() < 0.08:
            number -= number % 50
            yield _gift(programme_id, held[number], number, chance)
        else:
            # A volunteer's months follow from the number: about a tenth serve all along, the others for a season.
            season = _DAYS if number % 10 == 3 else 75
            begins = number * 7919 % (_DAYS - season + 1)
            day = _FIRST_DAY + timedelta(days=begins + chance.randrange(season))
            yield _service(programme_id, held[number], number, day, 25 * chance.randint(1, 20))


def _gift(programme_id: UUID, held: Held, number: int, chance: random.Random) -> PostingRequest:
    points = 100 * chance.randint(1, 900)
    wording = f"{points} 元 × 每 100 元 1 分 = {points // 100} 分"
    transfer = TransferRequest(held[AccountKind.ISSUER], held[AccountKind.HONOUR], points, wording)
    day = _FIRST_DAY + timedelta(days=chance.randrange(_DAYS))
    return _posting(programme_id, number, day, chance.choice(_GIFTS), ActingRole.ENTERPRISE, (transfer,))


def _service(programme_id: UUID, held: Held, number: int, day: date, points: int) -> PostingRequest:
    wording = f"{points * 60 // 100} 分钟 × 每小时 1 分 = {points} 分"
    issuer = held[AccountKind.ISSUER]
    return _posting(programme_id, number, day, ContributionKind.SERVICE, ActingRole.VOLUNTEER, (
        TransferRequest(issuer, held[AccountKind.HONOUR], points, wording),
        TransferRequest(issuer, held[AccountKind.REDEEMABLE], points, wording, expires_on=date(2029, 11, 22)),
    ))  # fmt: skip


def _posting(
    programme_id: UUID, number: int, day: date, kind: ContributionKind, role: ActingRole, transfers: Any
) -> PostingRequest:
    return PostingRequest(
        programme_id=programme_id,
        reason=Reason.AWARD,
        source_kind="contribution",
        source_id=new_id(),
        revision=1,
        inputs=("contribution", number),
        happened_on=day,
        transfers=transfers,
        contribution_kind=kind,
        acting_role=role,
        region_code=region(number),
    )


def _say(what: str) -> None:
    print(f"  {time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)
