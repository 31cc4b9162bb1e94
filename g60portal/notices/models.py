"""The notice = outbox row: one message to one person over one channel, and how far it got."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from g60portal.common import clock
from g60portal.notices.choices import OPEN_STATES, Channel, NoticeState


class Notice(models.Model):
    """Written in the transaction of the change it tells of; sent later, exactly by this row.

    `dedupe_key` names the occasion and the person, so that the same thing is never written twice.
    `context` holds ids and small facts for the kind's composer, never personal numbers.
    `superseded_by` in it names what tells the person instead, when that came before the sending.
    `scope` is the code of the cohort (this app lies below cohorts, hence no foreign key).
    `after` is a notice to the same person that may be on its way at this moment: this one is held
    back until that one is settled, and then knows whether it arrived.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=60)
    dedupe_key = models.CharField(max_length=200, unique=True)
    scope = models.CharField(max_length=40, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="notices",
    )
    recipient = models.CharField(_("recipient"), max_length=120)
    address = models.CharField(_("address"), max_length=254)
    channel = models.CharField(
        _("channel"), max_length=20, choices=Channel.choices, default=Channel.EMAIL
    )
    language = models.CharField(_("language"), max_length=10)
    subject = models.CharField(_("subject"), max_length=250)
    context = models.JSONField(default=dict)
    state = models.CharField(
        _("state"), max_length=20, choices=NoticeState.choices, default=NoticeState.QUEUED
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("due"), default=clock.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(_("written"), default=clock.now)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=500, blank=True)
    after = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["scope", "-id"], name="notice_scope"),
            models.Index(
                fields=["due_at"],
                name="notice_open_due",
                condition=models.Q(state__in=list(OPEN_STATES)),
            ),
            models.Index(
                fields=["after"],
                name="notice_after",
                condition=models.Q(after__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=NoticeState.values), name="notice_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.recipient}"

    @property
    def is_superseded(self) -> bool:
        """Whether another notice tells this person of the same, and more."""
        return "superseded_by" in self.context

    @property
    def message_id(self) -> str:
        """Stable for the row, so that a second copy can be recognized by any mail system."""
        return f"<{self.uid}@notices.g60portal>"
