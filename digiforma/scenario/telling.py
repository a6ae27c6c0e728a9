"""Tell what came of a run, in the words of the contract (docs/scenarios.md)."""

from datetime import date
from typing import Any

from accounts.models import Organization
from digiforma.scenario import quoting
from digiforma.scenario.stage import Stage
from subscriptions import account_credit, selectors
from subscriptions.models import (
    CommitmentSpan,
    Component,
    Invoice,
    InvoiceLine,
    Item,
    PendingChange,
    Period,
    Subscription,
    SupportNotice,
)
from support.models import Quote, Request
from support.workflow import Kind

Told = dict[str, Any]


def outcome(stage: Stage) -> Told:
    """Return everything that a run shows, read from the tables."""
    names = {organization.pk: name for name, organization in stage.organizations.items()}
    return {
        "documents": _documents(stage, names),
        "subscriptions": _subscriptions(stage),
        "quotes": _quotes(stage),
        "refusals": [
            {"step": refusal.step, "on": str(refusal.on), "reason": refusal.reason}
            for refusal in stage.refusals
        ],
        "support": _support(names),
    }


def _euros(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02}"


def _documents(stage: Stage, names: dict[int, str]) -> list[Told]:
    documents = (
        Invoice.objects.filter(seller=stage.seller)
        .select_related("corrects")
        .prefetch_related("lines__component")
        .order_by("pk")
    )
    return [_document(document, names) for document in documents]


def _document(document: Invoice, names: dict[int, str]) -> Told:
    lines = sorted(document.lines.all(), key=lambda line: line.position)
    return {
        "number": document.number,
        "kind": document.kind,
        "organization": names[document.organization_id],
        "issued_on": str(document.issued_on),
        "due_on": str(document.due_on),
        "corrects": document.corrects.number if document.corrects else None,
        "lines": [_line(line) for line in lines],
        "net": _euros(document.net_cents),
        "vat": [
            {
                "rate": total["rate"],
                "base": _euros(total["base_cents"]),
                "amount": _euros(total["amount_cents"]),
            }
            for total in document.vat_totals
        ],
        "gross": _euros(document.gross_cents),
        "credit_used": _euros(document.credit_used_cents),
        "to_pay": _euros(document.to_pay_cents),
    }


def _line(line: InvoiceLine) -> Told:
    return {
        "component": line.component.label,
        "kind": line.kind,
        "starts_on": str(line.starts_on),
        "ends_before": str(line.ends_before),
        "net": _euros(line.net_cents),
    }


def _subscriptions(stage: Stage) -> dict[str, Told]:
    told = {}
    for name, organization in stage.organizations.items():
        subscription = Subscription.objects.filter(organization=organization).first()
        if subscription:
            told[name] = _subscription(subscription, organization, stage.today)
    return told


def _subscription(subscription: Subscription, organization: Organization, on: date) -> Told:
    plan, commitment = _terms(subscription, on)
    return {
        "status": subscription.status,
        "plan": plan,
        "commitment": commitment,
        "options": [
            item.component.code
            for item in selectors.running_items(subscription, on)
            if item.kind == Component.Kind.OPTION
        ],
        "period": _period(subscription, on),
        "pending": _pending(subscription),
        "account_credit": _euros(account_credit.balance(organization)),
    }


def _terms(subscription: Subscription, on: date) -> tuple[str | None, str | None]:
    """Return the plan and the commitment: of now, chosen for after the trial, or the last ones."""
    if subscription.status == Subscription.Status.TRIALING:
        chosen = subscription.trial_plan
        return chosen and chosen.code, subscription.trial_commitment or None
    plans = Item.objects.filter(
        subscription=subscription, kind=Component.Kind.PLAN, starts_on__lte=on
    )
    spans = CommitmentSpan.objects.filter(subscription=subscription, anchor_on__lte=on)
    plan = plans.order_by("starts_on", "pk").select_related("component").last()
    span = spans.order_by("anchor_on").last()
    if plan and not span:  # its only document was cancelled, and its commitment with it
        billed = InvoiceLine.objects.filter(subscription=subscription).order_by("pk")
        return plan.component.code, billed.last().commitment
    return plan and plan.component.code, span and span.commitment


def _period(subscription: Subscription, on: date) -> Told | None:
    """Return the period that runs; the last one entered while the nightly job is late."""
    if subscription.renews_on is None:
        return None
    periods = Period.objects.filter(subscription=subscription, starts_on__lte=on)
    period = periods.order_by("starts_on").last()
    return {"starts_on": str(period.starts_on), "ends_before": str(period.ends_before)}


def _pending(subscription: Subscription) -> Told | None:
    change: PendingChange | None = selectors.waiting_change(subscription)
    if change is None:
        return None
    return {
        "kind": change.kind,
        "plan": change.plan.code if change.plan else None,
        "commitment": change.commitment or None,
        "on": str(change.effective_on),
    }


def _quotes(stage: Stage) -> dict[str, Told]:
    told = {}
    for name, made in stage.quotes.items():
        quote = Quote.objects.select_related("request", "organization", "plan").get(pk=made.pk)
        told[name] = {
            "status": quoting.status(quote, on=stage.today),
            "net": _euros(quote.net_cents),
            "gross": _euros(quote.gross_cents),
            "effective_on": str(quote.effective_on),
        }
    return told


def _support(names: dict[int, str]) -> list[Told]:
    """Return the tasks opened for staff, day by day; an interest says how often it was told."""
    interests = Request.objects.filter(organization__in=names, kind=Kind.OPTION_INTEREST)
    notices = SupportNotice.objects.filter(organization__in=names)
    tasks = [
        *((each.asked_on, each.organization_id, each.kind, each.clicks) for each in interests),
        *((each.raised_on, each.organization_id, each.kind, 1) for each in notices),
    ]
    return [
        {"on": str(on), "organization": names[organization], "kind": kind, "count": count}
        for on, organization, kind, count in sorted(tasks)
    ]
