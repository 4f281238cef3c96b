"""Reading leaves, seals and day roots."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.errors import NotFound
from app.paging import Order, Page, fetch
from points.ledger.models import Account, Transfer
from points.seals import proofs
from points.seals.models import DayRoot, Seal, SealLeaf

FIELDS = ("form", "programme", "month", "who", "county", "kind", "flow", "centipoints")
"""The fields of a transfer's public line, in their order."""
_NEWEST_DAY = (Order(DayRoot.day, descending=True),)
_NEWEST_SEAL = (Order(Seal.number, descending=True),)


def leaf(session: Session, number: int) -> SealLeaf:
    """Return a leaf by its number. Raises NotFound."""
    found = session.get(SealLeaf, number)
    if found is None:
        raise NotFound(_("没有这个存证编号。"))
    return found


def leaf_of(session: Session, thing_id: UUID) -> SealLeaf | None:
    """Return the leaf of a transfer or a paper; None while it waits for one."""
    return session.scalar(select(SealLeaf).where(SealLeaf.thing_id == thing_id))


def parties_of(session: Session, transfer_id: UUID) -> set[UUID]:
    """Return the parties between whose accounts a transfer went."""
    transfer = session.get(Transfer, transfer_id)
    if transfer is None:
        return set()
    sides = (transfer.from_account_id, transfer.to_account_id)
    found = session.scalars(select(Account.party_id).where(Account.id.in_(sides)))
    return {party_id for party_id in found if party_id is not None}


def leaves(session: Session, first: int, last: int) -> Sequence[SealLeaf]:
    """Return the leaves from a number to before another."""
    query = select(SealLeaf).where(SealLeaf.number >= first, SealLeaf.number < last)
    return session.scalars(query.order_by(SealLeaf.number)).all()


def fields(public: str) -> dict[str, str]:
    """Return the fields of a public line by name; those that a paper's has not are empty."""
    parts = public.split("|")
    if len(parts) == len(FIELDS):
        return dict(zip(FIELDS, parts, strict=True))
    form, programme, said = (*parts, "", "", "")[:3]
    return {**dict.fromkeys(FIELDS, ""), "form": form, "programme": programme, "who": said}


def seal_over(session: Session, number: int) -> Seal:
    """Return the first seal whose tree has a leaf. Raises NotFound when none has."""
    query = select(Seal).where(Seal.tree_size > number).order_by(Seal.tree_size).limit(1)
    found = session.scalar(query)
    if found is None:
        raise NotFound(_("没有这个存证编号。"))
    return found


def seal_at(session: Session, tree_size: int) -> Seal | None:
    """Return the seal of a tree size, or None: not at every size a seal was made."""
    return session.scalar(select(Seal).where(Seal.tree_size == tree_size))


def last_seal(session: Session) -> Seal | None:
    """Return the newest seal."""
    return session.scalar(select(Seal).order_by(Seal.number.desc()).limit(1))


def root_at(session: Session, tree_size: int) -> bytes:
    """Return the root of the tree at a size, as a seal says it or made anew. Raises NotFound beyond its size."""
    found = seal_at(session, tree_size)
    return proofs.root(session, tree_size) if found is None else found.root


def day_root(session: Session, day: date) -> DayRoot:
    """Return the root of a day that is over. Raises NotFound."""
    found = session.get(DayRoot, day)
    if found is None:
        raise NotFound(_("这一天还没有日根。"))
    return found


def day_roots(session: Session, *, after: str | None = None, before: str | None = None) -> Page[DayRoot]:
    """Return a page of day roots, newest first."""
    return fetch(session, select(DayRoot), _NEWEST_DAY, after=after, before=before)


def root_of_day(session: Session, day: date) -> DayRoot | None:
    """Return the root of a day; None for one that is not over, or was before the first seal."""
    return session.get(DayRoot, day)


def seals_of(
    session: Session, day: date, *, after: str | None = None, before: str | None = None
) -> Page[Seal]:
    """Return a page of the seals made on a civil day, newest first."""
    query = select(Seal).where(
        Seal.sealed_at >= clock.instant(day), Seal.sealed_at < clock.instant(day + timedelta(days=1))
    )
    return fetch(session, query, _NEWEST_SEAL, after=after, before=before)
