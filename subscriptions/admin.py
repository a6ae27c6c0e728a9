"""The billing desk: subscriptions, documents, and what waits for a second manager."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Q, Subquery, Sum
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin import ReadOnlyAdmin
from accounts.models import FIRST_ACCOUNT_NUMBER, Membership, is_account_number
from subscriptions import orders
from subscriptions.actions import ALL, ON_DOCUMENT, ON_SUBSCRIPTION
from subscriptions.catalogue_admin import euros
from subscriptions.deed_pages import Subject, deed_page
from subscriptions.desk_filters import LateFilter, ParkedFilter
from subscriptions.dossier import dossier
from subscriptions.issued import left_cents
from subscriptions.mentions import document_of
from subscriptions.models import (
    Component,
    Invoice,
    Item,
    StaffOrder,
    Subscription,
)
from subscriptions.places import asking_support
from subscriptions.refusals import REFUSALS, aside_text, refusal_text
from subscriptions.staff_deeds import foresee
from subscriptions.staff_rights import Deed, NotAllowed, may


class DeskAdmin(ReadOnlyAdmin):
    """A list of Django's admin, and a page of our own for each row."""

    actions = None

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """Show the page of a row; nothing is posted to it."""
        if request.method not in ("GET", "HEAD") or not self.has_view_permission(request):
            raise PermissionDenied
        return self.row_page(request, number_or_404(object_id))

    def page(self, request, template: str, **context) -> TemplateResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, f"admin/subscriptions/{template}.html", context)

    def frame(self, request) -> dict:
        """Return what surrounds every page of the admin."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return {**self.admin_site.each_context(request), "opts": self.opts}

    def deed_url(self, view, *, name: str):
        wrapped = self.admin_site.admin_view(view)
        return path("<int:pk>/geste/<slug:name>/", wrapped, name=name)


def number_or_404(text) -> int:
    try:
        return int(text)
    except ValueError:
        raise Http404 from None


@admin.register(Subscription)
class SubscriptionAdmin(DeskAdmin):
    """Each subscription, its facts, and one button for each deed."""

    list_display = ["client", "account_number", "status", "plan", "renews_on", "aside"]
    list_select_related = ["organization"]
    list_filter = [ParkedFilter, "status"]
    search_fields = ["organization__name"]
    search_help_text = gettext_lazy("Organisme, nº de compte ou de facture, adresse e-mail")
    ordering = ["renews_on", "pk"]

    def get_queryset(self, request):
        plan = Item.objects.filter(subscription=OuterRef("pk"), kind=Component.Kind.PLAN)
        latest = plan.order_by("-starts_on", "-pk").values("component__name")[:1]
        return super().get_queryset(request).annotate(plan_name=Subquery(latest))

    def get_search_results(self, request, queryset, search_term):
        """Find by what customers quote: a name, a number, an address."""
        term = search_term.strip()
        if not term:
            return queryset, False
        people = Membership.objects.filter(user__email=term.lower()).values("organization")
        billed = Invoice.objects.filter(number=term.upper()).values("subscription")
        wanted = Q(organization__name__icontains=term) | Q(organization__slug=term.lower())
        wanted |= Q(organization__in=people) | Q(pk__in=billed)
        if is_account_number(term):
            wanted |= Q(organization=int(term) - FIRST_ACCOUNT_NUMBER)
        return queryset.filter(wanted), False

    @admin.display(description=gettext_lazy("compte nº"), ordering="organization")
    def account_number(self, subscription):
        return subscription.organization.number

    @admin.display(description=gettext_lazy("formule"), ordering="plan_name")
    def plan(self, subscription):
        return subscription.plan_name

    @admin.display(description=gettext_lazy("mis de côté"), empty_value="")
    def aside(self, subscription):
        return aside_text(subscription.parked_because)

    def get_urls(self):
        return [
            self.deed_url(self.act, name="subscriptions_subscription_deed"),
            *super().get_urls(),
        ]

    def row_page(self, request, pk):
        try:
            shown = dossier(pk, on=timezone.localdate())
        except Subscription.DoesNotExist:
            raise Http404 from None
        groups = orders.groups_of(request.user)
        buttons = [
            (deed, action)
            for deed, action in ON_SUBSCRIPTION.items()
            if may(deed, groups) and action.is_open(shown.buttons)
        ]
        name = shown.subscription.organization.name
        return self.page(request, "subscription", dossier=shown, buttons=buttons, title=name)

    def act(self, request, pk, name):
        """Show one deed, foresee it, do it."""
        if name not in ON_SUBSCRIPTION:
            raise Http404
        found = Subscription.objects.select_related("organization").filter(pk=pk).first()
        if found is None:
            raise Http404
        subject = Subject(found, back=reverse("admin:subscriptions_subscription_change", args=[pk]))
        deed, action = Deed(name), ON_SUBSCRIPTION[name]
        today = timezone.localdate()
        return deed_page(request, self.frame(request), subject, action, deed=deed, on=today)


@admin.register(Invoice)
class InvoiceAdmin(DeskAdmin):
    """Issued documents, with what explains each line."""

    list_display = ["number", "client", "kind", "issued_on", "due_on", "net", "gross"]
    list_select_related = ["organization"]
    list_filter = [LateFilter, "kind"]
    search_fields = ["=number", "organization__name", "=organization__slug"]
    date_hierarchy = "issued_on"
    ordering = ["-issued_on", "-pk"]

    @admin.display(description=gettext_lazy("total HT"), ordering="net_cents")
    def net(self, invoice):
        return euros(invoice.net_cents)

    @admin.display(description=gettext_lazy("total TTC"), ordering="gross_cents")
    def gross(self, invoice):
        return euros(invoice.gross_cents)

    def get_urls(self):
        return [self.deed_url(self.act, name="subscriptions_invoice_deed"), *super().get_urls()]

    def row_page(self, request, pk):
        invoice = _invoice_or_404(pk)
        shown = document_of(pk, on=timezone.localdate())
        groups = orders.groups_of(request.user)
        buttons = [(deed, action) for deed, action in ON_DOCUMENT.items() if may(deed, groups)]
        if shown.is_credit_note:
            buttons = []
        elif not shown.left_cents:
            buttons = [each for each in buttons if each[0] != Deed.RECORD_PAYMENT]
        return self.page(
            request,
            "invoice",
            invoice=invoice,
            document=shown,
            buttons=buttons,
            title=invoice.number,
        )

    def act(self, request, pk, name):
        """Show one deed, foresee it, do it."""
        if name not in ON_DOCUMENT:
            raise Http404
        invoice = _invoice_or_404(pk)
        paid = invoice.payments.aggregate(paid=Sum("amount_cents", default=0))["paid"]
        subject = Subject(
            invoice.subscription,
            back=reverse("admin:subscriptions_invoice_change", args=[pk]),
            about=invoice,
            left_cents=left_cents(invoice, paid),
        )
        deed, action = Deed(name), ON_DOCUMENT[name]
        today = timezone.localdate()
        return deed_page(request, self.frame(request), subject, action, deed=deed, on=today)


def _invoice_or_404(pk) -> Invoice:
    rows = Invoice.objects.select_related("subscription__organization", "organization")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@admin.register(StaffOrder)
class StaffOrderAdmin(DeskAdmin):
    """What staff ordered; a large credit note waits here for a second manager."""

    list_display = ["asked_on", "client", "deed", "state", "asked_by", "decided_by"]
    list_select_related = ["organization", "asked_by", "decided_by"]
    list_filter = ["state", "deed"]
    search_fields = ["organization__name", "=organization__slug", "=asked_by__email", "reason"]
    ordering = ["-state", "-pk"]

    def get_urls(self):
        decide = self.admin_site.admin_view(self.decide)
        name = "subscriptions_stafforder_decide"
        return [path("<int:pk>/decision/", decide, name=name), *super().get_urls()]

    def row_page(self, request, pk):
        placed = _order_or_404(pk)
        told = {"order": placed, "action": ALL[placed.deed], "title": placed}
        if placed.state == StaffOrder.State.WAITING:
            told |= self._foreseen(request, placed)
        return self.page(request, "order", **told)

    def _foreseen(self, request, placed) -> dict:
        may_decide = may(Deed.APPROVE, orders.groups_of(request.user))
        told = {
            "may_refuse": may_decide,
            "may_approve": may_decide and placed.asked_by_id != request.user.pk,
        }
        try:
            order = orders.ordered(placed)
            told["foreseen"] = foresee(order, on=timezone.localdate(), actor=request.user)
        except REFUSALS as refusal:
            told |= {"refusal": refusal_text(refusal), "may_approve": False}
        return told

    def decide(self, request, pk):
        """Approve or refuse what a colleague asked for."""
        if request.method != "POST":
            return redirect("admin:subscriptions_stafforder_change", pk)
        organization = _order_or_404(pk).organization
        decision = {"order_id": pk, "on": timezone.localdate(), "actor": request.user}
        try:
            if request.POST.get("decision") == "approve":
                with asking_support(organization=organization, on=decision["on"]):
                    orders.approve(seen=request.POST.get("seen", ""), **decision)
                messages.success(request, _("Approuvé : l’avoir est émis."))
            else:
                orders.refuse(**decision)
                messages.success(request, _("Refusé : rien n’est émis."))
        except NotAllowed:
            raise PermissionDenied from None
        except REFUSALS as refusal:
            messages.error(request, refusal_text(refusal))
        return redirect("admin:subscriptions_stafforder_change", pk)


def _order_or_404(pk) -> StaffOrder:
    rows = StaffOrder.objects.select_related(
        "subscription__organization", "organization", "about", "issued", "asked_by", "decided_by"
    )
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
