"""The support team's desk: the queue, one request with its buttons, strangers' messages."""

from functools import partial

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin import ReadOnlyAdmin
from accounts.tasks import send_mail_soon
from subscriptions.places import asking_support
from support import conversation, desk, moves, services
from support import queue as queues
from support.actions import ACTIONS
from support.drawing import REFUSALS
from support.forms import ReplyForm
from support.handover import NotAgreed
from support.labels import KIND_LABELS
from support.models import ContactMessage, Request
from support.moves import AlreadyAsked
from support.quotes import ExpiredQuote, StaleQuote
from support.refusals import desk_refusal_text
from support.staff_forms import OrganizationForm
from support.workflow import IllegalMove, NotAllowed, may_move

EXPECTED = (IllegalMove, NotAgreed, AlreadyAsked, StaleQuote, ExpiredQuote, *REFUSALS)
TABS = {
    "todo": gettext_lazy("À traiter"),
    "mine": gettext_lazy("Les miennes"),
    "waiting": gettext_lazy("Attendent le client"),
    "sales": gettext_lazy("Chez les ventes"),
    "interests": gettext_lazy("Intérêts pour une option"),
    "done": gettext_lazy("Terminées"),
}
ALL = "all"


class TabFilter(admin.SimpleListFilter):
    """The tabs of the queue; a search without a tab looks everywhere."""

    title = gettext_lazy("vue")
    parameter_name = "view"

    def lookups(self, request, model_admin):
        return [*TABS.items(), (ALL, gettext_lazy("Toutes"))]

    def queryset(self, request, queryset):
        tab = self.value() or (ALL if request.GET.get("q") else "todo")
        if tab == ALL:
            return queryset
        return queryset.filter(queues.views(request.user)[tab])


class KindFilter(admin.SimpleListFilter):
    """What is asked; the form's empty choice is everything."""

    title = gettext_lazy("type")
    parameter_name = "kind"

    def lookups(self, request, model_admin):
        return KIND_LABELS

    def queryset(self, request, queryset):
        return queryset.filter(kind=self.value()) if self.value() else queryset


class AssignedFilter(admin.SimpleListFilter):
    """Whose requests; nobody's too."""

    title = gettext_lazy("assignée")
    parameter_name = "assigned"

    def lookups(self, request, model_admin):
        return [("me", _("À moi")), ("nobody", _("À personne"))]

    def queryset(self, request, queryset):
        if self.value() == "me":
            return queryset.filter(assigned_to=request.user)
        if self.value() == "nobody":
            return queryset.filter(assigned_to=None)
        return queryset


