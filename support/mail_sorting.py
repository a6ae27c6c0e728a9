"""Where a received mail belongs, told from its sender and from the address it was sent to."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import Membership, Organization
from support import reply_address
from support.mail_reading import Doubt, Letter
from support.models import OPEN, InboundMail, Request
from support.workflow import may_follow

Status = InboundMail.Status


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a mail: whose answer to which request it is, or why it has to wait."""

    status: Status
    reason: str = ""
    reference: str = ""
    membership: Membership | None = None


def verdict(letter: Letter, *, sent_to: str) -> Verdict:
    """Return where a mail belongs. Staff scope.

    It joins a conversation when it was sent to an address that we signed, by a member who may
    follow that request, and nothing says that it is not from them.
    """
    reference = _reference(letter, sent_to)
    if letter.is_automatic:
        return Verdict(Status.IGNORED, _("Réponse automatique"), reference)
    if doubt := _doubt(letter):
        return Verdict(Status.QUARANTINED, doubt, reference)
    request = Request.objects.filter(reference=reference).select_related("organization").first()
    if request is None:
        return Verdict(Status.QUARANTINED, _astray(letter, sent_to))
    member = member_at(request.organization, letter.sender)
    if member is None:
        return Verdict(Status.QUARANTINED, _("Expéditeur inconnu de cet organisme"), reference)
    if not follows(member, request):
        return Verdict(Status.QUARANTINED, _("L’expéditeur ne suit pas cette demande"), reference)
    return Verdict(Status.JOINED, reference=reference, membership=member)


def _reference(letter: Letter, sent_to: str) -> str:
    """Return the request whose reply address a mail was sent to, or nothing."""
    named = (reply_address.read(address) for address in (sent_to, *letter.recipients))
    return next((reference for reference, _reader in filter(None, named)), "")


def _doubt(letter: Letter) -> str:
    texts = {
        Doubt.NOBODY: _("Sans expéditeur, ou avec plusieurs"),
        Doubt.SPAM: _("Signalé comme indésirable"),
        Doubt.UNPROVEN: _("Expéditeur non prouvé (SPF, DKIM ou DMARC en échec)"),
    }
    return next((text for doubt, text in texts.items() if doubt in letter.doubts), "")


def _astray(letter: Letter, sent_to: str) -> str:
    """Return why a mail names no request of ours."""
    ours = f"@{settings.REPLY_DOMAIN}".lower()
    if any(address.lower().endswith(ours) for address in (sent_to, *letter.recipients)):
        return _("Adresse de réponse inconnue ou modifiée")
    if memberships_at(letter.sender):
        return _("Écrit au support, hors d’une demande")
    return _("Expéditeur inconnu")


def follows(member: Membership, request: Request) -> bool:
    """Say whether a member may follow a request."""
    is_requester = request.requester_id == member.user_id
    return may_follow(member.role, request.kind, is_requester=is_requester)


def member_at(organization: Organization, address: str) -> Membership | None:
    """Return the active member of an organization who has an address."""
    return next(
        (each for each in memberships_at(address) if each.organization == organization), None
    )


def memberships_at(address: str) -> list[Membership]:
    """Return the active memberships of the person who has an address, by organization."""
    return list(
        Membership.objects.filter(user__email=address, user__is_active=True, is_active=True)
        .select_related("user", "organization")
        .order_by("organization__name")
    )


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An organization that a mail may come from, with the open requests it may speak of."""

    membership: Membership
    requests: tuple[Request, ...]


def suggestions(mail: InboundMail) -> list[Suggestion]:
    """Return where the sender's address leads: one organization, several, or none."""
    members = memberships_at(mail.sender)
    opened = (
        Request.objects.filter(organization__in=[each.organization_id for each in members])
        .filter(state__in=OPEN, requester__isnull=False)
        .select_related("plan__component", "from_plan__component", "option")
        .order_by("-pk")
    )
    requests = list(opened)
    return [
        Suggestion(
            membership=member,
            requests=tuple(
                request
                for request in requests
                if request.organization_id == member.organization_id and follows(member, request)
            ),
        )
        for member in members
    ]


def only_reference(suggestions: list[Suggestion]) -> str:
    """Return the one request that a mail may speak of, or nothing when there are several."""
    references = [each.reference for suggested in suggestions for each in suggested.requests]
    return references[0] if len(references) == 1 else ""
