"""What is known of published lists while the lines of one are judged: which are there already, changed or not."""

from collections import Counter
from collections.abc import Callable, Sequence

from flask_babel import gettext as _

from app.imports.faults import Found
from app.imports.registers import Row
from app.imports.world import World
from projects.gifts import gifts
from projects.gifts.gifts import Gift

Understand = Callable[[Row, World], Gift]


_ENOUGH = 3
"""Lines in common from which on two lists can be one: two gifts may be alike by chance."""


class KnownList:
    """A recorded list that a file brings again: which of its lines have not come yet.

    ``is_sure``: it begins alike, or most of the file's lines are its; else a person has to look.
    """

    def __init__(self, recorded: Counter[str], *, is_sure: bool) -> None:
        self.is_sure = is_sure
        self._left = recorded.copy()
        self._ahead = recorded.copy()

    def read(self, contents: Counter[str]) -> None:
        """Say what stands in the lines that are judged next."""
        self._ahead -= contents

    def takes(self, content: str) -> bool:
        """Take a line of the file for one that is recorded; False when none is left that says the same."""
        if self._left[content] <= 0:
            return False
        self._left[content] -= 1
        return True

    def lacks(self) -> bool:
        """Return whether a recorded line has not come: then the list was changed, and is not only longer."""
        return self._ahead.total() > 0


class Lists:
    """The shelf of lines that are known, each by what it and all above it say, and of the lists that they are of."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._known: dict[str, str] = {}
        self._lists: dict[str, KnownList] = {}

    def where(self, chain: str) -> str | None:
        """Return where a line stands already, None when it is new."""
        return self._known.get(chain)

    def known(self, head: str) -> KnownList | None:
        """Return the recorded list that the list with this first line is; None when it is new."""
        return self._lists.get(head)

    def add(self, row: Row) -> None:
        """Remember a line of this upload."""
        place = " ".join(part for part in (row.file, row.sheet) if part)
        self._known[row.chain] = _("%(place)s 第 %(number)s 行", place=place, number=row.number)

    def want(self, rows: Sequence[Row], understand: Understand) -> None:
        """Fetch which of these lines are recorded, and which lists they are of."""
        if self._world.session is None or not rows:
            return
        for chain in gifts.known_chains(self._world.session, [row.chain for row in rows]):
            self._known.setdefault(chain, _("登记册"))
        if self._world.was_checked:
            return  # the lists were looked at as a whole then; by now some of their own lines are recorded
        contents = Counter(filter(None, (self._content(row, understand) for row in rows)))
        head = rows[0].head
        if head not in self._lists:
            self._recognise(head, contents)
        if head in self._lists:
            self._lists[head].read(contents)

    def _recognise(self, head: str, contents: Counter[str]) -> None:
        """Find what is recorded of this list: lists that begin alike, or that have most of their lines in common."""
        assert self._world.session is not None
        there: Counter[str] = Counter()
        is_sure = False
        for key, recorded in gifts.lists_with(self._world.session, head, list(contents)).items():
            shared = (recorded & contents).total()
            if key == head or 2 * shared > min(recorded.total(), contents.total()):
                there += recorded
                is_sure |= key == head or (shared >= _ENOUGH and 2 * shared > contents.total())
        if there:
            self._lists[head] = KnownList(there, is_sure=is_sure)

    def _content(self, row: Row, understand: Understand) -> str | None:
        try:
            return understand(row, self._world).content
        except Found:
            return None
