"""What is asked: requests, what was said about them, and the quotes that answer them."""

import uuid

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.tenancy import TenantModel
from subscriptions.models import COMMITMENT_LABELS, Component, Plan
from support import workflow
from support.workflow import Kind, State

KIND_LABELS = [
    (Kind.PLAN_CHANGE.value, _("changement de formule")),
    (Kind.OPTION_INTEREST.value, _("intérêt pour une option")),
    (Kind.CONTACT.value, _("message")),
    (Kind.TASK.value, _("tâche")),
]
STATE_LABELS = [
    (State.NEW.value, _("Nouvelle")),
    (State.NEEDS_DETAILS.value, _("Précision demandée")),
    (State.PRICED.value, _("Chiffrée")),
    (State.QUOTED.value, _("Devis envoyé")),
    (State.ACCEPTED.value, _("Acceptée")),
    (State.HANDED_OVER.value, _("Transmise")),
    (State.APPLIED.value, _("Appliquée")),
    (State.REFUSED.value, _("Refusée")),
    (State.WITHDRAWN.value, _("Retirée")),
    (State.EXPIRED.value, _("Expirée")),
    (State.CLOSED.value, _("Close")),
]
OPEN = sorted(state.value for state in workflow.OPEN)
UNPRICED = sorted(state.value for state in workflow.UNPRICED)


class When(models.TextChoices):
    NOW = "now", _("maintenant")
    TERM = "term", _("à l’échéance")


