"""How requests, messages, files and quotes are read and written in the API."""

from rest_framework import serializers

from accounts.models import Membership
from accounts.payloads import (
    AmountField,
    NumberField,
    QuerySerializer,
    StrictSerializer,
    TextField,
)
from subscriptions.payloads import COMMITMENTS, CURRENCY, CurrencyField, SpanSerializer
from support import workflow
from support.forms import LONGEST_MESSAGE
from support.labels import When
from support.models import Attachment, Message, Quote, Request
from support.plan_choice import Excess
from support.workflow import Kind, Move, State

MOST_ROWS = 100
ACTIONS = {Move.WITHDRAW: "withdraw", Move.ACCEPT: "accept", Move.DECLINE: "decline"}
KINDS = sorted(str(kind) for kind in workflow.ASKED)
STATES = [str(state) for state in State]


class PageQuery(QuerySerializer):
    """Which page: the latest rows without a cursor."""

    cursor = serializers.RegexField(
        r"^[0-9]{1,18}$",
        required=False,
        help_text="Le next_cursor de la page d’avant.",
        error_messages={"invalid": "Ce curseur n’est pas de nous : reprenez next_cursor."},
    )
    page_size = serializers.RegexField(
        r"^([1-9][0-9]?|100)$",
        default="50",
        help_text="De 1 à 100 ; 50 sans lui.",
        error_messages={"invalid": "Écrivez un nombre de 1 à 100."},
    )


class WishSerializer(StrictSerializer):
    """What is asked: a plan, a commitment, from when, with which options."""

    plan = TextField(most=60, help_text="Le code d’une formule en vente : « orga ».")
    commitment = serializers.ChoiceField(COMMITMENTS)
    when = serializers.ChoiceField(When.values, help_text="Maintenant ou à l’échéance.")
    options = serializers.ListField(
        child=TextField(most=60), required=False, default=list, max_length=20
    )
    message = TextField(most=LONGEST_MESSAGE, required=False, default="", may_be_blank=True)


class QuoteAgreementSerializer(StrictSerializer):
    """The quote that one agrees to, as it was read; refused if another was sent since."""

    version = NumberField(most=32_767)
    gross = AmountField(help_text="TTC, comme lu : « 286.80 ».")


class WordsSerializer(StrictSerializer):
    """One message to support."""

    body = TextField(most=LONGEST_MESSAGE)


class ReasonSerializer(StrictSerializer):
    """Why, if one likes to say."""

    reason = TextField(most=LONGEST_MESSAGE, required=False, default="", may_be_blank=True)


class ChangeSerializer(serializers.Serializer):
    """The change that a request asks for, or the one it was priced for."""

    from_plan = serializers.SlugField()
    from_commitment = serializers.ChoiceField(COMMITMENTS)
    plan = serializers.SlugField()
    commitment = serializers.ChoiceField(COMMITMENTS)
    when = serializers.ChoiceField(When.values)
    options = serializers.ListField(child=serializers.SlugField())
    effective_on = serializers.DateField(allow_null=True)


class WarningSerializer(serializers.Serializer):
    """A count that the plan could not hold: the échéance decides (R8)."""

    code = serializers.ChoiceField(["over_limit"])
    what = serializers.ChoiceField(["learners", "trainers", "administrators"])
    count = serializers.IntegerField()
    limit = serializers.IntegerField()


class RequestSerializer(serializers.Serializer):
    """A request (demande)."""

    reference = serializers.CharField()
    kind = serializers.ChoiceField(KINDS)
    state = serializers.ChoiceField(STATES)
    title = serializers.CharField()
    asked_on = serializers.DateField()
    requester = serializers.CharField()
    agent = serializers.CharField(allow_blank=True, help_text="Qui la suit au support.")
    change = ChangeSerializer(allow_null=True, help_text="Null : un intérêt ou un message.")
    option = serializers.SlugField(allow_null=True, help_text="D’un intérêt pour une option.")
    actions = serializers.ListField(
        child=serializers.ChoiceField([*ACTIONS.values(), "reply"]),
        help_text="Ce que la personne connectée peut faire.",
    )


class AskedSerializer(RequestSerializer):
    """A request with what to know about it."""

    warnings = WarningSerializer(many=True)


class RequestsSerializer(serializers.Serializer):
    """A page of requests, the latest first."""

    requests = RequestSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True, help_text="Null : il n’y en a pas après.")


class MessageSerializer(serializers.Serializer):
    """One message of the conversation."""

    id = serializers.IntegerField()
    author = serializers.CharField()
    from_staff = serializers.BooleanField()
    channel = serializers.ChoiceField(Message.Channel.values)
    body = serializers.CharField()
    sent_at = serializers.DateTimeField()


