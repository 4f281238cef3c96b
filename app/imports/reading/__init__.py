"""Files that come in, read exactly: what a file is is told by its content, and looked at before it is opened.

limits → parts (an archive's parts, XML) → sheets (the XML of one sheet) → xlsx · compound → xls · texts → books.
What a library would read is written anew out of what was looked at: nothing unseen reaches it.
"""

from app.imports.reading.books import read_book
from app.imports.reading.limits import MAX_BYTES, MAX_COLUMNS, MAX_ROWS

__all__ = ["MAX_BYTES", "MAX_COLUMNS", "MAX_ROWS", "read_book"]
