"""The support team's desk: the queue, one request with its buttons, strangers' messages."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin import ReadOnlyAdmin
from support import services
from support.canned_admin import CannedReplyAdmin
from support.desk_admin import BusySeasonAdmin
from support.mail_admin import InboundMailAdmin
from support.models import BusySeason, CannedReply, ContactMessage, InboundMail, Request
from support.queue_views import QueueViews
from support.senders import members_at
from support.staff_forms import OrganizationForm
from support.version_views import VersionViews
from support.workflow import IllegalMove, NotAllowed


@admin.register(Request)
class RequestAdmin(QueueViews, VersionViews, ReadOnlyAdmin):
    """The queue and the file of a request; every change is a deed with its own form."""

    def get_urls(self):
        own = [*self.queue_urls(), *self.file_urls(), *self.version_urls()]
        return [*own, *super().get_urls()]


@admin.register(ContactMessage)
class ContactMessageAdmin(ReadOnlyAdmin):
    """Messages of people who were not signed in, and the organization they turn out to be of."""

    list_display = ["created_at", "name", "email", "organization_name", "answered_by"]
    search_fields = ["name", "email", "organization_name", "answered_by"]
    ordering = ["-created_at"]

    def get_urls(self):
        attach = self.admin_site.admin_view(self.attach)
        name = "support_contactmessage_attach"
        return [path("<uuid:pk>/rattacher/", attach, name=name), *super().get_urls()]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        contact = self.get_object(request, object_id)
        context = {"form": OrganizationForm(), **(extra_context or {})}
        context["senders"] = members_at(contact.email) if contact else ()
        self.change_form_template = "admin/support/contactmessage/change_form.html"
        return super().change_view(request, object_id, form_url, context)

    def attach(self, request, pk):
        """Make a request of a stranger's message, in the name of its organization."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = OrganizationForm(request.POST if request.method == "POST" else None)
        if not form.is_valid():
            for error in form.errors.get("organization", []):
                messages.error(request, error)
            return redirect("admin:support_contactmessage_change", pk)
        try:
            made = services.attach_contact(
                contact_id=pk,
                organization=form.cleaned_data["organization"],
                actor=request.user,
                on=timezone.localdate(),
            )
        except NotAllowed:
            raise PermissionDenied from None
        except ContactMessage.DoesNotExist:
            raise Http404 from None
        except IllegalMove as other:
            text = _("Ce message est déjà devenu la demande %(reference)s.")
            messages.error(request, text % {"reference": other})
            return redirect("admin:support_contactmessage_change", pk)
        messages.success(request, _("Demande %(reference)s créée.") % {"reference": made.reference})
        return redirect("admin:support_request_change", made.pk)


admin.site.register(BusySeason, BusySeasonAdmin)
admin.site.register(CannedReply, CannedReplyAdmin)
admin.site.register(InboundMail, InboundMailAdmin)
admin.site.site_header = gettext_lazy("Support")
admin.site.site_title = gettext_lazy("Support Digiforma")
admin.site.index_title = gettext_lazy("Tout le bureau")
admin.site.enable_nav_sidebar = False
