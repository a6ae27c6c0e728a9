"""The desk's view of the limits of learners: what was told, which overruns run (R20)."""

from django.contrib import admin

from accounts.admin import ReadOnlyAdmin
from subscriptions.models import LimitAlert, Overrun


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
