"""Attendance: one mark for a person and a session."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from g60portal.common import clock
from participants.models import Enrollment
from sessions.choices import AttendanceMethod, AttendanceState
from sessions.models.training_session import TrainingSession


class Attendance(models.Model):
    """`client_uuid` makes a repeated batch harmless; `marked_at` is when it was seen at the door,
    `received_at` when it reached the portal."""

    training_session = models.ForeignKey(
        TrainingSession,
        on_delete=models.PROTECT,
        related_name="attendance",
        verbose_name=_("training session"),
    )
    enrollment = models.ForeignKey(
        Enrollment,
        on_delete=models.PROTECT,
        related_name="attendance",
        verbose_name=_("participant"),
    )
    state = models.CharField(_("state"), max_length=20, choices=AttendanceState.choices)
    method = models.CharField(
        _("method"),
        max_length=20,
        choices=AttendanceMethod.choices,
        default=AttendanceMethod.ROLL_CALL,
    )
    client_uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    marked_at = models.DateTimeField(_("marked"), default=clock.now)
    received_at = models.DateTimeField(_("received"), default=clock.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("by"),
    )

    class Meta:
        verbose_name = _("attendance mark")
        verbose_name_plural = _("attendance")
        constraints = [
            models.UniqueConstraint(
                fields=["training_session", "enrollment"], name="attendance_unique"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=AttendanceState.values), name="attendance_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.training_session_id}: {self.enrollment_id} {self.state}"
