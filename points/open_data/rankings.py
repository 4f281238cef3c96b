"""The frozen rankings of the city's programmes as files."""

import json
from collections.abc import Iterable, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from points.rankings.models import FrozenRanking
from points.rankings.published import content, frozen_files
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
                [json.dumps(one.facts, ensure_ascii=False, indent=1, sort_keys=True) + "\n"],
            )


def _table(session: Session, frozen: FrozenRanking) -> Iterator[str]:
    """Yield the file's text, read only when somebody asks for it."""
    yield content(session, frozen).decode()
