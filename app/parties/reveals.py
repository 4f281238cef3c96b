"""Looking at a whole number that lists show masked: with a reason, traced, and visible to its owner."""

import uuid

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.audit import events
from app.errors import NotFound
from app.labels import Labelled
from app.parties import rules
from app.parties.models import Organisation, Party, Person
from app.permissions import Actor, Permission, ensure_may

VERB = "party.reveal"


class Number(Labelled):
    """Numbers that stand masked on pages."""

    IDENTITY = "identity_number", _l("证件号码")
    PHONE = "phone", _l("联系电话")
    BANK = "bank_number", _l("银行账号")


def reveal(session: Session, party_id: uuid.UUID, number: Number, *, reason: str, actor: Actor) -> str:
    """Return a whole number of a party. The reason and the look are recorded; the number itself is not."""
    party = session.get(Party, party_id)
    if party is None:
        raise NotFound(_("没有找到这条记录。"))
    ensure_may(actor, Permission.REVEAL_NUMBERS, region_code=party.region_code)
    reason = rules.ensure_reason(reason)
    value = _value(session, party_id, number)
    if value is None:
        raise NotFound(_("没有登记“%(number)s”。", number=number.label), field="number")
    events.record(
        session, VERB, "party", party_id, actor=actor, party_id=party_id,
        after={"number": number.value}, reason=reason,
    )  # fmt: skip
    return value


def _value(session: Session, party_id: uuid.UUID, number: Number) -> str | None:
    person = session.get(Person, party_id)
    if person is not None:
        return {Number.IDENTITY: person.identity_number, Number.PHONE: person.phone}.get(number)
    organisation = session.get(Organisation, party_id)
    if organisation is None:
        return None
    return {Number.PHONE: organisation.contact_phone, Number.BANK: organisation.bank_number}.get(number)
