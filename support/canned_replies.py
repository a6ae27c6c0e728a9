"""Ready answers (réponses types): their variables, and a request's words in their place."""

import re
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from support.catalog import READY_ANSWERS
from support.desk import RequestFile
from support.models import CannedReply
from support.workflow import Kind

BRACES = re.compile(r"\{([^{}\n]*)\}")
VARIABLES = {
    "prenom": _("le prénom du demandeur"),
    "organisme": _("le nom de l’organisme"),
    "reference": _("la référence de la demande"),
    "formule": _("la formule demandée, ou celle du client"),
    "echeance": _("le jour de la prochaine facture"),
    "agent": _("votre prénom"),
}


@dataclass(frozen=True, slots=True)
class Ready:
    """A ready answer with a request's words; `missing` are the variables that have none here."""

    pk: int
    title: str
    body: str
    missing: tuple[str, ...]


def used(text: str) -> tuple[str, ...]:
    """Return what stands in braces in a text, each once, in order."""
    return tuple(dict.fromkeys(name.strip() for name in BRACES.findall(text)))


def unknown(text: str) -> tuple[str, ...]:
    """Return what stands in braces and is no variable of ours."""
    return tuple(name for name in used(text) if name not in VARIABLES)


def left(text: str) -> tuple[str, ...]:
    """Return the variables of ours that a text to be sent still holds."""
    return tuple(name for name in used(text) if name in VARIABLES)


def blanks_text(blanks: tuple[str, ...]) -> str:
    """Return what to do about variables that have no value."""
    named = ", ".join(f"{{{name}}}" for name in blanks)
    return gettext("Remplacez %(named)s avant d’envoyer : rien à mettre ici à sa place.") % {
        "named": named
    }


def ready(reply: CannedReply, words: dict[str, str]) -> Ready:
    """Return a ready answer with words for its variables; those without one stay as they are."""
    missing = tuple(name for name in left(reply.body) if not words.get(name))
    body = BRACES.sub(lambda found: words.get(found[1].strip()) or found[0], reply.body)
    return Ready(reply.pk, reply.title, body, missing)


@dataclass(frozen=True, slots=True)
class Offered:
    """The ready answers in a request's words, and the one that was chosen, if any."""

    replies: list[Ready]
    chosen: Ready | None = None


def offered(file: RequestFile, agent: User, *, chosen: str) -> Offered:
    """Return what is offered to somebody who writes to the customer; `chosen` is a key, or not."""
    replies = ready_replies(words_of(file, agent))
    return Offered(replies, next((each for each in replies if str(each.pk) == chosen), None))


def ready_replies(words: dict[str, str]) -> list[Ready]:
    """Return every ready answer for a request, in the order of the desk."""
    return [ready(reply, words) for reply in CannedReply.objects.order_by("rank", "title")]


def load_ready_answers() -> int:
    """Write the answers that the desk begins with; a title already there is left as it is."""
    wanted = [
        CannedReply(title=title, body=body, rank=10 * place)
        for place, (title, body) in enumerate(READY_ANSWERS, start=1)
    ]
    CannedReply.objects.bulk_create(wanted, ignore_conflicts=True)
    return len(wanted)


def words_of(file: RequestFile, agent: User) -> dict[str, str]:
    """Return a word for each variable, empty where the request has none."""
    request = file.request
    return {
        "prenom": request.requester.first_name if request.requester else "",
        "organisme": request.organization.name,
        "reference": request.reference,
        "formule": _plan(file),
        "echeance": _day(request.renews_on) if request.renews_on else "",
        "agent": agent.first_name,
    }


def _day(day: date) -> str:
    return date_format(day, r"j\e\r F Y" if day.day == 1 else "j F Y")


def _plan(file: RequestFile) -> str:
    if file.request.kind == Kind.PLAN_CHANGE:
        return file.request.plan.name
    standing = file.client.standing
    return standing.plan.name if standing and standing.plan else ""
