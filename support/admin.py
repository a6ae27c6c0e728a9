"""The support team's desk: the queue, one request with its buttons, strangers' messages."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from accounts.admin import ReadOnlyAdmin
from support.canned_admin import CannedReplyAdmin
from support.contact_admin import ContactMessageAdmin
from support.desk_admin import BusySeasonAdmin
from support.mail_admin import InboundMailAdmin
from support.models import BusySeason, CannedReply, ContactMessage, InboundMail, Request
from support.queue_views import QueueViews
from support.version_views import VersionViews


@admin.register(Request)
class RequestAdmin(QueueViews, VersionViews, ReadOnlyAdmin):
    """The queue and the file of a request; every change is a deed with its own form."""

    def get_urls(self):
        own = [*self.queue_urls(), *self.file_urls(), *self.version_urls()]
        return [*own, *super().get_urls()]


admin.site.register(BusySeason, BusySeasonAdmin)
admin.site.register(CannedReply, CannedReplyAdmin)
admin.site.register(ContactMessage, ContactMessageAdmin)
admin.site.register(InboundMail, InboundMailAdmin)
admin.site.site_header = gettext_lazy("Support")
admin.site.site_title = gettext_lazy("Support Digiforma")
admin.site.index_title = gettext_lazy("Tout le bureau")
admin.site.enable_nav_sidebar = False
