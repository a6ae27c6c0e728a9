"""What each kind of step does: one call of the service that the pages and the nightly job use.

Quotes stand in `quoting`, learners in `enrolling`, the nightly job in `nights`.
"""

from collections.abc import Callable
from datetime import date
from uuid import NAMESPACE_OID, uuid5

from django.utils.translation import gettext as _

from accounts import selectors as people
from accounts.models import Membership
from accounts.roles import Role
from digiforma.scenario.stage import Stage, somebody
from digiforma.scenario.steps import Step
from options.models import Option
from subscriptions import (
    agreements,
    credit_notes,
    items,
    places,
    plan_changes,
    publishing,
    selectors,
    services,
    trials,
)
from subscriptions.items import NotApplicable
from subscriptions.models import CommitmentSpan, Component, Invoice, Subscription
from subscriptions.plan_changes import Change
from subscriptions.vat import Place
from support.services import note_option_interest

Deed = Callable[[Stage, Step], object]
REASON = "scénario"  # staff's deeds keep why; a scenario need not say


def subscribe(stage: Stage, step: Step) -> None:
    organization = stage.organization(step.given["organization"])
    services.subscribe(
        organization=organization,
        plan=stage.plan(step.given["plan"]),
        commitment=step.given["commitment"],
        components=stage.components(step.given.get("options", [])),
        on=step.on,
        actor=people.owner(organization),
    )


def start_trial(stage: Stage, step: Step) -> None:
    trials.start_trial(
        organization=stage.organization(step.given["organization"]),
        seller=stage.seller,
        on=step.on,
        days=step.given["days"],
        plan=stage.plan(step.given.get("plan")),
        commitment=step.given.get("commitment"),
    )


def convert_trial(stage: Stage, step: Step) -> None:
    subscription = stage.subscription(step.given["organization"])
    trials.convert_trial(subscription_id=subscription.pk, on=step.on)


def change_plan(stage: Stage, step: Step) -> None:
    """Change now, or order for the term; a term gone by is applied at its own day (R18)."""
    subscription = stage.subscription(step.given["organization"])
    effective_on = step.given.get("effective_on", step.on)
    at_term = step.given["when"] == "term"
    if at_term and "effective_on" in step.given:
        effective_on = term_on(subscription, effective_on)
    late = at_term and "effective_on" in step.given and effective_on <= step.on
    change = _change(stage, step, override=late or step.given.get("staff", False))
    if at_term and not late:
        plan_changes.change_at_term(subscription_id=subscription.pk, change=change, on=step.on)
        return
    plan_changes.change_now(
        subscription_id=subscription.pk,
        change=change,
        on=effective_on,
        issued_on=step.on,
        operation=_operation(step),
    )


def _operation(step: Step, key: str | None = None) -> str:
    """Return the operation that a step is: its own, or the one that a key names again."""
    return f"key {uuid5(NAMESPACE_OID, key)}" if key else f"step {step.number}"


def _change(stage: Stage, step: Step, *, override: bool) -> Change:
    return Change(
        plan=stage.plan(step.given.get("plan")),
        commitment=step.given.get("commitment"),
        components=stage.components(step.given.get("options", [])),
        override=override,
    )


def term_on(subscription: Subscription, asked_on: date) -> date:
    """Return the échéance that an order is for: that day's own, or the next one after it."""
    try:
        span = selectors.commitment_span(subscription, asked_on)
    except CommitmentSpan.DoesNotExist:
        raise NotApplicable(str(asked_on)) from None
    _number, days = selectors.natural_period(span, asked_on)
    return asked_on if days.starts_on == asked_on else days.ends_before


def subscribe_option(stage: Stage, step: Step) -> None:
    """Take options as one order, or tell support of the interest, as the page decides."""
    name, key = step.given["organization"], step.given.get("key")
    codes = step.given.get("options") or [step.given["option"]]
    by = Role(step.given.get("by", Role.OWNER))
    replayed = key is not None and (name, key) in stage.keys
    chosen = [stage.options[code] for code in codes]
    taken = [each for each in chosen if by == Role.OWNER and each.self_service]
    if taken:
        items.add_items(
            subscription_id=stage.subscription(name).pk,
            components=[option.component for option in taken],
            on=step.on,
            operation=_operation(step, key),
        )
    if not replayed:
        _note_interest(stage, step, by, [each for each in chosen if each not in taken])
    stage.keys.add((name, key))


