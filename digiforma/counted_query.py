"""What one may ask of the page of counted learners, after the « ? » of its address."""

import re
from dataclasses import dataclass
from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from learners.causes import Cause
from learners.proof import Only

DAYS = ("du", "au", "jour")
ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
FIRST_DAY = date(2000, 1, 1)
NOW = "maintenant"
MOST_PAGES = 100_000
BAD_DAY = _("Choisissez un jour du 1er janvier 2000 à aujourd’hui.")
BAD_VERSION = _("Cette version n’existe pas.")


@dataclass(frozen=True, slots=True)
class Edge:
    """A count asked for: of a day or the last one, in a version, as known now, or the last."""

    on: date | None = None
    version: int | None = None
    is_now: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks; what is absent or wrong is as if it had not been asked."""

    since: Edge
    until: Edge
    shown: Edge
    only: Only
    cause: Cause | None
    page: int


class CountedQuery(forms.Form):
    """The two days compared, the count whose list is shown, its filters, the page."""

    du = forms.DateField(label=_("Du"), required=False, input_formats=["%Y-%m-%d"])
    du_version = forms.CharField(required=False)
    au = forms.DateField(label=_("Au"), required=False, input_formats=["%Y-%m-%d"])
    au_version = forms.CharField(required=False)
    jour = forms.DateField(label=_("Compté le"), required=False, input_formats=["%Y-%m-%d"])
    version = forms.CharField(label=_("Comptage"), required=False)
    session = forms.CharField(label=_("Session"), required=False, max_length=60)
    mois = forms.DateField(label=_("Mois d’entrée"), required=False, input_formats=["%Y-%m"])
    cause = forms.ChoiceField(required=False, choices=[(cause, cause) for cause in Cause])
    page = forms.IntegerField(required=False, min_value=1, max_value=MOST_PAGES)

    def __init__(self, data, *, today: date):
        super().__init__(data)
        self.today = today
        for name in DAYS:
            self.fields[name].error_messages["invalid"] = BAD_DAY

    def clean(self):
        given = super().clean()
        for name in DAYS:
            if given.get(name) and not FIRST_DAY <= given[name] <= self.today:
                self.add_error(name, BAD_DAY)
        for name, day in (("du_version", "du"), ("au_version", "au"), ("version", "jour")):
            if not _is_version(given.get(name, "")):
                del given[name]
                self.add_error(day, BAD_VERSION)
        if given.get("du") and given.get("au") and given["du"] > given["au"]:
            self.add_error("au", _("Choisissez un jour qui suit le premier."))
        return given

    @property
    def kept(self) -> dict[str, str]:
        """What the filters of the list keep of the address: the days compared above it."""
        names = ("du", "du_version", "au", "au_version")
        return {name: self.data[name] for name in names if self.data.get(name)}

    @property
    def typed(self) -> dict[str, str]:
        """The days as they were asked, for their fields; what is no day would be refused there."""
        return {name: day for name in DAYS if ISO_DAY.fullmatch(day := self.data.get(name, ""))}

    def asked(self) -> Asked:
        """Return what is asked and can be answered."""
        self.is_valid()
        given = self.cleaned_data
        cause = given.get("cause")
        return Asked(
            since=_edge(given.get("du"), given.get("du_version")),
            until=_edge(given.get("au"), given.get("au_version")),
            shown=_edge(given.get("jour"), given.get("version")),
            only=Only(code=given.get("session") or None, month=given.get("mois")),
            cause=Cause(cause) if cause else None,
            page=given.get("page") or 1,
        )


def _is_version(text: str) -> bool:
    return text in ("", NOW) or (text.isascii() and text.isdigit() and 0 < len(text) < 5)


def _edge(on: date | None, version: str | None) -> Edge:
    if version == NOW:
        return Edge(on, is_now=True)
    return Edge(on, version=int(version) if version else None)
