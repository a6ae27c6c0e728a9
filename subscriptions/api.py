"""The subscription and its usage, for programs: read only, for the roles that see the page."""

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import roles_allowed
from accounts.models import Organization
from accounts.payloads import DayField, NoParameters, QuerySerializer, asked
from accounts.roles import SEES_SUBSCRIPTION
from learners.foreseen import known_now
from learners.outlook import outlook
from learners.rolling_year import first_day_counted
from subscriptions import payloads, selectors
from subscriptions.next_invoice import NextInvoice, awaits_gate, next_invoice
from subscriptions.standing import Pending, Standing, standing
from subscriptions.tariffs import NoPrice
from subscriptions.vat import VatUnresolved


class UsageQuery(QuerySerializer):
    """Which day: today unless said."""

    on = DayField(required=False, help_text="AAAA-MM-JJ, de 2000 à 2099 ; aujourd’hui sans lui.")


class SubscriptionView(APIView):
    """L’abonnement : formule, engagement, échéance, options, prochaine facture."""

    permission_classes = [roles_allowed(*SEES_SUBSCRIPTION)]

    @extend_schema(operation_id="subscription", responses=payloads.SubscriptionSerializer)
    def get(self, request):
        asked(NoParameters, request)
        organization = request._request.membership.organization
        current = standing(organization, timezone.localdate())
        if current is None:
            raise Http404
        return Response(payloads.SubscriptionSerializer(_subscription(organization, current)).data)


class UsageView(APIView):
    """Ce qui est compté : apprenants des 365 derniers jours, places prises."""

    permission_classes = [roles_allowed(*SEES_SUBSCRIPTION)]

    @extend_schema(
        operation_id="usage", parameters=[UsageQuery], responses=payloads.UsageSerializer
    )
    def get(self, request):
        today = timezone.localdate()
        on = asked(UsageQuery, request).get("on") or today
        organization = request._request.membership.organization
        used = selectors.usage(organization, on)
        coming = (
            outlook(known_now(organization, on=on), used.learner_limit) if on == today else None
        )
        answer = {
            "on": on,
            "counted_from": first_day_counted(on),
            **{
                name: {
                    "count": getattr(used, name),
                    "limit": getattr(used, f"{name.removesuffix('s')}_limit"),
                }
                for name in ("learners", "trainers", "administrators")
            },
            "forecast": coming and payloads.forecast(coming),
        }
        return Response(payloads.UsageSerializer(answer).data)


def _subscription(organization: Organization, current: Standing) -> dict:
    plan_held = next((held for held in current.held if held.is_plan), None)
    coming = _coming(organization, current)
    return {
        "organization": organization.slug,
        "account_number": organization.number,
        "status": current.status,
        "plan": current.plan and _plan(current.plan),
        "commitment": current.commitment,
        "price": _running_price(current, plan_held),
        "period": current.entered and payloads.span(current.entered),
        "renews_on": current.renews_on,
        "options": [
            {
                "slug": held.code,
                "name": held.name,
                "price": _running_price(current, held),
                "starts_on": held.starts_on,
                "ends_before": held.ends_before,
            }
            for held in current.options
        ],
        "pending_change": current.pending and _pending(current.pending),
        "next_invoice": coming and _written(coming),
    }


def _running_price(current: Standing, held) -> dict | None:
    running = current.running_price(held) if held else None
    return payloads.price(running.amount_cents if running else None)


def _plan(terms) -> dict:
    return {
        "code": terms.code,
        "name": terms.name,
        "limits": {
            "learners": terms.learners,
            "trainers": terms.trainers,
            "administrators": terms.administrators,
        },
    }


def _pending(pending: Pending) -> dict:
    return {
        "kind": pending.kind,
        "plan": pending.plan and _plan(pending.plan),
        "commitment": pending.commitment or None,
        "effective_on": pending.effective_on,
    }


def _coming(organization: Organization, current: Standing) -> NextInvoice | None:
    """Return the next invoice, or None when none can be told yet (on quote, VAT in doubt)."""
    usage = selectors.usage(organization, current.renews_on) if awaits_gate(current) else None
    try:
        return next_invoice(current, usage)
    except (NoPrice, VatUnresolved):
        return None


def _written(coming: NextInvoice) -> dict:
    return {
        "period": payloads.span(coming),
        "lines": [{"name": line.name, "net": line.net_cents} for line in coming.lines],
        **payloads.totals(coming),
    }
