"""The doors of one option: read what it opens, subscribe, end it, keep it after all."""

from urllib.parse import urlencode

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import selectors as people
from accounts.access import owner_required, role_required
from accounts.roles import SEES_SUBSCRIPTION
from accounts.tasks import send_mail_soon
from options import endings, selectors, services
from options.forms import SubscribeForm
from options.policy import Action
from options.services import KeyReused, NotOffered, PriceChanged, Undone
from support.labels import When

subscription_reader_required = role_required(*SEES_SUBSCRIPTION)
UNKNOWN_OPERATION = "option without a key"


@subscription_reader_required
@require_safe
@never_cache
def option(request, slug):
    """Show what an option opens, its price, and since when it is held."""
    return render(request, "options/option.html", _context(request, _option(slug)))


@subscription_reader_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def subscribe(request, slug):
    """Show what subscribing will cost, or whom it tells; then do it."""
    option = _option(slug)
    if request.method != "POST":
        return _proposal(request, option)
    form = SubscribeForm(request.POST)
    today = timezone.localdate()
    try:
        outcome = services.press_subscribe(
            membership=request.membership,
            option=option,
            today=today,
            operation=form.operation if form.is_valid() else UNKNOWN_OPERATION,
            shown=form.shown if form.is_valid() else services.NOTHING_SHOWN,
        )
    except (PriceChanged, KeyReused, Undone):
        return _proposal(request, option, has_changed=True, status=409)
    except NotOffered:
        return _proposal(request, option, status=409)
    send_mail_soon()
    said = {"option": option, "outcome": outcome, "today": today}
    _say(request, outcome.pressed.value, said)
    return redirect("my-subscription")


def _proposal(request, option, *, has_changed=False, status=200):
    """Answer the page, or its fragment for the dialog, with the amounts of the real documents."""
    context = _context(request, option) | {"has_changed": has_changed}
    action = context["offer"].action
    if action is Action.ASK_QUOTE and request.method != "POST" and not request.htmx:
        return redirect(context["quote_address"])
    if action is Action.SUBSCRIBE:
        context |= _terms(request, option)
    template = "options/_subscribe.html" if request.htmx else "options/subscribe.html"
    return render(request, template, context, status=status)


def _terms(request, option) -> dict:
    """Return the amounts and the form that agrees to them, or why there are none."""
    try:
        terms = services.preview_subscribe(
            membership=request.membership, option=option, on=timezone.localdate()
        )
    except NotOffered as refused:
        return {"refusal": selectors.REASONS.get(refused.decision.reason, "")}
    return {"terms": terms, "form": SubscribeForm.of(terms)}


@owner_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def end(request, slug):
    """Confirm, then end the option at the end of the running period."""
    option = _option(slug)
    if request.method != "POST":
        return render(request, "options/end.html", _context(request, option))
    try:
        item = endings.end_option(
            membership=request.membership, option=option, today=timezone.localdate()
        )
    except NotOffered:
        return render(request, "options/end.html", _context(request, option), status=409)
    _say(request, "ended", {"option": option, "item": item})
    send_mail_soon()
    return redirect("option", slug)


@owner_required
@require_POST
def keep(request, slug):
    """Keep an option that was to end."""
    option = _option(slug)
    try:
        endings.keep_option(
            membership=request.membership, option=option, today=timezone.localdate()
        )
    except NotOffered:
        return render(request, "options/option.html", _context(request, option), status=409)
    _say(request, "kept", {"option": option})
    return redirect("option", slug)


@owner_required
@require_POST
def undo(request, slug):
    """Undo a subscription of the last 24 hours."""
    option = _option(slug)
    now = timezone.now()
    try:
        credit_note = endings.undo_option(
            membership=request.membership, option=option, at=now, today=timezone.localdate(now)
        )
    except NotOffered:
        return render(request, "options/option.html", _context(request, option), status=409)
    _say(request, "undone", {"option": option, "credit_note": credit_note})
    return redirect("my-subscription")


def _option(slug: str):
    return get_object_or_404(selectors.on_sale(), component__code=slug)


def _context(request, option) -> dict:
    offer = selectors.offer(request.membership, option, timezone.localdate())
    return {
        "offer": offer,
        "owner": people.owner(request.membership.organization),
        "may_undo": offer.may_undo(timezone.now()),
        "quote_address": _quote_address(offer),
    }


def _quote_address(offer) -> str:
    """Return where a quote with this option and nothing else is asked; empty if it is not sold so.

    An option alone is taken now: nothing would wait for the échéance (R10).
    """
    if offer.action is not Action.ASK_QUOTE:
        return ""
    chosen = urlencode({"when": When.NOW, "options": offer.slug})
    return f"{reverse('ask-plan-change', args=[offer.plan])}?{chosen}"


def _say(request, name: str, context: dict) -> None:
    context["owner"] = people.owner(request.membership.organization)
    context["is_owner"] = context["owner"] == request.user
    text = render_to_string(f"options/messages/{name}.txt", context)
    level = messages.INFO if name == "already" else messages.SUCCESS
    messages.add_message(request, level, text.strip())
