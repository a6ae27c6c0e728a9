"""The pages of an import: deposit, match the columns, check, import; each at its address."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import role_required
from accounts.roles import WRITES_LEARNERS
from learners import gate, import_pages, import_progress, importing, imports, safe_csv
from learners.csv_text import FileRefused
from learners.forms import ColumnsForm, ImportForm
from learners.gate import EnrollmentRefused
from learners.models import EnrollmentImport, ImportState
from learners.selectors import count_on
from learners.tasks import work_imports_soon

writer_required = role_required(*WRITES_LEARNERS)


@writer_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def index(request):
    """Take a file in; show the files of before."""
    if request.method != "POST":
        return _deposit_page(request, ImportForm())
    form = ImportForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            deposited = imports.deposit(
                organization=request.membership.organization,
                by=request.user,
                file_name=file.name,
                content=file.read(),
            )
        except FileRefused as refusal:
            form.refuse(refusal)
        else:
            return redirect("import-columns", deposited.pk)
    return _deposit_page(request, form, status=413 if form.is_too_large else 422)


def _deposit_page(request, form: ImportForm, *, status: int = 200):
    previous = import_pages.previous(request.membership.organization)
    shown = {"form": form, "previous": previous}
    return render(request, "learners/imports.html", shown, status=status)


def _found(request, number: int) -> EnrollmentImport:
    """Return an import of this organization, without its file. Raises Http404."""
    found = import_pages.imports(request.membership.organization).filter(pk=number).first()
    if found is None:
        raise Http404
    return found


@writer_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def match(request, deposited):
    """Say which column is which, and have the file checked."""
    deposited = _found(request, deposited)
    if deposited.state not in (ImportState.MATCHING, ImportState.CHECKED):
        return redirect("import", deposited.pk)
    asked = request.POST if request.method == "POST" else None
    form = ColumnsForm(
        asked,
        header=deposited.header,
        sample=deposited.sample,
        first=import_pages.matching(deposited),
    )
    if asked is not None and form.is_valid():
        try:
            imports.match(
                deposited=deposited,
                choices=form.choices,
                on=timezone.localdate(),
                at=timezone.now(),
            )
        except FileRefused as refusal:
            form.add_error(None, refusal.problem.message)
        else:
            work_imports_soon()
            return redirect("import", deposited.pk)
    card = import_pages.ImportCard(deposited)
    status = 200 if asked is None else 422
    return render(
        request, "learners/import_columns.html", {"form": form, "card": card}, status=status
    )


@writer_required
@require_safe
@never_cache
def show(request, deposited):
    """Show what the file would change, how far it is, or what it changed."""
    deposited = _found(request, deposited)
    if deposited.state == ImportState.MATCHING:
        return redirect("import-columns", deposited.pk)
    return _import_page(request, deposited)


def _import_page(request, deposited: EnrollmentImport, *, status: int = 200):
    card = import_pages.ImportCard(deposited)
    closed = None
    if card.adds_some:
        organization, today = request.membership.organization, timezone.localdate()
        closed = gate.closed(organization, count=count_on(organization, on=today), on=today)
    shown = {
        "card": card,
        "closed": closed,
        "progress": import_progress.heard(deposited.pk) if deposited.is_queued else None,
    }
    return render(request, "learners/import.html", shown, status=status)


@writer_required
@require_POST
def confirm(request, deposited):
    """Have the file imported, without its bad lines if that was said."""
    deposited = _found(request, deposited)
    try:
        imports.confirm(
            deposited=deposited,
            by=request.user,
            skips_errors=request.POST.get("skips_errors") == "on",
            on=timezone.localdate(),
        )
    except imports.NotThere:  # pressed twice, or by two people: the page says where it stands
        return redirect("import", deposited.pk)
    except (imports.NothingToImport, imports.ErrorsNotAccepted, EnrollmentRefused):
        return _import_page(request, deposited, status=409)
    work_imports_soon()
    return redirect("import", deposited.pk)


@writer_required
@require_POST
def abandon(request, deposited):
    """Give the file up; nothing was written."""
    deposited = _found(request, deposited)
    try:
        imports.abandon(deposited=deposited, by=request.user, at=timezone.now())
    except imports.NotThere:
        return redirect("import", deposited.pk)
    messages.success(request, _("Fichier abandonné et effacé. Rien n’a été écrit."))
    return redirect("imports")


@writer_required
@require_safe
@never_cache
def bad_lines(request, deposited):
    """Give the lines in error, to be corrected and deposited again."""
    deposited = _found(request, deposited)
    if not deposited.bad_bytes:
        raise Http404
    return _file(bytes(deposited.bad_lines), f"lignes-en-erreur-{deposited.pk}.csv")


@writer_required
@require_safe
def template(request):
    """Give a file to fill in, which Excel opens with its accents."""
    return _file(importing.TEMPLATE.encode("utf-8-sig"), "modele-inscriptions.csv")


def _file(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type=safe_csv.CONTENT_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
