"""The mails that left, shown to staff; outside production only, where mail is written to files.

Django's file backend writes one file per connection, its messages parted by a line of dashes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import wraps
from itertools import islice
from pathlib import Path

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp_replace, csp_update
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

SEPARATOR = b"-" * 79
MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail of the folder: its file, and its place in it."""

    name: str
    position: int
    to: str
    subject: str
    sent_at: datetime
    text: str
    html: str


def mails(folder: Path) -> Iterator[Mail]:
    """Yield the mails of a folder, newest first; files are named for the second they began."""
    for path in sorted(folder.glob("*.log"), reverse=True):
        yield from reversed(read(path))


def read(path: Path) -> list[Mail]:
    """Return the mails of one file, in the order they left."""
    parts = path.read_bytes().split(b"\n" + SEPARATOR)
    messages = [message_from_bytes(part.lstrip(), policy=policy.default) for part in parts]
    return [
        _mail(message, name=path.stem, position=position)
        for position, message in enumerate(messages)
        if message["To"]
    ]


def _mail(message: EmailMessage, *, name: str, position: int) -> Mail:
    return Mail(
        name=name,
        position=position,
        to=message["To"],
        subject=message["Subject"] or "",
        sent_at=message["Date"].datetime.replace(tzinfo=UTC),  # Django writes -0000
        text=_part(message, "plain"),
        html=_part(message, "html"),
    )


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return part.get_content() if part else ""


def staff_outside_production(view: Callable) -> Callable:
    """Let our own people pass, where mail is written to files; for others there is no such page."""

    @wraps(view)
    @require_safe
    @login_required
    def guarded(request, **kwargs):
        if settings.PRODUCTION or not request.user.is_staff:
            raise Http404
        return view(request, **kwargs)

    return guarded


@staff_outside_production
def index(request):
    shown = list(islice(mails(settings.OUTBOX_DIR), MOST_SHOWN))
    return render(request, "digiforma/outbox.html", {"mails": shown})


@csp_update({"frame-src": [SELF]})
@staff_outside_production
def message(request, name, position):
    return render(request, "digiforma/outbox_message.html", {"mail": _find(name, position)})


# A mail carries its styles inline: it is a page of its own, without script, origin or network.
@csp_replace(
    {
        "default-src": [NONE],
        "script-src": [NONE],
        "connect-src": [NONE],
        "font-src": [NONE],
        "style-src": [UNSAFE_INLINE],
        "img-src": ["data:"],
        "frame-ancestors": [SELF],
        "sandbox": True,
    }
)
@xframe_options_sameorigin
@staff_outside_production
def body(request, name, position):
    return HttpResponse(_find(name, position).html)


def _find(name: str, position: int) -> Mail:
    path = settings.OUTBOX_DIR / f"{name}.log"
    if path.is_file():
        for mail in read(path):
            if mail.position == position:
                return mail
    raise Http404
