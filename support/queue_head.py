"""What stands above the desk's queue on each of its tabs: what presses, and the tabs themselves."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from support import measures, queue, workflow
from support.contact_queue import Visitors, visitors
from support.moves import staff
from support.queue_forms import TABS
from support.working_time import ONE_DAY, PARIS

REQUESTS = "admin:support_request_changelist"
VISITORS = "admin:support_contactmessage_changelist"


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab of the queue; `count` is None where it is not told."""

    url: str
    label: str
    count: int | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class QueueHead:
    """The head of the queue as somebody sees it."""

    figures: queue.Figures
    visitors: Visitors
    reply: measures.Delay  # of this week
    tabs: tuple[Tab, ...]
    who: frozenset[workflow.Who]  # in what capacities they act

    @property
    def may_take(self) -> bool:
        return bool(self.who & workflow.ANSWERS)


def queue_head(user: User, *, view: str, at: datetime) -> QueueHead:
    """Return the head of the queue on a tab, or on `visitors`, in a fixed number of queries."""
    on = at.astimezone(PARIS).date()
    figures = queue.figures(user, at=at, on=on)
    strangers = visitors(at=at)
    week = measures.delays(since=measures.monday_of(on), before=on + ONE_DAY)
    return QueueHead(
        figures=figures,
        visitors=strangers,
        reply=week.reply,
        tabs=_tabs(view, {**figures.tabs, "visitors": strangers.waiting}),
        who=staff(user),
    )


def _tabs(view: str, counts: dict[str, int]) -> tuple[Tab, ...]:
    requests = reverse(REQUESTS)
    tabs = [(name, f"{requests}?view={name}", label) for name, label in TABS.items()]
    tabs.insert(-1, ("visitors", reverse(VISITORS), _("Visiteurs")))  # what is done comes last
    return tuple(Tab(url, label, counts.get(name), name == view) for name, url, label in tabs)
