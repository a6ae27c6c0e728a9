"""How much a test tries: little by default, all of it when it is to be proved (PROVE=1)."""

import os
from collections.abc import Iterable
from typing import TypeVar

Much = TypeVar("Much")
Page = TypeVar("Page")
Look = tuple[int, str]  # how wide the screen is, in pixels, and its light

LOOKS: list[Look] = [(1280, "light"), (390, "dark"), (1280, "dark"), (390, "light")]


def examples(normal: Much, proved: Much) -> Much:
    """Return `proved` when the environment says PROVE=1, else `normal`."""
    return proved if os.environ.get("PROVE") == "1" else normal


def looks(pages: Iterable[Page]) -> list[tuple[Page, Look]]:
    """Return each page with its look, wide by day or narrow by night by turns; all when proved."""
    return [
        (page, look)
        for number, page in enumerate(pages)
        for look in examples([LOOKS[number % 2]], LOOKS)
    ]
