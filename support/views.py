"""The doors where customers ask, follow, answer."""

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.core.cache import cache
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import owner_required, role_required
from accounts.roles import ASKS_CHANGES, SEES_SUBSCRIPTION
from accounts.tasks import send_mail_soon
from subscriptions.items import NotActive
from subscriptions.models import Plan, Subscription
from subscriptions.places import asking_support
from subscriptions.tariffs import NoPrice
from support import conversation, plan_choice, quotes, selectors, services
from support.drawing import REFUSALS
from support.forms import AskForm, ContactForm, MemberContactForm, ReasonForm, ReplyForm
from support.labels import When
from support.models import Request
from support.moves import AlreadyAsked
from support.quotes import ExpiredQuote, StaleQuote
from support.refusals import refusal_text, stale_text
from support.workflow import IllegalMove, NotAllowed

reader_required = role_required(*SEES_SUBSCRIPTION)
asker_required = role_required(*ASKS_CHANGES)

MESSAGES_AN_HOUR = 5
HOUR = 3600


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


@reader_required
@require_safe
@never_cache
def requests(request):
    """List the requests that one may follow."""
    rows = selectors.requests(request.membership)
    return render(request, "support/requests.html", {"rows": rows})


@reader_required
@require_safe
@never_cache
def request_page(request, reference):
    """Follow one request: its steps, its quote, its conversation."""
    return _request_page(request, reference)


def _request_page(request, reference, *, form=None, status=200):
    try:
        page = selectors.request_page(request.membership, reference, on=timezone.localdate())
    except Request.DoesNotExist:
        raise Http404 from None
    context = {"page": page, "form": form or ReplyForm(), "reason_form": ReasonForm()}
    return render(request, "support/request.html", context, status=status)


@reader_required
@require_POST
def reply(request, reference):
    """Add a message to the conversation."""
    form = ReplyForm(request.POST)
    if not form.is_valid():
        return _request_page(request, reference, form=form, status=422)
    return _done(
        request,
        reference,
        lambda: conversation.reply_as_customer(
            membership=request.membership,
            reference=reference,
            body=form.cleaned_data["body"],
            on=timezone.localdate(),
        ),
        _("Message envoyé au support."),
    )


@reader_required
@require_POST
def withdraw(request, reference):
    """Withdraw a request; nothing changes."""
    return _done(
        request,
        reference,
        lambda: conversation.withdraw(
            membership=request.membership,
            reference=reference,
            on=timezone.localdate(),
            reason=_reason(request),
        ),
        _("Demande retirée. Rien ne change."),
    )


@owner_required
@require_POST
def accept(request, reference):
    """Accept the quote: it commits the organization."""
    return _done(
        request,
        reference,
        lambda: quotes.accept_quote(
            membership=request.membership, reference=reference, on=timezone.localdate()
        ),
        _("Devis accepté. Le changement prendra effet à la date et au montant du devis."),
    )


@owner_required
@require_POST
def decline(request, reference):
    """Decline the quote; support may propose another."""
    return _done(
        request,
        reference,
        lambda: quotes.decline_quote(
            membership=request.membership,
            reference=reference,
            on=timezone.localdate(),
            reason=_reason(request),
        ),
        _("Devis décliné. Rien ne change ; le support peut vous en proposer un autre."),
    )


@asker_required
@require_POST
def ask_again(request, reference):
    """Ask for a new quote in place of one that is past or stale."""
    return _done(
        request,
        reference,
        lambda: quotes.ask_again(
            membership=request.membership, reference=reference, on=timezone.localdate()
        ),
        _("Nouveau devis demandé au support."),
    )


def _reason(request) -> str:
    form = ReasonForm(request.POST)
    return form.cleaned_data["reason"] if form.is_valid() else ""


def _done(request, reference, deed, said):
    """Run one deed on a request, say how it went, and show the request again."""
    try:
        with asking_support(organization=request.membership.organization, on=timezone.localdate()):
            deed()
    except Request.DoesNotExist:
        raise Http404 from None
    except NotAllowed:
        messages.error(request, _("Vous n’avez plus accès à cette action : votre rôle a changé."))
    except IllegalMove:
        messages.error(
            request, _("La demande a changé entre-temps. Voici où elle en est maintenant.")
        )
    except ExpiredQuote:
        messages.error(request, _("Ce devis a expiré. Demandez-en un nouveau."))
    except StaleQuote as stale:
        messages.error(request, stale_text(stale))
    else:
        send_mail_soon()
        messages.success(request, said)
    return redirect("request", reference)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def contact(request):
    """Write to us: a member's message joins the requests, a stranger's waits for support."""
    if request.membership and request.membership.role in SEES_SUBSCRIPTION:
        return _member_contact(request)
    if request.method != "POST":
        return render(request, "support/contact.html", {"form": ContactForm()})
    form = ContactForm(request.POST)
    if not form.is_valid():
        return render(request, "support/contact.html", {"form": form}, status=422)
    if not form.is_trapped:
        if _wrote_too_often(request):
            context = {"form": form, "wrote_too_often": True}
            return render(request, "support/contact.html", context, status=429)
        services.ask_by_contact(**form.contact)
        send_mail_soon()
    messages.success(request, _("Message envoyé. Nous vous répondrons par e-mail."))
    return redirect("contact")


def _member_contact(request):
    form = MemberContactForm(request.POST or None)
    if not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return render(request, "support/contact.html", {"form": form}, status=status)
    asked = services.ask_by_message(
        membership=request.membership,
        message=form.cleaned_data["message"],
        on=timezone.localdate(),
    )
    send_mail_soon()
    messages.success(request, _("Message envoyé au support. La réponse paraîtra ici."))
    return redirect("request", asked.reference)


def _wrote_too_often(request) -> bool:
    """Count this message for its address; the hour begins again with each one."""
    key = f"contact-{get_adapter(request).get_client_ip(request)}"
    written = cache.get(key, 0)
    if written >= MESSAGES_AN_HOUR:
        return True
    cache.set(key, written + 1, HOUR)
    return False
