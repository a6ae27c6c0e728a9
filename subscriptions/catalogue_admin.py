"""What the billing desk reads beside subscriptions; a price list is rehearsed, then published."""

from functools import cache

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.template import Context, Template
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin import ReadOnlyAdmin
from subscriptions.models import (
    BillingIdentity,
    InvariantBreach,
    LimitAlert,
    Overrun,
    Plan,
    Price,
    PriceList,
    Seller,
    SupportNotice,
)
from subscriptions.orders import groups_of
from subscriptions.price_forms import PriceListForm
from subscriptions.price_lists import EffectiveDayGoesBack, PriceMissing, publish_prices
from subscriptions.publishing import CatalogueDiffers
from subscriptions.rehearsal import rehearse
from subscriptions.staff_rights import Deed, may


@cache
def _euros() -> Template:
    return Template("{{ cents|euros }}")


def euros(cents: int) -> str:
    """Return an amount as pages write it."""
    return _euros().render(Context({"cents": cents}))


@admin.register(Plan)
class PlanAdmin(ReadOnlyAdmin):
    list_display = ["__str__", "learners", "trainers", "administrators"]
    list_select_related = ["component"]
    search_fields = ["component__name", "component__code"]
    ordering = ["component__seller", "rank"]
    fields = ["component", "learners", "trainers", "administrators", "includes"]


class PriceInline(admin.TabularInline):
    """The prices of a published list, for reading."""

    model = Price
    extra = 0
    can_delete = False
    fields = ["component", "commitment", "amount"]
    readonly_fields = ["amount"]
    ordering = ["component__kind", "component__name", "commitment"]

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    @admin.display(description=gettext_lazy("prix HT"))
    def amount(self, price):
        return euros(price.amount_cents)

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("component")


REFUSED = (EffectiveDayGoesBack, PriceMissing, CatalogueDiffers)


def refused(why: Exception) -> str:
    """Return why a list cannot be published so."""
    if isinstance(why, EffectiveDayGoesBack):
        text = _("Le dernier tarif prend effet le %(day)s : choisissez ce jour ou un suivant.")
        return text % {"day": f"{why.latest_on:%d/%m/%Y}"}
    if isinstance(why, PriceMissing):
        return _("Ce qui a un prix aujourd’hui doit en garder un.")
    return _("Un autre tarif prend déjà effet ce jour-là : choisissez un autre jour.")


@admin.register(PriceList)
class PriceListAdmin(ReadOnlyAdmin):
    """Published lists, which never change, and the next one to prepare."""

    list_display = ["effective_on", "sold_by", "published_at"]
    list_select_related = ["seller"]
    ordering = ["-effective_on"]
    inlines = [PriceInline]
    change_list_template = "admin/subscriptions/price_lists.html"

    @admin.display(description=gettext_lazy("vendeur"))
    def sold_by(self, price_list):
        return price_list.seller

    def get_urls(self):
        prepare = self.admin_site.admin_view(self.prepare)
        name = "subscriptions_pricelist_prepare"
        return [path("<slug:seller>/preparer/", prepare, name=name), *super().get_urls()]

    def changelist_view(self, request, extra_context=None):
        may_prepare = may(Deed.PREPARE_PRICES, groups_of(request.user))
        sellers = Seller.objects.order_by("code") if may_prepare else []
        return super().changelist_view(request, {"sellers": sellers, **(extra_context or {})})

    def prepare(self, request, seller):
        """Fill in a list, see who moves, then publish it."""
        groups = groups_of(request.user)
        if not (self.has_view_permission(request) and may(Deed.PREPARE_PRICES, groups)):
            raise PermissionDenied
        found = Seller.objects.filter(code=seller).first()
        if found is None:
            raise Http404
        posted = request.POST if request.method == "POST" else None
        form = PriceListForm(posted, seller=found, today=timezone.localdate())
        if posted is None or not form.is_valid() or posted.get("step") == "edit":
            return self._page(request, form, status=422 if form.errors else 200)
        if posted.get("step") == "publish":
            return self._publish(request, form, groups)
        return self._rehearse(request, form, groups)

    def _page(self, request, form, *, status=200, **context):
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Préparer un tarif"),
            "form": form,
            **context,
        }
        template = "admin/subscriptions/prepare_prices.html"
        return TemplateResponse(request, template, context, status=status)

    def _rehearse(self, request, form, groups):
        statement = {"effective_on": form.cleaned_data["effective_on"], "prices": form.prices}
        try:
            rehearsal = rehearse(seller=form.seller, **statement)
        except REFUSED as why:
            form.add_error("effective_on", refused(why))
            return self._page(request, form, status=422)
        may_publish = may(Deed.PUBLISH_PRICES, groups)
        return self._page(request, form, rehearsal=rehearsal, may_publish=may_publish)

    def _publish(self, request, form, groups):
        if not may(Deed.PUBLISH_PRICES, groups):
            raise PermissionDenied
        statement = {"effective_on": form.cleaned_data["effective_on"], "prices": form.prices}
        try:
            published = publish_prices(seller=form.seller, actor=request.user, **statement)
        except REFUSED as why:
            form.add_error("effective_on", refused(why))
            return self._page(request, form, status=422)
        messages.success(request, _("%(list)s : publié.") % {"list": published})
        return redirect("admin:subscriptions_pricelist_change", published.pk)


@admin.register(BillingIdentity)
class BillingIdentityAdmin(ReadOnlyAdmin):
    list_display = ["legal_name", "client", "city", "country", "siren", "vat_number"]
    list_select_related = ["organization"]
    search_fields = ["legal_name", "=siren", "=vat_number", "=email", "=organization__slug"]
    ordering = ["legal_name"]


@admin.register(SupportNotice)
class SupportNoticeAdmin(ReadOnlyAdmin):
    list_display = ["raised_on", "client", "kind", "handed_over_at"]
    list_select_related = ["organization"]
    list_filter = ["kind", ("handed_over_at", admin.EmptyFieldListFilter)]
    search_fields = ["organization__name", "=organization__slug"]
    ordering = ["-raised_on"]


@admin.register(InvariantBreach)
class InvariantBreachAdmin(ReadOnlyAdmin):
    list_display = ["claim", "rows", "broken_at", "seen_at", "mended_at"]
    list_filter = [("mended_at", admin.EmptyFieldListFilter)]
    ordering = ["-broken_at"]


@admin.register(LimitAlert)
class LimitAlertAdmin(ReadOnlyAdmin):
    list_display = ["raised_on", "client", "level", "count", "limit", "counted_on", "is_mailed"]
    list_select_related = ["organization"]
    list_filter = ["level", "is_mailed"]
    search_fields = ["organization__name", "=organization__slug"]
    date_hierarchy = "raised_on"
    ordering = ["-raised_on", "-pk"]


@admin.register(Overrun)
class OverrunAdmin(ReadOnlyAdmin):
    list_display = ["started_on", "client", "limit", "closes_on", "ended_on", "ended_by"]
    list_select_related = ["organization"]
    list_filter = [("ended_on", admin.EmptyFieldListFilter), "ended_by"]
    search_fields = ["organization__name", "=organization__slug"]
    ordering = ["-started_on", "-pk"]
