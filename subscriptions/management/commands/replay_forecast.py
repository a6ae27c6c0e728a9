"""Replay the forecast of a past day for support: what it stood on, what it said."""

from collections.abc import Iterable
from datetime import date

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organization
from accounts.tenancy import tenant_context
from learners.forecast import Pace, month_ends
from learners.foreseen import NotReplayable, known_then
from learners.management import arguments
from learners.models import DailyCount
from learners.outlook import Outlook, outlook
from subscriptions.selectors import usage


class Command(BaseCommand):
    help = "Rejoue la prévision d’un jour compté, d’après ce qui était su alors."

    def create_parser(self, prog_name, subcommand, **kwargs):
        """Let our --version stand in for Django's own."""
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def add_arguments(self, parser):
        parser.add_argument("--organization", required=True, metavar="SLUG")
        parser.add_argument("--on", required=True, metavar="AAAA-MM-JJ")
        parser.add_argument("--version", type=int, metavar="N", help="la dernière par défaut")

    def handle(self, *args, **options):
        on = arguments.day(options["on"])
        organization = arguments.organization(options["organization"])
        with tenant_context(organization.pk):
            count = _count(organization, on, options["version"])
            limit = usage(organization, on).learner_limit
            try:
                seen = known_then(count)
            except NotReplayable as error:
                raise CommandError(
                    _("Ce comptage date d’avant les prévisions : il ne se rejoue pas.")
                ) from error
        for line in _inputs(count, limit):
            self.stdout.write(line)
        for line in _result(outlook(seen, limit)):
            self.stdout.write(line)


def _count(organization: Organization, on: date, version: int | None) -> DailyCount:
    """Return the count asked for. Raises CommandError, and tells the versions there are."""
    counts = DailyCount.objects.for_organization(organization).filter(counted_on=on)
    known = list(counts.order_by("version"))
    found = [count for count in known if version in (None, count.version)]
    if found:
        return found[-1]
    if not known:
        raise CommandError(_("Aucun comptage le %(day)s.") % {"day": on})
    versions = ", ".join(str(count.version) for count in known)
    raise CommandError(
        _("Le comptage du %(day)s a pour versions : %(versions)s.")
        % {"day": on, "versions": versions}
    )


def _inputs(count: DailyCount, limit: int | None) -> Iterable[str]:
    yield _(
        "Comptage du %(day)s, version %(version)d : %(count)d apprenants, limite %(limit)s."
    ) % {
        "day": count.counted_on,
        "version": count.version,
        "count": count.count,
        "limit": _("aucune") if limit is None else limit,
    }
    yield _("Moment %(moment)d, écrit le %(at)s.") % {
        "moment": count.moment,
        "at": f"{timezone.localtime(count.recorded_at):%Y-%m-%d à %H:%M:%S}",
    }
    yield _(
        "Entrées des 90 derniers jours : %(recent)d ; même période l’an dernier : %(former)d."
    ) % {
        "recent": count.entered_90_days,
        "former": count.entered_90_days_a_year_ago,
    }


def _result(coming: Outlook | None) -> Iterable[str]:
    if coming is None:
        yield _("Moins de 60 jours d’historique : aucune prévision.")
        return
    yield _("Rythmes : %(recent)s ; l’an dernier : %(former)s.") % {
        "recent": _pace(coming.paces.recent),
        "former": _pace(coming.paces.a_year_ago),
    }
    yield _("Jour ; restent ; à venir ; estimés ; total")
    for day in month_ends(coming.days):
        yield f"{day.on} ; {day.staying} ; {day.coming} ; {day.estimated} ; {day.total}"
    yield _("Plus haut : %(count)d le %(day)s.") % {
        "count": coming.highest.total,
        "day": coming.highest.on,
    }
    for told, overrun in (
        (_("Limite dépassée"), coming.passed),
        (_("Au rythme de l’an dernier"), coming.passed_a_year_ago),
    ):
        yield f"{told} : {overrun.starts_on if overrun else _('non')}"
    for peak in coming.peaks:
        yield _("Pointe d’un jour : %(count)d le %(day)s.") % {
            "count": peak.count,
            "day": peak.starts_on,
        }
    if coming.returns_on:
        yield _("Retour dans la limite sans autre inscription : %(day)s.") % {
            "day": coming.returns_on
        }


def _pace(pace: Pace | None) -> str:
    return f"{pace.entered} / {pace.days}" if pace else _("inconnu")
