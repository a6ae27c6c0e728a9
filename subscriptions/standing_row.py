"""The one row from which a standing is read: the subscription, its facts beside it as JSON."""

from datetime import date
from functools import cache

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, JSONObject

from accounts.models import Organization
from subscriptions.models import (
    AccountCredit,
    BillingIdentity,
    CommitmentSpan,
    CreditUse,
    Discount,
    Item,
    NegotiatedPrice,
    PendingChange,
    Period,
    Plan,
    Price,
    Subscription,
    WaitingLine,
)

LIMITS = ("trainers", "administrators", "learners")
IDENTITY = (
    "legal_name",
    "address",
    "postal_code",
    "city",
    "country",
    "siren",
    "vat_number",
    "vat_checked",
    "email",
    "order_reference",
)


def row(organization: Organization, on: date) -> Subscription | None:
    """Return an organization's subscription with all that is read beside it, in one query."""
    return (
        Subscription.objects.filter(organization=organization)
        .select_related("trial_plan__component")
        .annotate(
            held=ArraySubquery(_held(on)),
            ordered=ArraySubquery(_ordered(on)),
            **_of_any_day(),
        )
        .first()
    )


@cache
def _of_any_day() -> dict[str, Subquery | Coalesce]:
    """Return what is read whatever the day, built once: each query resolves a copy of its own."""
    return {
        "spans": ArraySubquery(_spans()),
        "entered": Subquery(_entered()),
        "pending": Subquery(_pending()),
        "prices": ArraySubquery(_prices()),
        "agreed": ArraySubquery(_negotiated()),
        "reductions": ArraySubquery(_discounts()),
        "waiting": ArraySubquery(_waiting()),
        "credited_cents": _total(AccountCredit),
        "credit_used_cents": _total(CreditUse),
        "identity": Subquery(_identity()),
    }


def _of_subscription(model) -> QuerySet:
    return model.objects.filter(subscription=OuterRef("pk"))


def _json(rows: QuerySet, *same: str, **named) -> QuerySet:
    return rows.values(json=JSONObject(**{name: name for name in same}, **named))


def _spans() -> QuerySet:
    rows = _of_subscription(CommitmentSpan).order_by("anchor_on")
    return _json(rows, "commitment", "anchor_on", "ends_before")


def _entered() -> QuerySet:
    return _json(_of_subscription(Period).order_by("-starts_on")[:1], "starts_on", "ends_before")


def _included(plan: str) -> ArraySubquery:
    """The options that the plan named by a column of the row around it includes."""
    links = Plan.includes.through.objects.filter(plan=OuterRef(plan))
    return ArraySubquery(links.values("component_id"))


def _held(on: date) -> QuerySet:
    return _items(Q(ends_before=None) | Q(ends_before__gt=on), starts_on__lte=on)


def _ordered(on: date) -> QuerySet:
    """The options that the change that waits takes with it."""
    return _items(starts_on__gt=on)


def _items(*which: Q, **named) -> QuerySet:
    return _json(
        _of_subscription(Item).filter(*which, **named).order_by("-kind", "starts_on", "pk"),
        "kind",
        "starts_on",
        "ends_before",
        "opened_by",
        "opened_at",
        component="component_id",
        code="component__code",
        name="component__name",
        includes=_included("component__plan__pk"),
        **{limit: f"component__plan__{limit}" for limit in LIMITS},
    )


def _pending() -> QuerySet:
    return _json(
        _of_subscription(PendingChange).filter(state=PendingChange.State.WAITING),
        "kind",
        "commitment",
        "effective_on",
        component="plan__component_id",
        code="plan__component__code",
        name="plan__component__name",
        includes=_included("plan_id"),
        **{limit: f"plan__{limit}" for limit in LIMITS},
    )


def _prices() -> QuerySet:
    """Every list's prices of what is held or waits, the latest first."""
    of_row = {"subscription": OuterRef(OuterRef("pk"))}
    held = Item.objects.filter(**of_row).values("component_id")
    waiting = PendingChange.objects.filter(**of_row, state=PendingChange.State.WAITING)
    return _json(
        Price.objects.filter(
            Q(component__in=held) | Q(component__in=waiting.values("plan__component_id"))
        ).order_by("-price_list__effective_on"),
        "commitment",
        "amount_cents",
        component="component_id",
        price_list="price_list_id",
        effective_on="price_list__effective_on",
    )


def _negotiated() -> QuerySet:
    return _json(
        _of_subscription(NegotiatedPrice).order_by("pk"),
        "commitment",
        "amount_cents",
        "first_on",
        "last_on",
        component="component_id",
    )


def _discounts() -> QuerySet:
    rows = _of_subscription(Discount).order_by("pk")
    return _json(rows, "percent", "starts_on", "periods")


def _waiting() -> QuerySet:
    """What the next invoice carries (R13), in the order in which it was owed."""
    rows = _of_subscription(WaitingLine).filter(carried_by=None).order_by("pk")
    return _json(
        rows, "designation", "net_cents", "vat_rate", "vat_ground", component="component_id"
    )


def _total(model) -> Coalesce:
    """The cents of all rows of one organization, 0 without any."""
    rows = model.objects.filter(organization=OuterRef("organization_id"))
    total = rows.order_by().values("organization").annotate(total=Sum("amount_cents"))
    return Coalesce(Subquery(total.values("total")), Value(0), output_field=IntegerField())


def _identity() -> QuerySet:
    rows = BillingIdentity.objects.filter(organization=OuterRef("organization_id"))
    return _json(rows, *IDENTITY)
