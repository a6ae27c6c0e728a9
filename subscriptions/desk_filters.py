"""What narrows the lists of the billing desk."""

from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from subscriptions import issued


class ParkedFilter(admin.SimpleListFilter):
    """What the nightly run leaves aside (R23)."""

    title = gettext_lazy("mis de côté")
    parameter_name = "parked"

    def lookups(self, request, model_admin):
        return [("yes", _("Mis de côté")), ("no", _("Facturés normalement"))]

    def queryset(self, request, queryset):
        if self.value() == "yes":
            return queryset.exclude(parked_because="")
        if self.value() == "no":
            return queryset.filter(parked_because="")
        return queryset


class LateFilter(admin.SimpleListFilter):
    """The documents that should have been paid by now (R21)."""

    title = gettext_lazy("paiement")
    parameter_name = "payment"

    def lookups(self, request, model_admin):
        return [("late", _("En retard"))]

    def queryset(self, request, queryset):
        if self.value() == "late":
            return issued.late(queryset, on=timezone.localdate())
        return queryset