def _note_interest(stage: Stage, step: Step, by: Role, options: list[Option]) -> None:
    """Tell support, in the name of somebody of that role who takes no seat."""
    organization = stage.organization(step.given["organization"])
    for option in options:
        user = people.owner(organization) if by == Role.OWNER else somebody()
        note_option_interest(
            membership=Membership(organization=organization, user=user, role=by),
            option=option.component,
            on=step.on,
        )


def end_option(stage: Stage, step: Step) -> None:
    items.end_item(
        subscription_id=stage.subscription(step.given["organization"]).pk,
        component=stage.options[step.given["option"]].component,
        on=step.on,
    )


def cancel(stage: Stage, step: Step) -> None:
    subscription = stage.subscription(step.given["organization"])
    plan_changes.cancel_at_term(subscription_id=subscription.pk, on=step.on)


def undo_pending(stage: Stage, step: Step) -> None:
    subscription = stage.subscription(step.given["organization"])
    plan_changes.withdraw_pending(subscription_id=subscription.pk, on=step.on)


def set_price(stage: Stage, step: Step) -> None:
    agreements.agree_price(
        subscription_id=stage.subscription(step.given["organization"]).pk,
        price=agreements.Agreed(
            plan=stage.plan(step.given["plan"]),
            amount_cents=step.given["price"],
            first_on=step.given["from"],
            last_on=step.given["to"],
        ),
        reason=step.given.get("reason") or REASON,
    )


def add_discount(stage: Stage, step: Step) -> None:
    agreements.add_discount(
        organization=stage.organization(step.given["organization"]),
        percent=step.given["percent"],
        periods=step.given["periods"],
        on=step.on,
        reason=step.given.get("reason") or REASON,
    )


def set_place(stage: Stage, step: Step) -> None:
    place = Place(
        country=step.given["country"],
        postal_code=step.given.get("postal_code", ""),
        vat_number=step.given.get("vat_number", ""),
        vat_checked=step.given.get("vat_checked", False),
    )
    places.set_place(organization=stage.organization(step.given["organization"]), place=place)


def credit_days(stage: Stage, step: Step) -> None:
    credit_notes.credit_days(
        subscription_id=stage.subscription(step.given["organization"]).pk,
        days=step.given["days"],
        on=step.on,
        reason=step.given.get("reason") or REASON,
    )


def cancel_document(stage: Stage, step: Step) -> None:
    credit_notes.cancel_document(
        invoice_id=_document(stage, step).pk,
        on=step.on,
        reason=step.given.get("reason") or REASON,
    )


def pay(stage: Stage, step: Step) -> None:
    services.record_payment(
        invoice=_document(stage, step),
        amount_cents=step.given["amount"],
        received_on=step.on,
        reference=_operation(step),
    )


def _document(stage: Stage, step: Step) -> Invoice:
    """Return a document by its number: the run's own, else one of a copied organization's."""
    found = list(
        Invoice.objects.filter(
            number=step.given["document"], organization__in=stage.organizations.values()
        )
    )
    found.sort(key=lambda document: document.seller_id != stage.seller.pk)
    if not found:
        raise step.wrong("document", _("le numéro d’un document émis est attendu"))
    return found[0]


def publish_prices(stage: Stage, step: Step) -> None:
    components = {
        (row.kind, row.code): row for row in Component.objects.filter(seller=stage.seller)
    }
    try:
        publishing.publish(
            seller=stage.seller, tariff=step.given["price_list"], components=components
        )
    except publishing.CatalogueDiffers as differs:
        raise step.wrong("price_list", str(differs)) from differs


DEEDS: dict[str, Deed] = {
    deed.__name__: deed
    for deed in (
        subscribe,
        start_trial,
        convert_trial,
        change_plan,
        subscribe_option,
        end_option,
        cancel,
        undo_pending,
        set_price,
        add_discount,
        set_place,
        credit_days,
        cancel_document,
        pay,
        publish_prices,
    )
}
