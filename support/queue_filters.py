"""What narrows the queue: its tabs, its filters, its search; conditions on requests.

Each is a link of the queue's page, so that whoever counts requests elsewhere counts the same.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import FIRST_ACCOUNT_NUMBER, Membership, User, is_account_number
from subscriptions.models import Component, Invoice, Item, Subscription
from support.models import OPEN
from support.workflow import Kind, State, Who

WARN_DAYS = 8  # R18
IS_OPEN = Q(state__in=OPEN)
WAITS = IS_OPEN & Q(waiting_since__isnull=False)  # for the customer
AT_SALES = Q(state=State.HANDED_OVER)
INTERESTS = IS_OPEN & Q(kind=Kind.OPTION_INTEREST)
TO_DO = IS_OPEN & Q(waiting_since=None) & ~AT_SALES & ~INTERESTS
MOST_URGENT = (F("due_at").asc(nulls_last=True), "created_at", "pk")
WITHOUT_REPLY = IS_OPEN & Q(replied_at=None) & ~Q(kind=Kind.TASK)

_CHANGE = Q(kind=Kind.PLAN_CHANGE)
_SAME_PLAN = _CHANGE & Q(plan=F("from_plan"))
TOPICS = {  # what is asked, told apart as people see it
    "plan": (_("Changement de formule"), _CHANGE & ~Q(plan=F("from_plan"))),
    "commitment": (
        _("Changement d’engagement"),
        _SAME_PLAN & ~Q(commitment=F("from_commitment")),
    ),
    "options": (_("Options"), _SAME_PLAN & Q(commitment=F("from_commitment"))),
    "interest": (_("Intérêt pour une option"), Q(kind=Kind.OPTION_INTEREST)),
    "message": (_("Message"), Q(kind=Kind.CONTACT)),
    "task": (_("Tâche"), Q(kind=Kind.TASK)),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody filters the queue by; empty is everything."""

    view: str = "all"
    topic: str = ""
    plan: str = ""  # the code of what the client holds
    assigned: str = ""  # me, nobody, or somebody's key
    due: str = ""  # late
    invoice: str = ""  # soon
    replied: str = ""  # no
    since: date | None = None  # of the day it was asked
    until: date | None = None  # included


def tabs(user: User) -> dict[str, Q]:
    """Return the tabs of the queue, each with what it holds; « all » holds everything."""
    return {
        "todo": TO_DO,
        "mine": IS_OPEN & Q(assigned_to=user),
        "waiting": WAITS,
        "sales": AT_SALES,
        "interests": INTERESTS,
        "done": ~IS_OPEN,
        "all": Q(),
    }


def to_take(who: frozenset[Who]) -> Q:
    """Return what is there to be taken by these groups: care has what is to do, sales theirs."""
    theirs = {Who.CUSTOMER_CARE: TO_DO, Who.SALES_TEAM: AT_SALES, Who.MANAGER: TO_DO | AT_SALES}
    found = Q(pk__in=[])
    for group in who & theirs.keys():
        found |= theirs[group]
    return found & Q(assigned_to=None)


def chosen(choice: Choice, user: User, *, at: datetime, on: date) -> Q:
    """Return the condition that a choice is."""
    found = tabs(user)[choice.view]
    if choice.topic:
        found &= TOPICS[choice.topic][1]
    if choice.plan:
        found &= holds_plan(choice.plan, on)
    if choice.assigned:
        found &= _assigned(choice.assigned, user)
    if choice.due:
        found &= is_late(at)
    if choice.invoice:
        found &= invoice_soon(on)
    if choice.replied:
        found &= WITHOUT_REPLY
    return found & _asked(choice.since, choice.until)


def is_late(at: datetime) -> Q:
    """Return what should have been answered by now."""
    return IS_OPEN & Q(due_at__lt=at)


def invoice_soon(on: date) -> Q:
    """Return what is open while the client's next invoice is 8 days away or less (R18)."""
    near = Subscription.objects.filter(renews_on__lte=on + timedelta(days=WARN_DAYS))
    return IS_OPEN & Q(organization__in=near.values("organization"))


def holds_plan(code: str, on: date) -> Q:
    """Return the requests of the clients that hold a plan on a day."""
    held = Item.objects.filter(
        Q(ends_before=None) | Q(ends_before__gt=on),
        organization=OuterRef("organization"),
        kind=Component.Kind.PLAN,
        component__code=code,
        starts_on__lte=on,
    )
    return Q(Exists(held))


def _assigned(who: str, user: User) -> Q:
    if who == "nobody":
        return Q(assigned_to=None)
    return Q(assigned_to=user if who == "me" else int(who))


def _asked(since: date | None, until: date | None) -> Q:
    asked = Q(asked_on__gte=since) if since else Q()
    return asked & Q(asked_on__lte=until) if until else asked


def search(term: str) -> Q:
    """Return what finds a request: its reference, its client by name, number, mail, invoice."""
    members = Membership.objects.filter(user__email__iexact=term)
    invoices = Invoice.objects.filter(number__iexact=term)
    found = (
        Q(reference__iexact=term)
        | Q(organization__name__icontains=term)
        | Q(requester__email__iexact=term)
        | Q(organization__in=members.values("organization"))
        | Q(organization__in=invoices.values("organization"))
    )
    if is_account_number(term):
        found |= Q(organization=int(term) - FIRST_ACCOUNT_NUMBER)
    return found
