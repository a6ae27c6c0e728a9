"""How many: sessions, learners, the enrolments between them, and the count of each day (R14).

`import_models` holds the files on their way in, `tally_models` the entries of each day.
"""

import pgtrigger
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantModel
from accounts.written_once import never_emptied
from learners.import_models import EnrollmentImport, ImportState
from learners.tally_models import EntryTally

__all__ = [
    "DailyCount",
    "Enrollment",
    "EnrollmentChange",
    "EnrollmentGate",
    "EnrollmentImport",
    "EntryTally",
    "ImportState",
    "Learner",
    "Status",
    "TrainingSession",
]

# Ticks once for each enrolment written, each change of one, each run of counts: what a count saw
# is what ticked before it. A sequence, as clocks of two machines may disagree.
NEXT_MOMENT = Func(
    Value("learners_moment"), function="nextval", output_field=models.BigIntegerField()
)


class Status(models.TextChoices):
    ENROLLED = "enrolled", _("inscrit")
    CANCELLED = "cancelled", _("annulé")
    ABANDONED = "abandoned", _("abandon")
    MERGED = "merged", _("doublon fusionné")


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
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        db_constraint=False,
        null=True,
        related_name="merged",
        verbose_name=_("fusionné avec"),
        help_text="The same person under another address; this one enrols no more.",
    )

    class Meta:
        verbose_name = _("apprenant")
        verbose_name_plural = _("apprenants")
        constraints = [
            models.UniqueConstraint(fields=["organization", "email"], name="one_learner_per_email"),
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="merged_into_another"),
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
        expression=Q(session_is_held=True)
        & ~Q(status=Status.MERGED)
        & (Q(left_on=None) | Q(left_on__gte=F("counts_on"))),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    created_at = models.DateTimeField(_("inscrit le"), auto_now_add=True)
    moment = models.BigIntegerField(db_default=NEXT_MOMENT, editable=False)

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
        triggers = [
            # Whatever writes, the former state is kept: it proves the counts that saw it.
            pgtrigger.Trigger(
                name="keep_what_counted",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("counts_on", "counted"),
                func=(
                    "INSERT INTO learners_enrollmentchange "
                    "(organization_id, enrollment_id, counts_on, counted, status) VALUES "
                    "(OLD.organization_id, OLD.id, OLD.counts_on, OLD.counted, OLD.status); "
                    "RETURN NULL;"
                ),
            ),
            # Whatever writes, EntryTally follows in the same statement, without a lock on a row.
            pgtrigger.Trigger(
                name="tally_new",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="written"),
                func=(
                    "INSERT INTO learners_entrytally (organization_id, counts_on, units) "
                    "SELECT organization_id, counts_on, count(*) FROM written WHERE counted "
                    "GROUP BY organization_id, counts_on; RETURN NULL;"
                ),
            ),
            pgtrigger.Trigger(
                name="tally_changed",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                referencing=pgtrigger.Referencing(old="former", new="written"),
                func=(
                    "INSERT INTO learners_entrytally (organization_id, counts_on, units) "
                    "SELECT organization_id, counts_on, sum(units) FROM ("
                    "SELECT organization_id, counts_on, 1 AS units FROM written WHERE counted "
                    "UNION ALL SELECT organization_id, counts_on, -1 FROM former WHERE counted"
                    ") AS change GROUP BY organization_id, counts_on HAVING sum(units) <> 0; "
                    "RETURN NULL;"
                ),
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            never_emptied(),
        ]

    def __str__(self):
        return f"{self.learner_id} / {self.session_id}"


class EnrollmentChange(TenantModel):
    """What an enrolment was until something changed when it counts or whether it does.

    Written by a trigger, so that the list behind any stored count can be told again.
    """

    enrollment = models.ForeignKey(
        Enrollment, on_delete=models.PROTECT, db_constraint=False, related_name="changes"
    )
    counts_on = models.DateField(_("comptait à partir du"))
    counted = models.BooleanField(_("comptait"))
    status = models.CharField(_("statut"), max_length=10, choices=Status.choices)
    changed_at = models.DateTimeField(_("changé le"), db_default=Now())
    moment = models.BigIntegerField(db_default=NEXT_MOMENT, editable=False)

    class Meta:
        verbose_name = _("changement d’inscription")
        verbose_name_plural = _("changements d’inscriptions")
        indexes = [
            models.Index(fields=["organization", "enrollment", "moment"], name="changes_in_order")
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            never_emptied(),
        ]

    def __str__(self):
        return f"{self.enrollment_id} : {self.counts_on}"


class EnrollmentGate(TenantModel):
    """From which day new enrolments are refused (R20): written from above, obeyed here."""

    closed_from = models.DateField(_("inscriptions refusées à partir du"))
    limit = models.PositiveIntegerField(
        _("limite"), help_text="Enrolling is possible again as soon as fewer are counted."
    )

    class Meta:
        verbose_name = _("blocage des inscriptions")
        verbose_name_plural = _("blocages des inscriptions")
        constraints = [
            models.UniqueConstraint(fields=["organization"], name="one_gate_per_organization")
        ]

    def __str__(self):
        return f"{self.closed_from} : {self.limit}"


class DailyCount(TenantModel):
    """The rolling-year count of one organization on one day, as it was counted.

    Never rewritten: counting the day again adds a version if the number differs.
    """

    counted_on = models.DateField(_("jour"))
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    count = models.PositiveIntegerField(_("apprenants"))
    recorded_at = models.DateTimeField(_("compté le"), help_text="When this number was written.")
    moment = models.BigIntegerField(
        null=True, help_text="What was written before it was seen; none on counts of old."
    )
    # What the forecast of that day stands on, so that it can be replayed.
    entered_90_days = models.PositiveIntegerField(
        _("entrés en 90 jours"), default=0, help_text="Counted from a day of the last 90."
    )
    entered_90_days_a_year_ago = models.PositiveIntegerField(
        _("entrés dans les 90 jours d’après, un an avant"),
        default=0,
        help_text="Counted from one of the 90 days that begin 364 days before.",
    )

    class Meta:
        verbose_name = _("comptage")
        verbose_name_plural = _("comptages")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "counted_on", "version"], name="one_count_per_version"
            )
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            never_emptied(),
        ]

    def __str__(self):
        return f"{self.counted_on} : {self.count}"
