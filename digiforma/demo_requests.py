"""What the desk finds in the demonstration: questions of these weeks, each with its own age.

The story is played in a moment: its events carry their day, their hours are invented here.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta

from accounts.models import Membership, User
from digiforma.demo import BASILE, CHARLIE, CUSTOMER_CARE, HELENE, IVAN, NORA, ZOE, Person, Place
from support import clock, conversation, services
from support.clock import Clock
from support.models import Request, RequestEvent
from support.targets import targets_of
from support.working_time import PARIS

OPENS = time(9)
FIRST_MINUTES, LATER_MINUTES = 420, 25  # of a day: when a request comes, how far its events are


@dataclass(frozen=True, slots=True)
class Question:
    """A message to support, so many days ago, and what was answered if it is closed."""

    slug: str
    who: Person
    message: str
    days: int
    answer: str = ""
    answered_after: int = 0  # days


QUESTIONS = (
    Question(
        "sillage-conseil",
        IVAN,
        "Nos factures peuvent-elles porter notre numéro de bon de commande ?",
        41,
        "Oui : écrivez-le dans vos coordonnées de facturation, il paraît sur les suivantes.",
        1,
    ),
    Question(
        "atelier-comptoir",
        CHARLIE,
        "Un inscrit absent toute la session compte-t-il ?",
        34,
        "Il compte tant que son inscription n’est pas annulée.",
    ),
    Question(
        "lumen-langues",
        NORA,
        "Peut-on payer par virement ?",
        27,
        "Oui : nos coordonnées bancaires sont sur chaque facture, à payer sous 30 jours.",
        1,
    ),
    Question(
        "horizon-competences",
        HELENE,
        "Deux sociétés peuvent-elles partager une formule ?",
        20,
        "Chaque société a son abonnement ; une même adresse passe de l’un à l’autre.",
        2,
    ),
    Question(
        "nouvel-elan",
        ZOE,
        "Comment inviter une deuxième administratrice ?",
        13,
        "Depuis Compte, puis Personnes : l’invitation part par e-mail.",
    ),
    Question(
        "cap-metiers",
        BASILE,
        "Que se passe-t-il au-dessus de 200 apprenants ?",
        6,
        "Rien n’est bloqué pendant 30 jours ; ensuite, les nouvelles inscriptions.",
        1,
    ),
    Question("cap-metiers", BASILE, "Pouvez-vous nous rappeler au sujet de la limite ?", 3),
    Question("sillage-conseil", IVAN, "Le devis peut-il être au nom de notre siège ?", 1),
    Question("atelier-comptoir", CHARLIE, "Où trouver la facture de novembre 2025 ?", 0),
)


def ask(places: Iterable[Place], *, today: date) -> None:
    """Write the questions of some organizations, those that were answered closed. Staff scope."""
    played = {place.slug for place in places}
    care = User.objects.get(email=CUSTOMER_CARE.email)
    for question in QUESTIONS:
        if question.slug in played:
            _ask(question, care, on=today - timedelta(days=question.days))


def _ask(question: Question, care: User, *, on: date) -> None:
    membership = Membership.objects.select_related("organization", "user").get(
        organization__slug=question.slug, user__email=question.who.email
    )
    request = services.ask_by_message(membership=membership, message=question.message, on=on)
    if question.answer:
        answered_on = on + timedelta(days=question.answered_after)
        deed = {"request_id": request.pk, "actor": care, "on": answered_on}
        conversation.reply_as_staff(**deed, body=question.answer)
        conversation.close(**deed)


def date_back(places: Iterable[Place], *, today: date) -> None:
    """Set the clocks of some organizations' requests by the days of their events. Staff scope."""
    slugs = [place.slug for place in places]
    for request in Request.objects.filter(organization__slug__in=slugs):
        Request.objects.filter(pk=request.pk).update(**asdict(_wound(request, today)))


def _wound(request: Request, today: date) -> Clock:
    targets = targets_of(request.kind)
    first, *later = RequestEvent.objects.filter(request=request).order_by("pk")
    says = clock.opened(at=_moment(request, first, 0, today), targets=targets)
    for number, event in enumerate(later, start=1):
        by_desk = bool(event.actor and event.actor.is_staff)
        at = _moment(request, event, number, today)
        says = clock.moved(says, event.to_state, by_desk=by_desk, at=at, targets=targets)
    return says


def _moment(request: Request, event: RequestEvent, number: int, today: date) -> datetime:
    """Return when an event of the story happened: its own day, at an invented hour of work."""
    if event.happened_on >= today:
        return event.at
    of_request = int(request.reference.rpartition("-")[2])
    minutes = 97 * of_request % FIRST_MINUTES + LATER_MINUTES * number
    return datetime.combine(event.happened_on, OPENS, PARIS) + timedelta(minutes=minutes)
