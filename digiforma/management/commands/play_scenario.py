"""`play_scenario`: play lives of subscriptions through the real services, and keep nothing."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from accounts.tenancy import staff_context
from digiforma.scenario import playing, reading
from digiforma.scenario.reading import Scenario
from digiforma.scenario.wrong import Wrong

BAD_INPUT = 2


class Command(BaseCommand):
    help = "Joue des scénarios par les vrais services et dit ce qu’il en sort ; rien n’est gardé."

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="+", metavar="FICHIER.json", type=Path)

    def handle(self, *args, files, **options):
        """Read every file before any is played, play all before one is told."""
        with staff_context():
            installed = playing.installed()
            scenarios = [self._read(path, installed) for path in files]
        told = [self._play(path, scenario) for path, scenario in zip(files, scenarios, strict=True)]
        for each in told:
            self.stdout.write(json.dumps(each, ensure_ascii=False))

    def _read(self, path: Path, installed: reading.Installed) -> Scenario:
        try:
            return reading.read(path.read_bytes(), installed)
        except OSError as error:
            why = _("le fichier ne se lit pas (%(error)s)") % {"error": error.strerror}
            raise bad_input(path, why) from error
        except Wrong as wrong:
            raise bad_input(path, wrong) from wrong

    def _play(self, path: Path, scenario: Scenario) -> playing.Told:
        try:
            with staff_context():
                return playing.play(scenario, progress=self._progress(path, scenario))
        except Wrong as wrong:
            raise bad_input(path, wrong) from wrong

    def _progress(self, path: Path, scenario: Scenario):
        """Say on a terminal how far a long life has got."""

        def say(step) -> None:
            if self.stderr.isatty():
                self.stderr.write(f"{path} : {step.number}/{len(scenario.steps)}, {step.until}")

        return say


def bad_input(path: Path, why: Wrong | str) -> CommandError:
    """Return the one line that ends the command: the file, the step, the field, the reason."""
    line = " ".join(f"{path}: {why}".split())
    return CommandError(line, returncode=BAD_INPUT)
