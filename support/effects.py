"""What a deed of the desk will bring, shown on its page before it is done."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial

from accounts import selectors as people
from accounts.models import OutgoingMail, User
from subscriptions.preview import Drawn
from support import quotes, rehearsal
from support.desk import RequestFile
from support.drawing import REFUSALS
from support.handover import NotAgreed
from support.moves import AlreadyAsked
from support.quotes import ExpiredQuote, StaleQuote
from support.refusals import desk_refusal_text
from support.workflow import IllegalMove, Move

REFUSED = (IllegalMove, NotAgreed, AlreadyAsked, StaleQuote, ExpiredQuote, *REFUSALS)


@dataclass(frozen=True, slots=True)
class Effects:
    """The mails that would leave, the documents that would be issued, or why it is refused."""

    mails: tuple[OutgoingMail, ...] = ()
    documents: tuple[Drawn, ...] = ()
    refusal: str = ""


def effects(deed: str, file: RequestFile, *, actor: User, on: date) -> Effects:
    """Return what a deed would bring as it is proposed; nothing for one that tells it in words."""
    rehearse = REHEARSED.get(deed)
    if rehearse is None:
        return Effects()
    try:
        return rehearse(file, actor=actor, on=on)
    except REFUSED as refusal:
        return Effects(refusal=desk_refusal_text(refusal))


def _of_sending(file: RequestFile, *, actor: User, on: date) -> Effects:
    deed = partial(
        quotes.send_quote,
        request_id=file.request.pk,
        actor=actor,
        valid_until=max(on, file.quote.valid_until),  # a day gone by is asked anew
        on=on,
    )
    owner = people.owner(file.request.organization)
    return Effects(mails=rehearsal.mails_of(deed, to=owner.email))


def _of_applying(file: RequestFile, *, actor: User, on: date) -> Effects:
    return Effects(documents=rehearsal.documents_of_applying(file.request, actor=actor, on=on))


REHEARSED: dict[str, Callable[..., Effects]] = {
    Move.SEND_QUOTE: _of_sending,
    Move.APPLY: _of_applying,
}
