"""What a reply says, without the past it quotes and without its signature.

Told line by line: no mail, however odd, takes longer than its length. The known libraries look
for the past by expressions over the whole text, on which a page of empty lines takes minutes.
"""

import re

LONGEST_READ = 100_000  # characters; more was written by no hand
LONGEST_MARK = 300  # characters of a line in which a mark is looked for
SIGNATURE_LINES = 12
HEADER_LINES = 4  # in which an Outlook header shows a second of its words
WRAPPED = 3  # lines over which « Le … a écrit : » is folded
QUOTE = re.compile(r"^(?:[>|] ?)+")
RULER = re.compile(r"[-_]{5,}")
ORIGINAL = re.compile(r"[-_ ]*(?:message d[’']origine|message original|original message)[-_ :]*")
FORWARDED = re.compile(r"[-_ ]*(?:message transféré|forwarded message|début du message)[-_ :]*")
FROM = re.compile(r"[* ]*(?:de|from) ?:")
HEADERS = re.compile(r"[* ]*(?:envoyé|sent|date|à|to|objet|subject|cc) ?:")
CLOSING = re.compile(
    r"(?:(?:bien|très) )?cordialement|cdlt|(?:sincères )?salutations|bonne (?:journée|soirée)"
    r"|(?:best |kind )?regards"
)
SENT_FROM = re.compile(r"(?:envoyé (?:de|depuis|à partir)|sent from|obtenir outlook|get outlook)\b")


def said(text: str) -> str:
    """Return what a reply says.

    A reply of which nothing would be left is kept whole, and so is what somebody forwards. What
    is written below the past is kept, and so is what is quoted between two answers.
    """
    lines = [line.rstrip() for line in text[:LONGEST_READ].replace("\u00a0", " ").split("\n")]
    marks = [_mark(line) for line in lines]
    past = next((at for at in range(len(lines)) if _ends_reply(marks, at)), len(lines))
    if past < len(lines) and FORWARDED.fullmatch(marks[past]):
        past = len(lines)
    own = _unquoted(lines[:past]) or _unquoted(lines[past + max(1, _wrote(marks, past)) :])
    return "\n".join(_unsigned(own)).strip() or text[:LONGEST_READ].strip()


def _mark(line: str) -> str:
    return QUOTE.sub("", line[:LONGEST_MARK]).strip().lower().replace("\u202f", " ")


def _ends_reply(marks: list[str], at: int) -> bool:
    """Tell whether another mail is quoted from a line on, as the known programs announce it."""
    if ORIGINAL.fullmatch(marks[at]) or FORWARDED.fullmatch(marks[at]) or _wrote(marks, at):
        return True
    following = marks[at + 1 : at + 1 + HEADER_LINES]
    return bool(FROM.match(marks[at])) and any(HEADERS.match(mark) for mark in following)


def _wrote(marks: list[str], at: int) -> int:
    """Return over how many lines « Le 23 nov. 2026, X a écrit : » stands from here, or 0."""
    if at >= len(marks) or not marks[at].startswith(("le ", "on ")):
        return 0
    for count in range(1, WRAPPED + 1):
        header = "".join(" ".join(marks[at : at + count]).split())
        if header.endswith(("aécrit:", "wrote:")):
            return count if re.search(r"\d", header) else 0
    return 0


def _unquoted(lines: list[str]) -> list[str]:
    """Return lines without the quoted and empty ones before and after; those between stay."""
    kept = [at for at, line in enumerate(lines) if _speaks(line)]
    return lines[kept[0] : kept[-1] + 1] if kept else []


def _speaks(line: str) -> bool:
    return bool(line.strip()) and not QUOTE.match(line) and not RULER.fullmatch(line.strip())


def _unsigned(lines: list[str]) -> list[str]:
    """Return lines without the signature that ends them; a mail is never only a signature."""
    written = [at for at, line in enumerate(lines) if line.strip()]
    for at in written[1:][-SIGNATURE_LINES:]:
        mark = _mark(lines[at]).rstrip(" ,.!")
        if mark == "--" or CLOSING.fullmatch(mark) or SENT_FROM.match(mark):
            return lines[:at]
    return lines
