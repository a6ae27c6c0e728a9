"""Files joined to a conversation: read when they are deposited, found for who may follow it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership
from support import workflow
from support.file_kinds import LARGEST, MEDIA_TYPES, FileRefused, ReadFile, Why, read
from support.models import Attachment, Request

MOST_FILES = 5  # of one message
ACCEPT = ",".join(f".{extension}" for extension in MEDIA_TYPES)
KINDS_TOLD = gettext_lazy("PDF, PNG, JPEG, WebP, Word, Excel, OpenDocument, CSV ou texte")


def read_files(uploaded: Iterable[UploadedFile]) -> tuple[ReadFile, ...]:
    """Return deposited files as they may be kept.

    Raises ValidationError with one French sentence for each file that is not taken.
    """
    given = list(uploaded)
    if len(given) > MOST_FILES:
        raise ValidationError(
            _("%(count)d fichiers : %(most)d au plus par message.")
            % {"count": len(given), "most": MOST_FILES}
        )
    taken, refused = [], []
    for file in given:
        try:
            taken.append(_read(file))
        except FileRefused as refusal:
            refused.append(refusal_text(file.name, refusal.why))
    if refused:
        raise ValidationError(refused)
    return tuple(taken)


def _read(file: UploadedFile) -> ReadFile:
    """Read one file; what is too large is not even loaded. Raises FileRefused."""
    if file.size > LARGEST:
        raise FileRefused(Why.TOO_LARGE)
    return read(file.name, file.read())


def refusal_text(name: str, why: Why) -> str:
    """Return why a file is not taken, and what to do."""
    texts = {
        Why.EMPTY: _("« %(name)s » est vide : choisissez un autre fichier."),
        Why.TOO_LARGE: _("« %(name)s » est trop lourd : 10 Mo au plus par fichier."),
        Why.NOT_TAKEN: _("« %(name)s » n’est pas d’un type accepté : %(kinds)s."),
        Why.DISAGREES: _(
            "« %(name)s » n’est pas ce que dit son nom : enregistrez-le de nouveau, "
            "dans un de ces types : %(kinds)s."
        ),
        Why.MACROS: _("« %(name)s » contient des macros : enregistrez-le sans macros, ou en PDF."),
        Why.UNREADABLE: _("« %(name)s » ne se lit pas : enregistrez-le de nouveau, ou en PDF."),
    }
    return texts[why] % {"name": name, "kinds": KINDS_TOLD}


class FilesInput(forms.FileInput):
    """The browser's own choice of files, several at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Files to join to a message; clean ones are a tuple of ReadFile, empty when there is none."""

    widget = FilesInput(attrs={"accept": ACCEPT})

    def __init__(self, **kwargs):
        given = {
            "label": gettext_lazy("Pièces jointes"),
            "help_text": gettext_lazy(
                "5 fichiers au plus, 10 Mo chacun : PDF, image, Word, Excel, OpenDocument, CSV."
            ),
            "required": False,
        }
        super().__init__(**given | kwargs)

    def clean(self, data, initial=None) -> tuple[ReadFile, ...]:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        return read_files(given)


@dataclass(frozen=True, slots=True)
class Joined:
    """A file as a conversation names it, without its content."""

    pk: int
    name: str
    size: int
    is_picture: bool


def joined_to(request: Request, *, notes: bool) -> dict[int, list[Joined]]:
    """Return the files of a conversation by message, those of internal notes if `notes`; one query.

    Their contents stay where they are.
    """
    rows = Attachment.objects.filter(message__request=request).order_by("pk")
    if not notes:
        rows = rows.filter(message__is_internal=False)
    files = defaultdict(list)
    for pk, message, name, size, media_type in rows.values_list(
        "pk", "message_id", "name", "size", "media_type"
    ):
        files[message].append(Joined(pk, name, size, media_type.startswith("image/")))
    return dict(files)


def of_member(membership: Membership, *, reference: str, pk: int) -> Attachment:
    """Return a file of a request that a member may follow, never one of an internal note.

    Raises Attachment.DoesNotExist.
    """
    rows = Attachment.objects.for_organization(membership.organization)
    found = rows.select_related("message__request").get(
        pk=pk, message__request__reference=reference, message__is_internal=False
    )
    request = found.message.request
    is_requester = request.requester_id == membership.user_id
    if not workflow.may_follow(membership.role, request.kind, is_requester=is_requester):
        raise Attachment.DoesNotExist(pk)
    return found


def of_request(request_id: int, *, pk: int) -> Attachment:
    """Return a file of a request, for staff. Raises Attachment.DoesNotExist."""
    return Attachment.objects.get(pk=pk, message__request=request_id)
