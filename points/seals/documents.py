"""Proofs as the JSON that is handed out; ``tools/verify_ledger.py --proof`` reads it."""

import base64
import json
from typing import Any

from sqlalchemy.orm import Session

from points.seals import leaves, proofs, queries
from points.seals.models import SealLeaf
from points.seals.proofs import Consistency, Proof


def inclusion_of(session: Session, leaf: SealLeaf) -> dict[str, Any]:
    """Return the proof of a leaf in the newest seal's tree."""
    last = queries.last_seal(session) or queries.seal_over(session, leaf.number)
    proof: Proof = proofs.inclusion(session, leaf.number, last.tree_size)
    return {
        "form": leaf.form,
        "number": leaf.number,
        "public": leaf.public,
        "commitment": leaf.commitment.hex(),
        "leaf_hash": leaf.leaf_hash.hex(),
        "tree_size": last.tree_size,
        "root": last.root.hex(),
        "path": [step.hex() for step in proof.path],
        "seal": last.number,
        "sealed_at": last.sealed_at.isoformat(),
    }


def opened(session: Session, leaf: SealLeaf) -> dict[str, Any]:
    """Return the proof of a transfer's leaf together with the row that its commitment hides.

    Only for the transfer's own people: ``own`` opens this one leaf and no other. Without the two when the salt
    was erased, since then nobody can open it any more.
    """
    proof = inclusion_of(session, leaf)
    one = leaves.find(session.connection(), leaf.thing_id)
    if one is None:
        return proof
    own, form = leaves.own_salt(one), bytes(one.form)
    if leaves.commitment_of(own, form) != leaf.commitment:
        return proof
    return {**proof, "own": own.hex(), "row": base64.b64encode(form).decode()}


def growth(session: Session, found: Consistency) -> dict[str, Any]:
    """Return a proof that one published tree grew out of another."""
    return {
        "first_size": found.first,
        "first_root": queries.root_at(session, found.first).hex(),
        "second_size": found.second,
        "second_root": queries.root_at(session, found.second).hex(),
        "path": [step.hex() for step in found.path],
    }


def as_json(value: dict[str, Any]) -> bytes:
    """Return a document's bytes."""
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()
