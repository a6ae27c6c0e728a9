"""What « Mon abonnement » reads of the account beside the subscription, in one row."""

from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce, JSONObject

from accounts.models import Membership, Organization, SeatLimit
from accounts.roles import ADMINISTRATOR_SEATS, TRAINER_SEATS, Role
from accounts.selectors import Seats
from learners.models import DailyCount, EnrollmentGate
from subscriptions.lateness import Payable, payable
from subscriptions.models import Invoice, Payment
from support import announcements

INVOICES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Counted:
    """The count of a night: of which day, and when it was written."""

    on: date
    count: int
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LastInvoice:
    """An issued document, cents with VAT."""

    number: str
    issued_on: date
    due_on: date
    gross_cents: int
    state: Payable


@dataclass(frozen=True, slots=True)
class AccountRow:
    """The account: owner, seats, last stored count, gate, last documents, support's delay."""

    owner: str
    seats: Seats
    counted: Counted | None
    closes_on: date | None  # from when new enrolments are refused, above the limit (R20)
    invoices: tuple[LastInvoice, ...]
    promise: announcements.Promise


def account_row(organization: Organization, on: date) -> AccountRow:
    """Return what the page shows of an account on a day, in one query."""
    row = (
        Organization.objects.filter(pk=organization.pk)
        .annotate(
            owner=Subquery(_owner()),
            seats=Subquery(_filled()),
            limits=Subquery(_limits()),
            counted=Subquery(_counted()),
            closes_on=Subquery(_of_account(EnrollmentGate).values("closed_from")),
            documents=ArraySubquery(_documents()),
            season=Subquery(announcements.season(on)),
            measure=Subquery(announcements.measure(on)),
        )
        .get()
    )
    limits = row.limits or {"trainers": None, "administrators": None}
    return AccountRow(
        owner=f"{row.owner['first_name']} {row.owner['last_name']}".strip() or row.owner["email"],
        seats=Seats(
            trainers=row.seats["trainers"],
            administrators=row.seats["administrators"],
            trainer_limit=limits["trainers"],
            administrator_limit=limits["administrators"],
        ),
        counted=row.counted and _read_counted(row.counted),
        closes_on=row.closes_on,
        invoices=tuple(_read_document(document, on) for document in row.documents),
        promise=announcements.read_promise(row.season, row.measure),
    )


def _of_account(model):
    return model.objects.filter(organization=OuterRef("pk"))


def _owner():
    return (
        _of_account(Membership)
        .filter(role=Role.OWNER)
        .values(
            json=JSONObject(
                first_name="user__first_name", last_name="user__last_name", email="user__email"
            )
        )
    )


def _filled():
    """The seats filled by role (R20)."""
    return (
        _of_account(Membership)
        .filter(is_active=True)
        .order_by()
        .values("organization")
        .annotate(
            json=JSONObject(
                trainers=Count("pk", filter=Q(role__in=TRAINER_SEATS)),
                administrators=Count("pk", filter=Q(role__in=ADMINISTRATOR_SEATS)),
            )
        )
        .values("json")
    )


def _limits():
    return _of_account(SeatLimit).values(
        json=JSONObject(trainers="trainers", administrators="administrators")
    )


def _counted():
    return (
        _of_account(DailyCount)
        .order_by("-counted_on", "-version")
        .values(json=JSONObject(on="counted_on", count="count", at="recorded_at"))[:1]
    )


def _documents():
    paid = (
        Payment.objects.filter(invoice=OuterRef("pk"))
        .order_by()
        .values("invoice")
        .annotate(total=Sum("amount_cents"))
        .values("total")
    )
    return (
        _of_account(Invoice)
        .order_by("-issued_on", "-pk")
        .values(
            json=JSONObject(
                number="number",
                issued_on="issued_on",
                due_on="due_on",
                gross_cents="gross_cents",
                paid_cents=Coalesce(Subquery(paid), 0),
                credit_used_cents="credit_used_cents",
            )
        )[:INVOICES_SHOWN]
    )


def _read_counted(row: dict) -> Counted:
    return Counted(
        on=date.fromisoformat(row["on"]),
        count=row["count"],
        at=datetime.fromisoformat(row["at"]),
    )


def _read_document(row: dict, on: date) -> LastInvoice:
    due_on = date.fromisoformat(row["due_on"])
    return LastInvoice(
        number=row["number"],
        issued_on=date.fromisoformat(row["issued_on"]),
        due_on=due_on,
        gross_cents=row["gross_cents"],
        state=payable(
            gross_cents=row["gross_cents"],
            credit_used_cents=row["credit_used_cents"],
            paid_cents=row["paid_cents"],
            due_on=due_on,
            on=on,
        ),
    )
