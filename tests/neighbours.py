"""Two organizations side by side, each with at least one row in every tenant table."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

from django.apps import apps
from django.db.models import Model

from accounts.models import Organization, User
from accounts.roles import Role
from accounts.tenancy import TenantModel, staff_context
from learners import columns, importing, imports
from learners import services as learners
from learners.enrollment_row import EnrollmentRow
from learners.models import EnrollmentGate
from subscriptions import plan_changes, services
from subscriptions.models import (
    AccountCredit,
    BillingIdentity,
    CreditUse,
    Discount,
    Invoice,
    LimitAlert,
    LimitWatch,
    NegotiatedPrice,
    Overrun,
    StaffOrder,
    Subscription,
    SupportNotice,
    WaitingLine,
)
from subscriptions.periods import Commitment
from subscriptions.staff_rights import Deed
from subscriptions.thresholds import Level
from support.models import Attachment, Message, Quote, Request, RequestEvent, When
from support.workflow import Kind, State
from tests import world

OPENED_ON = date(2026, 1, 15)
TODAY = date(2026, 1, 20)
NAMES = {
    "ravel": ("Alice", "Adam", "Sam", "Tara"),
    "atelier": ("Charlie", "Chloe", "Colin", "Cora"),
}
ROLES = (Role.OWNER, Role.ADMINISTRATOR, Role.SALES, Role.TRAINER)


@dataclass(frozen=True)
class Neighbour:
    """An organization and the people who work there, by role."""

    organization: Organization
    people: dict[Role, User]


def settle() -> dict[str, Neighbour]:
    """Write the catalogue, Ravel and the Atelier, and return the two by slug."""
    with staff_context():
        world.put_on_sale()
        return {slug: furnish(slug, *names) for slug, names in NAMES.items()}


def furnish(slug: str, owner: str, *others: str) -> Neighbour:
    """Create an organization with at least one row in every tenant table. Staff scope."""
    people = {Role.OWNER: world.person(owner)}
    organization = world.organization(slug.title(), slug, owner=people[Role.OWNER])
    for name, role in zip(others, ROLES[1:], strict=False):
        people[role] = world.member(organization, name, role)
    _bill(organization)
    _enroll(organization)
    _deposit(organization, people[Role.OWNER])
    _pass_the_limit(organization)
    _ask(organization, people[Role.OWNER])
    _order(organization, people[Role.OWNER])
    return Neighbour(organization, people)


def _bill(organization: Organization) -> None:
    subscription, invoice = world.subscribed(
        organization, on=OPENED_ON, code="orga", options=("e-signature",)
    )
    services.record_payment(
        invoice=invoice,
        amount_cents=invoice.gross_cents,
        received_on=TODAY,
        reference=f"VIR {organization.slug}",
    )
    plan_changes.cancel_at_term(subscription_id=subscription.pk, on=TODAY)
    BillingIdentity.objects.update_or_create(
        organization=organization, defaults={"legal_name": organization.name}
    )
    SupportNotice.objects.create(
        organization=organization, kind=SupportNotice.Kind.VAT_UNRESOLVED, raised_on=TODAY
    )
    _agree(organization, subscription)
    _credit(organization, invoice)


def _agree(organization: Organization, subscription: Subscription) -> None:
    NegotiatedPrice.objects.create(
        organization=organization,
        subscription=subscription,
        component=world.option("api-access"),
        commitment=Commitment.MONTHLY,
        amount_cents=100,
        first_on=TODAY,
        last_on=TODAY,
        reason="Essai",
    )
    Discount.objects.create(
        organization=organization,
        subscription=subscription,
        percent=10,
        starts_on=TODAY,
        periods=1,
        reason="Essai",
    )
    WaitingLine.objects.create(
        organization=organization,
        subscription=subscription,
        component=world.option("api-access"),
        operation="api-access",
        commitment=Commitment.MONTHLY,
        designation="Accès API",
        starts_on=TODAY,
        ends_before=TODAY + timedelta(days=1),
        full_price_cents=40,
        listed_cents=40,
        days=1,
        days_in_period=1,
        net_cents=40,
    )


def _order(organization: Organization, somebody: User) -> None:
    StaffOrder.objects.create(
        organization=organization,
        subscription=Subscription.objects.get(organization=organization),
        deed=Deed.CREDIT_DAYS,
        reason="Essai",
        key=uuid4(),
        state=StaffOrder.State.DONE,
        asked_by=somebody,
        asked_on=TODAY,
    )


def _credit(organization: Organization, invoice: Invoice) -> None:
    credit = AccountCredit.objects.create(
        organization=organization, credit_note=invoice, amount_cents=100
    )
    CreditUse.objects.create(
        organization=organization, credit=credit, invoice=invoice, amount_cents=40
    )


def _enroll(organization: Organization) -> None:
    row = EnrollmentRow(
        line=2,
        session_code="S1",
        title="Prévention",
        starts_on=TODAY,
        ends_on=TODAY,
        email=f"apprenant@{organization.slug}.example",
        last_name="Petit",
        first_name="Louise",
        status="enrolled",
        left_on=None,
    )
    eve = replace(row, starts_on=TODAY - timedelta(days=1))  # moved since: the change is kept
    for told in (eve, row):
        learners.import_rows(organization=organization, rows=[told], on=TODAY, by=None)
    learners.recount_all(on=TODAY)


def _deposit(organization: Organization, owner: User) -> None:
    """A file that is checked and not confirmed, a good line and a bad one in it."""
    good = "S2;Bilan;20/01/2026;20/01/2026;zoe@exemple.fr;Petit;Zoé;inscrit;\r\n"
    header = importing.TEMPLATE.partition("\r\n")[0] + "\r\n"
    deposited = imports.deposit(
        organization=organization,
        by=owner,
        file_name="inscriptions.csv",
        content=(header + good + good.replace("zoe@", "zoe")).encode(),
    )
    imports.match(
        deposited=deposited,
        choices=columns.suggested(deposited.header),
        on=TODAY,
        at=datetime(2026, 1, 20, 12, tzinfo=UTC),
    )


def _pass_the_limit(organization: Organization) -> None:
    EnrollmentGate.objects.create(
        organization=organization, limit=1_500, closed_from=OPENED_ON + timedelta(days=30)
    )
    seen = {"organization": organization, "limit": 1_500}
    LimitWatch.objects.create(**seen, seen_on=TODAY, seen_version=1)
    LimitAlert.objects.create(
        **seen,
        level=Level.OVER,
        counted_on=OPENED_ON,
        version=1,
        count=1_501,
        raised_on=OPENED_ON,
        is_mailed=True,
    )
    Overrun.objects.create(
        **seen,
        count=1_501,
        started_on=OPENED_ON,
        closes_on=OPENED_ON + timedelta(days=30),
        ended_on=TODAY,
        ended_by=Overrun.Ending.COUNT,
    )


def _ask(organization: Organization, owner: User) -> None:
    request = Request.objects.create(
        organization=organization,
        reference=f"D-2026-{organization.pk}",
        kind=Kind.PLAN_CHANGE,
        requester=owner,
        from_plan=world.plan("orga"),
        from_commitment=Commitment.MONTHLY,
        plan=world.plan("leader"),
        commitment=Commitment.MONTHLY,
        when=When.TERM,
        message="Pour mars ?",
        asked_on=TODAY,
        effective_on=date(2026, 2, 15),
    )
    RequestEvent.objects.create(
        organization=organization, request=request, to_state=State.NEW, happened_on=TODAY
    )
    said = Message.objects.create(
        organization=organization, request=request, author=owner, body="Pour mars ?"
    )
    Attachment.objects.create(
        organization=organization,
        message=said,
        name="liste.csv",
        media_type="text/csv",
        size=3,
        content=b"a;b",
    )
    _quote(request)


def _quote(request: Request) -> None:
    Quote.objects.create(
        organization=request.organization,
        request=request,
        version=1,
        plan=request.plan,
        commitment=request.commitment,
        when=request.when,
        effective_on=TODAY,
        lines=[],
        net_cents=0,
        vat_cents=0,
        gross_cents=0,
        before_cents=0,
        after_cents=0,
        surcharge_cents=0,
        price_list_on=TODAY,
        learners=1,
        basis={},
        months=1,
        priced_on=TODAY,
        valid_until=TODAY + timedelta(days=30),
    )


def tenant_models() -> list[type[Model]]:
    """Return every model whose rows belong to one organization."""
    return [model for model in apps.get_models() if issubclass(model, TenantModel)]
