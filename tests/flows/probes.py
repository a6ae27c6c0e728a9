"""The site's addresses and, beside them, doors that forget every filter and doors that fail."""

from django.db import connection
from django.http import JsonResponse, StreamingHttpResponse
from django.urls import include, path
from django.views import View

from accounts import selectors
from accounts.middleware import chosen_membership
from accounts.models import Organization
from accounts.services import record
from accounts.tenancy import person_context, tenant_context
from learners.models import Learner
from tests.neighbours import tenant_models


def everything(request) -> JsonResponse:
    """Answer whose rows a query without a filter sees, table by table, and as which role."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (role,) = cursor.fetchone()
    slugs = {model._meta.label: _slugs(model) for model in tenant_models()}
    return JsonResponse(
        {
            "role": role,
            "organization": request.membership and request.membership.organization.slug,
            "organizations": sorted(Organization.objects.values_list("slug", flat=True)),
            "seen": sorted(set().union(*slugs.values())),
            "blind": sorted(label for label, found in slugs.items() if not found),
        }
    )


def _slugs(model) -> set[str]:
    return set(model._default_manager.values_list("organization__slug", flat=True).distinct())


def failure(request):
    """Write a row and fail after it."""
    record(organization=request.membership.organization, actor=request.user, action="failed")
    raise ZeroDivisionError


def broken_query(request):
    """Leave the transaction broken, as a query that fails does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")


class Deed(View):
    """Write a row of the journal."""

    def post(self, request) -> JsonResponse:
        record(organization=request.membership.organization, actor=request.user, action="done")
        return JsonResponse({})


def late(request) -> StreamingHttpResponse:
    """Stream rows that are read once the request's transaction is over (L5)."""
    return StreamingHttpResponse(f"{learner.email}\n" for learner in Learner.objects.iterator())


def late_in_scope(request) -> StreamingHttpResponse:
    """Stream rows from a scope that the stream opens itself."""
    organization_id = request.membership.organization_id

    def rows():
        with tenant_context(organization_id):
            for learner in Learner.objects.iterator():
                yield f"{learner.email}\n"

    return StreamingHttpResponse(rows())


class SessionWideTenant:
    """The mistake of fact L4: a setting of the session, on a connection that lives on."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.membership, request.memberships = None, []
        if request.user.is_authenticated:
            with person_context(request.user.pk):
                request.memberships = selectors.memberships(request.user)
            request.membership = chosen_membership(request)
        if request.membership:
            with connection.cursor() as cursor:
                tenant = str(request.membership.organization_id)
                cursor.execute("SELECT set_config('app.tenant_id', %s, false)", [tenant])
        return self.get_response(request)


urlpatterns = [
    path("sonde/", everything),
    path("sonde/echec/", failure),
    path("sonde/requete/", broken_query),
    path("sonde/geste/", Deed.as_view()),
    path("sonde/flux/", late),
    path("sonde/flux-cloisonne/", late_in_scope),
    path("admin/sonde/", everything),
    path("", include("digiforma.urls")),
]
