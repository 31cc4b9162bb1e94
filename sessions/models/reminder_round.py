"""An occasion of which the people of a cohort are reminded, with the time when that is due."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort
from sessions.choices import ReminderKind, RoundState
from sessions.models.training_session import TrainingSession


class ReminderRound(models.Model):
    """One row an occasion, not a person: who is concerned is read when it is due.

    `happens_at` is what it reminds of: the day (its first minute), the departure, the end of the
    cohort. An occasion that moves after its round is done gets a new round; one that moves before
    takes its round along.
    """

    cohort = models.ForeignKey(
        Cohort, on_delete=models.CASCADE, related_name="reminder_rounds", verbose_name=_("cohort")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=ReminderKind.choices)
    training_session = models.ForeignKey(
        TrainingSession, null=True, on_delete=models.CASCADE, related_name="+"
    )
    happens_at = models.DateTimeField(_("happens"))
    due_at = models.DateTimeField(_("due"))
    state = models.CharField(
        _("state"), max_length=20, choices=RoundState.choices, default=RoundState.PLANNED
    )
    reason = models.CharField(_("reason"), max_length=60, blank=True)
    told_count = models.PositiveIntegerField(_("people told"), default=0)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["due_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "kind", "training_session", "happens_at"],
                name="reminder_round_unique",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(state__in=RoundState.values), name="reminder_round_state_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="reminder_round_due",
                condition=Q(state=RoundState.PLANNED),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cohort_id}: {self.kind} {self.happens_at:%Y-%m-%d %H:%M}"
