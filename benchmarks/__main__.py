"""Run every benchmark, one process each, so that none warms or tires another."""

import subprocess
import sys
from pathlib import Path

_FRAME = {"__init__", "__main__", "frame", "city", "volunteers", "pgledger", "questions"}


def main() -> int:
    """Return 1 when any benchmark falls short."""
    names = sorted(file.stem for file in Path(__file__).parent.glob("*.py") if file.stem not in _FRAME)
    failed = [
        name
        for name in names
        if subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *sys.argv[1:]], check=False).returncode
    ]
    if failed:
        print(f"\nshort of a target: {', '.join(failed)}")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
