"""What the support team reads of sessions and counts; nothing is written here."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.admin import ReadOnlyAdmin
from learners import safe_csv
from learners.counted_file import counted_file, file_name
from learners.models import DailyCount, Enrollment, TrainingSession
from learners.proof import proof
from learners.sights import sight_of


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
    list_display = ["client", "counted_on", "version", "count", "recorded_at"]
    list_select_related = ["organization"]
    search_fields = ["organization__name", "=organization__slug"]
    ordering = ["-counted_on", "organization", "-version"]
    date_hierarchy = "counted_on"
    fields = ["client", "counted_on", "version", "count", "recorded_at", "made_of", "listed"]

    def get_urls(self):
        view = self.admin_site.admin_view(self.file)
        return [
            path("<int:pk>/liste.csv", view, name="learners_dailycount_file"),
            *super().get_urls(),
        ]

    @admin.display(description=gettext_lazy("ce qui fait ce nombre"))
    def made_of(self, row):
        """How many enrolments, sessions and people the count is proved to be."""
        behind = proof(row.organization, sight_of(row), most=0).behind
        told = _("inscriptions : %(count)d, sessions : %(sessions)d, personnes : %(people)d")
        numbers = {"sessions": len(behind.sessions), "people": behind.people}
        return told % {"count": behind.count, **numbers}

    @admin.display(description=gettext_lazy("liste"))
    def listed(self, row):
        """The list behind this version; of a count of old, made again from what is written now."""
        address = reverse("admin:learners_dailycount_file", args=[row.pk])
        if sight_of(row).is_proved:
            words = _("Télécharger (CSV)")
        else:
            words = _("Télécharger (CSV), refaite avec ce qui est écrit à présent")
        return format_html('<a href="{}">{}</a>', address, words)

    @method_decorator(require_safe)
    def file(self, request, pk):
        """Give the list behind one version of a count."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = get_object_or_404(DailyCount.objects.select_related("organization"), pk=pk)
        sight = sight_of(row)
        return HttpResponse(
            counted_file(proof(row.organization, sight).rows),
            content_type=safe_csv.CONTENT_TYPE,
            headers={
                "Content-Disposition": content_disposition_header(
                    as_attachment=True, filename=file_name(sight)
                )
            },
        )
