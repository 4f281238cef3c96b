"""What the verification of the ledger asks of frozen rankings."""

from collections.abc import Iterator

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import Base
from app.stored import stored_rows
from points.ledger.form import is_signed
from points.rankings import histogram
from points.rankings.lines import file_hash, parties_hash
from points.rankings.models import FrozenRanking, Ranking
from points.rankings.published import stored_lines
from points.rankings.recounting import recount
from points.seals import queries as seals
from points.verification.breaks import Break, BreakKind, shown

_FROZEN = Base.metadata.tables[FrozenRanking.__tablename__]


def check(session: Session) -> Iterator[Break]:
    """Yield every frozen ranking whose rows are not the file that was published, or whose root is not its cut-off's.

    Only of such a one is it counted anew which row differs; ``flask rankings rebuild`` counts any anew.
    """
    for row in stored_rows(session, _FROZEN, "ORDER BY id"):
        if not is_signed(row):
            continue  # named among the signatures
        frozen = session.get_one(FrozenRanking, row[0])
        try:
            difference = _difference(session, frozen)
        except (LookupError, TypeError, ValueError, AttributeError):
            difference = _("有一行的内容已经损坏。")
        if difference is not None:
            sentence = _(
                "%(period)s 第 %(number)d 号定榜与公布时不同：%(what)s",
                period=frozen.period,
                number=frozen.number,
                what=difference,
            )
            yield Break(BreakKind.SIGNATURE, "frozen_ranking", shown(frozen.id), sentence)


def _difference(session: Session, frozen: FrozenRanking) -> str | None:
    lines = stored_lines(session, frozen)
    if (
        len(lines) != frozen.places
        or file_hash(lines) != frozen.file_sha256
        or parties_hash(lines) != frozen.parties_sha256
        or seals.root_at(session, frozen.cutoff) != frozen.root
    ):
        return recount(session, frozen) or _("各行与公布的散列值不符。")
    sums: dict[tuple[str, str], int] = {}
    for line in lines:
        sums[line.kind, line.party_kind] = sums.get((line.kind, line.party_kind), 0) + line.points
    heads = session.scalars(select(Ranking).where(Ranking.frozen_id == frozen.id)).all()
    told = {(one.kind, one.party_kind.value): one.points for one in heads}
    of = {(one.programme_id, one.period) for one in heads} or {(frozen.programme_id, frozen.period)}
    if told != sums or of != {(frozen.programme_id, frozen.period)}:
        return _("各榜的合计与各行不符。")
    if any(not histogram.is_counted(session, one.id) for one in heads):
        return _("用来查名次的分布与各行不符。")
    return None
