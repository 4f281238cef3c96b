"""Python's collector of reference rings, told to look less often while many rows are held at once.

With a hundred thousand rows in memory every full look costs a second and finds nothing: rows hold no rings.
"""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_SELDOM = (100_000, 50, 1_000)
_lock = threading.Lock()
_holders = 0
_usual = gc.get_threshold()


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """Let the collector look seldom within this block, in the whole process; blocks may overlap."""
    global _holders, _usual
    with _lock:
        if _holders == 0:
            _usual = gc.get_threshold()
            gc.set_threshold(*_SELDOM)
        _holders += 1
    try:
        yield
    finally:
        with _lock:
            _holders -= 1
            if _holders == 0:
                gc.set_threshold(*_usual)
