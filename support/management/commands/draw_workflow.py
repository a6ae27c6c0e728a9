"""Write docs/requests.md: the table of `support/workflow.py`, drawn and in French words."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from support.actions import ACTIONS
from support.labels import KIND_LABELS, STATE_LABELS
from support.workflow import OPEN, RULES, Kind, Move, Rule, State, Who

PAGE = settings.BASE_DIR / "docs" / "requests.md"
KINDS, STATES = dict(KIND_LABELS), dict(STATE_LABELS)
WITHOUT_BUTTON = {  # moves that are not made from the desk
    Move.ACCEPT: gettext_lazy("Accepter le devis"),
    Move.DECLINE: gettext_lazy("Décliner le devis"),
    Move.ASK_AGAIN: gettext_lazy("Demander un nouveau devis"),
    Move.GIVE_DETAILS: gettext_lazy("Répondre à la question"),
    Move.WITHDRAW: gettext_lazy("Retirer la demande"),
    Move.EXPIRE: gettext_lazy("Le devis expire"),
    Move.FULFILL: gettext_lazy("L’option est prise"),
}
WHO = {
    Who.OWNER: gettext_lazy("possesseur"),
    Who.ADMINISTRATOR: gettext_lazy("administrateur"),
    Who.REQUESTER: gettext_lazy("demandeur"),
    Who.CUSTOMER_CARE: gettext_lazy("relation client"),
    Who.SALES_TEAM: gettext_lazy("service des ventes"),
    Who.MANAGER: gettext_lazy("responsable"),
    Who.READER: gettext_lazy("lecture"),
    Who.CLOCK: gettext_lazy("le calendrier"),
}
INTRODUCTION = """\
# Requests: their states, and who may move them

Drawn from the table of `support/workflow.py` by `manage.py draw_workflow`; do not edit it here.
The same table makes the trigger that refuses any other step to raw SQL, and opens or hides each
button of the desk, of the customers' pages and of the API.

A request begins « Nouvelle ». A change that commits money is handed over only once the owner has
accepted its quote, whoever moves it. « Devis envoyé » and « Précision demandée » wait for the
customer, and the desk's clock stands still.

An interest is closed by itself once its option is held, included in the plan, or ordered for the
échéance: nothing is left for the desk to do, and it would be called late until that day, a year
away perhaps. Who withdraws the order decides against the option, for now. The interest then stays
under « Terminées », and its history says for which order it was closed: « Rouvrir » brings it
back, and another click on the option opens a new one.
"""


class Command(BaseCommand):
    help = "Écrit docs/requests.md : les états d’une demande et qui les change."

    def add_arguments(self, parser):
        parser.add_argument(
            "--check", action="store_true", help="n’écrit rien ; échoue si la page est en retard"
        )

    def handle(self, *args, check, **options):
        page = drawn()
        if not check:
            PAGE.write_text(page)
            self.stdout.write(_("Écrit : docs/requests.md."))
        elif not PAGE.exists() or PAGE.read_text() != page:
            raise CommandError(
                _("docs/requests.md est en retard : lancez « manage.py draw_workflow ».")
            )


def drawn() -> str:
    """Return the whole page."""
    return "\n".join([INTRODUCTION, *(section(kinds) for kinds in kinds_by_table())])


def kinds_by_table() -> list[list[Kind]]:
    """Return the kinds of request, those with the same table of moves together."""
    alike = sorted(Kind, key=lambda kind: (list(Kind).index(_first_alike(kind)), kind))
    return [list(kinds) for _first, kinds in groupby(alike, key=_first_alike)]


def _first_alike(kind: Kind) -> Kind:
    return next(other for other in Kind if rules_of(other) == rules_of(kind))


def rules_of(kind: Kind) -> list[Rule]:
    """Return the moves of a kind, each from the states that such a request ever has."""
    rules = [replace(rule, kinds=frozenset()) for rule in RULES if kind in rule.kinds]
    met = {State.NEW}
    while more := {rule.target for rule in rules if rule.sources & met} - met:
        met |= more
    return [replace(rule, sources=rule.sources & met) for rule in rules if rule.sources & met]


def section(kinds: list[Kind]) -> str:
    """Return the drawing and the table of some kinds that move alike."""
    rules = rules_of(kinds[0])
    title = ", ".join(str(KINDS[kind]) for kind in kinds)
    lines = [f"## {title[0].upper()}{title[1:]}", "", *diagram(rules), "", *table(rules), ""]
    return "\n".join(lines)


def diagram(rules: list[Rule]) -> Iterable[str]:
    """Return the states and their moves as Mermaid."""
    arrows: dict[tuple[State, State], list[str]] = {}
    for rule in rules:
        for source in _in_order(rule.sources):
            arrows.setdefault((source, rule.target), []).append(label(rule.move))
    met = _in_order({state for pair in arrows for state in pair})
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield from (f'    state "{STATES[state]}" as {state}' for state in met)
    yield f"    [*] --> {State.NEW}"
    yield from (
        f"    {source} --> {target}: {' / '.join(labels)}"
        for (source, target), labels in arrows.items()
    )
    yield from (f"    {state} --> [*]" for state in met if state not in OPEN)
    yield "```"


def table(rules: list[Rule]) -> Iterable[str]:
    """Return one line for each move."""
    yield "| geste | depuis | vers | qui |"
    yield "|---|---|---|---|"
    for rule in rules:
        sources = ", ".join(str(STATES[state]) for state in _in_order(rule.sources))
        who = ", ".join(str(WHO[each]) for each in Who if each in rule.who)
        yield f"| {label(rule.move)} | {sources} | {STATES[rule.target]} | {who} |"


def label(move: Move) -> str:
    """Return what people read on the button, or what happens without one."""
    return str(ACTIONS[move].label if move in ACTIONS else WITHOUT_BUTTON[move])


def _in_order(states: Iterable[State]) -> list[State]:
    return [state for state in State if state in states]
