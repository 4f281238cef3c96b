"""Papers in the tree: the sealer that ``app.papers`` asks."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.papers import papers
from app.papers.models import Paper
from app.papers.sealing import Place, QrText
from points.seals import leaves, proofs, queries, tree
from points.seals.leaves import NO_COMMITMENT
from points.seals.models import Seal, SealLeaf
from points.seals.sealing import seal


class TreeSealer:
    """Seals papers in the ledger's own tree."""

    def seal(self) -> None:
        """Seal what is new."""
        seal()

    def sealed(self, session: Session, papers: Sequence[Paper]) -> Collection[UUID]:
        """Return the keys of the papers that have a leaf."""
        wanted = [paper.id for paper in papers]
        return set(session.scalars(select(SealLeaf.thing_id).where(SealLeaf.thing_id.in_(wanted))))

    def place_of(self, session: Session, paper: Paper) -> Place | None:
        """Return the leaf of a paper with the path to its peak in the first seal that has it."""
        leaf = queries.leaf_of(session, paper.id)
        if leaf is None:
            return None
        over = queries.seal_over(session, leaf.number)
        path = proofs.path_to_peak(session, leaf.number, over.tree_size)
        # From what the paper says today, never from what stands in the leaf.
        line = leaves.paper_line(paper.code, papers.content_hash(paper))
        held = _leads_to(over, leaves.hash_of(line, NO_COMMITMENT), leaf.number, path)
        return Place(leaf.number, over.number, over.tree_size, over.root, over.sealed_at, path, held)

    def holds(self, session: Session, said: QrText) -> bool:
        """Return whether the path leads from the paper's leaf to a peak of a seal that was made."""
        found = queries.seal_at(session, said.tree_size)
        line = leaves.paper_line(said.code, said.content.hex())
        return found is not None and _leads_to(
            found, leaves.hash_of(line, NO_COMMITMENT), said.number, said.path
        )


SEALER = TreeSealer()


def _leads_to(over: Seal, leaf: bytes, number: int, path: Sequence[bytes]) -> bool:
    found = tree.peak_of(leaf, number, over.tree_size, path)
    if found is None:
        return False
    place, peak = found
    start = place * tree.HASH_LENGTH
    peaks = [over.peaks[at : at + tree.HASH_LENGTH] for at in range(0, len(over.peaks), tree.HASH_LENGTH)]
    return over.peaks[start : start + tree.HASH_LENGTH] == peak and tree.root_of(peaks) == over.root
