"""What a verb raises when it will not do a thing: a sentence for the person who asked.

The web frame shows the sentence beside its field, on a problem page, or as problem+json; commands print
it. A programming error is never one of these.
"""

from typing import Any


class Refused(Exception):
    """Something was asked that cannot be done. ``sentence`` is translated text, ``field`` a form field's name.

    ``others`` are further things wrong with the same input, so that all of them are told at once.
    """

    status = 422
    place: int | None = None
    """Of things that were asked for together: the place, from 0, of the one that is refused."""

    def __init__(
        self, sentence: Any, *, field: str | None = None, others: "tuple[Refused, ...]" = ()
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field
        self.others = others

    def __str__(self) -> str:
        return str(self.sentence)


class InvalidInput(Refused):
    """What was typed cannot be right."""

    status = 422


class NotAllowed(Refused):
    """This person may not do this to this thing."""

    status = 403


class NotFound(Refused):
    """There is no such thing, or none that this person may know of."""

    status = 404


class Conflict(Refused):
    """The thing has moved on, or the same key came with another content."""

    status = 409
