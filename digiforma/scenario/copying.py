"""Copy an installed organization into a run: what it holds, owes and counts, under a new tenant.

The rows keep their words and dates and take new keys; what they point to is the copy beside them,
or the same component of the run's catalogue. Documents keep their numbers, under a seller of the
past: they are corrected and settled as the originals would be, and the run's own series begin
where the scenario says.
"""

import uuid
from datetime import date

from django.db import connection
from django.db.models import ForeignKey, Model, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Membership, Organization, SeatLimit, User
from accounts.tenancy import TenantModel
from digiforma.scenario.wrong import Wrong
from learners.models import Enrollment, Learner, TrainingSession
from learners.rolling_year import first_day_counted
from subscriptions.models import (
    AccountCredit,
    BillingIdentity,
    CommitmentSpan,
    Component,
    CreditUse,
    Discount,
    Invoice,
    InvoiceLine,
    Item,
    NegotiatedPrice,
    Payment,
    PendingChange,
    Period,
    Plan,
    PriceList,
    Seller,
    Subscription,
    WaitingLine,
)
from subscriptions.pending import operation_of

# What is pointed to stands before what points to it.
COPIED: tuple[type[TenantModel], ...] = (
    Membership,
    SeatLimit,
    BillingIdentity,
    Subscription,
    CommitmentSpan,
    Period,
    PendingChange,
    Item,
    NegotiatedPrice,
    Discount,
    Invoice,
    InvoiceLine,
    Payment,
    WaitingLine,
    AccountCredit,
    CreditUse,
    TrainingSession,
    Learner,
    Enrollment,
)
OPERATIONS = ("opened_by", "ended_by")
NAMED: dict[type[Model], tuple[str, ...]] = {
    Component: ("kind", "code"),
    Plan: ("component__code",),
    PriceList: ("effective_on",),
}

Keys = dict[tuple[type[Model], int], int | None]  # an installed row to the row that stands for it


def copy(slug: str, *, to: Seller, on: date) -> Organization:
    """Copy an organization as it stands, for a run that sells under `to` from a day on.

    Raises Wrong when it holds what the run's catalogue does not sell.
    """
    original = Organization.objects.get(slug=slug)
    organization = Organization.objects.create(
        name=original.name, slug=f"scenario-{uuid.uuid4().hex}"
    )
    keys = _catalogue_keys(original, to)
    operations: dict[str, str] = {}
    for model in COPIED:
        rows = list(_rows(model, original, on))
        keys |= {(model, row.pk): key for row, key in zip(rows, _fresh(model, rows), strict=True)}
        if model is Invoice:
            keys |= _sellers_of_the_past(keys)
        if model is PendingChange:
            operations = _operations(rows, keys)
        model.objects.bulk_create(
            [_copied(row, organization, keys, operations) for row in rows], batch_size=1000
        )
    return organization


def _rows(model: type[TenantModel], organization: Organization, on: date) -> QuerySet:
    """Return what is copied of a table: all of it, but only the enrolments that still count."""
    rows = model.objects.for_organization(organization).order_by("pk")
    since = first_day_counted(on)
    if model is TrainingSession:
        return rows.filter(starts_on__gte=since)
    if model is Learner:
        return rows.filter(enrollments__session__starts_on__gte=since).distinct()
    return rows.filter(session__starts_on__gte=since) if model is Enrollment else rows


def _catalogue_keys(organization: Organization, seller: Seller) -> Keys:
    """Return the run's seller, components, plans and lists for those of the organization's."""
    keys: Keys = {}
    for subscription in Subscription.objects.for_organization(organization):
        sold_by = subscription.seller_id
        keys[Seller, sold_by] = seller.pk
        for model in NAMED:
            ours = _by_name(model, seller.pk)
            theirs = _by_name(model, sold_by)
            keys |= {(model, key): ours.get(name) for name, key in theirs.items()}
    return keys


def _sellers_of_the_past(keys: Keys) -> Keys:
    """Return another seller for what was issued already: its numbers are not the run's."""
    past = Seller.objects.create(code=f"past-{uuid.uuid4().hex}")
    return {key: past.pk for key in keys if key[0] is Seller}


def _by_name(model: type[Model], seller: int) -> dict[tuple, int]:
    """Return the keys of what a seller sells, by what names it."""
    path = "component__seller" if model is Plan else "seller"
    rows = model.objects.filter(**{path: seller}).values_list("pk", *NAMED[model])
    return {tuple(name): key for key, *name in rows}


def _fresh(model: type[Model], rows: list[Model]) -> list[int]:
    """Return as many new keys of a table as there are rows."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, len(rows)],
        )
        return [key for (key,) in cursor.fetchall()]


def _operations(changes: list[PendingChange], keys: Keys) -> dict[str, str]:
    """Return the operations named after a pending change, by their former names."""
    return {
        operation_of(change): operation_of(PendingChange(pk=keys[PendingChange, change.pk]))
        for change in changes
    }


def _copied(
    row: TenantModel, organization: Organization, keys: Keys, operations: dict[str, str]
) -> TenantModel:
    """Return a row of the copy: the same words and dates, pointing to the copies."""
    facts = {}
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if isinstance(field, ForeignKey) and field.related_model is not User:
            value = _pointed(field, value, keys)
        if field.name in OPERATIONS:
            value = operations.get(value, value)
        if not field.generated:
            facts[field.attname] = value
    return type(row)(**facts | {"id": keys[type(row), row.pk], "organization_id": organization.pk})


def _pointed(field: ForeignKey, key: int | None, keys: Keys) -> int | None:
    """Return the row that stands for another. Raises Wrong for what the run does not sell."""
    if key is None or field.related_model is Organization:
        return key
    found = keys.get((field.related_model, key))
    if found is None and field.related_model is not PriceList:
        raise Wrong(_("le catalogue du scénario ne vend pas ce que cet organisme détient"))
    return found
