"""The scale: what is asked, what answers score, which level a score is, which services a level proposes. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from flask_babel import gettext as _

from app.errors import InvalidInput
from projects.selfcare.kinds import SelfCareLevel

_FILE = Path(__file__).parent / "data" / "scale.json"
MOST_ITEMS, MOST_OPTIONS, MOST_SCORE = 20, 5, 100


@dataclass(frozen=True, slots=True)
class Item:
    """A question with its options as pairs of label and score."""

    key: str
    label: str
    options: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Scale:
    """A version of the scale. A score below ``partly_from`` is the full level, from ``none_from`` on the lowest."""

    version: int
    basis: str
    items: tuple[Item, ...]
    partly_from: int
    none_from: int
    services: Mapping[SelfCareLevel, tuple[str, ...]]

    def judge(self, answers: Mapping[str, int]) -> tuple[int, SelfCareLevel]:
        """Return score and level. Raises InvalidInput when an item is not answered, or by a score that is no option."""
        for item in self.items:
            if answers.get(item.key) not in {score for _label, score in item.options}:
                raise InvalidInput(_("请回答“%(item)s”。", item=item.label), field=f"item_{item.key}")
        score = sum(answers[item.key] for item in self.items)
        if score >= self.none_from:
            return score, SelfCareLevel.NONE
        return score, SelfCareLevel.PARTLY if score >= self.partly_from else SelfCareLevel.FULL


def read(version: int, content: Mapping[str, Any]) -> Scale:
    """Return a scale from its stored form."""
    return Scale(
        version=version,
        basis=content["basis"],
        items=tuple(
            Item(
                one["key"],
                one["label"],
                tuple((option["label"], option["score"]) for option in one["options"]),
            )
            for one in content["items"]
        ),
        partly_from=content["partly_from"],
        none_from=content["none_from"],
        services={level: tuple(content["services"].get(level.value, ())) for level in SelfCareLevel},
    )


def stored(scale: Scale) -> dict[str, Any]:
    """Return the stored form of a scale."""
    return {
        "basis": scale.basis,
        "items": [
            {
                "key": one.key,
                "label": one.label,
                "options": [{"label": label, "score": score} for label, score in one.options],
            }
            for one in scale.items
        ],
        "partly_from": scale.partly_from,
        "none_from": scale.none_from,
        "services": {level.value: list(slugs) for level, slugs in scale.services.items()},
    }


@cache
def first() -> Scale:
    """Return version 1, which comes with the program."""
    return read(1, json.loads(_FILE.read_text(encoding="utf-8")))


def ensure_whole(scale: Scale) -> None:
    """Return for a scale by which one can judge. Raises InvalidInput naming what is wrong."""
    if not 1 <= len(scale.items) <= MOST_ITEMS:
        raise InvalidInput(_("评估项目应有 1 到 %(most)s 项。", most=MOST_ITEMS), field="items")
    if len({one.label for one in scale.items}) != len(scale.items):
        raise InvalidInput(_("有两个评估项目的名称相同。"), field="items")
    for one in scale.items:
        scores = [score for _label, score in one.options]
        if not 2 <= len(scores) <= MOST_OPTIONS or len(set(scores)) != len(scores):
            raise InvalidInput(
                _("“%(item)s”应有 2 到 %(most)s 个选项，分数各不相同。", item=one.label, most=MOST_OPTIONS),
                field="items",
            )
        if min(scores) != 0 or max(scores) > MOST_SCORE:
            raise InvalidInput(
                _("“%(item)s”最好的选项记 0 分，其余不超过 %(most)s 分。", item=one.label, most=MOST_SCORE),
                field="items",
            )
    most = sum(max(score for _label, score in one.options) for one in scale.items)
    if not 0 < scale.partly_from < scale.none_from <= most:
        raise InvalidInput(
            _("分界应满足：0 < 半失能起点 < 失能起点 ≤ 满分 %(most)s。", most=most), field="none_from"
        )


def packed(answers: Mapping[str, int]) -> str:
    """Return answers as they are sealed."""
    return ",".join(f"{key}={score}" for key, score in answers.items())


def unpacked(text: str) -> dict[str, int]:
    """Return sealed answers."""
    pairs = (part.partition("=") for part in text.split(",") if part)
    return {key: int(score) for key, _equals, score in pairs}
