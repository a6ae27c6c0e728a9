"""The doors where customers read their documents."""

from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import role_required
from accounts.roles import SEES_INVOICES
from subscriptions.issued import invoices_page
from subscriptions.mentions import document
from subscriptions.models import Invoice

reader_required = role_required(*SEES_INVOICES)


@reader_required
@require_safe
@never_cache
def invoices(request):
    """List the invoices and credit notes, all years or one."""
    year = request.GET.get("annee", "")
    page = invoices_page(
        request.membership.organization,
        year=int(year) if year.isascii() and year.isdigit() and len(year) == 4 else None,
        page=request.GET.get("page", "1"),
        on=timezone.localdate(),
    )
    return render(request, "subscriptions/invoices.html", {"page": page})


@reader_required
@require_safe
@never_cache
def invoice(request, number):
    """Show one document whole, ready to print; another organization's is not found."""
    try:
        found = document(request.membership.organization, number, on=timezone.localdate())
    except Invoice.DoesNotExist:
        raise Http404 from None
    return render(request, "subscriptions/invoice.html", {"document": found})
