"""Two registrations of one party: exact claims are refused at once, similar ones are shown to the reviewer."""

import uuid
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, delete, or_, select
from sqlalchemy.orm import Session

from app import clock, keys
from app.audit import events
from app.db import lock
from app.errors import Conflict, InvalidInput
from app.parties import interest, names, rules
from app.parties.kinds import PartyKind, RegistrationState
from app.parties.listed import DuplicateCandidate, Likeness
from app.parties.models import DuplicateAnswer, Organisation, Party, Person
from app.permissions import Actor, Permission, ensure_may

ALIKE = 60  # hundredths: below that two names with one telephone are two parties
_DEAD = (RegistrationState.REJECTED,)
_COUNTY = 6


@dataclass(frozen=True)
class Candidate:
    """A party that may be the same as another."""

    party: Party
    likeness: Likeness


def identity_hash(number: str) -> bytes:
    """Return the keyed hash under which an identity number is found."""
    return keys.lookup_hash("identity_number", number)


def phone_hash(number: str) -> bytes:
    """Return the keyed hash under which a telephone number is found."""
    return keys.lookup_hash("phone", number)


def bank_hash(number: str) -> bytes:
    """Return the keyed hash under which a bank account is found."""
    return keys.lookup_hash("bank_number", number)


def code_taken() -> str:
    """Return the sentence for a claimed credit code; it says what to do and not whose it is."""
    return str(
        _("这个统一社会信用代码已经登记。请向本单位管理员要登录名；如被他人冒用，请联系民政部门核实。")
    )


def identity_taken() -> str:
    """Return the sentence for a claimed identity number; it says what to do, and not whose the number is nor
    in which quality its bearer is known: recipients of assistance stand in the same register."""
    return str(
        _(
            "用这个证件号码不能在这里登记。您如果已有登录名，请直接登录；没有的，请带证件到所在地民政部门办理。"
        )
    )


class IdentityTaken(Conflict):
    """The identity number has its person already; ``party_id`` is for the trace, never for a page."""

    def __init__(self, party_id: uuid.UUID) -> None:
        super().__init__(identity_taken(), field="identity_number")
        self.party_id = party_id


def ensure_free_uscc(session: Session, code: str, *, except_id: uuid.UUID | None = None) -> None:
    """Return when no living registration claims the code; else raise Conflict."""
    found = session.scalar(select(Organisation.party_id).where(Organisation.uscc_claim == code))
    if found is not None and found != except_id:
        raise Conflict(code_taken(), field="uscc")


def ensure_free_identity(session: Session, number: str, *, except_id: uuid.UUID | None = None) -> None:
    """Return when no living registration claims the number; else raise IdentityTaken."""
    found = session.scalar(select(Person.party_id).where(Person.identity_hash == identity_hash(number)))
    if found is not None and found != except_id:
        raise IdentityTaken(found)


def candidates(session: Session, party: Party) -> list[Candidate]:
    """Return the parties that look like this one, by name, phone and place, whoever may see them."""
    if party.kind is PartyKind.ORGANISATION:
        return _similar_organisations(session, party)
    return _similar_persons(session, party) if party.kind is PartyKind.PERSON else []


def unanswered(session: Session, party: Party) -> list[Candidate]:
    """Return the similar parties of which nobody has said yet that they are different ones."""
    answered = set(
        session.scalars(select(DuplicateAnswer.other_id).where(DuplicateAnswer.party_id == party.id))
    )
    return [one for one in candidates(session, party) if one.party.id not in answered]


def answer_different(
    session: Session, party_id: uuid.UUID, other_id: uuid.UUID, *, reason: str, actor: Actor
) -> DuplicateAnswer:
    """Record why two similar parties are different ones. Only for a submitted registration of the actor's region."""
    party = lock(session, Party, party_id)
    ensure_may(actor, Permission.REVIEW_REGISTRATIONS, region_code=party.region_code)
    interest.ensure_no_conflict(session, actor, party.id)
    reason = rules.ensure_reason(reason)
    if other_id not in {one.party.id for one in unanswered(session, party)}:
        raise InvalidInput(_("这两个主体没有待说明的疑似重复。"))
    answer = DuplicateAnswer(
        party_id=party.id, other_id=other_id, reason=reason, answered_at=clock.now(), by_user_id=actor.user_id
    )
    session.add(answer)
    session.flush()
    session.execute(
        delete(DuplicateCandidate).where(
            DuplicateCandidate.party_id == party.id, DuplicateCandidate.other_id == other_id
        )
    )
    events.record(
        session, "duplicate.answer_different", "party", party.id, actor=actor, party_id=party.id,
        after={"other": other_id}, reason=reason,
    )  # fmt: skip
    return answer


def _similar_organisations(session: Session, party: Party) -> list[Candidate]:
    mine = session.get_one(Organisation, party.id)
    here = Party.region_code.startswith(party.region_code[:_COUNTY])
    same_name = Party.match_key == party.match_key
    conditions: list[ColumnElement[bool]] = [and_(same_name, here)]
    same_phone: ColumnElement[bool] | None = None
    if mine.contact_phone_hash is not None:
        same_phone = Organisation.contact_phone_hash == mine.contact_phone_hash
        conditions += [and_(same_name, same_phone), and_(same_phone, here)]
    rows = session.execute(
        select(Party, Organisation.contact_phone_hash)
        .join(Organisation, Organisation.party_id == Party.id)
        .where(Party.id != party.id, Party.state.not_in(_DEAD), or_(*conditions))
        .order_by(Party.id)
    ).all()
    return _judge(party, mine.contact_phone_hash, [(other, phone) for other, phone in rows])


def _similar_persons(session: Session, party: Party) -> list[Candidate]:
    """Of persons the name must be equal: families share a telephone, and counties are full of namesakes."""
    mine = session.get_one(Person, party.id)
    conditions: list[ColumnElement[bool]] = []
    if mine.phone_hash is not None:
        conditions.append(Person.phone_hash == mine.phone_hash)
    if mine.born_on is not None:
        here = Party.region_code.startswith(party.region_code[:_COUNTY])
        conditions.append(and_(Person.born_on == mine.born_on, here))
    if not conditions:
        return []
    rows = session.execute(
        select(Party, Person.phone_hash)
        .join(Person, Person.party_id == Party.id)
        .where(Party.id != party.id, Party.state.not_in(_DEAD), Party.match_key == party.match_key)
        .where(or_(*conditions))
        .order_by(Party.id)
    ).all()
    return [
        Candidate(
            other,
            Likeness.NAME_AND_PHONE
            if phone is not None and phone == mine.phone_hash
            else Likeness.NAME_AND_BIRTH,
        )
        for other, phone in rows
    ]


def _judge(party: Party, phone: bytes | None, rows: list[tuple[Party, bytes | None]]) -> list[Candidate]:
    found = []
    for other, other_phone in rows:
        if other.match_key == party.match_key:
            by_phone = phone is not None and other_phone == phone
            found.append(Candidate(other, Likeness.NAME_AND_PHONE if by_phone else Likeness.NAME_AND_PLACE))
        elif names.similarity(party.match_key, other.match_key) >= ALIKE:
            found.append(Candidate(other, Likeness.PHONE_AND_PLACE))
    return found
