"""The doors of accounts that allauth does not hold."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.middleware import SESSION_KEY, switch

REMEMBERED = "organisme"
REMEMBERED_FOR = timedelta(days=180)


@login_required
@require_http_methods(["GET", "POST"])
def organizations(request):
    """Choose one of the person's own organizations; a remembered one opens by itself."""
    if request.method == "POST":
        switch(request, _membership_id(request))
        return _remember(request, redirect("home"))
    remembered = _remembered(request)
    if remembered and SESSION_KEY not in request.session:
        switch(request, remembered)
        return redirect("home")
    context = {"remembers": remembered is not None}
    return render(request, "accounts/organizations.html", context)


def _membership_id(request) -> int:
    text = request.POST.get("membership", "")
    if not (text.isascii() and text.isdigit()):
        raise Http404
    return int(text)


def _remember(request, response):
    """Keep or forget the choice in a signed cookie that only this person's sessions can read."""
    if "keep" in request.POST:
        response.set_signed_cookie(
            REMEMBERED,
            request.session[SESSION_KEY],
            salt=_salt(request),
            max_age=REMEMBERED_FOR,
            httponly=True,
            secure=settings.PRODUCTION,
            samesite="Lax",
        )
    elif "choosing" in request.POST:
        response.delete_cookie(REMEMBERED, samesite="Lax")
    return response


def _remembered(request) -> int | None:
    """Return the remembered membership if it is still one of this person's own."""
    value = request.get_signed_cookie(
        REMEMBERED, default="", salt=_salt(request), max_age=REMEMBERED_FOR
    )
    known = {str(membership.pk): membership.pk for membership in request.memberships}
    return known.get(value)


def _salt(request) -> str:
    return f"{REMEMBERED}-{request.user.pk}"
