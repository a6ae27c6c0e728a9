"""The page where the owner and the administrators import enrolments."""

from dataclasses import asdict

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import role_required
from accounts.roles import WRITES_LEARNERS
from learners import importing, services
from learners.enrollment_row import spread
from learners.forms import ImportForm
from learners.gate import EnrollmentRefused

DONE = "import_done"  # the session's key of what the redirect will show


@role_required(*WRITES_LEARNERS)
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request):
    """Check a file, or import it; a file with errors is imported only on confirmation."""
    if request.method != "POST":
        return _page(request, ImportForm(), done=request.session.pop(DONE, None))
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, status=413 if form.is_too_large else 422)
    file, today = form.cleaned_data["file"], timezone.localdate()
    reading = importing.read(file.read(), today=today)
    confirmed = reading.is_clean or form.cleaned_data["skips_errors"]
    if request.POST.get("deed") == "import" and reading.rows and confirmed:
        try:
            outcome = services.import_rows(
                organization=request.membership.organization,
                rows=reading.rows,
                on=today,
                by=request.user,
            )
        except EnrollmentRefused:
            return _checked(request, file.name, reading, today)
        request.session[DONE] = {
            **asdict(outcome),
            "lines": outcome.lines,
            "left_out": reading.bad_line_count,
            "file_name": file.name,
        }
        return redirect("imports")
    return _checked(request, file.name, reading, today)


def _checked(request, file_name: str, reading: importing.Reading, today):
    """Show what the file would change, and what is wrong with it."""
    outcome = closed = None
    try:
        if reading.rows:
            outcome = services.preview_import(
                organization=request.membership.organization, rows=reading.rows, on=today
            )
    except EnrollmentRefused as refused:
        closed = refused
    return _page(
        request,
        ImportForm(),
        status=409 if closed else _status(reading),
        closed=closed,
        file_name=file_name,
        reading=reading,
        outcome=outcome,
        spread=spread(reading.rows, on=today),
        checked_at=timezone.localtime(),
        was_refused=request.POST.get("deed") == "import",
    )


def _status(reading: importing.Reading) -> int:
    if reading.is_clean:
        return 200
    return 413 if reading.problems[0].code == "csv_too_large" else 422


def _page(request, form: ImportForm, *, status: int = 200, **shown):
    return render(request, "learners/imports.html", {"form": form, **shown}, status=status)


@role_required(*WRITES_LEARNERS)
@require_safe
def import_template(request):
    """Give a file to fill in, which Excel opens with its accents."""
    return HttpResponse(
        importing.TEMPLATE.encode("utf-8-sig"),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="modele-inscriptions.csv"'},
    )
