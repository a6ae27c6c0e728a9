"""Watch a subscription of the database: the oracle reads its rows after each deed."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from subscriptions import invariants, verification
from subscriptions.models import (
    CommitmentSpan,
    Discount,
    Invoice,
    InvoiceLine,
    Item,
    NegotiatedPrice,
    Price,
    Seller,
    Subscription,
    WaitingLine,
)
from subscriptions.periods import Commitment
from tests.subscriptions.oracle import (
    Agreed,
    Bound,
    Given,
    Held,
    Oracle,
    Rebate,
    departures,
    rounded,
)


def months(commitment: str) -> int:
    return Commitment(commitment).months


def listed(seller: Seller) -> dict[tuple[int, int], list[tuple[date, int]]]:
    """Return every price of a seller for the oracle."""
    prices = defaultdict(list)
    for component, commitment, effective_on, cents in Price.objects.filter(
        price_list__seller=seller
    ).values_list("component", "commitment", "price_list__effective_on", "amount_cents"):
        prices[component, months(commitment)].append((effective_on, cents))
    return prices


@dataclass
class Watch:
    """One subscription under the eye of the oracle, which remembers the prices it saw."""

    subscription: Subscription
    oracle: Oracle = field(init=False)

    def __post_init__(self):
        self.oracle = Oracle(listed(self.subscription.seller))
        self.look()

    def look(self) -> dict[tuple, str]:
        """Return where what was issued, or waits (R13), is not what the rows ask for."""
        self.subscription.refresh_from_db()
        return departures(self._owed(), self._issued())

    def _owed(self) -> dict:
        mine = {"subscription": self.subscription}
        spans = CommitmentSpan.objects.filter(**mine)
        items = Item.objects.filter(**mine).order_by("pk")
        agreed = NegotiatedPrice.objects.filter(**mine).order_by("pk")
        return self.oracle.owed(
            bounds=[Bound(months(row.commitment), row.anchor_on, row.ends_before) for row in spans],
            held=[
                Held(row.component_id, row.starts_on, row.ends_before, row.kind == "plan")
                for row in items
            ],
            agreed=[
                Agreed(
                    row.component_id,
                    months(row.commitment),
                    row.amount_cents,
                    row.first_on,
                    row.last_on,
                )
                for row in agreed
            ],
            rebates=[
                Rebate(row.percent, row.starts_on, row.periods)
                for row in Discount.objects.filter(**mine).order_by("pk")
            ],
            given=[
                Given(
                    row.component_id,
                    months(row.commitment),
                    row.starts_on,
                    self._end_of_what_is_given(row),
                    -row.net_cents,
                )
                for row in self.subscription.lines.filter(is_goodwill=True)
            ],
            entered_until=self.subscription.renews_on or date.max,
        )

    def _end_of_what_is_given(self, gesture: InvoiceLine) -> date:
        """Return the end of the billed period on whose days a gesture was made."""
        billed = self.subscription.lines.filter(
            is_goodwill=False,
            component=gesture.component_id,
            commitment=gesture.commitment,
            starts_on__lte=gesture.starts_on,
            ends_before__gt=gesture.starts_on,
            pk__lt=gesture.pk,
        )
        return billed.latest("pk").ends_before

    def _issued(self) -> list[tuple]:
        columns = ("component", "commitment", "ends_before", "net_cents")
        rows = [
            *self.subscription.lines.filter(is_goodwill=False).values_list(*columns),
            *WaitingLine.objects.filter(
                subscription=self.subscription, carried_by=None
            ).values_list(*columns),
        ]
        return [(component, months(of), ends, cents) for component, of, ends, cents in rows]


def unsound(seller: Seller, *, today: date) -> list[str]:
    """Return all that is wrong with what a seller issued, but the amounts the oracle watches."""
    documents = list(Invoice.objects.filter(seller=seller).prefetch_related("lines"))
    return [
        *(each.name for each in invariants.broken(today=today)),
        *verification.tampered(),
        *filter(None, map(_wrong, documents)),
        *_overdrawn(
            [
                *InvoiceLine.objects.filter(invoice__in=documents),
                *WaitingLine.objects.filter(subscription__seller=seller, carried_by=None),
            ]
        ),
    ]


def _wrong(document: Invoice) -> str:
    """Return what is wrong with a document by R1 and R12, or nothing."""
    bases = defaultdict(int)
    for line in document.lines.all():
        bases[line.vat_rate] += line.net_cents
    vat = {rate: rounded(cents * Fraction(rate) / 100) for rate, cents in bases.items()}
    stated = {(row["rate"], row["base_cents"], row["amount_cents"]) for row in document.vat_totals}
    net, gross = sum(bases.values()), sum(bases.values()) + sum(vat.values())
    if stated != {(f"{rate:.2f}", bases[rate], vat[rate]) for rate in bases}:
        return f"{document.number} states {stated}"
    if (document.net_cents, document.gross_cents) != (net, gross):
        return f"{document.number} is {net} net and {gross} gross"
    if (document.kind == Invoice.Kind.CREDIT_NOTE) != (gross < 0):
        return f"{document.number} is a {document.kind} of {gross}"
    return ""


def _overdrawn(lines: list[InvoiceLine | WaitingLine]) -> Iterator[str]:
    """Yield the periods of a component that gave back more than they were billed (R6).

    What waits to be billed counts (R13), and so do the gestures of staff: they give back days of
    a period that was billed.
    """
    goodwill = {line for line in lines if getattr(line, "is_goodwill", False)}
    periods = {
        (line.subscription_id, line.component_id, line.commitment, line.ends_before)
        for line in lines
        if line not in goodwill
    }
    for subscription, component, commitment, ends_before in periods:
        mine = [
            line
            for line in lines
            if (line.subscription_id, line.component_id, line.commitment)
            == (subscription, component, commitment)
        ]
        whole = [line for line in mine if line.ends_before == ends_before and line not in goodwill]
        first = min(line.starts_on for line in whole)
        given = [
            line for line in mine if line in goodwill and first <= line.starts_on < ends_before
        ]
        if sum(line.net_cents for line in [*whole, *given]) < 0:
            yield f"{component} until {ends_before} gave back more than it was billed"
