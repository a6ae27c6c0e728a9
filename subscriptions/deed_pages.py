"""The page of one deed: its form, then what it will do, then done. No script, no second click."""

from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from subscriptions.actions import Action
from subscriptions.models import Invoice, StaffOrder, Subscription
from subscriptions.orders import Changed, groups_of, place
from subscriptions.places import asking_support
from subscriptions.refusals import REFUSALS, refusal_text
from subscriptions.staff_deeds import Foreseen, Order, foresee
from subscriptions.staff_forms import DeedForm
from subscriptions.staff_rights import Deed, NotAllowed, may, takes_two


@dataclass(frozen=True, slots=True)
class Subject:
    """What a deed is about: a subscription, or one of its documents."""

    subscription: Subscription
    back: str  # the address of its page
    about: Invoice | None = None
    left_cents: int = 0


def deed_page(
    request, context: dict, subject: Subject, action: Action, *, deed: Deed, on: date
) -> TemplateResponse:
    """Show a deed's form; when it is filled in, what it will do; when confirmed, do it.

    Raises PermissionDenied to whoever may not.
    """
    if not may(deed, groups_of(request.user)):
        raise PermissionDenied
    posted = request.POST if request.method == "POST" else None
    form = action.form(
        posted,
        subscription=subject.subscription,
        about=subject.about,
        left_cents=subject.left_cents,
        on=on,
    )
    context = {**context, "subject": subject, "action": action, "form": form, "title": action.label}
    if posted is None:
        return _page(request, context)
    if not form.is_valid():
        return _page(request, context, status=422)
    order = _order(subject, deed, form)
    if form.cleaned_data["seen"] or "confirm" in posted:
        return _confirmed(request, context, order, action, on=on)
    return _shown(request, context, order, on=on)


def _order(subject: Subject, deed: Deed, form: DeedForm) -> Order:
    return Order(
        subscription=subject.subscription,
        deed=deed,
        key=form.cleaned_data["key"] or uuid4(),
        reason=form.cleaned_data["reason"],
        details=form.details,
        about=subject.about,
    )


def _page(request, context: dict, *, status: int = 200) -> TemplateResponse:
    return TemplateResponse(request, "admin/subscriptions/deed.html", context, status=status)


def _shown(request, context: dict, order: Order, *, on: date, status: int = 200):
    """Show what an order will issue, with the button that confirms it."""
    try:
        with asking_support(organization=order.subscription.organization, on=on):
            foreseen = foresee(order, on=on, actor=request.user)
    except REFUSALS as refusal:
        context["form"].add_error(None, refusal_text(refusal))
        return _page(request, context, status=422)
    told = {
        "foreseen": foreseen,
        "key": order.key,
        "takes_two": _takes_two(foreseen),
        "unbillable": refusal_text(foreseen.unbillable) if foreseen.unbillable else "",
        "left_after_cents": _left_after(order, context["subject"]),
    }
    return _page(request, {**context, **told}, status=status)


def _takes_two(foreseen: Foreseen) -> bool:
    return not foreseen.comes_next and any(takes_two(each.net_cents) for each in foreseen.documents)


def _left_after(order: Order, subject: Subject) -> int | None:
    """Return what a payment leaves to pay."""
    if order.deed != Deed.RECORD_PAYMENT:
        return None
    return subject.left_cents - order.details["amount_cents"]


def _confirmed(request, context: dict, order: Order, action: Action, *, on: date):
    """Do what was shown; show it again when it is no longer the same."""
    seen = context["form"].cleaned_data["seen"]
    try:
        with asking_support(organization=order.subscription.organization, on=on):
            placed = place(order, seen=seen, on=on, actor=request.user)
    except NotAllowed:
        raise PermissionDenied from None
    except Changed as changed:
        messages.warning(request, refusal_text(changed))
        return _shown(request, context, order, on=on, status=409)
    except REFUSALS as refusal:
        context["form"].add_error(None, refusal_text(refusal))
        return _page(request, context, status=422)
    if placed.state == StaffOrder.State.WAITING:
        messages.warning(
            request, _("Avoir de plus de 500 € HT : un autre responsable doit l’approuver.")
        )
    else:
        messages.success(request, action.done)
    return redirect(context["subject"].back)
