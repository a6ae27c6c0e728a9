"""What the support team reads of subscriptions, documents and the catalogue."""

from functools import cache

from django.contrib import admin
from django.template import Context, Template
from django.utils.translation import gettext_lazy as _

from accounts.admin import ReadOnlyAdmin
from subscriptions.models import (
    BillingIdentity,
    CommitmentSpan,
    Invoice,
    InvoiceLine,
    Item,
    Payment,
    PendingChange,
    Period,
    Plan,
    Price,
    PriceList,
    Subscription,
    SupportNotice,
)


@cache
def _euros() -> Template:
    return Template("{{ cents|euros }}")


def euros(cents: int) -> str:
    """Return an amount as pages write it."""
    return _euros().render(Context({"cents": cents}))


class ReadOnlyInline(admin.TabularInline):
    """Rows read beside the one they hang on."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


class CommitmentInline(ReadOnlyInline):
    model = CommitmentSpan
    fields = ["commitment", "anchor_on", "ends_before"]
    ordering = ["anchor_on"]


class ItemInline(ReadOnlyInline):
    model = Item
    fields = ["component", "starts_on", "ends_before"]
    ordering = ["-kind", "starts_on"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("component")


class PeriodInline(ReadOnlyInline):
    model = Period
    fields = ["starts_on", "ends_before", "number"]
    ordering = ["-starts_on"]


class PendingChangeInline(ReadOnlyInline):
    model = PendingChange
    fields = ["kind", "plan", "commitment", "effective_on", "state", "ordered_on", "settled_on"]
    ordering = ["-pk"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("plan__component")


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnlyAdmin):
    list_display = ["organization", "status", "renews_on", "trial_ends_on", "is_parked"]
    list_select_related = ["organization"]
    list_filter = ["status", ("parked_because", admin.EmptyFieldListFilter)]
    search_fields = ["organization__name", "=organization__slug", "=invoices__number"]
    ordering = ["renews_on", "pk"]
    fields = ["organization", "status", "renews_on", "trial_ends_on", "parked_because"]
    inlines = [ItemInline, CommitmentInline, PendingChangeInline, PeriodInline]

    @admin.display(description=_("mis de côté"), boolean=True)
    def is_parked(self, subscription):
        return bool(subscription.parked_because)


class InvoiceLineInline(ReadOnlyInline):
    model = InvoiceLine
    fields = ["designation", "starts_on", "ends_before", "vat_rate", "net"]
    readonly_fields = ["net"]
    ordering = ["position"]

    @admin.display(description=_("HT"))
    def net(self, line):
        return euros(line.net_cents)


class PaymentInline(ReadOnlyInline):
    model = Payment
    fields = ["received_on", "amount", "reference"]
    readonly_fields = ["amount"]

    @admin.display(description=_("montant TTC"))
    def amount(self, payment):
        return euros(payment.amount_cents)


@admin.register(Invoice)
class InvoiceAdmin(ReadOnlyAdmin):
    list_display = ["number", "organization", "kind", "issued_on", "due_on", "net", "gross"]
    list_select_related = ["organization"]
    list_filter = ["kind"]
    search_fields = ["=number", "organization__name", "=organization__slug"]
    date_hierarchy = "issued_on"
    ordering = ["-issued_on", "-pk"]
    fields = [
        "number",
        "organization",
        "kind",
        "issued_on",
        "due_on",
        "corrects",
        "net",
        "vat",
        "gross",
        "vat_ground",
    ]
    readonly_fields = ["net", "vat", "gross"]
    inlines = [InvoiceLineInline, PaymentInline]

    @admin.display(description=_("total HT"), ordering="net_cents")
    def net(self, invoice):
        return euros(invoice.net_cents)

    @admin.display(description=_("TVA"))
    def vat(self, invoice):
        return euros(invoice.vat_cents)

    @admin.display(description=_("total TTC"), ordering="gross_cents")
    def gross(self, invoice):
        return euros(invoice.gross_cents)


@admin.register(Plan)
class PlanAdmin(ReadOnlyAdmin):
    list_display = ["__str__", "learners", "trainers", "administrators"]
    list_select_related = ["component"]
    search_fields = ["component__name", "component__code"]
    ordering = ["component__seller", "rank"]
    fields = ["component", "learners", "trainers", "administrators", "includes"]


class PriceInline(ReadOnlyInline):
    model = Price
    fields = ["component", "commitment", "amount"]
    readonly_fields = ["amount"]
    ordering = ["component__kind", "component__name", "commitment"]

    @admin.display(description=_("prix HT"))
    def amount(self, price):
        return euros(price.amount_cents)

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("component")


@admin.register(PriceList)
class PriceListAdmin(ReadOnlyAdmin):
    list_display = ["effective_on", "seller", "published_at"]
    list_select_related = ["seller"]
    ordering = ["-effective_on"]
    inlines = [PriceInline]


@admin.register(BillingIdentity)
class BillingIdentityAdmin(ReadOnlyAdmin):
    list_display = ["legal_name", "organization", "city", "country", "siren", "vat_number"]
    list_select_related = ["organization"]
    search_fields = ["legal_name", "=siren", "=vat_number", "=email", "=organization__slug"]
    ordering = ["legal_name"]


@admin.register(SupportNotice)
class SupportNoticeAdmin(ReadOnlyAdmin):
    list_display = ["raised_on", "organization", "kind", "handed_over_at"]
    list_select_related = ["organization"]
    list_filter = ["kind", ("handed_over_at", admin.EmptyFieldListFilter)]
    search_fields = ["organization__name", "=organization__slug"]
    ordering = ["-raised_on"]
