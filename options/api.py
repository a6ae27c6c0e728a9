"""The options, for programs: what is offered to the signed-in person, and « Souscrire »."""

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import roles_allowed
from accounts.payloads import (
    IDEMPOTENCY_KEY,
    AmountField,
    NoParameters,
    StrictSerializer,
    accepted,
    asked,
    idempotency_key,
)
from accounts.roles import COMMITS_MONEY, SEES_SUBSCRIPTION
from accounts.tasks import send_mail_soon
from options import endings, selectors, services
from options.policy import ALONE, Action, Decision, Reason
from options.selectors import Offer
from options.services import Outcome, Pressed, Shown
from subscriptions import payloads


class Conflict(APIException):
    """The request was right once; what it met has changed."""

    status_code = 409


class VatInDoubt(Conflict):
    """Support was told, which stays; the deed is undone already."""

    keeps_what_was_told = True


class OfferSerializer(serializers.Serializer):
    """One option as it is offered to the signed-in person."""

    slug = serializers.SlugField()
    name = serializers.CharField()
    benefit = serializers.CharField()
    opens = serializers.ListField(child=serializers.CharField())
    price = payloads.PriceSerializer(allow_null=True, help_text="Null : sur devis.")
    commitment = serializers.ChoiceField(payloads.COMMITMENTS)
    action = serializers.ChoiceField([action.value for action in Action if action != "hidden"])
    reason = serializers.CharField(allow_blank=True, help_text="Pourquoi rien n’est possible.")
    starts_on = serializers.DateField(allow_null=True)
    ends_before = serializers.DateField(allow_null=True)
    asked_on = serializers.DateField(allow_null=True, help_text="Demandée au support depuis le.")


class OffersSerializer(serializers.Serializer):
    """What is offered: what is taken first."""

    options = OfferSerializer(many=True)


class AgreementSerializer(StrictSerializer):
    """The full-period price that one agrees to, as the options showed it."""

    price = AmountField(help_text="HT, la période entière : « 29.00 ». Refusé s’il a changé.")
    currency = payloads.CurrencyField(required=False)


class SubscribedSerializer(serializers.Serializer):
    """The option is open and its share is invoiced."""

    option = serializers.SlugField()
    invoice = payloads.InvoiceSerializer(
        allow_null=True, help_text="Null sous 0,50 € TTC : la part attend la prochaine facture."
    )


class EndedSerializer(serializers.Serializer):
    """The option stays open until that day, which it does not count; nothing is credited."""

    option = serializers.SlugField()
    ends_before = serializers.DateField(help_text="Premier jour sans l’option.")


class InterestSerializer(serializers.Serializer):
    """Support knows of the interest; nothing is billed."""

    option = serializers.SlugField()
    reference = serializers.CharField()
    asked_on = serializers.DateField()
    clicks = serializers.IntegerField()


class OptionsView(APIView):
    """Les options : prises et disponibles, avec ce que la personne connectée peut faire."""

    permission_classes = [roles_allowed(*SEES_SUBSCRIPTION)]

    @extend_schema(operation_id="options", responses=OffersSerializer)
    def get(self, request):
        asked(NoParameters, request)
        offers = selectors.offers(request._request.membership, timezone.localdate())
        return Response(OffersSerializer({"options": [_offer(offer) for offer in offers]}).data)


class OptionSubscriptionView(APIView):
    """Souscrire : le possesseur ouvre l’option, la part de la période en cours est facturée.

    Un administrateur ou un commercial transmet son intérêt au support : rien n’est facturé. Une
    option sur devis (`ask_quote`) se demande avec une demande d’évolution.
    """

    permission_classes = [roles_allowed(*SEES_SUBSCRIPTION)]

    def get_permissions(self):
        """Leave the end of an option to whoever commits money, as its page does."""
        if self.request.method == "DELETE":
            return [roles_allowed(*COMMITS_MONEY)()]
        return super().get_permissions()

    @extend_schema(
        operation_id="option_end",
        description="Arrêter l’option à l’échéance, sans avoir ; deux fois ne change rien.",
        responses={200: EndedSerializer},
    )
    def delete(self, request, slug):
        option = get_object_or_404(selectors.on_sale(), component__code=slug)
        try:
            ends_before = endings.end_once(
                membership=request._request.membership, option=option, today=timezone.localdate()
            )
        except services.NotOffered:
            text = _("Cette option n’est pas souscrite, ou ne peut pas être arrêtée maintenant.")
            raise Conflict(text, "not_subscribed") from None
        send_mail_soon()
        return Response(EndedSerializer({"option": slug, "ends_before": ends_before}).data)

    @extend_schema(
        operation_id="option_subscribe",
        request=AgreementSerializer,
        parameters=[IDEMPOTENCY_KEY],
        responses={
            201: OpenApiResponse(SubscribedSerializer, description="Souscrite, et facturée."),
            202: OpenApiResponse(InterestSerializer, description="Intérêt transmis au support."),
        },
    )
    def post(self, request, slug):
        option = get_object_or_404(selectors.on_sale(), component__code=slug)
        agreed = accepted(AgreementSerializer, request)
        key = idempotency_key(request)
        try:
            outcome = services.press_subscribe(
                membership=request._request.membership,
                option=option,
                today=timezone.localdate(),
                operation=f"{ALONE}{key}",
                shown=Shown(agreed["price"]),
            )
        except services.PriceChanged:
            raise Conflict(_("Le prix a changé : relisez les options."), "price_changed") from None
        except services.KeyReused:
            text = _("Cette clé d’idempotence a déjà servi à autre chose.")
            raise Conflict(text, "idempotency_mismatch") from None
        except services.Undone:
            text = _("Cette souscription a été annulée depuis : prenez une autre clé.")
            raise Conflict(text, "undone") from None
        except services.NotOffered as refused:
            raise _conflict(refused.decision) from None
        send_mail_soon()
        return _answer(slug, outcome)


def _conflict(decision: Decision) -> Conflict:
    if decision.action is Action.ASK_QUOTE:
        text = _("Cette option se vend sur devis : demandez-la par POST /api/v1/requests/.")
        return Conflict(text, "on_quote")
    reason = decision.reason
    text = selectors.REASONS.get(reason, _("Cette option ne peut pas être souscrite maintenant."))
    if reason is Reason.VAT_UNRESOLVED:
        return VatInDoubt(text, "vat_unresolved")
    return Conflict(text, "not_offered")


def _answer(slug: str, outcome: Outcome) -> Response:
    if outcome.pressed is Pressed.ALREADY:
        raise Conflict(_("Cette option est déjà souscrite."), "already_subscribed")
    if outcome.pressed is Pressed.SUBSCRIBED:
        answer = {"option": slug, "invoice": outcome.invoice and payloads.invoice(outcome.invoice)}
        return Response(SubscribedSerializer(answer).data, status=201)
    asked_for = outcome.request
    answer = {
        "option": slug,
        "reference": asked_for.reference,
        "asked_on": asked_for.asked_on,
        "clicks": asked_for.clicks,
    }
    return Response(InterestSerializer(answer).data, status=202)


def _offer(offer: Offer) -> dict:
    return {
        "slug": offer.slug,
        "name": offer.name,
        "benefit": offer.benefit,
        "opens": offer.opens,
        "price": payloads.price(offer.price_cents),
        "commitment": offer.commitment,
        "action": offer.action,
        "reason": offer.reason,
        "starts_on": offer.starts_on,
        "ends_before": offer.ends_before,
        "asked_on": offer.asked_on,
    }
