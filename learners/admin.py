"""What the support team reads of sessions and counts; nothing is written here."""

from django.contrib import admin

from accounts.admin import ReadOnlyAdmin
from learners.models import DailyCount, Enrollment, TrainingSession


@admin.register(TrainingSession)
class TrainingSessionAdmin(ReadOnlyAdmin):
    list_display = ["code", "title", "starts_on", "ends_on", "is_held", "client"]
    list_select_related = ["organization"]
    search_fields = ["=code", "organization__name", "=organization__slug"]
    ordering = ["-starts_on", "code"]


@admin.register(Enrollment)
class EnrollmentAdmin(ReadOnlyAdmin):
    list_display = ["learner", "session", "counts_on", "status", "left_on", "counted"]
    list_select_related = ["learner", "session"]
    search_fields = ["=learner__email", "=session__code", "=organization__slug"]
    ordering = ["-counts_on", "-pk"]


@admin.register(DailyCount)
class DailyCountAdmin(ReadOnlyAdmin):
    list_display = ["client", "counted_on", "count", "recorded_at"]
    list_select_related = ["organization"]
    search_fields = ["organization__name", "=organization__slug"]
    ordering = ["-counted_on", "organization"]
    date_hierarchy = "counted_on"
