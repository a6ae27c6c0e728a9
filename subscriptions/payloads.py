"""How amounts, plans, periods and invoices are written in the API, everywhere the same."""

from rest_framework import serializers

from accounts.payloads import AmountField
from learners.outlook import Outlook
from subscriptions.models import Invoice, PendingChange, Subscription
from subscriptions.periods import Commitment

CURRENCY = "EUR"
COMMITMENTS = [commitment.value for commitment in Commitment]


class CurrencyField(serializers.ChoiceField):
    """Euros, always."""

    def __init__(self, **options):
        super().__init__([CURRENCY], **options)


class PriceSerializer(serializers.Serializer):
    """A full-period price before VAT (HT)."""

    net = AmountField()
    currency = CurrencyField()


class SpanSerializer(serializers.Serializer):
    """The days from starts_on to the eve of ends_before."""

    starts_on = serializers.DateField()
    ends_before = serializers.DateField()


class LimitsSerializer(serializers.Serializer):
    """What a plan allows; null is unlimited."""

    learners = serializers.IntegerField(allow_null=True)
    trainers = serializers.IntegerField(allow_null=True)
    administrators = serializers.IntegerField(allow_null=True)


class PlanSerializer(serializers.Serializer):
    """A plan (formule)."""

    code = serializers.SlugField()
    name = serializers.CharField()
    limits = LimitsSerializer()


class HeldOptionSerializer(serializers.Serializer):
    """An option held; ends_before says when it stops, null while it is renewed."""

    slug = serializers.SlugField()
    name = serializers.CharField()
    price = PriceSerializer(allow_null=True)
    starts_on = serializers.DateField()
    ends_before = serializers.DateField(allow_null=True)


class PendingSerializer(serializers.Serializer):
    """What waits for the échéance."""

    kind = serializers.ChoiceField(PendingChange.Kind.values)
    plan = PlanSerializer(allow_null=True)
    commitment = serializers.ChoiceField(COMMITMENTS, allow_null=True)
    effective_on = serializers.DateField()


class ComingLineSerializer(serializers.Serializer):
    """A line of the next invoice."""

    name = serializers.CharField()
    net = AmountField()


class ComingInvoiceSerializer(serializers.Serializer):
    """The invoice that renewal will issue on period.starts_on."""

    period = SpanSerializer()
    lines = ComingLineSerializer(many=True)
    net = AmountField()
    vat = AmountField()
    gross = AmountField()
    currency = CurrencyField()


class SubscriptionSerializer(serializers.Serializer):
    """The contract of the organization (abonnement)."""

    organization = serializers.SlugField()
    account_number = serializers.IntegerField()
    status = serializers.ChoiceField(Subscription.Status.values)
    plan = PlanSerializer(allow_null=True)
    commitment = serializers.ChoiceField(COMMITMENTS, allow_null=True)
    price = PriceSerializer(allow_null=True, help_text="Null : sur devis.")
    period = SpanSerializer(allow_null=True)
    renews_on = serializers.DateField(allow_null=True, help_text="L’échéance.")
    options = HeldOptionSerializer(many=True)
    pending_change = PendingSerializer(allow_null=True)
    next_invoice = ComingInvoiceSerializer(allow_null=True)


class CountSerializer(serializers.Serializer):
    """A count against its limit; a limit of null is unlimited."""

    count = serializers.IntegerField()
    limit = serializers.IntegerField(allow_null=True)


class DayCountSerializer(serializers.Serializer):
    """The learners of a day."""

    on = serializers.DateField()
    count = serializers.IntegerField()


class PaceSerializer(serializers.Serializer):
    """How many enrolments began to count over how many days."""

    entered = serializers.IntegerField()
    days = serializers.IntegerField()


class BetweenSerializer(serializers.Serializer):
    """A range of days, both included."""

    first_on = serializers.DateField()
    last_on = serializers.DateField()


class PacesSerializer(serializers.Serializer):
    """What the forecast stands on beside the enrolments already known."""

    last_90_days = PaceSerializer()
    same_period_last_year = PaceSerializer(
        allow_null=True, help_text="Null : moins d’un an d’historique."
    )


class ForecastSerializer(serializers.Serializer):
    """The twelve months to come: enrolments already known, then the pace of the last 90 days."""

    limit_passed_on = serializers.DateField(
        allow_null=True, help_text="Premier jour à venir d’un dépassement de plus d’un jour."
    )
    limit_passed_between = BetweenSerializer(
        allow_null=True,
        help_text="Selon le rythme, celui des 90 derniers jours ou de l’an dernier.",
    )
    one_day_peaks = DayCountSerializer(many=True)
    highest = DayCountSerializer()
    within_limit_on = serializers.DateField(
        allow_null=True, help_text="Si la limite est dépassée : le retour sans autre inscription."
    )
    paces = PacesSerializer()


class UsageSerializer(serializers.Serializer):
    """What is counted: learners over the 365 days that end on `on`, seats as filled now."""

    on = serializers.DateField()
    counted_from = serializers.DateField()
    learners = CountSerializer()
    trainers = CountSerializer()
    administrators = CountSerializer()
    forecast = ForecastSerializer(
        allow_null=True, help_text="Aujourd’hui seulement, et dès 60 jours d’historique."
    )


class InvoiceLineSerializer(serializers.Serializer):
    """A line of an issued document."""

    designation = serializers.CharField()
    period = SpanSerializer()
    days = serializers.IntegerField()
    days_in_period = serializers.IntegerField()
    net = AmountField()


class InvoiceSerializer(serializers.Serializer):
    """An issued invoice; it never changes."""

    number = serializers.CharField()
    issued_on = serializers.DateField()
    due_on = serializers.DateField()
    lines = InvoiceLineSerializer(many=True)
    net = AmountField()
    vat = AmountField()
    gross = AmountField()
    currency = CurrencyField()


def price(amount_cents: int | None) -> dict | None:
    """Return a price as it is written; None is on quote."""
    return None if amount_cents is None else {"net": amount_cents, "currency": CURRENCY}


def span(days) -> dict:
    """Return a half-open period as it is written."""
    return {"starts_on": days.starts_on, "ends_before": days.ends_before}


def forecast(coming: Outlook) -> dict:
    """Return what is foreseen as it is written."""
    between = coming.passed_between
    return {
        "limit_passed_on": coming.passed and coming.passed.starts_on,
        "limit_passed_between": between and {"first_on": between[0], "last_on": between[1]},
        "one_day_peaks": [{"on": peak.starts_on, "count": peak.count} for peak in coming.peaks],
        "highest": {"on": coming.highest.on, "count": coming.highest.total},
        "within_limit_on": coming.returns_on,
        "paces": {
            "last_90_days": coming.paces.recent,
            "same_period_last_year": coming.paces.a_year_ago,
        },
    }


def totals(document) -> dict:
    """Return the three totals of an invoice, issued or coming."""
    return {
        "net": document.net_cents,
        "vat": document.vat_cents,
        "gross": document.gross_cents,
        "currency": CURRENCY,
    }


def invoice(issued: Invoice) -> dict:
    """Return an issued invoice as it is written, with its lines in order."""
    return {
        "number": issued.number,
        "issued_on": issued.issued_on,
        "due_on": issued.due_on,
        "lines": [
            {
                "designation": line.designation,
                "period": span(line),
                "days": line.days,
                "days_in_period": line.days_in_period,
                "net": line.net_cents,
            }
            for line in issued.lines.order_by("position")
        ],
        **totals(issued),
    }
