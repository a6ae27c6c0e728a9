"""The requests of one's organization, for programs: ask, follow, converse, decide on a quote."""

from collections.abc import Callable
from functools import partial

from allauth.core.ratelimit import consume
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.exceptions import ErrorDetail, NotFound, Throttled, ValidationError
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import roles_allowed
from accounts.payloads import IDEMPOTENCY_KEY, NoParameters, accepted, asked, idempotency_key
from accounts.roles import ASKS_CHANGES, COMMITS_MONEY, SEES_SUBSCRIPTION
from accounts.tasks import send_mail_soon
from subscriptions import selectors as subscriptions
from subscriptions.models import Component, Plan, Subscription
from subscriptions.periods import Commitment
from subscriptions.places import asking_support
from support import conversation, followed, payloads, plan_choice, programs, quotes
from support.conflicts import EXPECTED, refused
from support.drawing import Wish
from support.models import Request
from support.request_pages import shown_quote
from support.workflow import Kind

ASKED = OpenApiExample(
    "Passer à ORGA, à l’échéance, avec une option",
    value={
        "plan": "orga",
        "commitment": "monthly",
        "when": "term",
        "options": ["edof-export"],
        "message": "Nous grandissons.",
    },
    request_only=True,
)
SAID = OpenApiExample("Répondre au support", value={"body": "Oui, mars."}, request_only=True)
WHY = OpenApiExample("Dire pourquoi", value={"reason": "Pas cette année."}, request_only=True)


class _Door(APIView):
    """What every door on requests shares: who may pass, and how a refusal is said."""

    permission_classes = [roles_allowed(*SEES_SUBSCRIPTION)]

    @property
    def membership(self):
        return self.request._request.membership

    def followed(self, reference: str) -> Request:
        """Return a request that one may follow; anybody else's does not exist."""
        try:
            return followed.request_of(self.membership, reference)
        except Request.DoesNotExist:
            raise Http404 from None

    def done(self, deed: Callable):
        """Do one deed and return what it made, or say its refusal."""
        today = timezone.localdate()
        try:
            with asking_support(organization=self.membership.organization, on=today):
                made = deed(membership=self.membership, on=today)
        except Request.DoesNotExist:
            raise Http404 from None
        except EXPECTED as refusal:
            raise refused(refusal) from None
        send_mail_soon()
        return made

    def told(self, reference: str) -> Response:
        """Answer a request as it is now."""
        row = self.followed(reference)
        answer = payloads.request(row, self.membership) | {"warnings": self._warnings(row)}
        return Response(payloads.AskedSerializer(answer).data)

    def _warnings(self, row: Request) -> list[dict]:
        if row.kind != Kind.PLAN_CHANGE or not row.is_open:
            return []
        usage = subscriptions.usage(row.organization, timezone.localdate())
        return payloads.warnings(plan_choice.excess(usage, row.plan))


class RequestsView(_Door):
    """Les demandes que l’on peut suivre : toutes, ou les siennes pour un commercial."""

    def get_permissions(self):
        """Leave asking for a change to whoever may, as its page does."""
        if self.request.method == "POST":
            return [roles_allowed(*ASKS_CHANGES)()]
        return super().get_permissions()

    @extend_schema(
        operation_id="requests",
        parameters=[payloads.PageQuery],
        responses=payloads.RequestsSerializer,
    )
    def get(self, request):
        page = _page(followed.followed(self.membership), request)
        rows = [payloads.request(row, self.membership) for row in page.rows]
        answer = {"requests": rows, "next_cursor": page.after}
        return Response(payloads.RequestsSerializer(answer).data)

    @extend_schema(
        operation_id="request_ask",
        description="Demander une évolution : formule, engagement, options. Rien n’est facturé "
        "avant l’accord du possesseur ; une formule trop petite est acceptée avec `warnings`.",
        request=payloads.WishSerializer,
        parameters=[IDEMPOTENCY_KEY],
        responses={201: payloads.AskedSerializer},
        examples=[ASKED],
    )
    def post(self, request):
        given = accepted(payloads.WishSerializer, request)
        key = idempotency_key(request)
        ask = partial(programs.ask_once, wish=self._wish(given), key=key)
        answer = self.told(self.done(ask).reference)
        answer.status_code = 201
        return answer

    def _wish(self, given: dict) -> Wish:
        """Return what is asked, of what this organization is sold. Raises ValidationError."""
        seller = Subscription.objects.filter(organization=self.membership.organization)
        sold = Component.objects.filter(seller__in=seller.values("seller"))
        plans = Plan.objects.select_related("component").filter(component__in=sold)
        plan = plans.filter(component__code=given["plan"]).first()
        if plan is None:
            _refuse("plan", _("Aucune formule de ce code n’est en vente."), "unknown_plan")
        options = sold.filter(kind=Component.Kind.OPTION).values_list("code", flat=True)
        if set(given["options"]) - set(options):
            _refuse("options", _("Une de ces options n’est pas en vente."), "unknown_option")
        if len(set(given["options"])) < len(given["options"]):
            _refuse("options", _("Une option est donnée deux fois."), "given_twice")
        return Wish(
            plan=plan,
            commitment=Commitment(given["commitment"]),
            when=given["when"],
            options=tuple(given["options"]),
            message=given["message"],
        )


