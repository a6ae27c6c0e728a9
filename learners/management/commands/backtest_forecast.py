"""Print how far the forecasts of past days fell, 30, 90 and 180 days ahead."""

from collections.abc import Iterable
from fractions import Fraction
from math import floor

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organization
from accounts.tenancy import staff_context
from learners import backtest
from learners.backtest import AHEAD_DAYS, Try
from learners.management import arguments

WAYS = {
    "recent": gettext_lazy("rythme des 90 derniers jours"),
    "a_year_ago": gettext_lazy("même période l’an dernier"),
    "unchanged": gettext_lazy("le nombre du jour, inchangé"),
}


class Command(BaseCommand):
    help = "Rejoue les prévisions des jours passés et affiche leur erreur, face aux comptages."

    def add_arguments(self, parser):
        parser.add_argument("--organization", metavar="SLUG", help="tous par défaut")
        parser.add_argument("--every", type=int, default=1, metavar="N", help="un jour sur N")

    def handle(self, *args, organization, every, **options):
        if every < 1:
            raise CommandError(_("--every attend un nombre de jours, 1 au moins."))
        chosen = [arguments.organization(organization)] if organization else _all()
        tries = []
        for each in chosen:
            self.stderr.write(_("%(organization)s…") % {"organization": each})
            with staff_context():
                tries.extend(backtest.tries(each, every=every))
        if not tries:
            raise CommandError(
                _("Aucun jour à rejouer : il faut un an d’inscriptions, puis 30 jours comptés.")
            )
        for line in _table(tries):
            self.stdout.write(line)


def _all() -> list[Organization]:
    with staff_context():
        return list(Organization.objects.order_by("slug"))


def _table(tries: list[Try]) -> Iterable[str]:
    for ahead in AHEAD_DAYS:
        of_day = [each for each in tries if each.ahead_days == ahead]
        told = {"days": ahead, "tries": len(of_day)}
        yield _("À %(days)d jours (prévisions : %(tries)d)") % told
        for way, name in WAYS.items():
            error = backtest.error(of_day, way)
            if error:
                yield "  " + _(
                    "%(way)s : erreur moyenne %(learners)s apprenants (%(percent)s %%), "
                    "biais %(bias)s"
                ) % {
                    "way": name,
                    "learners": _tenth(error.learners),
                    "percent": _tenth(error.percent),
                    "bias": _tenth(error.bias, sign="+"),
                }


def _tenth(number: Fraction, sign: str = "") -> str:
    """Return « 4,2 », to the nearest tenth."""
    tenths = floor(abs(number) * 10 + Fraction(1, 2))
    shown = f"{tenths // 10},{tenths % 10}"
    if tenths and number < 0:
        return f"-{shown}"
    return f"{sign}{shown}" if tenths else shown
