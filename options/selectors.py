"""Read what is offered to a person, and which options are open to their organization."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership, Organization
from accounts.roles import COMMITS_MONEY
from options.models import Option
from options.policy import Action, Holding, Reason, Situation, decide, may_manage, undo_until
from subscriptions.catalog import SELLER_CODE
from subscriptions.facts import price_book
from subscriptions.models import Component
from subscriptions.periods import Commitment
from subscriptions.standing import Held, Standing, standing
from subscriptions.tariffs import NoPrice
from support.interested import Interested, interested_in, read
from support.models import OPEN, Request
from support.workflow import Kind

ENTITLED = frozenset({"active", "past_due"})
REASONS = {
    Reason.PAST_DUE: gettext_lazy("Réglez d’abord la facture en attente."),
    Reason.VAT_UNRESOLVED: gettext_lazy(
        "Nous déterminons votre TVA : le support est prévenu et vous répondra. Rien n’est facturé."
    ),
    Reason.ORDERED: gettext_lazy("Déjà prévue : elle vient avec votre changement, à l’échéance."),
    Reason.TRIAL_OVER: gettext_lazy("Votre essai est terminé : choisissez d’abord une formule."),
}


@dataclass(frozen=True, slots=True)
class Offer:
    """One option as one person sees it on a day; `price_cents` of None is on quote, HT."""

    slug: str
    name: str
    benefit: str
    opens: tuple[str, ...]
    price_cents: int | None
    commitment: Commitment
    action: Action
    reason: str  # why it cannot be taken, "" when it can
    label: str  # of the button, "" without one
    starts_on: date | None
    ends_before: date | None
    renews_on: date | None  # échéance: when it would end if it were ended today
    asked_on: date | None  # since when support knows of somebody's interest
    has_asked: bool  # it is this person's own, among others
    interested: tuple[Interested, ...]  # whose it is, told to who may take the option
    plan: str  # code of the plan held, "" without one: a quote is asked with it
    may_manage: bool
    undo_until: datetime | None  # when it was subscribed to alone, by the owner's leave (24 h)

    def may_undo(self, at: datetime) -> bool:
        """Say whether it may still be undone at a moment."""
        return self.undo_until is not None and at < self.undo_until

    @property
    def is_taken(self) -> bool:
        return self.action in (Action.TAKEN, Action.ENDING, Action.INCLUDED)

    @property
    def is_annual(self) -> bool:
        return self.commitment is Commitment.ANNUAL


def on_sale() -> QuerySet[Option]:
    """Return the options that the house sells, in their order."""
    return (
        Option.objects.filter(component__seller__code=SELLER_CODE)
        .select_related("component")
        .order_by("position")
    )


def offers(membership: Membership, on: date, known: Standing | None = None) -> tuple[Offer, ...]:
    """Return what a person is offered: what is taken first, then the rest, on quote last.

    Two queries, and one more unless the caller knows where the subscription stands.
    """
    current = known or standing(membership.organization, on)
    options = list(_with_interests(membership.organization))
    prices = prices_on([option.component for option in options], current, on)
    seen = [_offer(membership, option, current, prices) for option in options]
    shown = [offer for offer in seen if offer.action is not Action.HIDDEN]
    return tuple(sorted(shown, key=lambda offer: (not offer.is_taken, offer.price_cents is None)))


def offer(membership: Membership, option: Option, on: date) -> Offer:
    """Return one option as one person sees it, hidden or not."""
    current = standing(membership.organization, on)
    known = _with_interests(membership.organization).get(pk=option.pk)
    return _offer(membership, known, current, prices_on([option.component], current, on))


def prices_on(components: list[Component], current: Standing | None, on: date) -> dict[int, int]:
    """Return the full-period price of each component in force on a day, in cents HT (R5).

    A price agreed with the customer beats the list. At the commitment of the subscription,
    monthly without one; what is on quote is absent.
    """
    if not components:
        return {}
    book = price_book(components[0].seller_id)
    agreed = current.facts.negotiated if current else ()
    prices = {}
    for component in components:
        with suppress(NoPrice):
            price = book.price(component.pk, _commitment(current), on, agreed)
            prices[component.pk] = price.amount_cents
    return prices


def _commitment(current: Standing | None) -> Commitment:
    return (current and current.commitment) or Commitment.MONTHLY


def _with_interests(organization: Organization) -> QuerySet[Option]:
    """Return the options on sale, each with since when and for whom support knows of it."""
    interests = Request.objects.for_organization(organization).filter(
        kind=Kind.OPTION_INTEREST, state__in=OPEN, option=OuterRef("component")
    )
    return on_sale().annotate(
        asked_on=Subquery(interests.values("asked_on")), clicks=interested_in(organization)
    )


def entitlements(organization: Organization, on: date) -> frozenset[str]:
    """Return the codes of the options open to an organization on a day.

    An option ended stays open to the end of its period; a trial opens them all.
    """
    current = standing(organization, on)
    if current is None:
        return frozenset()
    if current.status == "trialing":
        return frozenset(on_sale().values_list("component__code", flat=True))
    if current.status not in ENTITLED:
        return frozenset()
    included = current.plan.includes if current.plan else frozenset()
    codes = on_sale().filter(component__in=included).values_list("component__code", flat=True)
    return frozenset(held.code for held in current.options).union(codes if included else ())


def situation(
    membership: Membership, option: Option, current: Standing | None, *, has_price: bool
) -> Situation:
    """Return what decides about an option, in the plain values of the policy."""
    return Situation(
        role=membership.role,
        status=current.status if current else "none",
        holding=_holding(option, current),
        self_service=option.self_service,
        has_price=has_price,
        is_cancelled=current is not None and current.is_cancelled,
    )


def _held(option: Option, current: Standing | None) -> Held | None:
    return _among(current.options if current else (), option)


def _ordered(option: Option, current: Standing | None) -> Held | None:
    return _among(current.ordered if current else (), option)


def _among(items: tuple[Held, ...], option: Option) -> Held | None:
    return next((item for item in items if item.component == option.component_id), None)


def _holding(option: Option, current: Standing | None) -> Holding:
    held = _held(option, current)
    if held:
        return Holding.ENDING if held.ends_before else Holding.RUNNING
    if current and current.plan and option.component_id in current.plan.includes:
        return Holding.INCLUDED
    if _ordered(option, current):
        return Holding.ORDERED
    return Holding.NONE


def _offer(membership, option, current, prices) -> Offer:
    listed = prices.get(option.component_id)
    facts = situation(membership, option, current, has_price=listed is not None)
    decision = decide(facts)
    held = _held(option, current)
    running = current.running_price(held) if held else None
    known = held or _ordered(option, current)
    interested = read(option.clicks)
    return Offer(
        slug=option.slug,
        name=option.name,
        benefit=option.benefit,
        opens=tuple(option.opens.splitlines()),
        price_cents=running.amount_cents if running else listed,
        commitment=_commitment(current),
        action=decision.action,
        reason=str(REASONS.get(decision.reason, "")),
        label=_label(decision.action, facts),
        starts_on=known.starts_on if known else None,
        ends_before=held.ends_before if held else None,
        renews_on=current.renews_on if current else None,
        asked_on=option.asked_on,
        has_asked=membership.user_id in [each.user.pk for each in interested],
        interested=interested if membership.role in COMMITS_MONEY else (),
        plan=current.plan.code if current and current.plan else "",
        may_manage=may_manage(facts.role, facts.holding, facts.status),
        undo_until=undo_until(facts.role, held.opened_by, held.opened_at) if held else None,
    )


def _label(action: Action, facts: Situation) -> str:
    """Return what the button says it will do."""
    if may_manage(facts.role, facts.holding, facts.status):
        return _("Gérer")
    if action is Action.ASK_QUOTE:
        return _("Demander un devis")
    if action is Action.ASK_SUPPORT:
        return _("Demander") if facts.role == "owner" else _("Signaler mon intérêt")
    return _("Souscrire") if action in (Action.SUBSCRIBE, Action.DISABLED) else ""
