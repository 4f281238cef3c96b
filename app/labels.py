"""Enums that know what they are called."""

from enum import StrEnum
from typing import Any, Self


class Labelled(StrEnum):
    """A stored value with a translated label.

    >>> class Kind(Labelled):
    ...     MONEY = "money", _l("资金")
    """

    label: Any

    def __new__(cls, value: str, label: Any = None) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = value if label is None else label
        return member

    @classmethod
    def choices(cls) -> list[tuple[str, Any]]:
        """Return ``(value, label)`` pairs in the order of definition, as forms want them."""
        return [(member.value, member.label) for member in cls]
