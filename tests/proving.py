"""How much a test tries: little by default, all of it when it is to be proved (PROVE=1)."""

import os
from typing import TypeVar

Much = TypeVar("Much")


def examples(normal: Much, proved: Much) -> Much:
    """Return `proved` when the environment says PROVE=1, else `normal`."""
    return proved if os.environ.get("PROVE") == "1" else normal


def looks() -> list[tuple[int, str]]:
    """Return how pages are looked at: wide by day, narrow by night; every way when proved."""
    two = [(1280, "light"), (390, "dark")]
    return two + examples([], [(1280, "dark"), (390, "light")])
