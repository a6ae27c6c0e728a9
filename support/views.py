"""The doors where customers compare the plans and ask for a change."""

from dataclasses import asdict
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import role_required
from accounts.roles import ASKS_CHANGES, SEES_SUBSCRIPTION
from accounts.tasks import send_mail_soon
from subscriptions.items import NotActive
from subscriptions.models import Plan, Subscription
from subscriptions.periods import Commitment
from subscriptions.places import asking_support
from subscriptions.tariffs import NoPrice
from support import announcements, plan_choice, plan_pages, selectors, services
from support.drawing import REFUSALS
from support.forms import AskForm, ExpectedForm
from support.labels import When
from support.moves import AlreadyAsked
from support.refusals import refusal_text

reader_required = role_required(*SEES_SUBSCRIPTION)
asker_required = role_required(*ASKS_CHANGES)


@reader_required
@require_safe
@never_cache
def plans(request):
    """Compare the plans on sale with the year to come, and choose one of them."""
    organization, today = request.membership.organization, timezone.localdate()
    if not Subscription.objects.for_organization(organization).exists():
        return redirect("contact")
    seen = plan_pages.prospect(organization, on=today)
    form = ExpectedForm(_numbers(request.GET, seen.expected))
    expected = plan_pages.Expected(**form.cleaned_data) if form.is_valid() else seen.expected
    page = plan_pages.plans_page(organization, seen, expected, on=today)
    card = selectors.open_request(organization)
    may_ask = request.membership.role in ASKS_CHANGES
    choice = _choice(request, page, today) if may_ask and page.may_change and not card else None
    if choice and form.is_valid() and request.GET.get("deed") == "preview":
        return redirect(_address(choice["form"]))
    context = {
        "form": form,
        "page": page,
        "is_raised": expected != page.expected,
        "card": card,
        "may_ask": may_ask,
        "choice": choice,
        "commitment": request.GET.get("commitment") or page.commitment,
        "promise": announcements.promise(on=today),
    }
    return render(request, "support/plans.html", context, status=200 if form.is_valid() else 422)


def _numbers(typed, expected) -> dict:
    """Return the three numbers: as typed, else as we expect them."""
    return {name: typed.get(name, str(number)) for name, number in asdict(expected).items()}


def _address(form) -> str:
    """Return where a choice is previewed and sent."""
    query = urlencode({name: form.data[name] for name in ("commitment", "options")}, doseq=True)
    return f"{reverse('ask-plan-change', args=[form.terms.plan.code])}?{query}"


def _choice(request, page, today) -> dict:
    """Return the plan chosen so far, its options, and what they would bill at the échéance.

    Until somebody picks another plan than the one proposed, the proposed one follows the numbers.
    """
    told = request.GET
    code = told.get("plan")
    if code not in page.on_sale or code == told.get("proposed"):
        code = page.proposed
    terms = plan_choice.change_terms(request.membership.organization, code, on=today)
    offered = {option.code for option in terms.options}
    choice = _told(told, terms) | {"when": When.TERM}
    choice["options"] = [code for code in choice["options"] if code in offered]
    form = _preview_form(choice, terms)
    return {"form": form, "terms": terms, **_drawn(request, form, today)}


def _told(told, terms) -> dict:
    """Return the form's data of a GET: what was chosen so far, over what is held."""
    commitment = told.get("commitment")
    return {
        "commitment": commitment if commitment in list(Commitment) else str(terms.commitment),
        "when": told.get("when") or When.TERM,
        "options": told.getlist("options"),
        "message": told.get("message", ""),
    }


def _preview_form(data, terms) -> AskForm:
    """Return the form of what is only looked at: options alone are seen from now on."""
    if AskForm(data, terms=terms).is_options_alone:
        data["when"] = When.NOW
    return AskForm(data, terms=terms)


def _drawn(request, form, today) -> dict:
    """Return the document that the engine would issue for a choice, or why it refuses."""
    if not form.is_valid():
        return {"preview": None, "refusal": ""}
    try:
        with asking_support(organization=request.membership.organization, on=today):
            preview = plan_choice.change_preview(form.terms.subscription, form.wish, on=today)
    except REFUSALS as refused:
        return {"preview": None, "refusal": refusal_text(refused)}
    return {"preview": preview, "refusal": ""}


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
    if request.method == "POST" and request.POST.get("deed") == "preview":
        form = _preview_form(request.POST.copy(), terms)
        return _ask_page(request, form, today, status=200 if form.is_valid() else 422)
    if request.method == "POST":
        return _asked(request, AskForm(request.POST, terms=terms), today)
    form = _preview_form(_told(request.GET, terms), terms)
    return _ask_page(request, form, today)


def _asked(request, form, today):
    if not form.is_valid():
        return _ask_page(request, form, today, status=422)
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
    context = {"form": form, "terms": form.terms, **_drawn(request, form, today)}
    return render(request, "support/ask_plan_change.html", context, status=status)
