"""Who: people, organizations, the memberships between them, and what was said and done."""

import uuid

import pgtrigger
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from accounts.tenancy import TenantModel
from accounts.written_once import never_emptied

ROLE_LABELS = [
    (Role.OWNER.value, _("Possesseur")),
    (Role.ADMINISTRATOR.value, _("Administrateur")),
    (Role.SALES.value, _("Commercial")),
    (Role.TRAINER.value, _("Intervenant")),
]
FIRST_ACCOUNT_NUMBER = 20_000
LONGEST_NUMBER = 18  # digits; more fit no column


def is_account_number(term: str) -> bool:
    """Tell whether what was typed may be an account's number."""
    return term.isascii() and term.isdigit() and len(term) <= LONGEST_NUMBER


class UserManager(BaseUserManager):
    """People are found by their address, whatever its case."""

    def get_by_natural_key(self, username):
        return self.get(email=username.strip().lower())

    def create_user(self, email, password=None, **fields):
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person; one address may belong to several organizations, or to our staff."""

    email = models.EmailField(_("adresse e-mail"), unique=True, help_text="Always lower case.")
    first_name = models.CharField(_("prénom"), max_length=80, blank=True)
    last_name = models.CharField(_("nom"), max_length=80, blank=True)
    is_staff = models.BooleanField(_("membre de l’équipe"), default=False)
    is_active = models.BooleanField(_("actif"), default=True)
    created_at = models.DateTimeField(_("créé le"), auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"

    class Meta:
        verbose_name = _("utilisateur")
        verbose_name_plural = _("utilisateurs")
        constraints = [
            models.CheckConstraint(
                condition=Q(email=models.functions.Lower("email")), name="user_email_lower"
            )
        ]

    def __str__(self):
        return self.full_name

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.email

    @property
    def initials(self) -> str:
        letters = [word[0] for word in (self.first_name, self.last_name) if word]
        return "".join(letters or self.email[:1]).upper()


class Organization(models.Model):
    """A training body, the tenant (compte, organisme de formation)."""

    name = models.CharField(_("nom"), max_length=120)
    slug = models.SlugField(_("identifiant"), unique=True)
    created_at = models.DateTimeField(_("créé le"), auto_now_add=True)

    class Meta:
        verbose_name = _("organisme")
        verbose_name_plural = _("organismes")

    def __str__(self):
        return self.name

    @property
    def number(self) -> int:
        """The account number that customers quote (compte nº)."""
        return FIRST_ACCOUNT_NUMBER + self.pk


class Membership(TenantModel):
    """A person in an organization with one role (compte d’accès)."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("rôle"), max_length=16, choices=ROLE_LABELS)
    is_active = models.BooleanField(_("actif"), default=True)
    created_at = models.DateTimeField(_("créé le"), auto_now_add=True)

    class Meta:
        verbose_name = _("compte d’accès")
        verbose_name_plural = _("comptes d’accès")
        constraints = [
            models.UniqueConstraint(fields=["organization", "user"], name="one_access_per_person"),
            models.UniqueConstraint(
                fields=["organization"], condition=Q(role=Role.OWNER.value), name="one_owner"
            ),
            models.CheckConstraint(
                condition=Q(role__in=[role.value for role in Role]), name="known_role"
            ),
            models.CheckConstraint(
                condition=Q(is_active=True) | ~Q(role=Role.OWNER.value), name="owner_is_active"
            ),
        ]

    def __str__(self):
        return f"{self.user} ({self.get_role_display()})"


class SeatLimit(TenantModel):
    """The seats an organization may fill (R20); written by its subscription, null is unlimited."""

    trainers = models.PositiveIntegerField(_("intervenants"), null=True)
    administrators = models.PositiveIntegerField(_("administrateurs"), null=True)

    class Meta:
        verbose_name = _("limite de places")
        verbose_name_plural = _("limites de places")
        constraints = [
            models.UniqueConstraint(fields=["organization"], name="one_seat_limit"),
        ]

    def __str__(self):
        return f"{self.trainers} / {self.administrators}"


class AuditEvent(TenantModel):
    """Who did what, when: written once by the deed itself, never changed."""

    actor = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(_("action"), max_length=60, help_text="English verb phrase, stable.")
    details = models.JSONField(_("détails"), default=dict)
    created_at = models.DateTimeField(_("date"), auto_now_add=True)

    class Meta:
        verbose_name = _("événement")
        verbose_name_plural = _("journal")
        indexes = [models.Index(fields=["organization", "-created_at"], name="audit_by_day")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            never_emptied(),
        ]

    def __str__(self):
        return self.action


class OutgoingMail(models.Model):
    """A mail to send, written in the transaction of the deed; the drain sends it (row = queue).

    Not a tenant's table: the application may add rows and read none, staff's role sees them all.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization_number = models.BigIntegerField(null=True, help_text="For search; no constraint.")
    dedupe_key = models.CharField(max_length=200, unique=True, help_text="One mail per key, ever.")
    recipient = models.EmailField(_("destinataire"))
    reply_to = models.EmailField(_("réponse à"), blank=True, help_text="Empty: the sender.")
    subject = models.CharField(_("objet"), max_length=200)
    text = models.TextField(_("texte"))
    html = models.TextField(_("HTML"))
    created_at = models.DateTimeField(_("écrit le"), auto_now_add=True)
    mailed_at = models.DateTimeField(_("parti le"), null=True)
    attempts = models.PositiveSmallIntegerField(_("essais"), default=0)
    next_attempt_at = models.DateTimeField(_("prochain essai"), auto_now_add=True)
    last_error = models.TextField(_("dernière erreur"), blank=True)

    class Meta:
        verbose_name = _("e-mail")
        verbose_name_plural = _("e-mails")
        indexes = [
            models.Index(
                fields=["next_attempt_at"], condition=Q(mailed_at=None), name="mail_waiting"
            )
        ]

    def __str__(self):
        return self.subject
