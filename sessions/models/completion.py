"""Completion runs: the verdict on each person, with every reason, as it was decided."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort
from g60portal.common import clock
from participants.models import Enrollment


class CompletionRun(models.Model):
    """One pass over the whole cohort; the newest run is the one in force."""

    cohort = models.ForeignKey(
        Cohort, on_delete=models.PROTECT, related_name="completion_runs", verbose_name=_("cohort")
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("by"),
    )
    run_at = models.DateTimeField(_("run"), default=clock.now)

    class Meta:
        verbose_name = _("completion run")
        verbose_name_plural = _("completion runs")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.cohort_id} {self.run_at:%Y-%m-%d %H:%M}"


class Verdict(models.Model):
    """Whether a certificate is due. `reasons`: `[{"code", "facts"}]`, texts are made when shown."""

    run = models.ForeignKey(CompletionRun, on_delete=models.CASCADE, related_name="verdicts")
    enrollment = models.ForeignKey(Enrollment, on_delete=models.PROTECT, related_name="verdicts")
    passed = models.BooleanField(_("passed"))
    hours = models.DecimalField(_("hours"), max_digits=5, decimal_places=1)
    attendance_percent = models.DecimalField(_("attendance (%)"), max_digits=5, decimal_places=1)
    reasons = models.JSONField(default=list)

    class Meta:
        verbose_name = _("verdict")
        verbose_name_plural = _("verdicts")
        constraints = [models.UniqueConstraint(fields=["run", "enrollment"], name="verdict_unique")]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.enrollment_id} {self.passed}"
