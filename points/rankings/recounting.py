"""Making a frozen ranking anew from the ledger, to see that it is what was published, byte for byte.

Points and ranks are counted from the transfers whose leaves lie within the cut-off; who may be named and where each
party belongs is taken as it was frozen.
"""

import hashlib
from dataclasses import replace
from itertools import zip_longest

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from points.rankings.counting import Counted, count_points
from points.rankings.lines import canonical_file, ranked_lines
from points.rankings.models import FrozenRanking
from points.rankings.published import stored_lines
from points.rulesets.models import Programme
from points.seals import queries as seals


def recount(session: Session, frozen: FrozenRanking) -> str | None:
    """Return the first thing in which a frozen ranking differs from the ledger, as a sentence; None: nothing."""
    programme = session.get_one(Programme, frozen.programme_id)
    if seals.root_at(session, frozen.cutoff) != frozen.root:
        return _("截止点 %(cutoff)s 处的树根与公布的不同。", cutoff=frozen.cutoff)
    stored = stored_lines(session, frozen)
    counted = count_points(session, programme, frozen.period, frozen.cutoff)
    anew = ranked_lines(
        replace(
            line,
            points=(one := counted.get((line.kind, line.party_id), Counted())).points,
            who=line.who if line.who.startswith("O:") else " ".join(one.whos),
        )
        for line in stored
    )
    for number, (old, new) in enumerate(zip_longest(stored, anew), start=2):
        if old is None or new is None or old.text != new.text:
            return _(
                "第 %(number)s 行不同：公布的是“%(old)s”，重算得“%(new)s”。",
                number=number,
                old=old.text if old else "",
                new=new.text if new else "",
            )
    if len(stored) != frozen.places or hashlib.sha256(canonical_file(anew)).digest() != frozen.file_sha256:
        return _("各行都与流水一致，但文件与公布的散列值不符：有行被增删，或归属被改动。")
    return None
