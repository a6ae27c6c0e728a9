"""Who may pass a door: decorators for pages, permissions for the API, mail for allauth."""

import uuid
from collections.abc import Callable
from functools import wraps
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect
from rest_framework.permissions import SAFE_METHODS, BasePermission

from accounts import emails, selectors
from accounts.roles import COMMITS_MONEY, Role


def role_required(*roles: Role) -> Callable:
    """Let these roles pass; others get a 403 page that names the owner, strangers the login."""

    def decorate(view):
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if not request.user.is_authenticated:
                return _to_login(request)
            if request.membership is None:
                raise Http404
            if request.membership.role not in roles:
                return refused(request)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def _to_login(request):
    """Send to the login, then back: for a form or a fragment, to the page that it stood on."""
    if request.headers.get("HX-Request"):
        return HttpResponseClientRedirect(redirect_to_login(_page_before(request)).url)
    if request.method in SAFE_METHODS:
        return redirect_to_login(request.get_full_path())
    text = _("Votre session a pris fin : rien n’est parti. Reconnectez-vous, puis recommencez.")
    messages.warning(request, text)
    return redirect_to_login(_page_before(request))


def _page_before(request) -> str:
    """Return the address of the page of ours that a form stood on, else of the first page."""
    page = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(
        page, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return urlsplit(page)._replace(scheme="", netloc="").geturl() if ours else "/"


def refused(request):
    """Return the 403 page: who may do this, and whom to ask."""
    owner = selectors.owner(request.membership.organization)
    return render(request, "accounts/refused.html", {"owner": owner}, status=403)


member_required = role_required(*Role)
owner_required = role_required(*COMMITS_MONEY)


def roles_allowed(*roles: Role) -> type[BasePermission]:
    """Return the API's twin of `role_required`."""

    class RoleAllowed(BasePermission):
        def has_permission(self, request, view) -> bool:
            membership = getattr(request._request, "membership", None)
            return membership is not None and membership.role in roles

    return RoleAllowed


class AccountAdapter(DefaultAccountAdapter):
    """allauth, with our mails and without sign-up."""

    def is_open_for_signup(self, request):
        return False

    def send_mail(self, template_prefix, email, context):
        """Write allauth's mail as a row of ours; `password_reset_key` is the only one it sends."""
        template = template_prefix.rsplit("/", 1)[-1]
        emails.post(
            to=email,
            template=f"accounts/{template}",
            context={key: context[key] for key in ("user", "password_reset_url") if key in context},
            dedupe_key=f"{template}-{uuid.uuid4()}",
        )