class RequestCounter(models.Model):
    """The last request number of a year, for all organizations; locked by whoever takes one."""

    year = models.PositiveSmallIntegerField(unique=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("compteur de demandes")
        verbose_name_plural = _("compteurs de demandes")

    def __str__(self):
        return f"D-{self.year}-{self.last:04d}"


class Request(TenantModel):
    """Something a customer asks (demande), or a task that the engine leaves to staff."""

    reference = models.CharField(_("référence"), max_length=16, unique=True)
    kind = models.CharField(_("type"), max_length=15, choices=KIND_LABELS)
    state = models.CharField(
        _("statut"), max_length=13, choices=STATE_LABELS, default=State.NEW.value
    )
    requester = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("demandeur")
    )
    plan = models.ForeignKey(
        Plan, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("formule")
    )
    commitment = models.CharField(
        _("engagement"), max_length=7, choices=COMMITMENT_LABELS, blank=True
    )
    when = models.CharField(_("quand"), max_length=4, choices=When.choices, blank=True)
    options = ArrayField(
        models.CharField(max_length=60),
        default=list,
        blank=True,
        verbose_name=_("options"),
        help_text="Codes of the options to take with the change.",
    )
    option = models.ForeignKey(
        Component, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("option")
    )
    message = models.TextField(_("message"), blank=True)
    clicks = models.PositiveIntegerField(_("clics"), default=1)
    asked_on = models.DateField(_("demandée le"), help_text="What R18 keeps for a late hand.")
    effective_on = models.DateField(_("prise d’effet"), null=True)
    surcharge_cents = models.BigIntegerField(
        _("supplément HT"), null=True, help_text="A full period after, less one before; from price."
    )
    needs_agreement = models.BooleanField(
        default=True, help_text="False once priced without surcharge or new commitment."
    )
    assigned_to = models.ForeignKey(
        User,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("assignée à"),
    )
    created_at = models.DateTimeField(_("créée le"), auto_now_add=True)
    moved_at = models.DateTimeField(_("dernier changement"), auto_now_add=True)

    class Meta:
        verbose_name = _("demande")
        verbose_name_plural = _("demandes")
        constraints = [
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(kind=Kind.PLAN_CHANGE.value, state__in=OPEN),
                name="one_open_plan_change",
            ),
            models.UniqueConstraint(
                fields=["organization", "option"],
                condition=Q(kind=Kind.OPTION_INTEREST.value, state__in=OPEN),
                name="one_open_interest",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in State]), name="known_state"
            ),
            models.CheckConstraint(
                condition=Q(kind=Kind.PLAN_CHANGE.value) & ~Q(state=State.CLOSED.value)
                | ~Q(kind=Kind.PLAN_CHANGE.value) & Q(state__in=UNPRICED),
                name="state_of_kind",
            ),
            models.CheckConstraint(
                condition=Q(kind=Kind.PLAN_CHANGE.value, plan__isnull=False, option=None)
                & ~Q(commitment="")
                & ~Q(when="")
                | Q(kind=Kind.OPTION_INTEREST.value, option__isnull=False, plan=None)
                | Q(kind__in=[Kind.CONTACT.value, Kind.TASK.value], option=None, plan=None),
                name="content_of_kind",
            ),
            models.CheckConstraint(
                condition=Q(requester__isnull=False) | Q(kind=Kind.TASK.value), name="somebody_asks"
            ),
            models.CheckConstraint(
                condition=~Q(
                    state__in=[State.PRICED.value, State.QUOTED.value, State.ACCEPTED.value]
                )
                | Q(surcharge_cents__isnull=False, effective_on__isnull=False),
                name="priced_says_amount",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-asked_on"], name="request_by_day"),
            models.Index(fields=["state", "-asked_on"], name="request_queue"),
        ]
        triggers = [
            pgtrigger.FSM(name="legal_moves", field="state", transitions=workflow.steps()),
            pgtrigger.Protect(
                name="begins_new",
                operation=pgtrigger.Insert,
                condition=~pgtrigger.Q(new__state=State.NEW.value),
            ),
            pgtrigger.ReadOnly(
                name="asked_once",
                fields=[
                    "organization",
                    "reference",
                    "kind",
                    "requester",
                    "option",
                    "asked_on",
                    "created_at",
                ],
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            # A change that commits money waits for the owner's yes, whoever moves it.
            pgtrigger.Trigger(
                name="agreed_first",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("state"),
                condition=pgtrigger.Q(new__state=State.HANDED_OVER.value, new__needs_agreement=True)
                & ~pgtrigger.Q(old__state=State.HANDED_OVER.value),
                func=(
                    "IF NOT EXISTS (SELECT FROM support_quote WHERE request_id = NEW.id "
                    "AND organization_id = NEW.organization_id AND status = 'accepted') THEN "
                    "RAISE EXCEPTION 'pgtrigger: request % has no accepted quote', NEW.reference; "
                    "END IF; RETURN NEW;"
                ),
            ),
        ]
        permissions = [("answer_request", _("Peut répondre aux demandes"))]

    def __str__(self):
        return self.reference

    @property
    def is_open(self) -> bool:
        return self.state in workflow.OPEN


class RequestEvent(TenantModel):
    """One line of a request's history: a change of state or an assignment; never changed."""

    request = models.ForeignKey(
        Request, on_delete=models.PROTECT, db_constraint=False, related_name="events"
    )
    from_state = models.CharField(max_length=13, choices=STATE_LABELS, blank=True)
    to_state = models.CharField(max_length=13, choices=STATE_LABELS)
    actor = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    happened_on = models.DateField(_("jour"), help_text="The business day of the deed.")
    at = models.DateTimeField(_("date"), auto_now_add=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("événement")
        verbose_name_plural = _("historique")
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self):
        return f"{self.from_state} → {self.to_state}"


class Message(TenantModel):
    """What was said in a request's conversation; an internal note is for staff only."""

    request = models.ForeignKey(
        Request, on_delete=models.PROTECT, db_constraint=False, related_name="messages"
    )
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    from_staff = models.BooleanField(_("du support"), default=False)
    is_internal = models.BooleanField(_("note interne"), default=False)
    body = models.TextField(_("message"))
    created_at = models.DateTimeField(_("envoyé le"), auto_now_add=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.CheckConstraint(
                condition=Q(is_internal=False) | Q(from_staff=True), name="notes_are_staffs"
            ),
            models.CheckConstraint(condition=~Q(body=""), name="message_says_something"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self):
        return self.body[:60]


class Quote(TenantModel):
    """A priced answer (devis), frozen (R19); a later version replaces it, both stay readable."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("brouillon")
        SENT = "sent", _("envoyé")
        ACCEPTED = "accepted", _("accepté")
        DECLINED = "declined", _("décliné")
        EXPIRED = "expired", _("expiré")
        DROPPED = "dropped", _("sans suite")

    request = models.ForeignKey(
        Request, on_delete=models.PROTECT, db_constraint=False, related_name="quotes"
    )
    version = models.PositiveSmallIntegerField(_("version"))
    status = models.CharField(_("état"), max_length=8, choices=Status.choices, default=Status.DRAFT)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    commitment = models.CharField(_("engagement"), max_length=7, choices=COMMITMENT_LABELS)
    when = models.CharField(_("quand"), max_length=4, choices=When.choices)
    options = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    effective_on = models.DateField(_("prise d’effet"))
    lines = models.JSONField(_("lignes"), help_text="The drawn lines, dates as ISO text.")
    vat_totals = models.JSONField(_("TVA par taux"), default=list)
    net_cents = models.BigIntegerField(_("total HT"))
    vat_cents = models.BigIntegerField(_("TVA"))
    gross_cents = models.BigIntegerField(_("total TTC"))
    due_on = models.DateField(_("à payer le"), null=True)
    before_cents = models.BigIntegerField(help_text="A full period before the change, HT.")
    after_cents = models.BigIntegerField(help_text="A full period after the change, HT.")
    surcharge_cents = models.BigIntegerField(help_text="after - before, for one such period.")
    price_list_on = models.DateField(_("tarifs du"))
    learners = models.PositiveIntegerField(_("apprenants comptés"))
    standing = models.JSONField(help_text="What was held when it was priced; else it is stale.")
    priced_on = models.DateField(_("établi le"))
    valid_until = models.DateField(_("valable jusqu’au"), help_text="Included.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("devis")
        verbose_name_plural = _("devis")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "request", "version"], name="one_quote_per_version"
            ),
            models.UniqueConstraint(
                fields=["organization", "request"],
                condition=Q(status__in=["draft", "sent", "accepted"]),
                name="one_live_quote",
            ),
            models.CheckConstraint(
                condition=Q(gross_cents=models.F("net_cents") + models.F("vat_cents")),
                name="quote_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(surcharge_cents=models.F("after_cents") - models.F("before_cents")),
                name="surcharge_is_difference",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="frozen", exclude=["status", "valid_until"]),
            pgtrigger.Protect(
                name="validity_frozen",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__status="draft")
                & pgtrigger.Q(old__valid_until__df=pgtrigger.F("new__valid_until")),
            ),
            pgtrigger.FSM(
                name="legal_status",
                field="status",
                transitions=[
                    ("draft", "sent"),
                    ("draft", "dropped"),
                    ("sent", "accepted"),
                    ("sent", "declined"),
                    ("sent", "expired"),
                    ("sent", "dropped"),
                    ("accepted", "dropped"),
                ],
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self):
        return f"{self.request_id} v{self.version}"


class ContactMessage(models.Model):
    """A message of somebody who is not signed in.

    Not a tenant's table: the application may add rows and read none, staff's role sees them all.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("nom"), max_length=120)
    email = models.EmailField(_("adresse e-mail"))
    organization_name = models.CharField(_("organisme"), max_length=120, blank=True)
    message = models.TextField(_("message"))
    created_at = models.DateTimeField(_("reçu le"), auto_now_add=True)
    answered_by = models.CharField(
        _("devenu"), max_length=16, blank=True, help_text="Reference of the request made of it."
    )

    class Meta:
        verbose_name = _("message de contact")
        verbose_name_plural = _("messages de contact")

    def __str__(self):
        return f"{self.name} <{self.email}>"
