"""Requests with what the clock wrote of them, for what is measured."""

from datetime import datetime
from zoneinfo import ZoneInfo

from accounts.models import Organization
from support.models import Request
from support.moves import open_request

PARIS = ZoneInfo("Europe/Paris")


def moment(text: str) -> datetime:
    """Return « 2026-11-20 10:00 », Paris time."""
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


def answered(
    of: Organization,
    *,
    kind: str = "task",
    replied: tuple[str, int] | None = None,
    done: tuple[str, int | None] | None = None,
    state: str = "closed",
    **fields,
) -> Request:
    """Return a request replied to, or done, at a moment after so many working minutes."""
    request = open_request(
        of, kind=kind, message="Une question", on=moment("2026-11-02 09:00").date(), **fields
    )
    clock = {"due_at": None, "clock_from": None}
    if replied:
        clock |= {"replied_at": moment(replied[0]), "replied_minutes": replied[1]}
    if done:
        clock |= {"done_at": moment(done[0]), "done_minutes": done[1], "state": state}
    Request.objects.filter(pk=request.pk).update(**clock)
    return request