class MessagesSerializer(serializers.Serializer):
    """A page of the conversation, the latest first."""

    messages = MessageSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class FileSerializer(serializers.Serializer):
    """A file of the conversation; the link asks for the same session, and saves it."""

    id = serializers.IntegerField()
    message = serializers.IntegerField()
    name = serializers.CharField()
    media_type = serializers.CharField()
    size = serializers.IntegerField(help_text="En octets.")
    download = serializers.URLField()


class FilesSerializer(serializers.Serializer):
    """The files of the conversation, the oldest first."""

    attachments = FileSerializer(many=True)


class QuoteLineSerializer(serializers.Serializer):
    """A line of the document that the change will issue."""

    designation = serializers.CharField()
    period = SpanSerializer()
    days = serializers.IntegerField()
    days_in_period = serializers.IntegerField()
    net = AmountField()


class QuoteSerializer(serializers.Serializer):
    """A quote (devis), frozen: what is agreed to is billed to the cent."""

    reference = serializers.CharField()
    version = serializers.IntegerField()
    status = serializers.ChoiceField(["sent", "accepted", "declined", "expired"])
    plan = serializers.SlugField()
    commitment = serializers.ChoiceField(COMMITMENTS)
    when = serializers.ChoiceField(When.values)
    options = serializers.ListField(child=serializers.SlugField())
    effective_on = serializers.DateField()
    priced_on = serializers.DateField()
    valid_until = serializers.DateField(help_text="Inclus.")
    lines = QuoteLineSerializer(many=True)
    net = AmountField()
    vat = AmountField()
    gross = AmountField()
    surcharge = AmountField(help_text="HT, pour une période entière de surcharge_months mois.")
    surcharge_months = serializers.IntegerField()
    currency = CurrencyField()


def request(row: Request, membership: Membership) -> dict:
    """Return a request as it is written for one member."""
    is_change = row.kind == Kind.PLAN_CHANGE
    is_requester = row.requester_id == membership.user_id
    who = workflow.capacities(membership.role, is_requester=is_requester)
    open_moves = workflow.moves(kind=row.kind, state=row.state, who=who)
    actions = [name for move, name in ACTIONS.items() if move in open_moves]
    return {
        "reference": row.reference,
        "kind": row.kind,
        "state": row.state,
        "title": row.customer_title,
        "asked_on": row.asked_on,
        "requester": row.requester.full_name,
        "agent": row.assigned_to.full_name if row.assigned_to else "",
        "change": _change(row) if is_change else None,
        "option": row.option.code if row.option else None,
        "actions": [*actions, "reply"] if row.is_open else actions,
    }


def _change(row: Request) -> dict:
    return {
        "from_plan": row.from_plan.code,
        "from_commitment": row.from_commitment,
        "plan": row.plan.code,
        "commitment": row.commitment,
        "when": row.when,
        "options": row.options,
        "effective_on": row.effective_on,
    }


def warnings(excesses: tuple[Excess, ...]) -> list[dict]:
    """Return the counts that stand in the way of a plan."""
    return [
        {"code": "over_limit", "what": each.what, "count": each.count, "limit": each.limit}
        for each in excesses
    ]


def message(row: Message) -> dict:
    """Return a message as it is written."""
    return {
        "id": row.pk,
        "author": row.author.full_name,
        "from_staff": row.from_staff,
        "channel": row.channel,
        "body": row.body,
        "sent_at": row.created_at,
    }


def file(row: Attachment, download: str) -> dict:
    """Return a file as it is written, with where it is saved from."""
    return {
        "id": row.pk,
        "message": row.message_id,
        "name": row.name,
        "media_type": row.media_type,
        "size": row.size,
        "download": download,
    }


def quote(row: Quote) -> dict:
    """Return a quote as it is written."""
    lines = [
        {
            "designation": line["designation"],
            "period": {"starts_on": line["starts_on"], "ends_before": line["ends_before"]},
            "days": line["days"],
            "days_in_period": line["days_in_period"],
            "net": line["net_cents"],
        }
        for line in row.lines
    ]
    return {
        "reference": row.request.reference,
        "version": row.version,
        "status": row.status,
        "plan": row.plan.code,
        "commitment": row.commitment,
        "when": row.when,
        "options": row.options,
        "effective_on": row.effective_on,
        "priced_on": row.priced_on,
        "valid_until": row.valid_until,
        "lines": lines,
        "net": row.net_cents,
        "vat": row.vat_cents,
        "gross": row.gross_cents,
        "surcharge": row.surcharge_cents,
        "surcharge_months": row.months,
        "currency": CURRENCY,
    }
