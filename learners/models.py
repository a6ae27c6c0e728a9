"""How many: sessions, learners, the enrolments between them, and the count of each day (R14)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantModel


class Status(models.TextChoices):
    ENROLLED = "enrolled", _("inscrit")
    CANCELLED = "cancelled", _("annulé")
    ABANDONED = "abandoned", _("abandon")


class TrainingSession(TenantModel):
    """A training session (session de formation), not Django's session."""

    code = models.CharField(_("code"), max_length=60)
    title = models.CharField(_("intitulé"), max_length=254)
    starts_on = models.DateField(_("premier jour"))
    ends_on = models.DateField(_("dernier jour"))
    is_held = models.BooleanField(_("maintenue"), default=True, help_text="False once cancelled.")
    created_at = models.DateTimeField(_("créée le"), auto_now_add=True)

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        constraints = [
            models.UniqueConstraint(fields=["organization", "code"], name="one_session_per_code"),
            # What an enrolment copies, so that a composite foreign key forbids any drift.
            models.UniqueConstraint(
                fields=["organization", "id", "starts_on", "is_held"], name="session_as_counted"
            ),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="session_order"),
        ]

    def __str__(self):
        return f"{self.code} {self.title}"


class Learner(TenantModel):
    """A learner (apprenant), known by a normalised address."""

    email = models.EmailField(_("adresse e-mail"), help_text="Stripped, NFC, casefolded.")
    last_name = models.CharField(_("nom"), max_length=254)
    first_name = models.CharField(_("prénom"), max_length=254)
    created_at = models.DateTimeField(_("créé le"), auto_now_add=True)

    class Meta:
        verbose_name = _("apprenant")
        verbose_name_plural = _("apprenants")
        constraints = [
            models.UniqueConstraint(fields=["organization", "email"], name="one_learner_per_email")
        ]

    def __str__(self):
        return f"{self.first_name} {self.last_name}"


class Enrollment(TenantModel):
    """A learner in a session (inscription), the unit that is counted (R14).

    `counts_on` and `session_is_held` copy the session's; the deferrable key
    `enrollment_follows_session` refuses a transaction that leaves them apart.
    """

    session = models.ForeignKey(
        TrainingSession, on_delete=models.PROTECT, db_constraint=False, related_name="enrollments"
    )
    learner = models.ForeignKey(
        Learner, on_delete=models.PROTECT, db_constraint=False, related_name="enrollments"
    )
    counts_on = models.DateField(help_text="The session's first day; moves with it.")
    session_is_held = models.BooleanField(default=True, help_text="False once it is cancelled.")
    status = models.CharField(_("statut"), max_length=10, choices=Status.choices)
    left_on = models.DateField(_("annulé ou abandonné le"), null=True)
    counted = models.GeneratedField(
        expression=Q(session_is_held=True) & (Q(left_on=None) | Q(left_on__gte=F("counts_on"))),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    created_at = models.DateTimeField(_("inscrit le"), auto_now_add=True)

    class Meta:
        verbose_name = _("inscription")
        verbose_name_plural = _("inscriptions")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "session", "learner"], name="one_enrollment_per_session"
            ),
            models.CheckConstraint(
                condition=Q(status=Status.ENROLLED, left_on=None)
                | (~Q(status=Status.ENROLLED) & Q(left_on__isnull=False)),
                name="left_on_says_when",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization", "counts_on"], condition=Q(counted=True), name="counted_days"
            )
        ]

    def __str__(self):
        return f"{self.learner_id} / {self.session_id}"


class DailyCount(TenantModel):
    """The rolling-year count of one organization on one day, as counted that night."""

    counted_on = models.DateField(_("jour"))
    count = models.PositiveIntegerField(_("apprenants"))
    recorded_at = models.DateTimeField(_("compté le"), help_text="When this number was written.")

    class Meta:
        verbose_name = _("comptage")
        verbose_name_plural = _("comptages")
        constraints = [
            models.UniqueConstraint(fields=["organization", "counted_on"], name="one_count_per_day")
        ]

    def __str__(self):
        return f"{self.counted_on} : {self.count}"
