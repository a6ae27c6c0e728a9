"""The scope of each request, chosen from the signed-in person and from nothing else."""

from django.http import Http404

from accounts import selectors
from accounts.roles import Role
from accounts.tenancy import person_context, set_tenant, staff_context

STAFF_ADDRESSES = ("/admin/", "/interne/")
SESSION_KEY = "membership_id"


class TenantMiddleware:
    """Open the transaction of a signed-in request under the right scope (fact L2).

    Staff at staff's addresses work as the staff's database role; everybody else sees the
    organization of one of their own memberships, the one their session names or the first.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.membership, request.memberships = None, []
        if not request.user.is_authenticated:
            return self.get_response(request)
        if request.user.is_staff and request.path.startswith(STAFF_ADDRESSES):
            with staff_context():
                return self.get_response(request)
        with person_context(request.user.pk):
            request.memberships = selectors.memberships(request.user)
            request.membership = chosen_membership(request)
            if request.membership:
                set_tenant(request.membership.organization_id)
            return self.get_response(request)


def chosen_membership(request):
    """Return the membership that the session names, or the person's own account, or the first."""
    wanted = request.session.get(SESSION_KEY)
    preferred = sorted(
        request.memberships,
        key=lambda membership: (membership.pk != wanted, membership.role != Role.OWNER),
    )
    return next(iter(preferred), None)


def switch(request, membership_id: int) -> None:
    """Remember another of the person's own memberships. Raises Http404 for anyone else's."""
    if membership_id not in {membership.pk for membership in request.memberships}:
        raise Http404
    request.session[SESSION_KEY] = membership_id
