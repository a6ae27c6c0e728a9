"""What the desk keeps for itself: the busy seasons that it announces to customers."""

from django import forms
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
from support import moves, seasons
from support.announcements import Promise, days_text
from support.models import BusySeason
from support.seasons import SeasonIsOver, SeasonsOverlap
from support.staff_forms import day_field
from support.workflow import CARE

MOST_DAYS = 30


class SeasonForm(forms.Form):
    """The days of a busy season and the delay that customers are to reckon with."""

    use_required_attribute = False

    first_on = day_field(gettext_lazy("Du"))
    last_on = day_field(
        gettext_lazy("Au (inclus)"),
        help_text=gettext_lazy("Pour y mettre fin plus tôt, avancez ce jour ; hier l’arrête."),
    )
    working_days = forms.IntegerField(
        label=gettext_lazy("Jours ouvrés à prévoir avant une réponse"),
        min_value=1,
        max_value=MOST_DAYS,
        widget=forms.NumberInput(attrs={"class": "field", "min": 1, "max": MOST_DAYS}),
    )

    def clean(self):
        given = super().clean()
        first_on, last_on = given.get("first_on"), given.get("last_on")
        if first_on and last_on and last_on < first_on:
            self.add_error("last_on", _("La période finit avant de commencer : corrigez ce jour."))
        return given


class BusySeasonAdmin(ReadOnlyAdmin):
    """Days on which answers take longer; announced, changed, ended early, never deleted."""

    list_display = ["first_on", "last_on", "working_days", "stands", "announced_by"]
    list_select_related = ["announced_by"]
    fields = ["first_on", "last_on", "working_days", "announced_by", "announced_at"]
    ordering = ["-first_on"]
    actions = None
    change_list_template = "admin/support/busyseason/seasons.html"

    @admin.display(description=gettext_lazy("état"))
    def stands(self, season):
        today = timezone.localdate()
        if season.last_on < today:
            return _("Terminée")
        return _("À venir") if season.first_on > today else _("En cours")

    def get_urls(self):
        announce = self.admin_site.admin_view(self.announce)
        name = "support_busyseason_announce"
        return [path("annoncer/", announce, name=name), *super().get_urls()]

    def changelist_view(self, request, extra_context=None):
        context = {"may_announce": _may_announce(request), **(extra_context or {})}
        return super().changelist_view(request, context)

    def announce(self, request):
        """Fill in a season, read what customers will, then announce it."""
        if not (self.has_view_permission(request) and _may_announce(request)):
            raise PermissionDenied
        form = SeasonForm(request.POST if request.method == "POST" else None)
        return self._season_page(request, form)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """Change a season that is not over; only read it without the right to."""
        season = self.get_object(request, object_id)
        if season is None:
            raise Http404
        if not _may_announce(request) or season.last_on < timezone.localdate():
            return super().change_view(request, object_id, form_url, extra_context)
        given = {name: getattr(season, name) for name in SeasonForm.base_fields}
        form = SeasonForm(request.POST if request.method == "POST" else None, initial=given)
        return self._season_page(request, form, season)

    def _season_page(self, request, form, season=None):
        if form.is_valid() and "announce" in request.POST and self._kept(request, form, season):
            return redirect("admin:support_busyseason_changelist")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Changer la période chargée") if season else _("Annoncer une période"),
            "season": season,
            "form": form,
            "promise": _promise(form),
        }
        template = "admin/support/busyseason/season.html"
        return TemplateResponse(request, template, context, status=422 if form.errors else 200)

    def _kept(self, request, form, season) -> bool:
        """Announce or change a season and note who did; False when it cannot be so."""
        announced = {**form.cleaned_data, "actor": request.user, "on": timezone.localdate()}
        try:
            if season is None:
                kept = seasons.announce(**announced)
            else:
                kept = seasons.correct(season_id=season.pk, **announced)
        except SeasonIsOver:
            form.add_error("last_on", _("Ce jour est passé : choisissez un jour à venir."))
            return False
        except SeasonsOverlap as overlap:
            form.add_error(None, _overlap_text(*overlap.args))
            return False
        if season is None:
            self.log_addition(request, kept, [{"added": {}}])
        else:
            changed = [str(form.fields[name].label) for name in form.changed_data]
            self.log_change(request, kept, [{"changed": {"fields": changed}}])
        messages.success(request, _("Période chargée enregistrée : les clients la lisent."))
        return True


def _may_announce(request) -> bool:
    return bool(moves.staff(request.user) & CARE)


def _promise(form) -> Promise | None:
    """Return what customers would read with the days that are filled in."""
    if form.is_bound and not form.is_valid():
        return None
    given = form.cleaned_data if form.is_bound else form.initial
    if not given:
        return None
    return Promise(days_text(given["working_days"]), is_measured=False, busy_until=given["last_on"])


def _overlap_text(other: BusySeason | None) -> str:
    if other is None:
        return _("Un collègue vient d’annoncer une période à ces dates : relisez la liste.")
    told = {
        "first": f"{other.first_on:%d/%m/%Y}",
        "last": f"{other.last_on:%d/%m/%Y}",
        "name": other.announced_by.full_name,
    }
    return (
        _("Ces jours chevauchent la période du %(first)s au %(last)s, annoncée par %(name)s.")
        % told
    )
