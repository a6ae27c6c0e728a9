"""The door of whoever writes to us, signed in or not."""

from allauth.core.ratelimit import consume
from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.roles import SEES_SUBSCRIPTION
from accounts.tasks import send_mail_soon
from support import announcements, contacts, services
from support.forms import ContactForm, MemberContactForm

WROTE_FROM = "wrote-from"  # in the session


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def contact(request):
    """Write to us: a member's message joins the requests, a stranger's waits for support."""
    if request.membership and request.membership.role in SEES_SUBSCRIPTION:
        return _member_contact(request)
    if request.method != "POST":
        return _page(request, ContactForm(initial=_known(request.user)))
    form = ContactForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    if not consume(request, action="contact", key=form.cleaned_data["email"].lower()):
        return _page(request, form, wrote_too_often=True, status=429)
    contacts.receive(at=timezone.now(), **form.contact)
    send_mail_soon()
    request.session[WROTE_FROM] = form.cleaned_data["email"]
    return redirect("contact-sent")


def _known(user) -> dict[str, str]:
    """Return what we know of somebody who is signed in without an account to speak for."""
    return {"name": user.full_name, "email": user.email} if user.is_authenticated else {}


def _page(request, form, *, status=200, **context):
    context |= {
        "form": form,
        "promise": announcements.promise(on=timezone.localdate()),
        "support_email": settings.SUPPORT_EMAIL,
    }
    return render(request, "support/contact.html", context, status=status)


@require_safe
@never_cache
def contact_sent(request):
    """Say what happens next with a message that was just sent."""
    email = request.session.get(WROTE_FROM)
    if not email:
        return redirect("contact")
    context = {"email": email, "promise": announcements.promise(on=timezone.localdate())}
    return render(request, "support/contact_sent.html", context)


def _member_contact(request):
    if request.method != "POST":
        return _page(request, MemberContactForm())
    form = MemberContactForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, status=422)
    if not consume(request, action="member_contact"):
        return _page(request, form, wrote_too_often=True, status=429)
    asked = services.ask_by_message(
        membership=request.membership,
        message=form.cleaned_data["message"],
        files=form.cleaned_data["files"],
        on=timezone.localdate(),
    )
    send_mail_soon()
    messages.success(request, _("Message envoyé au support. La réponse paraîtra ici."))
    return redirect("request", asked.reference)
