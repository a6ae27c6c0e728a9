"""Run one measure, or all of them, each on a throw-away database of its own.

python -m bench [MEASURE [OPTIONS]]
"""

import importlib
import sys
from pathlib import Path

from bench.database import fresh_database

NOT_MEASURES = {"__init__", "__main__", "database", "france"}


def main(words: list[str]) -> None:
    """Import a measure once Django is set up, and let it read its own options."""
    modules = sorted(path.stem for path in Path(__file__).parent.glob("*.py"))
    measures = [name for name in modules if name not in NOT_MEASURES]
    asked = words[:1] or measures
    for name in asked:
        if name not in measures:
            sys.exit(f"There is no measure « {name} »: {', '.join(measures)}.")
        with fresh_database():
            importlib.import_module(f"bench.{name}").main(words[1:])


if __name__ == "__main__":
    main(sys.argv[1:])
