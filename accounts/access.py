"""Who may pass a door: decorators for pages, permissions for the API, mail for allauth."""

import uuid
from collections.abc import Callable
from functools import wraps

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render
from rest_framework.permissions import BasePermission

from accounts import emails, selectors
from accounts.roles import COMMITS_MONEY, Role


def role_required(*roles: Role) -> Callable:
    """Let these roles pass; others get a 403 page that names the owner, strangers the login."""

    def decorate(view):
        @wraps(view)
        @login_required
        def guarded(request, *args, **kwargs):
            if request.membership is None:
                raise Http404
            if request.membership.role not in roles:
                return refused(request)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


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
