"""The options, for staff: all may look, a manager says which ones customers take alone."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.admin import ReadOnlyAdmin
from options.models import Option
from support.moves import staff
from support.workflow import Who


@admin.register(Option)
class OptionAdmin(ReadOnlyAdmin):
    """One row for each of the nine; only `self_service` changes, and only by a manager."""

    list_display = ["option_name", "self_service", "benefit"]
    list_filter = ["self_service"]
    search_fields = ["component__name", "=component__code"]
    list_select_related = ["component"]
    ordering = ["position"]
    fields = ["option_name", "self_service", "benefit", "opens"]
    readonly_fields = ["option_name", "benefit", "opens"]

    def has_change_permission(self, request, obj=None):
        return Who.MANAGER in staff(request.user)

    @admin.display(description=_("option"), ordering="component__name")
    def option_name(self, option):
        return option.name
