"""What customers read of their requests: the card, the list, the page."""

from dataclasses import dataclass
from datetime import date

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from accounts.models import Membership, Organization
from subscriptions.items import held_or_ordered
from subscriptions.models import Component, Subscription
from support import workflow
from support.labels import CUSTOMER_STATES, When
from support.models import OPEN, Quote, Request, RequestEvent
from support.workflow import Kind, State

SHOWN_ON_CARD = sorted(workflow.OPEN | {State.EXPIRED})
QUOTES_SHOWN = [
    Quote.Status.SENT,
    Quote.Status.ACCEPTED,
    Quote.Status.DECLINED,
    Quote.Status.EXPIRED,
]


@dataclass(frozen=True, slots=True)
class Step:
    """One of the four steps of a plan change; `hint` says what comes when no day is known yet."""

    label: str
    status: str  # done, current or todo
    on: date | None = None
    hint: str = ""
    hint_on: date | None = None


@dataclass(frozen=True, slots=True)
class RequestCard:
    """A plan change under way, as « Mon abonnement » shows it."""

    reference: str
    title: str
    agent: str
    state: str
    steps: tuple[Step, ...]
    plan: str
    surcharge_cents: int | None
    per: str
    effective_on: date | None
    valid_until: date | None
    is_quoted: bool
    is_expired: bool


def open_request(organization: Organization) -> RequestCard | None:
    """Return the plan change under way, or the last one whose quote expired; two queries."""
    request = (
        readable(organization)
        .filter(kind=Kind.PLAN_CHANGE)
        .annotate(**_latest_quote())
        .order_by("-pk")
        .first()
    )
    if request is None or request.state not in SHOWN_ON_CARD:
        return None
    return RequestCard(
        reference=request.reference,
        title=request.customer_title,
        agent=request.assigned_to.first_name if request.assigned_to else "",
        state=state_told(request),
        steps=steps(request, days_entered(request), request.quote_valid_until),
        plan=request.plan.name,
        surcharge_cents=request.surcharge_cents,
        per=_per(request.quote_months),
        effective_on=request.effective_on,
        valid_until=request.quote_valid_until,
        is_quoted=request.state == State.QUOTED,
        is_expired=request.state == State.EXPIRED,
    )


def readable(organization: Organization) -> QuerySet[Request]:
    return Request.objects.for_organization(organization).select_related(
        "requester", "plan__component", "from_plan__component", "option", "assigned_to"
    )


def _latest_quote() -> dict[str, Subquery]:
    shown = Quote.objects.filter(request=OuterRef("pk"), status__in=QUOTES_SHOWN)
    latest = shown.order_by("-version")
    return {
        "quote_valid_until": Subquery(latest.values("valid_until")[:1]),
        "quote_months": Subquery(latest.values("months")[:1]),
    }


def _per(months: int | None) -> str:
    return _("par an") if months == workflow.YEAR else _("par mois")


def days_entered(request: Request) -> dict[str, date]:
    """Return the day on which each state was last entered."""
    moves = RequestEvent.objects.exclude(from_state=F("to_state"))  # the others are assignments
    rows = moves.filter(request=request).order_by("pk")
    return dict(rows.values_list("to_state", "happened_on"))


def steps(request: Request, entered: dict[str, date], valid_until: date | None) -> tuple[Step, ...]:
    """Return the four steps of a plan change, dated as far as it went."""
    done = workflow.steps_done(request.state, quoted=State.QUOTED in entered)
    days = (
        request.asked_on,
        entered.get(State.QUOTED),
        entered.get(State.ACCEPTED),
        entered.get(State.APPLIED),
    )
    is_dated = request.when == When.TERM or State.QUOTED in entered  # now is when we get to it
    hints = (
        ("", None),
        (_("Le support chiffre votre demande"), None),
        (_("Au plus tard le"), valid_until),
        (_("Le"), request.effective_on if is_dated else None),
    )
    labels = (_("Demande envoyée"), _("Devis établi"), _("Votre accord"), _("Mise en place"))
    moving = request.state in workflow.OPEN
    return tuple(
        Step(
            label=label,
            status="done" if place < done else "current" if moving and place == done else "todo",
            on=day if place < done else None,
            hint=hint[0] if moving and place >= done and (hint[1] or place == done) else "",
            hint_on=hint[1] if moving and place >= done else None,
        )
        for place, (label, day, hint) in enumerate(zip(labels, days, hints, strict=True))
    )


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One line of the list of requests."""

    reference: str
    title: str
    state: str
    is_open: bool
    is_waiting: bool  # for a member of the organization
    asked_on: date
    requester: str
    clicks: int


def requests(membership: Membership) -> list[RequestRow]:
    """Return the requests that a member may follow, the latest first."""
    rows = readable(membership.organization).exclude(kind=Kind.TASK).order_by("-pk")
    return [
        RequestRow(
            reference=row.reference,
            title=row.customer_title,
            state=state_told(row),
            is_open=row.is_open,
            is_waiting=row.is_open and row.waiting_since is not None,
            asked_on=row.asked_on,
            requester=row.requester.full_name,
            clicks=row.clicks,
        )
        for row in rows
        if may_follow(membership, row)
    ]


def state_told(request: Request) -> str:
    """Return where a request is, in the customer's words."""
    if request.state == State.NEW and request.waiting_since:
        return _("Le support vous a répondu")
    return str(CUSTOMER_STATES[State(request.state)])


def open_beside(request: Request) -> str:
    """Return the reference of the other change under way, or nothing: one is open at most."""
    changes = Request.objects.for_organization(request.organization).filter(
        kind=Kind.PLAN_CHANGE, state__in=OPEN
    )
    return changes.exclude(pk=request.pk).values_list("reference", flat=True).first() or ""


def may_follow(membership: Membership, request: Request) -> bool:
    asked = request.requester_id == membership.user_id
    return workflow.may_follow(membership.role, request.kind, is_requester=asked)


def option_names(codes: list[str]) -> tuple[str, ...]:
    """Return the names of options by their codes."""
    named = Component.objects.filter(kind=Component.Kind.OPTION, code__in=codes)
    return tuple(named.order_by("name").values_list("name", flat=True))


def still_wanted(request: Request, *, on: date) -> tuple[str, ...]:
    """Return the options that a change asks for and that were not taken meanwhile, by Souscrire."""
    subscription = Subscription.objects.get(organization=request.organization)
    held = Component.objects.filter(pk__in=held_or_ordered(subscription, on))
    taken = set(held.values_list("code", flat=True))
    return tuple(code for code in request.options if code not in taken)
