"""Files of the roster that are made at set times, and what was made."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort
from g60portal.common import clock
from participants.choices import (
    UNFINISHED_FILES,
    ExportFileState,
    ExportFormat,
    ExportRhythm,
    ScheduleState,
    StopReason,
)
from participants.models.saved_views import SavedView


class ScheduledExport(models.Model):
    """Who wants which view as which kind of file, and when. `next_at` is the next occasion.

    `weekday` is 0 for Monday. A rhythm of once is due `days_before` days before `target_on`.
    """

    cohort = models.ForeignKey(
        Cohort, on_delete=models.CASCADE, related_name="+", verbose_name=_("cohort")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("owner"),
    )
    view = models.ForeignKey(
        SavedView, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("view")
    )
    format = models.CharField(_("format"), max_length=4, choices=ExportFormat.choices)
    rhythm = models.CharField(_("rhythm"), max_length=8, choices=ExportRhythm.choices)
    at = models.TimeField(_("time"))
    weekday = models.PositiveSmallIntegerField(_("day of the week"), null=True)
    target_on = models.DateField(_("before this day"), null=True)
    days_before = models.PositiveSmallIntegerField(_("days before"), default=0)
    state = models.CharField(
        _("state"), max_length=8, choices=ScheduleState.choices, default=ScheduleState.ACTIVE
    )
    stop_reason = models.CharField(
        _("why it stopped"), max_length=12, choices=StopReason.choices, blank=True
    )
    next_at = models.DateTimeField(_("next time"), null=True)
    created_at = models.DateTimeField(_("created"), default=clock.now)

    class Meta:
        verbose_name = _("scheduled export")
        verbose_name_plural = _("scheduled exports")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=ScheduleState.ACTIVE) | Q(next_at__isnull=False),
                name="scheduled_export_has_next",
            )
        ]
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=Q(state=ScheduleState.ACTIVE),
                name="scheduled_export_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.cohort_id} {self.pk}"


class ExportFile(models.Model):
    """One occasion of a schedule, and its file: for nobody but the owner, until `expires_at`.

    `shown` tells which columns stand in it plain and which masked. A worker holds the row until
    `lease_until`; after that it is taken for dead and another one begins again.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    schedule = models.ForeignKey(ScheduledExport, on_delete=models.CASCADE, related_name="files")
    due_at = models.DateTimeField(_("due"))
    state = models.CharField(
        _("state"),
        max_length=8,
        choices=ExportFileState.choices,
        default=ExportFileState.WAITING,
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    file = models.FileField(_("file"), upload_to="exports/", max_length=120, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    shown = models.JSONField(default=dict)
    asked_at = models.DateTimeField(default=clock.now)
    made_at = models.DateTimeField(_("made"), null=True)
    expires_at = models.DateTimeField(_("expires"), null=True)
    fetched_at = models.DateTimeField(_("fetched"), null=True)

    class Meta:
        verbose_name = _("file of a scheduled export")
        verbose_name_plural = _("files of scheduled exports")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["schedule", "due_at"], name="export_file_once"),
            models.UniqueConstraint(
                fields=["schedule"],
                condition=Q(state__in=UNFINISHED_FILES),
                name="export_file_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.schedule_id} {self.pk}"
