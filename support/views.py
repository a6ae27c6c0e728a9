"""The doors where customers compare the plans and ask for a change."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import role_required
from accounts.roles import ASKS_CHANGES, SEES_SUBSCRIPTION
from accounts.tasks import send_mail_soon
from subscriptions.items import NotActive
from subscriptions.models import Plan, Subscription
from subscriptions.places import asking_support
from subscriptions.tariffs import NoPrice
from support import plan_choice, selectors, services
from support.drawing import REFUSALS
from support.forms import AskForm
from support.labels import When
from support.moves import AlreadyAsked
from support.refusals import refusal_text

reader_required = role_required(*SEES_SUBSCRIPTION)
asker_required = role_required(*ASKS_CHANGES)


@reader_required
@require_safe
@never_cache
def plans(request):
    """Compare the plans on sale, seen from what is counted."""
    organization = request.membership.organization
    if not Subscription.objects.for_organization(organization).exists():
        return redirect("contact")
    context = {
        "page": plan_choice.plans_page(organization, on=timezone.localdate()),
        "card": selectors.open_request(organization),
        "may_ask": request.membership.role in ASKS_CHANGES,
    }
    return render(request, "support/plans.html", context)


@asker_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def ask_plan_change(request, code):
    """Show what a change to a plan brings and bills, then send the request."""
    today = timezone.localdate()
    try:
        terms = plan_choice.change_terms(request.membership.organization, code, on=today)
    except Plan.DoesNotExist:
        raise Http404 from None
    except (NoPrice, NotActive, Subscription.DoesNotExist) as refusal:
        messages.error(request, refusal_text(refusal))
        return redirect("contact")
    if request.method == "POST":
        return _asked(request, AskForm(request.POST, terms=terms), today)
    form = AskForm(_choice(request, terms), terms=terms)
    return _ask_page(request, form, today)


def _choice(request, terms) -> dict:
    """Return the form's data of a GET: what was chosen so far, over what is held."""
    chosen = request.GET
    return {
        "commitment": chosen.get("commitment") or str(terms.commitment),
        "when": chosen.get("when") or When.TERM,
        "options": chosen.getlist("options"),
        "message": chosen.get("message", ""),
    }


def _asked(request, form, today):
    if not form.is_valid():
        return _ask_page(request, form, today, status=422)
    if request.POST.get("deed") == "preview":
        return _ask_page(request, form, today)
    try:
        with asking_support(organization=request.membership.organization, on=today):
            asked = services.ask_plan_change(
                membership=request.membership, wish=form.wish, on=today
            )
    except AlreadyAsked as other:
        text = _("Une demande est déjà en cours (%(reference)s). Ouvrez-la pour la modifier.")
        messages.error(request, text % {"reference": other})
        return redirect("request", str(other))
    except REFUSALS as refusal:
        form.add_error(None, refusal_text(refusal))
        return _ask_page(request, form, today, status=422)
    send_mail_soon()
    text = _("Demande envoyée. Référence %(reference)s : suivez-la ici, une copie part par e-mail.")
    messages.success(request, text % {"reference": asked.reference})
    return redirect("request", asked.reference)


def _ask_page(request, form, today, *, status=200):
    """Render the change with the document that the engine would issue."""
    preview, refusal = None, ""
    if form.is_valid():
        try:
            with asking_support(organization=request.membership.organization, on=today):
                preview = plan_choice.change_preview(form.terms.subscription, form.wish, on=today)
        except REFUSALS as refused:
            refusal = refusal_text(refused)
    context = {"form": form, "terms": form.terms, "preview": preview, "refusal": refusal}
    return render(request, "support/ask_plan_change.html", context, status=status)
