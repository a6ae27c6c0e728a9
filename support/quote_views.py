"""The doors where customers read a quote: its file, the other ways."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import role_required
from accounts.roles import ASKS_CHANGES, SEES_SUBSCRIPTION
from subscriptions.items import NotActive
from support import comparison, quote_file, versions
from support.downloads import saved
from support.models import Quote, Request
from support.refusals import refusal_text


@role_required(*ASKS_CHANGES)
@require_safe
@never_cache
def ways(request, reference):
    """Compare the ways to make the change that a request asks for."""
    try:
        page = comparison.ways_page(
            request.membership, reference, on=timezone.localdate(), told=refusal_text
        )
    except Request.DoesNotExist:
        raise Http404 from None
    except NotActive as refusal:
        messages.error(request, refusal_text(refusal))
        return redirect("request", reference)
    return render(request, "support/ways.html", {"page": page})


@role_required(*SEES_SUBSCRIPTION)
@require_safe
def version_file(request, reference, version):
    """Give a version of the quote that was sent as a PDF, replaced ones too."""
    try:
        quote = versions.sent(request.membership, reference, version=version)
    except (Request.DoesNotExist, Quote.DoesNotExist):
        raise Http404 from None
    return saved(quote_file.pdf(quote), name=quote_file.name(quote), media_type=quote_file.PDF)
