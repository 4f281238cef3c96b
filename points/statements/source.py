"""What the page of one source shows: its transfers, the rule, the evidence, who signed, where it is sealed."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import current_app, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.parties.models import Party
from points import sources
from points.ledger import holds
from points.ledger import queries as ledger
from points.ledger.kinds import HoldPurpose, Reason
from points.ledger.lines import StatementLine
from points.ledger.models import Posting
from points.rankings.screens import period_words
from points.rulesets.models import RuleRow, Ruleset
from points.rulesets.words import points_words
from points.seals.models import SealLeaf
from points.statements import marks, origins, tree
from points.statements.reader import Reader
from points.statements.tree import Branch, SourceSum
from points.statements.words import check_words, kind_words, signed_points, title_of

_PROOF = "seals_public.leaf"
_OWN_PROOF = "seals_member.proof"


def source_page(session: Session, party: Party, reader: Reader, number: int) -> dict[str, Any]:
    """Return one source with its transfers, the rule, the evidence, who signed, and where it is sealed.

    Raises NotFound when the purse has no line of this number.
    """
    whole = tree.trunk(session, party.id, reader.purse)
    one = tree.source_of(session, whole, number) if whole else None
    if one is None:
        raise NotFound(_("这个积分账户里没有第 %(number)s 笔流水。", number=number))
    origin = origins.origins(session, one.lines)[one.first.transfer_id]
    dossier = sources.dossier(session, *origin, reader.actor)
    title = title_of(one.first, dossier.title if dossier else None)
    branch = Branch(f"{one.first.happened_on:%Y}", one.first.contribution_kind)
    leaves = _leaves(session, [line.transfer_id for line in one.lines])
    postings = _postings(session, [line.posting_id for line in one.lines])
    closed = marks.closes(session, postings[one.first.posting_id].programme_id)
    return {
        "title": title,
        "party": party,
        "reader": reader,
        "branch": {
            "name": f"{period_words(branch.period)}{kind_words(branch.kind)}",
            "url": reader.branch_url(branch),
        },
        "net": one.net,
        "lines": [
            {
                **_line(line, postings[line.posting_id], leaves, reader),
                "late": marks.late(closed, line.happened_on, line.posted_at),
            }
            for line in one.lines
        ],
        "check": check_words(
            one.net,
            [(_("第 %(number)s 笔", number=line.number), line.points) for line in one.lines],
            _("本项"),
        ),
        "rules": _rules(session, [postings[line.posting_id] for line in one.lines], one),
        "dossier": dossier,
        "disputed": sum(
            hold.points
            for hold in holds.active_of_source(session, *origin)
            if hold.purse is reader.purse and hold.purpose is HoldPurpose.DISPUTE
        ),
    }


def _line(
    line: StatementLine, posting: Posting, leaves: Mapping[UUID, int], reader: Reader
) -> dict[str, Any]:
    leaf = leaves.get(line.transfer_id)
    return {
        "number": line.number,
        "reason": str(line.reason.label),
        "tone": "refused" if line.reason is Reason.REVERSAL else "done" if line.points > 0 else "waiting",
        "points": signed_points(line.points),
        "balance": line.balance if reader.actor is not None else None,
        "wording": line.wording,
        "posted_at": line.posted_at,
        "expires_on": line.expires_on if line.points > 0 else None,
        "decision": marks.decision_of(posting.explanation),
        "leaf": leaf,
        "proof": _proof(_PROOF, leaf),
        "own_proof": _proof(_OWN_PROOF, leaf) if reader.is_own else None,
    }


def _proof(endpoint: str, leaf: int | None) -> str | None:
    """Return where a proof of a leaf is; None in the last minute before it has one, or where no door leads there."""
    there = leaf is not None and endpoint in current_app.view_functions
    return url_for(endpoint, number=leaf) if there else None


def _postings(session: Session, keys: Sequence[UUID]) -> dict[UUID, Posting]:
    return {one.id: one for one in session.scalars(select(Posting).where(Posting.id.in_(set(keys))))}


def _leaves(session: Session, transfer_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Return the leaf numbers of transfers; those of the last minute have none yet."""
    rows = session.execute(
        select(SealLeaf.thing_id, SealLeaf.number).where(SealLeaf.thing_id.in_(transfer_ids))
    )
    return {row.thing_id: row.number for row in rows}


def _rules(session: Session, postings: Sequence[Posting], one: SourceSum) -> list[dict[str, Any]]:
    """Return the rules by which a source was scored, each version once: what it says, its basis, caps it took."""
    found: dict[UUID, dict[str, Any]] = {}
    for posting in postings:
        if posting.reason not in (Reason.AWARD, Reason.ADJUSTMENT):
            continue
        for view in ledger.transfers_of(session, posting.id)[:1]:
            ruleset = session.get(Ruleset, view.ruleset_id) if view.ruleset_id else None
            if ruleset is None or ruleset.id in found:
                continue
            rule = session.get(RuleRow, view.rule_id) if view.rule_id else None
            found[ruleset.id] = {
                "title": ruleset.title,
                "version": ruleset.version,
                "url": url_for("rules_public.index"),
                "rule": rule.note if rule else None,
                "code": rule.code if rule else None,
                "basis": f"{ruleset.basis_title}（{ruleset.basis_number}）",
                "in_force": _("按发生日期 %(day)s 适用", day=one.first.happened_on.isoformat()),
                "caps": [
                    _cap_words(ruleset, taken)
                    for taken in json.loads(posting.explanation or "{}").get("taken", [])
                ],
            }
    return list(found.values())


def _cap_words(ruleset: Ruleset, taken: Mapping[str, Any]) -> str:
    """Return what one cap had to give for this award."""
    cap = next((one for one in ruleset.caps if one.code == taken["cap"]), None)
    if cap is None:
        return _("占用上限 %(points)s 分", points=points_words(taken["points"]))
    return _(
        "%(span)s上限 %(most)s 分，本项占用 %(points)s 分（自 %(day)s 起算）",
        span=cap.span.label,
        most=points_words(cap.points),
        points=points_words(taken["points"]),
        day=taken["from"],
    )
