"""What is told of a count that nears its limit: once, until it has fallen well under (R20)."""

from enum import IntEnum

REARMED_BELOW = 5  # percent of the limit under the threshold


class Level(IntEnum):
    """What was told, in percent of the limit; a level counts as told with all those under it."""

    QUIET = 0
    NEAR = 80
    CLOSE = 90
    REACHED = 100  # still inside the plan
    OVER = 101  # any count above the limit


def reached(count: int, limit: int) -> Level:
    """Return the highest level that a count reaches; nobody counted reaches none."""
    if count > limit:
        return Level.OVER
    steps = [level for level in Level if level < Level.OVER and 100 * count >= level * limit]
    return max(steps) if count else Level.QUIET


def told_after(told: Level, *, count: int, limit: int) -> Level:
    """Return what is told once a count was seen; more than before is to be told now.

    What was told stays so until the count falls to the threshold less 5 % of the limit: 80 % is
    told again after 75 %, the limit reached and passed after 95 %.
    """
    kept = [level for level in Level if level <= told and not _is_rearmed(level, count, limit)]
    return max(reached(count, limit), *kept, Level.QUIET)


def _is_rearmed(level: Level, count: int, limit: int) -> bool:
    return 100 * count <= (min(level, Level.REACHED) - REARMED_BELOW) * limit


def is_over(count: int, limit: int | None) -> bool:
    """Tell whether a count passes a limit; the limit itself is inside, None is unlimited."""
    return limit is not None and count > limit
