"""What the upper levels of "why 312 points?" show: the balance, its branches, a page of sources.

The public reads the honour purse of an organisation: no person's name, evidence by grade and kind, signers by
office and day. A party reads both its purses; staff of the region read names besides.
"""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import figures
from app.errors import NotFound
from app.parties.models import Party
from points.rankings.screens import period_words
from points.sources import SourceStory
from points.statements import origins, tree
from points.statements.reader import Reader
from points.statements.tree import Branch, SourceSum, Trunk
from points.statements.words import check_words, kind_words, signed_points, title_of


def root(session: Session, party: Party, reader: Reader) -> dict[str, Any]:
    """Return the balance and its branches."""
    whole = tree.trunk(session, party.id, reader.purse)
    found = tree.branches(session, whole) if whole else []
    balance = whole.known.balance if whole else 0
    return {
        "title": _("%(points)s 分是怎么来的", points=figures.points(balance)),
        "party": party,
        "reader": reader,
        "rows": [
            {
                "name": kind_words(one.kind),
                "url": reader.branch_url(one),
                "year": period_words(one.period),
                "lines": one.flow.lines,
                "came": one.flow.came,
                "went": -one.flow.went if one.flow.went else None,
                "points": one.flow.net,
            }
            for one in found
        ],
        "sums": {
            "came": figures.points(sum(one.flow.came for one in found)),
            "went": figures.points(-sum(one.flow.went for one in found)),
            "points": figures.points(sum(one.flow.net for one in found)),
            "lines": f"{sum(one.flow.lines for one in found):,}",
        },
        "check": check_words(
            balance,
            [(f"{period_words(one.period)}{kind_words(one.kind)}", one.flow.net) for one in found],
            _("账户余额"),
        ),
    }


def branch_page(
    session: Session, party: Party, reader: Reader, wanted: Branch, before: int | None
) -> dict[str, Any]:
    """Return one branch: its months where there are many lines, and a page of its sources."""
    whole = _trunk(session, party, reader)
    months = tree.months(session, whole, wanted)
    total = sum(one.flow.net for one in months)
    count = sum(one.flow.lines for one in months)
    twig = tree.sources(session, whole, wanted, before=before)
    stories = origins.stories(session, [one.first for one in twig.sources], reader.actor)
    here = sum(one.net for one in twig.sources)
    is_all = before is None and twig.after is None
    name = f"{period_words(wanted.period)}{kind_words(wanted.kind)}"
    return {
        "title": _("%(name)s：%(points)s 分", name=name, points=figures.points(total)),
        "name": name,
        "party": party,
        "reader": reader,
        "months": [
            {
                "name": period_words(one.period),
                "url": reader.branch_url(one),
                "lines": one.flow.lines,
                "points": one.flow.net,
            }
            for one in months
        ]
        if len(wanted.period) == 4 and count > tree.PAGE
        else [],
        "rows": [_source_row(one, stories.get(one.first.transfer_id), reader) for one in twig.sources],
        "month_check": check_words(total, [(period_words(one.period), one.flow.net) for one in months], name),
        "check": check_words(
            total,
            [(_("本页各项"), here)] + ([] if is_all else [(_("其他各页"), total - here)]),
            name,
        ),
        "first": reader.branch_url(wanted) if before is not None else None,
        "after": reader.branch_url(wanted, twig.after) if twig.after else None,
    }


def _trunk(session: Session, party: Party, reader: Reader) -> Trunk:
    whole = tree.trunk(session, party.id, reader.purse)
    if whole is None:
        raise NotFound(_("这个积分账户里还没有流水。"))
    return whole


def _source_row(one: SourceSum, story: SourceStory | None, reader: Reader) -> dict[str, Any]:
    first = one.first
    marks = [str(line.reason.label) for line in one.lines[1:]]
    return {
        "happened_on": first.happened_on,
        "title": title_of(first, story.title if story else None),
        "url": reader.url(first.number),
        "wording": first.wording + (_("；其后：%(marks)s", marks="、".join(marks)) if marks else ""),
        "points": signed_points(one.net) if one.net else "0",
    }
