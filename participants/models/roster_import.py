"""An uploaded roster file from its columns to its undoing, and the columns that a sender named."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort
from g60portal.common import clock
from participants.choices import WORKED_ON, ImportState


class RosterImport(models.Model):
    """The file is kept sealed (it carries identity numbers) until applied or a day old; so are the
    `picture` of its plan, which the preview shows, and the `journal` of what applying has written.

    `mapping` says how it is read, `wishes` what is to happen after the plan of a large file;
    `attempts` counts how often a worker has begun, `refusal` is why one stopped.
    """

    cohort = models.ForeignKey(
        Cohort, on_delete=models.CASCADE, related_name="imports", verbose_name=_("cohort")
    )
    filename = models.CharField(_("file"), max_length=200)
    sha256 = models.CharField(max_length=64)
    sealed = models.BinaryField(editable=False, null=True)
    picture = models.BinaryField(editable=False, null=True)
    journal = models.BinaryField(editable=False, null=True)
    mapping = models.JSONField(default=dict)
    wishes = models.JSONField(default=dict)
    row_count = models.PositiveIntegerField(_("rows"), default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    refusal = models.JSONField(default=dict)
    state = models.CharField(
        _("state"), max_length=20, choices=ImportState.choices, default=ImportState.PREVIEWED
    )
    summary = models.JSONField(default=dict)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("by"),
    )
    created_at = models.DateTimeField(_("uploaded"), default=clock.now)
    applied_at = models.DateTimeField(_("applied"), null=True, blank=True)
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)

    class Meta:
        verbose_name = _("roster import")
        verbose_name_plural = _("roster imports")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=ImportState.values), name="roster_import_state_known"
            )
        ]
        indexes = [
            models.Index(
                fields=["id"], condition=Q(state__in=WORKED_ON), name="roster_import_waiting"
            ),
            # What is kept sealed is looked for by age.
            models.Index(
                fields=["created_at"],
                condition=Q(sealed__isnull=False)
                | Q(picture__isnull=False)
                | Q(journal__isnull=False),
                name="roster_import_kept",
            ),
        ]

    def __str__(self) -> str:
        return self.filename


class ImportMapping(models.Model):
    """What a sender said about the columns of a kind of file: used for the next one like it."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="import_mappings"
    )
    signature = models.CharField(max_length=64)
    columns = models.JSONField(default=dict)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("mapping of columns")
        verbose_name_plural = _("mappings of columns")
        constraints = [
            models.UniqueConstraint(fields=["user", "signature"], name="import_mapping_unique")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.signature[:8]}"
