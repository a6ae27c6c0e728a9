"""The doors where customers read a quote: its file, the other ways."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import role_required
from accounts.roles import ASKS_CHANGES
from subscriptions.items import NotActive
from support import comparison
from support.models import Request
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
