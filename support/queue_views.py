"""The doors of the queue: its list, « Prendre la suivante », what is done to several lines."""

from functools import partial

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.tasks import send_mail_soon
from support import assignments, contact_queue, moves, queue_filters, workflow
from support import queue as queues
from support.actions import ACTIONS
from support.models import ContactMessage
from support.queue_forms import BulkForm, QueueForm, tab_of
from support.queue_head import REQUESTS as LIST
from support.queue_head import queue_head
from support.workflow import NotAllowed


class QueueFilter(admin.ListFilter):
    """All the filters of the queue, read by one form."""

    title = gettext_lazy("file")

    def __init__(self, request, params, model, model_admin):
        super().__init__(request, params, model, model_admin)
        for name in self.expected_parameters():
            params.pop(name, None)
        self.form = QueueForm(request.GET)

    def has_output(self) -> bool:
        return True

    def expected_parameters(self) -> list[str]:
        return ["view", *QueueForm.base_fields]

    def choices(self, changelist) -> list:
        return []

    def queryset(self, request, queryset) -> QuerySet:
        narrowed = queue_filters.chosen(
            self.form.choice, request.user, at=timezone.now(), on=timezone.localdate()
        )
        return queryset.filter(narrowed)


class QueueViews:
    """What `RequestAdmin` answers about the queue."""

    list_display = ["reference"]
    list_filter = [QueueFilter]
    search_fields = ["reference"]
    actions = None

    def queue_urls(self) -> list:
        """Return the addresses of the queue beside its list, for staff alone."""
        wrap = self.admin_site.admin_view
        return [
            path("suivante/", wrap(self.take_next), name="support_request_next"),
            path("lot/", wrap(self.bulk), name="support_request_bulk"),
        ]

    def get_queryset(self, request) -> QuerySet:
        return queues.queue(super().get_queryset(request), on=timezone.localdate())

    def get_ordering(self, request) -> tuple:
        return queues.order_of_tab(tab_of(request.GET))

    def get_search_results(self, request, queryset, search_term):
        term = search_term.strip()
        found = queryset.filter(queue_filters.search(term)) if term else queryset
        return found, False

    def changelist_view(self, request, extra_context=None):
        """Show one page of the queue, the most urgent first."""
        context = {"title": _("Demandes"), "subtitle": None, **(extra_context or {})}
        response = super().changelist_view(request, context)
        if isinstance(response, TemplateResponse):
            response.context_data |= self._queue(request, response.context_data["cl"])
        return response

    def _queue(self, request, changes) -> dict:
        now, form = timezone.now(), changes.filter_specs[0].form
        labels = {move: action.label for move, action in ACTIONS.items()}
        head = queue_head(request.user, view=form.view, at=now)
        return {
            "rows": queues.queue_rows(changes.result_list, labels=labels, who=head.who, at=now),
            "head": head,
            "form": form,
            "view": form.view,
            "visitors_found": contact_queue.found(changes.query) if changes.query else 0,
        }

    def take_next(self, request):
        """Take what is most urgent and nobody's, and open it."""
        if request.method != "POST":
            return redirect(LIST)
        deed = partial(assignments.take_next, on=timezone.localdate())
        try:
            taken = self._run(request, deed)
        except assignments.NothingLeft:
            messages.info(request, _("Rien à prendre : chaque demande a déjà quelqu’un."))
            return redirect(LIST)
        if isinstance(taken, ContactMessage):
            messages.success(
                request, _("Le message de %(name)s est à vous.") % {"name": taken.name}
            )
            return redirect("admin:support_contactmessage_change", taken.pk)
        said = _("La demande %(reference)s est à vous.") % {"reference": taken.reference}
        messages.success(request, said)
        return redirect("admin:support_request_change", taken.pk)

    def bulk(self, request):
        """Give the ticked requests to somebody, or write again to their customers."""
        back = _same_queue(request.POST.get("back", ""))
        if request.method != "POST":
            return back
        form = BulkForm(request.POST)
        self._require_answers(request)
        if not form.is_valid():
            for error in {error for errors in form.errors.values() for error in errors}:
                messages.error(request, error)
            return back
        deed = self._assign_all if form.cleaned_data["deed"] == form.ASSIGN else self._remind_all
        deed(request, form.cleaned_data)
        return back

    def _require_answers(self, request) -> None:
        try:
            moves.require(request.user, workflow.ANSWERS)
        except NotAllowed:
            raise PermissionDenied from None

    def _assign_all(self, request, given: dict) -> None:
        deed = partial(
            assignments.assign_all,
            request_ids=given["pk"],
            to=given["to"],
            on=timezone.localdate(),
        )
        count = self._run(request, deed)
        said = ngettext(
            "%(count)d demande assignée à %(name)s.",
            "%(count)d demandes assignées à %(name)s.",
            count,
        )
        messages.success(request, said % {"count": count, "name": given["to"].full_name})

    def _remind_all(self, request, given: dict) -> None:
        deed = partial(assignments.remind_all, request_ids=given["pk"], on=timezone.localdate())
        reminded = self._run(request, deed)
        said = ngettext("%d client relancé.", "%d clients relancés.", reminded.count)
        messages.success(request, said % reminded.count)
        if reminded.left:
            left = ngettext(
                "%d demande laissée : elle n’attend pas le client, ou il a été relancé "
                "aujourd’hui.",
                "%d demandes laissées : elles n’attendent pas le client, ou il a été relancé "
                "aujourd’hui.",
                reminded.left,
            )
            messages.warning(request, left % reminded.left)

    def _run(self, request, deed):
        """Do one deed and let its mails leave."""
        try:
            done = deed(actor=request.user)
        except NotAllowed:
            raise PermissionDenied from None
        send_mail_soon()
        return done


def _same_queue(query: str) -> HttpResponseRedirect:
    """Return to the queue as it was filtered; nothing but its own address is believed."""
    return redirect(f"{reverse(LIST)}?{QueryDict(query).urlencode()}".rstrip("?"))
