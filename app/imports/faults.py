"""What is wrong with a row, in a word for machines and a sentence for the person who mends it."""

from dataclasses import dataclass
from typing import Any

from app.imports.kinds import Decision, Reason


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a row: the reason, what is wrong and how to mend it, and in which field.

    The sentence names neither row nor column: whoever shows it puts these in front.
    """

    reason: Reason
    sentence: Any
    field: str | None = None
    decision: Decision = Decision.REJECT

    @property
    def word(self) -> str:
        """The reason as it is exported; a missing field is named with it."""
        return f"{self.reason.value}:{self.field}" if self.reason is Reason.REQUIRED_MISSING else self.reason


class Found(Exception):
    """Raised while a row is judged: this fault decides it."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.word)
        self.fault = fault


def found(
    reason: Reason, sentence: Any, *, field: str | None = None, decision: Decision = Decision.REJECT
) -> Found:
    """Return the exception for a fault: ``raise found(Reason.DATE_RANGE, _("…"), field="end")``."""
    return Found(Fault(reason, sentence, field, decision))