@admin.register(Request)
class RequestAdmin(ReadOnlyAdmin):
    """The queue and the file of a request; every change is a move with its own form."""

    list_display = ["reference"]
    list_filter = [TabFilter, KindFilter, AssignedFilter]
    search_fields = ["reference"]
    ordering = ["asked_on", "pk"]
    actions = None

    def get_queryset(self, request):
        return queues.queue(super().get_queryset(request), on=timezone.localdate())

    def get_search_results(self, request, queryset, search_term):
        term = search_term.strip()
        return (queryset.filter(queues.search(term)), False) if term else (queryset, False)

    def changelist_view(self, request, extra_context=None):
        context = {"title": _("Demandes"), "subtitle": None, **(extra_context or {})}
        response = super().changelist_view(request, context)
        if isinstance(response, TemplateResponse):
            self._fill_queue(request, response.context_data)
        return response

    def _fill_queue(self, request, context) -> None:
        counted = queues.counts(request.user)
        current = request.GET.get("view") or (ALL if request.GET.get("q") else "todo")
        context["rows"] = queues.queue_rows(
            context["cl"].result_list,
            labels={move: action.label for move, action in ACTIONS.items()},
            who=moves.staff(request.user),
            on=timezone.localdate(),
        )
        context["tabs"] = [
            (name, label, counted.get(name), name == current) for name, label in TABS.items()
        ]
        context["kinds"] = KIND_LABELS
        context["waiting"] = counted["waiting"]
        context |= {name: request.GET.get(name, "") for name in ("view", "kind", "assigned")}

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/message/", wrap(self.say), name="support_request_say"),
            path("<int:pk>/prendre/", wrap(self.take), name="support_request_take"),
            path("<int:pk>/geste/<slug:name>/", wrap(self.act), name="support_request_move"),
            *super().get_urls(),
        ]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """Show the file of a request; nothing is posted to it."""
        if request.method not in ("GET", "HEAD") or not self.has_view_permission(request):
            raise PermissionDenied
        return self._file_page(request, object_id)

    def _file_page(self, request, pk, *, form=None, status=200):
        file = _file_or_404(request, pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": file.request.title,
            "file": file,
            "form": form or ReplyForm(),
            "buttons": [(move, ACTIONS[move]) for move in file.moves if move in ACTIONS],
            "main": ACTIONS.get(file.main),
        }
        template = "admin/support/request/change_form.html"
        return TemplateResponse(request, template, context, status=status)

    def act(self, request, pk, name):
        """Show what one move will do, with its form; then do it."""
        action = ACTIONS.get(name)
        file = _file_or_404(request, pk)
        if action is None:
            raise Http404
        if not self.has_view_permission(request) or not may_move(name, moves.staff(request.user)):
            raise PermissionDenied
        today = timezone.localdate()
        posted = request.POST if request.method == "POST" else None
        form = action.form(posted, file=file, today=today)
        if posted is not None and form.is_valid():
            deed = partial(action.run, request_id=pk, on=today, **form.arguments)
            asking = asking_support(organization=file.request.organization, on=today)
            if self._done(request, asking(deed), said=action.done):
                return redirect("admin:support_request_change", pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": action.label,
            "action": action,
            "file": file,
            "form": form,
        }
        template = "admin/support/request/move.html"
        return TemplateResponse(request, template, context, status=422 if posted else 200)

    def say(self, request, pk):
        """Answer the customer, or leave a note that they never see."""
        if request.method != "POST":
            return redirect("admin:support_request_change", pk)
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = ReplyForm(request.POST)
        if not form.is_valid():
            return self._file_page(request, pk, form=form, status=422)
        if request.POST.get("audience") == "note":
            deed, said = conversation.add_note, _("Note ajoutée, invisible du client.")
        else:
            deed, said = conversation.reply_as_staff, _("Message envoyé au client.")
        body = form.cleaned_data["body"]
        self._done(
            request, partial(deed, request_id=pk, body=body, on=timezone.localdate()), said=said
        )
        return redirect("admin:support_request_change", pk)

    def take(self, request, pk):
        """Take a request upon oneself."""
        if request.method == "POST":
            deed = partial(
                conversation.assign, request_id=pk, to=request.user, on=timezone.localdate()
            )
            self._done(request, deed, said=_("La demande est à vous."))
        return redirect("admin:support_request_change", pk)

    def _done(self, request, deed, *, said) -> bool:
        """Run one deed and say how it went; tell whether it was done."""
        try:
            deed(actor=request.user)
        except NotAllowed:
            raise PermissionDenied from None
        except Request.DoesNotExist:
            raise Http404 from None
        except EXPECTED as refusal:
            messages.error(request, desk_refusal_text(refusal))
            return False
        send_mail_soon()
        messages.success(request, said)
        return True


def _file_or_404(request, pk):
    try:
        return desk.request_file(int(pk), user=request.user, on=timezone.localdate())
    except (Request.DoesNotExist, ValueError):
        raise Http404 from None


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
        context = {"form": OrganizationForm(), **(extra_context or {})}
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


admin.site.site_header = gettext_lazy("Support")
admin.site.site_title = gettext_lazy("Support Digiforma")
admin.site.index_title = gettext_lazy("Tout le bureau")
admin.site.enable_nav_sidebar = False
