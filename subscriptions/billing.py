"""Bring what was issued to what the facts ask: the one way money is billed here.

Every deed changes facts (what is held, under which commitment, at which price), then asks for a
settlement since the day it takes effect. A renewal is a settlement that enters a period.
"""

from dataclasses import dataclass
from datetime import date

from subscriptions import bounds, bulk, invoicing, lines
from subscriptions.facts import facts_of, issued_since, price_book
from subscriptions.invoicing import Draft
from subscriptions.models import CommitmentSpan, Invoice, Period, Subscription
from subscriptions.periods import Commitment, number_on, period
from subscriptions.periods import Period as Days
from subscriptions.spans import entered_periods


class Parked(Exception):
    """The bounds against our own mistakes refuse this invoice (R23)."""

    def __init__(self, reason: str):
        self.reason = reason
        super().__init__(reason)


def settle(
    subscription: Subscription, *, since: date, operation: str, issued_on: date
) -> Invoice | None:
    """Issue, as one document, what the facts ask since a day and was not issued (R6, R11).

    A period that begins on that very day and is not entered yet is entered with it. None when
    nothing is missing, or so little that it waits (R13).
    Raises NoPrice, VatUnresolved, IssueDateGoesBack.
    """
    entering = None
    if subscription.renews_on <= since:
        [entering] = enter([subscription]).values()
    [draft] = drafts([subscription], since=since, entering=entering, operation=operation)
    if not draft.lines:
        return None
    return invoicing.issue(draft, on=issued_on)


def renew_together(subscriptions: list[Subscription], *, issued_on: date) -> list[Invoice]:
    """Enter and bill the next period of subscriptions that share one échéance (R4).

    All or nothing: one that cannot be billed raises for all. Raises Parked (R23) unless staff
    waived that refusal, NoPrice, VatUnresolved.
    """
    [starts_on] = {subscription.renews_on for subscription in subscriptions}
    entered = enter(subscriptions)
    owed = []
    for commitment_days in sorted(set(entered.values())):
        group = [each for each in subscriptions if entered[each.pk] == commitment_days]
        owed += drafts(group, since=starts_on, entering=commitment_days)
    places = {subscription.pk: place for place, subscription in enumerate(subscriptions)}
    owed.sort(key=lambda draft: places[draft.subscription.pk])
    book = price_book(subscriptions[0].seller_id)
    for draft in owed:
        reason = bounds.breach(draft.lines, book)
        if reason and not _is_waived(draft.subscription, starts_on, reason):
            raise Parked(reason)
    return invoicing.issue_all(owed, on=issued_on)


def _is_waived(subscription: Subscription, starts_on: date, reason: str) -> bool:
    """Tell whether staff let this very refusal of this very period through (R23)."""
    return (subscription.waived_on, subscription.waived_breach) == (starts_on, reason)


def drafts(
    subscriptions: list[Subscription],
    *,
    since: date,
    entering: Days | None = None,
    operation: str = "",
) -> list[Draft]:
    """Return what each subscription owes beyond what was issued since a day, in their order."""
    facts = facts_of(subscriptions, since=since)
    issued = issued_since(subscriptions, since=since)
    book = price_book(subscriptions[0].seller_id)
    return [
        Draft(
            subscription=each,
            lines=lines.owed(
                facts[each.pk],
                book,
                entered=entered_periods(
                    facts[each.pk].spans, ending_after=since, starting_before=each.renews_on
                ),
                issued=issued.get(each.pk, ()),
                entering=entering,
            ),
            operation=operation or f"period {each.pk} {since}",
        )
        for each in subscriptions
    ]


def enter(subscriptions: list[Subscription]) -> dict[int, Days]:
    """Store the period that begins on each échéance and move the échéance to its end (R3).

    Returns the days of each, by the subscription's id.
    """
    spans = _running_spans(subscriptions)
    entered = {each.pk: _entering(each, spans[each.pk]) for each in subscriptions}
    bulk.insert(Period, entered.values(), tuple(PeriodRow.__dataclass_fields__))
    for ends_before in sorted({row.ends_before for row in entered.values()}):
        ids = [key for key, row in entered.items() if row.ends_before == ends_before]
        Subscription.objects.among("pk", ids).update(renews_on=ends_before)
    for subscription in subscriptions:
        subscription.renews_on = entered[subscription.pk].ends_before
    return {key: Days(row.starts_on, row.ends_before) for key, row in entered.items()}


@dataclass(slots=True)
class PeriodRow:
    """A period as it is stored; the names are the columns of Period."""

    organization_id: int
    subscription_id: int
    commitment_span_id: int
    number: int
    starts_on: date
    ends_before: date


def _entering(subscription: Subscription, span: tuple[int, str, date]) -> PeriodRow:
    span_id, commitment, anchor_on = span
    number = number_on(anchor_on, Commitment(commitment), subscription.renews_on)
    days = period(anchor_on, Commitment(commitment), number)
    return PeriodRow(
        organization_id=subscription.organization_id,
        subscription_id=subscription.pk,
        commitment_span_id=span_id,
        number=number,
        starts_on=days.starts_on,
        ends_before=days.ends_before,
    )


def _running_spans(subscriptions: list[Subscription]) -> dict[int, tuple[int, str, date]]:
    """Return the running commitment of each: its id, the commitment, the anchor."""
    ids = [subscription.pk for subscription in subscriptions]
    rows = CommitmentSpan.objects.among("subscription", ids).filter(ends_before=None)
    return {
        subscription: span
        for subscription, *span in rows.values_list(
            "subscription_id", "pk", "commitment", "anchor_on"
        )
    }
