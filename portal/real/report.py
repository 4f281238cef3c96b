"""What a check of real data tells, and what it found to be wrong."""

from collections.abc import Callable


class Report:
    """Lines that are told as they come; ``wrong`` keeps those that must not be."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self.wrong: list[str] = []

    def head(self, text: str) -> None:
        """Begin a chapter."""
        self._tell("")
        self._tell(text)
        self._tell("=" * len(text))

    def line(self, text: str, depth: int = 0) -> None:
        """Tell something."""
        self._tell("    " * depth + text)

    def fail(self, text: str, depth: int = 0) -> None:
        """Tell something that is wrong."""
        self.wrong.append(text)
        self._tell("    " * depth + "WRONG: " + text)


def yuan(fen: int) -> str:
    """Return fen as yuan with separators, exact."""
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // 100:,}.{fen % 100:02d}"
