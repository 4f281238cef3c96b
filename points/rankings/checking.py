"""What the verification of the ledger asks of frozen rankings."""

import hashlib
from collections.abc import Iterator

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from points.rankings.lines import canonical_file
from points.rankings.published import frozen_files, stored_lines
from points.rankings.recounting import recount
from points.seals import queries as seals
from points.verification.breaks import Break, BreakKind, shown


def check(session: Session) -> Iterator[Break]:
    """Yield every frozen ranking whose rows are not the file that was published, or whose root is not its cut-off's.

    Only of such a one is it counted anew which row differs; ``flask rankings rebuild`` counts any anew.
    """
    for frozen in (one.frozen for one in frozen_files(session)):
        lines = stored_lines(session, frozen)
        is_file = hashlib.sha256(canonical_file(lines)).digest() == frozen.file_sha256
        if is_file and len(lines) == frozen.places and seals.root_at(session, frozen.cutoff) == frozen.root:
            continue
        sentence = _(
            "%(period)s 第 %(number)d 号定榜与公布时不同：%(what)s",
            period=frozen.period,
            number=frozen.number,
            what=recount(session, frozen) or _("各行与公布的散列值不符。"),
        )
        yield Break(BreakKind.SIGNATURE, "frozen_ranking", shown(frozen.id), sentence)
