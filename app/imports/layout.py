"""How a table was understood: which register it is, where its header stands, which column is which field."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Layout:
    """A table's layout. Rows count from 1, columns from 0; made by recognition, or by hand in the wizard.

    ``units`` are units written in headings, by field. ``unknown`` are columns that belong to no field, with their
    headings. ``titles`` are the texts above the header.
    """

    register: str
    header_rows: tuple[int, ...]
    columns: dict[str, int]
    units: dict[str, str] = field(default_factory=dict)
    unknown: tuple[tuple[int, str], ...] = ()
    titles: tuple[str, ...] = ()

    @property
    def first_data_row(self) -> int:
        """The row below the header."""
        return max(self.header_rows, default=0) + 1