class RequestView(_Door):
    """Une demande : où elle en est, et ce que l’on peut y faire."""

    @extend_schema(operation_id="request", responses=payloads.AskedSerializer)
    def get(self, request, reference):
        asked(NoParameters, request)
        return self.told(reference)


class WithdrawalView(_Door):
    """Retirer une demande : rien ne change."""

    @extend_schema(
        operation_id="request_withdraw",
        request=payloads.ReasonSerializer,
        responses=payloads.AskedSerializer,
        examples=[WHY],
    )
    def post(self, request, reference):
        self.followed(reference)
        given = accepted(payloads.ReasonSerializer, request)
        self.done(partial(conversation.withdraw, reference=reference, **given))
        return self.told(reference)


class MessagesView(_Door):
    """La conversation avec le support."""

    @extend_schema(
        operation_id="messages",
        parameters=[payloads.PageQuery],
        responses=payloads.MessagesSerializer,
    )
    def get(self, request, reference):
        page = _page(followed.said(self.followed(reference)), request)
        answer = {"messages": map(payloads.message, page.rows), "next_cursor": page.after}
        return Response(payloads.MessagesSerializer(answer).data)

    @extend_schema(
        operation_id="message_send",
        request=payloads.WordsSerializer,
        responses={
            201: payloads.MessageSerializer,
            429: OpenApiResponse(description="Trop de messages depuis une heure."),
        },
        examples=[SAID],
    )
    def post(self, request, reference):
        self.followed(reference)
        given = accepted(payloads.WordsSerializer, request)
        if not consume(request._request, action="member_contact"):
            raise Throttled(
                detail=_("Beaucoup de messages depuis une heure : réessayez plus tard.")
            )
        said = self.done(partial(conversation.reply_as_customer, reference=reference, **given))
        return Response(payloads.MessageSerializer(payloads.message(said)).data, status=201)


class AttachmentsView(_Door):
    """Les fichiers de la conversation ; chacun se télécharge à son adresse."""

    @extend_schema(operation_id="attachments", responses=payloads.FilesSerializer)
    def get(self, request, reference):
        asked(NoParameters, request)
        files = [
            payloads.file(row, _address(request, reference, row.pk))
            for row in followed.joined(self.followed(reference))
        ]
        return Response(payloads.FilesSerializer({"attachments": files}).data)


class QuoteView(_Door):
    """Le devis en cours, ou celui qui a mené la demande où elle en est."""

    @extend_schema(operation_id="quote", responses=payloads.QuoteSerializer)
    def get(self, request, reference):
        asked(NoParameters, request)
        return _quote(self.followed(reference))


class AcceptanceView(_Door):
    """Accepter le devis : le possesseur engage l’organisme, au montant du devis."""

    permission_classes = [roles_allowed(*COMMITS_MONEY)]

    @extend_schema(
        operation_id="quote_accept",
        request=payloads.QuoteAgreementSerializer,
        responses={
            200: payloads.QuoteSerializer,
            410: OpenApiResponse(description="Le devis a expiré."),
        },
        examples=[
            OpenApiExample(
                "Accepter la version lue",
                value={"version": 1, "gross": "286.80"},
                request_only=True,
            )
        ],
    )
    def post(self, request, reference):
        self.followed(reference)
        read = accepted(payloads.QuoteAgreementSerializer, request)
        accept = partial(
            programs.accept_as_read, version=read["version"], gross_cents=read["gross"]
        )
        self.done(partial(accept, reference=reference))
        return _quote(self.followed(reference))


class RefusalView(_Door):
    """Décliner le devis : rien ne change, le support peut en proposer un autre."""

    permission_classes = [roles_allowed(*COMMITS_MONEY)]

    @extend_schema(
        operation_id="quote_decline",
        request=payloads.ReasonSerializer,
        responses=payloads.AskedSerializer,
        examples=[WHY],
    )
    def post(self, request, reference):
        self.followed(reference)
        given = accepted(payloads.ReasonSerializer, request)
        self.done(partial(quotes.decline_quote, reference=reference, **given))
        return self.told(reference)


def _page(rows, request) -> followed.Page:
    query = asked(payloads.PageQuery, request)
    after = int(query["cursor"]) if "cursor" in query else None
    return followed.latest(rows, after=after, most=int(query["page_size"]))


def _quote(row: Request) -> Response:
    shown = shown_quote(row)
    if shown is None:
        raise NotFound(_("Cette demande n’a pas de devis à lire."), "no_quote")
    return Response(payloads.QuoteSerializer(payloads.quote(shown)).data)


def _address(request, reference: str, attachment: int) -> str:
    return request.build_absolute_uri(reverse("request-attachment", args=[reference, attachment]))


def _refuse(field: str, text: str, code: str) -> None:
    raise ValidationError({field: [ErrorDetail(text, code)]})
