"""Offers while rows are judged: which number is known with which content."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from app.imports.world import World
from app.parties.models import Organisation, Person
from app.parties.registers.shelf import Where
from app.rows import parts
from projects.catalogue.models import CatalogueItem
from projects.offers.models import Offer, OfferArea
from projects.offers.offers import OfferData, content_of


@dataclass(frozen=True, slots=True)
class KnownOffer:
    """An offer by its number. ``where`` is None for one of the register."""

    content: tuple[object, ...]
    where: Where | None = None


class Offers:
    """The shelf of offers by number."""

    def __init__(self, world: World) -> None:
        self._session = world.session
        self._by_number: dict[str, KnownOffer] = {}
        self._asked: set[str] = set()

    def find(self, number: str) -> KnownOffer | None:
        """Return the offer of a number, or None."""
        return self._by_number.get(number)

    def remember(self, data: OfferData, where: Where) -> None:
        """Learn an offer that goes in, or that waits for a person's word."""
        self._by_number[data.serial] = KnownOffer(data.content, where)

    def want(self, numbers: Iterable[str]) -> None:
        """Fetch the offers of these numbers."""
        if self._session is None:
            return
        fresh = list(dict.fromkeys(one for one in numbers if one not in self._asked))
        self._asked.update(fresh)
        for some in parts(fresh):
            rows = self._session.execute(_OFFERS.where(Offer.number.in_(some))).all()
            areas: dict[object, list[str]] = {}
            ids = [row.id for row in rows]
            for offer_id, region in self._session.execute(
                select(OfferArea.offer_id, OfferArea.region_code).where(OfferArea.offer_id.in_(ids))
            ):
                areas.setdefault(offer_id, []).append(region)
            for row in rows:
                holder = row.uscc or bytes(row.identity_hash or b"")
                content = content_of(
                    holder, row.item, row.quantity_thousandths, areas.get(row.id, []),
                    row.start_on, row.end_on, row.qualifications,
                )  # fmt: skip
                self._by_number[row.number] = KnownOffer(content)


_OFFERS = (
    select(
        Offer.id, Offer.number, Offer.quantity_thousandths, Offer.start_on, Offer.end_on, Offer.qualifications,
        CatalogueItem.name.label("item"), Organisation.uscc, Person.identity_hash,
    )
    .join(CatalogueItem, CatalogueItem.id == Offer.item_id)
    .outerjoin(Organisation, Organisation.party_id == Offer.party_id)
    .outerjoin(Person, Person.party_id == Offer.party_id)
)  # fmt: skip
