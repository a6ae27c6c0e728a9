"""The hall: where everyone arrives, and whether the house stands."""

import logging
import secrets
from functools import wraps

import redis
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import Error, connection, transaction
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import selectors
from accounts.access import role_required
from accounts.middleware import SESSION_KEY
from accounts.roles import SEES_SUBSCRIPTION
from digiforma.context import notice_of
from digiforma.counted_learners import NoSuchVersion, counted_lines, counted_page
from digiforma.counted_query import CountedQuery
from digiforma.dashboard import dashboard
from digiforma.overview import overview
from digiforma.simulation import SimulationForm, simulate
from learners import safe_csv
from learners.counted_file import changed_file, counted_file, file_name
from subscriptions.models import Subscription

logger = logging.getLogger(__name__)
NUL = "%00"  # in an address
PATIENCE = 2  # seconds that a health check waits for Redis


@require_safe
@login_required
def home(request):
    """Send everyone where their work is; a trainer reads what this access opens."""
    if request.user.is_staff:
        return redirect("admin:index")
    if request.membership is None or _must_choose(request):
        return redirect("organizations")
    if request.membership.role in SEES_SUBSCRIPTION:
        return redirect("my-subscription")
    owner = selectors.owner(request.membership.organization)
    return render(request, "digiforma/home.html", {"owner": owner})


@transaction.non_atomic_requests  # it only reads; the middleware's transaction is around it
@role_required(*SEES_SUBSCRIPTION)
@require_safe
@never_cache
def my_subscription(request):
    """Show where the subscription stands, to whoever may see it."""
    page = overview(request.membership, at=timezone.now())
    notice = notice_of(page.usage, closes_on=page.closes_on, on=timezone.localdate())
    context = {"page": page, "account_notice": notice}
    return render(request, "digiforma/my_subscription.html", context)


@transaction.non_atomic_requests  # it only reads, as above
@role_required(*SEES_SUBSCRIPTION)
@require_safe
@never_cache
def counted_learners(request):
    """Show the learners counted, what made the number and the list that proves it."""
    today = timezone.localdate()
    form = CountedQuery(request.GET, today=today)
    try:
        page = counted_page(request.membership.organization, form.asked(), at=timezone.now())
    except NoSuchVersion:
        raise Http404 from None
    notice = notice_of(page.foresight.usage, closes_on=page.foresight.closes_on, on=today)
    context = {"page": page, "form": form, "account_notice": notice}
    status = 422 if form.errors else 200
    return render(request, "digiforma/counted_learners.html", context, status=status)


@transaction.non_atomic_requests
@role_required(*SEES_SUBSCRIPTION)
@require_safe
@never_cache
def counted_learners_file(request):
    """Give the list that the page shows, whole, as CSV; the page says what is asked wrongly."""
    today = timezone.localdate()
    form = CountedQuery(request.GET, today=today)
    asked = form.asked()
    if form.errors:
        return redirect(f"{reverse('counted-learners')}?{request.GET.urlencode()}")
    try:
        sight, rows = counted_lines(request.membership.organization, asked, today=today)
    except NoSuchVersion:
        raise Http404 from None
    return HttpResponse(
        changed_file(rows) if asked.cause else counted_file(rows),
        content_type=safe_csv.CONTENT_TYPE,
        headers={
            "Content-Disposition": content_disposition_header(
                as_attachment=True, filename=file_name(sight)
            )
        },
    )


@admin.site.admin_view
@require_safe
def simulation(request, pk):
    """Play one account forward for staff, to a day they choose; nothing of it is kept."""
    if not request.user.has_perm("subscriptions.view_subscription"):
        raise PermissionDenied
    rows = Subscription.objects.select_related("organization", "seller")
    subscription = get_object_or_404(rows, pk=pk)
    today = timezone.localdate()
    form = SimulationForm(request.GET or None, today=today)
    shown = None
    if form.is_valid():
        shown = simulate(subscription, on=today, until=form.cleaned_data["until"])
    context = {
        **admin.site.each_context(request),
        "opts": Subscription._meta,
        "title": subscription.organization.name,
        "subscription": subscription,
        "form": form,
        "simulation": shown,
    }
    return render(
        request, "admin/digiforma/simulation.html", context, status=422 if form.errors else 200
    )


def _must_choose(request) -> bool:
    return len(request.memberships) > 1 and SESSION_KEY not in request.session


def with_dashboard(index):
    """Return the admin's index with what waits for the desk above it."""

    def desk(request, extra_context=None):
        if not request.user.has_perm("support.view_request"):
            return index(request, extra_context)
        board = dashboard(on=timezone.localdate(), at=timezone.now())
        title = _("Tableau de bord")
        return index(request, {"title": title, "board": board, **(extra_context or {})})

    return desk


def without_nul(admin_view):
    """Return the admin's guard of its pages that drops filters with NUL: no table holds it."""

    def guard(view, *cacheable):
        @wraps(view)
        def page(request, *args, **kwargs):
            if request.method in ("GET", "HEAD") and NUL in request.GET.urlencode():
                told = _("Un filtre de cette adresse était illisible : voici la page sans filtre.")
                messages.warning(request, told)
                return redirect(request.path)
            return view(request, *args, **kwargs)

        return admin_view(page, *cacheable)

    return guard


@transaction.non_atomic_requests
@require_safe
@never_cache
def health(request):
    """Tell a monitor what works: 503 without the database; without Redis jobs only wait."""
    database, queue = _database_answers(), _redis_answers()
    return JsonResponse(
        {
            "database": "ok" if database else "down",
            "redis": "ok" if queue else "degraded",
        },
        status=200 if database else 503,
    )


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        logger.exception("The database does not answer")
        return False
    return True


def _redis_answers() -> bool:
    client = redis.from_url(
        settings.REDIS_URL, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE
    )
    try:
        return client.ping()
    except redis.RedisError:
        logger.exception("Redis does not answer")
        return False
    finally:
        client.close()


def server_error(request):
    """Answer an unexpected failure with a reference that stands in the log beside its trace."""
    reference = secrets.token_hex(4)
    logger.error("Failure %s at %s", reference, request.path)
    return render(None, "500.html", {"reference": reference}, status=500)
