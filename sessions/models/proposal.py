"""A change that one host asks of the host of another leg."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort, Leg
from g60portal.common import clock
from sessions.choices import ProposalState
from sessions.models.training_session import TrainingSession


class Proposal(models.Model):
    """`facts` are those of a session as the API takes them; without a session one is to be made.
    `before` has what stood in their place when the change was proposed.

    `leg` is the one whose host decides; `version` that of the session when the change was proposed.
    """

    cohort = models.ForeignKey(
        Cohort, on_delete=models.CASCADE, related_name="proposals", verbose_name=_("cohort")
    )
    leg = models.ForeignKey(
        Leg, on_delete=models.CASCADE, related_name="proposals", verbose_name=_("leg")
    )
    training_session = models.ForeignKey(
        TrainingSession,
        null=True,
        on_delete=models.CASCADE,
        related_name="proposals",
        verbose_name=_("training session"),
    )
    version = models.PositiveIntegerField(default=0)
    facts = models.JSONField(_("proposed"), default=dict)
    before = models.JSONField(_("before"), default=dict)
    note = models.CharField(_("note"), max_length=500, blank=True)
    state = models.CharField(
        _("state"), max_length=20, choices=ProposalState.choices, default=ProposalState.OPEN
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("by"),
    )
    made_at = models.DateTimeField(_("proposed at"), default=clock.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    answer = models.CharField(_("answer"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=ProposalState.values), name="proposal_state_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.cohort_id}: {self.training_session_id} {self.state}"
