"""The client beside a request: what is held, counted, foreseen, owed and asked."""

from dataclasses import dataclass
from datetime import date

from django.db.models import F

from accounts.models import Organization
from learners.foreseen import known_now
from learners.outlook import Outlook, outlook
from subscriptions import selectors as subscriptions
from subscriptions.issued import with_paid
from subscriptions.models import Invoice, Subscription
from subscriptions.selectors import Usage
from subscriptions.standing import Standing, standing
from support.models import OPEN, Request


@dataclass(frozen=True, slots=True)
class LateInvoice:
    """An invoice past its day, and what is left to pay of it, with VAT."""

    pk: int
    number: str
    due_on: date
    left_cents: int


@dataclass(frozen=True, slots=True)
class Client:
    """The client's card; `coming` is None without a plan or while the history is too short."""

    organization: Organization
    standing: Standing | None
    status: str
    usage: Usage
    percent: int | None
    coming: Outlook | None
    late: tuple[LateInvoice, ...]
    others: tuple[Request, ...]


def client_card(request: Request, *, on: date) -> Client:
    """Return the card of a request's client."""
    organization = request.organization
    current = standing(organization, on)
    usage = subscriptions.usage(organization, on)
    limit = usage.learner_limit
    has_plan = current is not None and current.plan is not None
    return Client(
        organization=organization,
        standing=current,
        status=Subscription.Status(current.status).label if current else "",
        usage=usage,
        percent=100 * usage.learners // limit if limit else None,
        coming=outlook(known_now(organization, on=on), limit) if has_plan else None,
        late=late_invoices(organization, on=on),
        others=_others(request),
    )


def late_invoices(organization: Organization, *, on: date) -> tuple[LateInvoice, ...]:
    """Return the invoices past their day and not paid whole, the oldest first."""
    rows = with_paid(Invoice.objects.for_organization(organization)).filter(
        due_on__lt=on, paid_cents__lt=F("gross_cents") - F("credit_used_cents")
    )
    return tuple(
        LateInvoice(row.pk, row.number, row.due_on, row.to_pay_cents - row.paid_cents)
        for row in rows.order_by("due_on", "pk")
    )


def _others(request: Request) -> tuple[Request, ...]:
    """Return what else the client asks now."""
    rows = Request.objects.for_organization(request.organization).filter(state__in=OPEN)
    named = rows.select_related("plan__component", "from_plan__component", "option")
    return tuple(named.exclude(pk=request.pk).order_by("-pk"))
