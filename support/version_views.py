"""The doors of quotes at the desk: the price form, the ways compared, each version, its file."""

from functools import partial

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone

from accounts.models import User
from subscriptions.agreements import Running, running_discount
from subscriptions.items import NotActive
from subscriptions.places import asking_support
from support import comparison, drawing, quote_file
from support.actions import ACTIONS
from support.downloads import saved
from support.drawing import REFUSALS
from support.file_views import FileViews, file_or_404
from support.models import Quote
from support.moves import staff
from support.quotes import ReductionTooLarge, require_reduction
from support.refusals import desk_refusal_text
from support.staff_forms import PriceForm
from support.wishes import Wish
from support.workflow import Move, may_do


class VersionViews(FileViews):
    """What `RequestAdmin` answers about the quotes of a request."""

    def version_urls(self) -> list:
        """Return the addresses of quotes, for staff alone."""
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/facons/", wrap(self.ways), name="support_request_ways"),
            path("<int:pk>/devis/<int:version>/", wrap(self.version), name="support_request_quote"),
            path(
                "<int:pk>/devis/<int:version>.pdf",
                wrap(self.version_file),
                name="support_request_quote_file",
            ),
        ]

    def act(self, request, pk, name):
        """Price on a page of its own, which draws what is chosen; other deeds as they are."""
        if name == Move.PRICE and request.method == "POST":
            form = self._posted(request, pk)
            if request.POST.get("deed") == "preview":
                return self._price_page(request, form, status=200 if form.is_valid() else 422)
            if _larger(form) and request.POST.get("deed") != "anyway":
                return self._price_page(request, form, status=422)
        answer = super().act(request, pk, name)
        if name != Move.PRICE or not isinstance(answer, TemplateResponse):
            return answer
        form = answer.context_data["form"]
        if not form.is_bound:
            form = PriceForm(form.asked(request.GET), file=form.file, today=form.today)
        return self._price_page(request, form, status=answer.status_code)

    def _posted(self, request, pk) -> PriceForm:
        """Return what is chosen so far; nothing is priced."""
        if not self.has_view_permission(request) or not may_do(Move.PRICE, staff(request.user)):
            raise PermissionDenied
        file = file_or_404(request, pk)
        return PriceForm(request.POST, file=file, today=timezone.localdate())

    def _price_page(self, request, form, *, status):
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": ACTIONS[Move.PRICE].label,
            "action": ACTIONS[Move.PRICE],
            "file": form.file,
            "form": form,
            "larger": _larger(form),
            **_drawn(form, request.user),
        }
        template = "admin/support/request/price.html"
        return TemplateResponse(request, template, context, status=status)

    def ways(self, request, pk):
        """Compare the ways to what is asked, or to what the price form says."""
        file = self._read(request, pk)
        if not comparison.is_compared(file.request):
            return redirect("admin:support_request_change", pk)
        today = timezone.localdate()
        form = PriceForm(file=file, today=today)
        form = PriceForm(form.asked(request.GET), file=file, today=today)
        wish = form.wish if form.is_valid() else comparison.wish_of(file.request, on=today)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": file.request.title,
            "file": file,
            "wish": wish,
            "may_price": Move.PRICE in (file.main, *file.deeds),
            **_compared(file, wish, today),
        }
        return TemplateResponse(request, "admin/support/request/ways.html", context)

    def version(self, request, pk, version):
        """Show one version of the quote, replaced ones too."""
        file = self._read(request, pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": file.request.title,
            "file": file,
            "quote": _version_or_404(file, version),
        }
        return TemplateResponse(request, "admin/support/request/version.html", context)

    def version_file(self, request, pk, version):
        """Give one version as a PDF, drafts too."""
        quote = _version_or_404(self._read(request, pk), version)
        return saved(quote_file.pdf(quote), name=quote_file.name(quote), media_type=quote_file.PDF)

    def _read(self, request, pk):
        if request.method not in ("GET", "HEAD") or not self.has_view_permission(request):
            raise PermissionDenied
        return file_or_404(request, pk)


def _drawn(form: PriceForm, actor: User) -> dict:
    """Return what the engine would issue for a valid form, or why it may not be."""
    if not form.is_valid():
        return {}
    order = form.arguments["order"]
    subscription, today = form.subscription, form.today
    try:
        require_reduction(actor, order.reduction)
        with asking_support(organization=subscription.organization, on=today):
            return {"drawing": drawing.draw(subscription, order, on=today), "order": order}
    except (ReductionTooLarge, *REFUSALS) as refusal:
        return {"refusal": desk_refusal_text(refusal)}


def _larger(form: PriceForm) -> Running | None:
    """Return the discount that runs already, when the one chosen is smaller and would win (R6)."""
    order = form.arguments["order"] if form.is_valid() else None
    if order is None or order.reduction is None:
        return None
    running = running_discount(
        form.subscription, since=order.effective_on, commitment=order.commitment
    )
    return running if running and running.percent > order.reduction.percent else None


def _compared(file, wish: Wish, today) -> dict:
    organization = file.request.organization
    compare = partial(comparison.ways, organization, wish, on=today, told=desk_refusal_text)
    try:
        with asking_support(organization=organization, on=today):
            return {"ways": compare(quoted=file.quote)}
    except NotActive as refusal:
        return {"refusal": desk_refusal_text(refusal)}


def _version_or_404(file, version: int) -> Quote:
    for quote in file.quotes:
        if quote.version == version:
            return quote
    raise Http404
