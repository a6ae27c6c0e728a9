"""What the desk reads first: what waits, each number a link to it, and how long answers take."""

from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from digiforma.weeks_chart import Bar, bars
from subscriptions import issued
from subscriptions.models import InvariantBreach, Invoice, Overrun
from support.announcements import Promise, promise
from support.measures import (
    WEEK,
    WEEKS,
    Delay,
    Delays,
    Week,
    daily_figures,
    delays,
    delays_by_kind,
    delays_by_week,
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of things that wait, and the list that shows exactly these.

    `tone` is how they are marked when there are any: stop, warn or nothing.
    """

    label: str
    count: int
    url: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Trend:
    """A delay of this week beside that of the weeks before, and of each of them as a bar."""

    title: str
    now: Delay
    before: Delay
    bars: tuple[Bar, ...]  # none for a single week


@dataclass(frozen=True, slots=True)
class Dashboard:
    """The first page of the desk."""

    figures: tuple[Figure, ...]
    trends: tuple[Trend, ...]
    weeks: tuple[Week, ...]
    kinds: dict[str, Delays]
    is_measured: bool
    promise: Promise  # what customers read today


def dashboard(*, on: date, at: datetime) -> Dashboard:
    """Return the first page of the desk at a moment of a day, at a fixed number of queries."""
    weeks = delays_by_week(on=on)
    now = weeks[-1]
    since = now.monday - WEEKS * WEEK
    before = delays(since=since, before=now.monday)
    kinds = delays_by_kind(since=since, before=now.monday + WEEK)
    return Dashboard(
        figures=_figures(on, at),
        trends=(
            _trend(_("Première réponse"), [week.delays.reply for week in weeks], before.reply),
            _trend(
                _("Mise en place"), [week.delays.completion for week in weeks], before.completion
            ),
        ),
        weeks=tuple(reversed(weeks)),
        kinds=kinds,
        is_measured=bool(kinds),
        promise=promise(on=on),
    )


def _trend(title: str, weeks: list[Delay], before: Delay) -> Trend:
    is_drawn = sum(week.count > 0 for week in weeks) > 1
    drawn = bars([week.median for week in weeks]) if is_drawn else ()
    return Trend(title, now=weeks[-1], before=before, bars=drawn)


def _figures(on: date, at: datetime) -> tuple[Figure, ...]:
    waits = daily_figures(on=on, at=at)
    over = Overrun.objects.filter(ended_on=None).count()
    late = issued.late(Invoice.objects.all(), on=on).count()
    broken = InvariantBreach.objects.filter(mended_at=None).count()
    return (
        Figure(_("Demandes en retard"), waits.late, _queue("due=late"), "stop"),
        Figure(
            _("Facture dans 8 jours ou moins"), waits.invoice_soon, _queue("invoice=soon"), "warn"
        ),
        Figure(_("Demandes sans réponse"), waits.without_reply, _queue("replied=no")),
        Figure(
            _("E-mails en quarantaine"),
            waits.quarantined,
            _list("support_inboundmail", "status__exact=quarantined"),
            "warn",
        ),
        Figure(
            _("Messages de visiteurs"),
            waits.visitors.waiting,
            _list("support_contactmessage", "view=waiting"),
            "stop" if waits.visitors.late else "",
        ),
        Figure(_("Limites dépassées"), over, _list("subscriptions_overrun", "ended_on__isempty=1")),
        Figure(
            _("Factures en retard"), late, _list("subscriptions_invoice", "payment=late"), "warn"
        ),
        Figure(
            _("Invariants rompus"),
            broken,
            _list("subscriptions_invariantbreach", "mended_at__isempty=1"),
            "stop",
        ),
    )


def _queue(narrowed: str) -> str:
    return _list("support_request", f"view=all&{narrowed}")


def _list(name: str, narrowed: str) -> str:
    return f"{reverse(f'admin:{name}_changelist')}?{narrowed}"
