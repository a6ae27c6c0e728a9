"""What is wrong in a scenario, and where: its step counted from 1, its field."""

import json
from typing import Any

LONGEST_SHOWN = 60


class Wrong(Exception):
    """A scenario that cannot be played; the path leads to the field, from the file's own."""

    def __init__(self, why: str, *path: str | int):
        self.why, self.path = why, path
        super().__init__(why)

    def inside(self, *path: str | int) -> "Wrong":
        """Return the same, told from the members around it."""
        return Wrong(self.why, *path, *self.path)

    def __str__(self) -> str:
        path = self.path
        step = ""
        if len(path) > 1 and path[0] == "steps":
            step, path = f"step {path[1] + 1}", path[2:]
        return " ".join(": ".join(filter(None, [step, _field(path), self.why])).split())


def _field(path: tuple[str | int, ...]) -> str:
    """Return a path as one reads it: plans[0].code."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).removeprefix(".")


def unexpected(sentence: str, value: Any) -> Wrong:
    """Return the refusal of a value, which is shown as the file holds it, on one line."""
    written = json.dumps(value, default=str, ensure_ascii=False)
    if len(written) > LONGEST_SHOWN:
        written = f"{written[:LONGEST_SHOWN]}…"
    return Wrong(f"{sentence}, pas {written}")
