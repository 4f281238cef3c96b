"""The frozen rankings of the city's programmes as files."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from points.rankings.models import FrozenRanking
from points.rankings.published import FrozenFile, content, frozen_files
from points.rulesets.kinds import ProgrammeScope
from points.rulesets.models import Programme


def files(session: Session, tree_size: int) -> Iterator[tuple[str, Iterable[str]]]:
    """Yield name and text of each frozen ranking within a tree size and of the facts beside it."""
    city = set(session.scalars(select(Programme.code).where(Programme.scope == ProgrammeScope.CITY)))
    for one in frozen_files(session):
        if one.programme in city and one.frozen.cutoff <= tree_size:
            yield f"{one.name}.csv", _table(session, one.frozen)
            yield (
                f"{one.name}.json",
                [json.dumps(_facts(one), ensure_ascii=False, indent=1, sort_keys=True) + "\n"],
            )


def _facts(one: FrozenFile) -> dict[str, Any]:
    """Return what stands beside the file; its hash by a name that says whose it is."""
    told = dict(one.facts)
    told["file_sha256"] = told.pop("sha256")
    return told


def _table(session: Session, frozen: FrozenRanking) -> Iterator[str]:
    """Yield the file's text, read only when somebody asks for it."""
    yield content(session, frozen).decode()
