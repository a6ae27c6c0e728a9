"""Visitors' messages as the desk's queue shows them: which wait, since when, which are late."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.utils.text import Truncator

from support import workflow
from support.contact_models import WAITS
from support.models import ContactMessage
from support.queue import Due, due_of
from support.queue_filters import MOST_URGENT
from support.workflow import Who

LONGEST_TITLE = 80
VIEWS = ("waiting", "late", "done", "all")


@dataclass(frozen=True, slots=True)
class Visitors:
    """How many visitors' messages wait for the desk, and how many of them are late."""

    waiting: int = 0
    late: int = 0


def visitors(*, at: datetime) -> Visitors:
    """Return what waits at a moment, in one query."""
    counted = ContactMessage.objects.filter(WAITS).aggregate(
        waiting=Count("pk"), late=Count("pk", filter=is_late(at))
    )
    return Visitors(**counted)


def is_late(at: datetime) -> Q:
    """Return what should have been answered by now."""
    return WAITS & Q(due_at__lt=at)


def shown(view: str, *, at: datetime) -> Q:
    """Return what a view of the list holds."""
    return {"waiting": WAITS, "late": is_late(at), "done": ~WAITS, "all": Q()}[view]


def order_of(view: str) -> tuple:
    """Return in which order a view is read: the most urgent first; what is done, the last first."""
    return ("-created_at", "pk") if view == "done" else MOST_URGENT


def to_take(who: frozenset[Who]) -> Q:
    """Return what is there to be taken by these groups: customer care answers visitors."""
    return WAITS & Q(assigned_to=None) if who & workflow.CARE else Q(pk__in=[])


def found(term: str) -> int:
    """Return how many messages a search of the whole queue finds, finished ones too."""
    return ContactMessage.objects.filter(search(term)).count()


def search(term: str) -> Q:
    """Return what finds a message: who wrote it, of which organization, what became of it."""
    return (
        Q(name__icontains=term)
        | Q(email__icontains=term)
        | Q(organization_name__icontains=term)
        | Q(answered_by__iexact=term)
    )


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One line of the list."""

    contact: ContactMessage
    due: Due
    title: str


def contact_rows(contacts: Iterable[ContactMessage], *, at: datetime) -> list[ContactRow]:
    """Return the lines of one page of the list."""
    return [ContactRow(each, contact_due(each, at=at), title_of(each)) for each in contacts]


def title_of(contact: ContactMessage) -> str:
    """Return the first words of a message, on one line."""
    return Truncator(" ".join(contact.message.split())).chars(LONGEST_TITLE)


def contact_due(contact: ContactMessage, *, at: datetime) -> Due:
    """Return when an answer to a message is due; never, once it is done."""
    return due_of(contact.due_at, at=at, aims_at_reply=True) if contact.due_at else Due("", None)
