"""Pages kept as pictures in var/screenshots/, for who wants to look at them (SCREENSHOTS=1)."""

import os
from pathlib import Path

from tests.proving import examples

FOLDER = Path(__file__).resolve().parent.parent / "var" / "screenshots"
HEIGHTS = {1280: 900, 390: 844}  # of a screen, by its width
WANTED = examples("", "1") or os.environ.get("SCREENSHOTS")


def keep(tab, name: str) -> None:
    """Keep a whole page as it is now."""
    if WANTED:
        FOLDER.mkdir(parents=True, exist_ok=True)
        tab.screenshot(path=FOLDER / f"{name}.png", full_page=True)


def keep_at_both_widths(tab, name: str) -> None:
    """Keep a whole page wide and narrow."""
    before = tab.viewport_size
    for width, height in HEIGHTS.items() if WANTED else ():
        tab.set_viewport_size({"width": width, "height": height})
        keep(tab, f"{name}-{width}")
    tab.set_viewport_size(before)
