"""How far a worker is with a file: told beside its transaction, for a bar and nothing else."""

from dataclasses import dataclass

from django.core.cache import caches
from redis.exceptions import RedisError

KEPT = 600  # seconds: a worker that died says nothing any more


@dataclass(frozen=True, slots=True)
class Progress:
    """So many lines of so many."""

    done: int
    total: int


def tell(number: int, done: int, total: int) -> None:
    """Publish how far a file is. Losing it loses the bar only."""
    try:
        caches["progress"].set(f"import-{number}", [done, total], KEPT)
    except RedisError:
        return


def heard(number: int) -> Progress | None:
    """Return how far a file is; None when nothing was told."""
    try:
        told = caches["progress"].get(f"import-{number}")
    except RedisError:
        return None
    return Progress(*told) if told else None
