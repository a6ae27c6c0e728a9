"""The door of whoever writes to us, signed in or not."""

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.core.cache import cache
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.roles import SEES_SUBSCRIPTION
from accounts.tasks import send_mail_soon
from support import services
from support.forms import ContactForm, MemberContactForm

MESSAGES_AN_HOUR = 5
HOUR = 3600


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
