"""What is asked: a request; what was said about it and its quotes stand in modules beside."""

from functools import reduce
from operator import or_

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.tenancy import TenantModel
from accounts.written_once import never_emptied
from subscriptions.models import COMMITMENT_LABELS, Component, Plan
from subscriptions.periods import Commitment
from support import workflow
from support.contact_models import ContactEvent, ContactMessage
from support.conversation_models import Attachment, Message, RequestEvent
from support.desk_models import BusySeason, CannedReply, DeskMeasure, InboundMail
from support.labels import KIND_LABELS, STATE_LABELS, When
from support.quote_models import Quote
from support.workflow import Kind, State

__all__ = [
    "Attachment",
    "BusySeason",
    "CannedReply",
    "ContactEvent",
    "ContactMessage",
    "DeskMeasure",
    "InboundMail",
    "Message",
    "Quote",
    "Request",
    "RequestCounter",
    "RequestEvent",
    "When",
]

OPEN = sorted(state.value for state in workflow.OPEN)
STATE_OF_KIND = reduce(
    or_, (Q(kind=kind.value, state__in=workflow.states_of(kind)) for kind in Kind)
)

STAFF_COMMITMENT_TITLES = {
    Commitment.MONTHLY.value: _("Passage au mensuel"),
    Commitment.ANNUAL.value: _("Passage à l’annuel"),
}
COMMITMENT_TITLES = {
    Commitment.MONTHLY.value: _("Votre passage au mensuel"),
    Commitment.ANNUAL.value: _("Votre passage à l’annuel"),
}


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
    from_plan = models.ForeignKey(
        Plan,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("formule de départ"),
        help_text="What was held on the day it was asked.",
    )
    from_commitment = models.CharField(max_length=7, choices=COMMITMENT_LABELS, blank=True)
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
    origin = models.ForeignKey(
        "self",
        null=True,
        on_delete=models.PROTECT,
        db_constraint=False,
        related_name="followed_by",
        verbose_name=_("suite de"),
        help_text="The interest it is a quote for, or the change that it corrects.",
    )
    due_at = models.DateTimeField(
        _("réponse due"), null=True, help_text="None while the customer holds the ball, or done."
    )
    waiting_since = models.DateTimeField(
        _("attend le client depuis"), null=True, help_text="The clock stands still since then."
    )
    clock_from = models.DateTimeField(null=True, help_text="Since when the clock runs; or None.")
    worked_minutes = models.PositiveIntegerField(
        default=0, help_text="Working time on the clock before clock_from."
    )
    replied_at = models.DateTimeField(_("première réponse"), null=True)
    replied_minutes = models.PositiveIntegerField(null=True, help_text="Working time until then.")
    done_at = models.DateTimeField(_("terminée le"), null=True)
    done_minutes = models.PositiveIntegerField(
        null=True, help_text="Working time on the clock until then."
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
            models.CheckConstraint(condition=STATE_OF_KIND, name="state_of_kind"),
            models.CheckConstraint(
                condition=Q(
                    kind=Kind.PLAN_CHANGE.value,
                    from_plan__isnull=False,
                    plan__isnull=False,
                    option=None,
                )
                & ~Q(from_commitment="")
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
            models.CheckConstraint(
                condition=Q(clock_from=None) | Q(waiting_since=None, done_at=None),
                name="clock_runs_or_not",
            ),
            models.CheckConstraint(
                condition=Q(due_at=None) | Q(clock_from__isnull=False), name="due_while_it_runs"
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-asked_on"], name="request_by_day"),
            models.Index(fields=["state", "-asked_on"], name="request_queue"),
            models.Index(
                fields=["due_at", "id"], condition=Q(due_at__isnull=False), name="request_due"
            ),
            models.Index(
                fields=["done_at"], condition=Q(done_at__isnull=False), name="request_done"
            ),
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
                    "from_plan",
                    "from_commitment",
                    "option",
                    "origin",
                    "asked_on",
                    "created_at",
                ],
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            never_emptied(),
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

    def __str__(self):
        return self.reference

    @property
    def is_open(self) -> bool:
        return self.state in workflow.OPEN

    @property
    def changes_plan(self) -> bool:
        return self.plan_id != self.from_plan_id

    @property
    def changes_commitment(self) -> bool:
        return self.commitment != self.from_commitment

    @property
    def title(self) -> str:
        """What is asked, in the words of staff; needs the plans and the option loaded."""
        if self.kind == Kind.OPTION_INTEREST:
            return _("Option %(name)s") % {"name": self.option.name}
        if self.kind != Kind.PLAN_CHANGE:
            return self.message.partition("\n")[0][:80]
        if self.changes_plan:
            return f"{self.from_plan.name} → {self.plan.name}"
        if self.changes_commitment:
            return STAFF_COMMITMENT_TITLES[self.commitment]
        return _("Options")

    @property
    def customer_title(self) -> str:
        """The same, said to the customer."""
        if self.kind == Kind.OPTION_INTEREST:
            return _("Votre intérêt pour « %(name)s »") % {"name": self.option.name}
        if self.kind != Kind.PLAN_CHANGE:
            return _("Votre message")
        if self.changes_plan:
            return _("Votre passage à %(plan)s") % {"plan": self.plan.name}
        if self.changes_commitment:
            return COMMITMENT_TITLES[self.commitment]
        return _("Vos options")
