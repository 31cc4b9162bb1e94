"""Every write to a training session: what its author can undo, and what other boards must show."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort
from g60portal.common import clock
from sessions.choices import ChangeRole


class SessionChange(models.Model):
    """One session before and after one write, as whole pictures; None where it did not exist.

    Writes of one act share a `batch` (a swap, a split into waves) and are undone together. Ids grow
    in the order of commit within a cohort, because every write holds the cohort's lock: a board
    that knows the last id it saw misses nothing. `undone_at` is set while an act is undone.
    """

    cohort = models.ForeignKey(
        Cohort,
        on_delete=models.CASCADE,
        related_name="session_changes",
        db_index=False,  # `session_change_feed` begins with it
        verbose_name=_("cohort"),
    )
    session_id_then = models.BigIntegerField()
    batch = models.UUIDField(default=uuid.uuid4)
    role = models.CharField(max_length=10, choices=ChangeRole.choices, default=ChangeRole.PLAIN)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    version = models.PositiveIntegerField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("by"),
    )
    at = models.DateTimeField(_("at"), default=clock.now)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("change of a session")
        verbose_name_plural = _("changes of sessions")
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["cohort", "id"], name="session_change_feed"),
            models.Index(fields=["cohort", "by", "role", "-id"], name="session_change_of_author"),
            models.Index(fields=["session_id_then", "version"], name="session_change_of_session"),
            models.Index(fields=["batch"], name="session_change_of_act"),
        ]

    def __str__(self) -> str:
        return f"{self.cohort_id}: {self.session_id_then} v{self.version}"
