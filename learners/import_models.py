"""A file of enrolments on its way in: deposited, matched, checked, then imported or not."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantModel


class ImportState(models.TextChoices):
    """Where a file stands; a worker takes those that are checking or waiting."""

    MATCHING = "matching", _("colonnes à associer")
    CHECKING = "checking", _("vérification en cours")
    CHECKED = "checked", _("à confirmer")
    WAITING = "waiting", _("import en cours")
    DONE = "done", _("terminé")
    ABANDONED = "abandoned", _("abandonné")
    FAILED = "failed", _("interrompu")


QUEUED = (ImportState.CHECKING, ImportState.WAITING)
CLOSED = (ImportState.DONE, ImportState.ABANDONED, ImportState.FAILED)


class EnrollmentImport(TenantModel):
    """One deposited file. Nothing is written elsewhere before it is confirmed.

    Its content and its bad lines hold people's names: they are emptied a week after it is closed,
    what it did stays.
    """

    file_name = models.CharField(_("fichier"), max_length=100)
    content = models.BinaryField(_("contenu"), null=True, help_text="None once emptied.")
    bad_lines = models.BinaryField(
        _("lignes en erreur"), null=True, help_text="A CSV to correct; none if all are good."
    )
    state = models.CharField(
        _("état"), max_length=10, choices=ImportState.choices, default=ImportState.MATCHING
    )
    encoding = models.CharField(_("encodage"), max_length=20)
    separator = models.CharField(_("séparateur"), max_length=20, help_text="Empty: a workbook.")
    line_count = models.PositiveIntegerField(
        _("lignes"), null=True, help_text="None until a workbook is checked."
    )
    header = models.JSONField(_("colonnes"), help_text="As the file writes them.")
    sample = models.JSONField(_("première ligne"), help_text="Emptied with the content.")
    mapping = models.JSONField(
        _("association"), null=True, help_text="Our column for each of the file's, or nothing."
    )
    report = models.JSONField(
        _("rapport"), default=dict, help_text="What the check foresaw, then what was done."
    )
    skips_errors = models.BooleanField(_("sans les lignes en erreur"), default=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("auteur"),
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("confirmé par"),
    )
    attempts = models.PositiveSmallIntegerField(
        _("essais"), default=0, help_text="How many times a worker began; too many and it fails."
    )
    created_at = models.DateTimeField(_("déposé le"), auto_now_add=True)
    checked_at = models.DateTimeField(_("vérifié le"), null=True)
    closed_at = models.DateTimeField(_("clos le"), null=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=CLOSED) | Q(content__isnull=False),
                name="import_keeps_its_file",
            ),
            models.CheckConstraint(
                condition=Q(state__in=CLOSED, closed_at__isnull=False)
                | (~Q(state__in=CLOSED) & Q(closed_at=None)),
                name="import_closed_says_when",
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"], condition=Q(state__in=QUEUED), name="imports_queued"
            ),
            models.Index(fields=["organization", "-created_at"], name="imports_by_date"),
        ]

    def __str__(self):
        return self.file_name

    @property
    def is_queued(self) -> bool:
        """A worker has it: the page waits."""
        return self.state in QUEUED

    @property
    def is_closed(self) -> bool:
        return self.state in CLOSED
