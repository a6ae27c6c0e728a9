"""« Ce compte au 1er mars »: one account's nights to come, played by the scenario engine.

The account is copied, billed night after night by the real services, read, and rolled back.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from digiforma.scenario.playing import installed, play
from digiforma.scenario.reading import Scenario
from digiforma.scenario.steps import Step
from subscriptions.models import Component, Subscription

LONGEST_DAYS = 3 * 366


@dataclass(frozen=True, slots=True)
class ComingLine:
    """A line of a document to come, cents HT."""

    name: str
    kind: str
    starts_on: date
    last_on: date
    net_cents: int


@dataclass(frozen=True, slots=True)
class ComingDocument:
    """A document to come; it has no number yet."""

    is_credit_note: bool
    issued_on: date
    due_on: date
    lines: tuple[ComingLine, ...]
    net_cents: int
    gross_cents: int
    to_pay_cents: int


@dataclass(frozen=True, slots=True)
class Simulation:
    """What an account will be on a day, if nobody touches it."""

    until: date
    status: str
    plan: str
    period: tuple[date, date] | None  # both days included
    credit_cents: int
    documents: tuple[ComingDocument, ...]

    @property
    def net_cents(self) -> int:
        return sum(document.net_cents for document in self.documents)


class SimulationForm(forms.Form):
    """Until when to play."""

    until = forms.DateField(
        label=_("Jusqu’au"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "field"}),
        error_messages={"required": _("Choisissez un jour.")},
    )

    def __init__(self, data=None, *, today: date):
        self.today = today
        super().__init__(data)

    def clean_until(self) -> date:
        day = self.cleaned_data["until"]
        if not self.today < day <= self.today + timedelta(days=LONGEST_DAYS):
            raise forms.ValidationError(_("Choisissez un jour à venir, dans les trois ans."))
        return day


def simulate(subscription: Subscription, *, on: date, until: date) -> Simulation:
    """Return what a subscription's account will be billed from a day to another. Staff scope.

    The copy is made on the first day, so that the counts of each night are whole.
    """
    name = f"@{subscription.organization.slug}"
    told = play(
        Scenario(
            name=name,
            sold=installed().sold,
            last_numbers={},
            steps=(
                Step(1, on, "run_daily", {"organization": name}),
                Step(2, on, "run_daily", {"organization": name, "until": until}),
            ),
        )
    )
    names = {each.label: each.name for each in subscription.seller.components.all()}
    return _simulation(told["subscriptions"][name], told["documents"], names, until)


def _simulation(now: dict, documents: list, names: dict[str, str], until: date) -> Simulation:
    period = now["period"]
    return Simulation(
        until=until,
        status=Subscription.Status(now["status"]).label,
        plan=names.get(f"{Component.Kind.PLAN}:{now['plan']}", ""),
        period=period and (_day(period["starts_on"]), _eve(period["ends_before"])),
        credit_cents=_cents(now["account_credit"]),
        documents=tuple(_document(each, names) for each in documents),
    )


def _document(told: dict, names: dict[str, str]) -> ComingDocument:
    return ComingDocument(
        is_credit_note=told["kind"] == "credit_note",
        issued_on=_day(told["issued_on"]),
        due_on=_day(told["due_on"]),
        lines=tuple(
            ComingLine(
                name=names[line["component"]],
                kind=line["kind"],
                starts_on=_day(line["starts_on"]),
                last_on=_eve(line["ends_before"]),
                net_cents=_cents(line["net"]),
            )
            for line in told["lines"]
        ),
        net_cents=_cents(told["net"]),
        gross_cents=_cents(told["gross"]),
        to_pay_cents=_cents(told["to_pay"]),
    )


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _eve(text: str) -> date:
    return _day(text) - timedelta(days=1)


def _cents(euros: str) -> int:
    return int(Decimal(euros) * 100)
