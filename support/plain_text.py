"""What people type: the signs that nobody sees taken out, and whether anything is said at all."""

import re

# Controls, zero-width spaces, marks that reverse the reading order; tabs and new lines are kept.
UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
)
LINK = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+\.\S+", re.IGNORECASE)
WORD = re.compile(r"[^\W\d_]{2,}")
FEWEST_WORDS = 3  # around links, for them to be about something


def seen(text: str) -> str:
    """Return a text without its unseen signs, its lines ended by a line feed."""
    return UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """Return a text on one line, without its unseen signs."""
    return " ".join(seen(text).split())


def has_link(text: str) -> bool:
    return LINK.search(text) is not None


def is_only_links(text: str) -> bool:
    """Say whether a text holds a link and next to nothing else."""
    rest, links = LINK.subn(" ", text)
    return links > 0 and len(WORD.findall(rest)) < FEWEST_WORDS
